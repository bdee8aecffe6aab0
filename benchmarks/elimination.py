"""The usual method as a baseline: secondary suppression by elimination (Langsrud 2024), on the same cells and lines.

Every cell is written over the free cells of the lines; cells are shown in order of their cost, the dearest first,
unless a primary cell would then be a linear combination of shown ones. Intervals are not looked at, so the project
does not use it.
"""

from __future__ import annotations

import numpy as np

PRIME = 2_147_483_629
"""Arithmetic is done modulo a large prime: exact, and without fractions."""
Vector = dict[int, int]


def hide(system, cost, true, primary):
    """Booleans by cell: hidden, primary cells and those that protect them; zeros are shown first, as is usual."""
    vectors = _over_free_cells(system)
    rests = {int(c): vectors[int(c)] for c in np.flatnonzero(primary)}
    basis: list[tuple[int, Vector]] = []
    place: dict[int, int] = {}
    hidden = np.array(primary, dtype=bool)
    order = sorted(np.flatnonzero(~hidden), key=lambda c: (true[c] > 0, -cost[c], c))
    for cell in (int(c) for c in order):
        vector = _reduced(vectors[cell], basis, place)
        if not vector:
            continue  # known already from what is shown
        pivot = min(vector)
        inverse = pow(vector[pivot], PRIME - 2, PRIME)
        vector = {c: v * inverse % PRIME for c, v in vector.items()}
        changed = {c: _less(rest, vector, pivot) for c, rest in rests.items() if pivot in rest}
        if not all(changed.values()):
            hidden[cell] = True
            continue
        rests |= changed
        place[pivot] = len(basis)
        basis.append((pivot, vector))
    return hidden


def _over_free_cells(system) -> dict[int, Vector]:
    """Every cell as a combination of free ones: lines solved for one cell each, one after the other."""
    solved: dict[int, Vector] = {}
    basis: list[tuple[int, Vector]] = []
    place: dict[int, int] = {}
    for line in range(system.n_lines):
        at = np.flatnonzero(system.row == line)
        if system.low[line] != system.high[line]:
            continue
        row = {int(system.column[i]): int(system.coefficient[i]) % PRIME for i in at}
        row = _reduced(row, basis, place)
        if not row:
            continue
        pivot = max(row)
        inverse = pow(row[pivot], PRIME - 2, PRIME)
        place[pivot] = len(basis)
        basis.append((pivot, {c: v * inverse % PRIME for c, v in row.items()}))
    for pivot, row in reversed(basis):
        vector: Vector = {}
        for cell, v in row.items():
            if cell != pivot:
                for free, w in solved.get(cell, {cell: 1}).items():
                    vector[free] = (vector.get(free, 0) - v * w) % PRIME
        solved[pivot] = {c: v for c, v in vector.items() if v}
    return {cell: solved.get(cell, {cell: 1}) for cell in range(system.n_cells)}


def _reduced(vector: Vector, basis: list[tuple[int, Vector]], place: dict[int, int]) -> Vector:
    """What is left of a vector; a row of the basis holds no pivot of an earlier one, so the earliest goes first."""
    while found := [place[c] for c in vector if c in place]:
        pivot, row = basis[min(found)]
        vector = _less(vector, row, pivot)
    return dict(vector)


def _less(vector: Vector, row: Vector, pivot: int) -> Vector:
    """The vector without its pivot, by subtracting the row (whose pivot is one)."""
    factor, found = vector[pivot], dict(vector)
    for c, v in row.items():
        left = (found.get(c, 0) - factor * v) % PRIME
        if left:
            found[c] = left
        else:
            found.pop(c, None)
    return found
