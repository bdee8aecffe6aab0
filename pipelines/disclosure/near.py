"""Programmes over the lines around one cell, which bound it nearly always as closely as all lines of its component.

What is proved with fewer lines holds with all of them. Which cells are asked about is decided in `attacker.py`.
"""

from __future__ import annotations

import numpy as np

from pipelines.disclosure.polytope import Box, Floats, Ints, Polytope, System

STEPS = 2
"""How far the lines reach: those of the cell, and those of every cell in them. One step less bounds a quarter of all
cells too widely, one more takes as long as the whole component."""
SMALL = 500
"""Lines below which a component is asked as a whole."""


class Near:
    """The surroundings of cells of one component, each kept with its programme once it was asked for."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.n_solved = 0
        self._cells_of = _Lists(system.row, system.column, system.n_lines)
        self._lines_of = _Lists(system.column, system.row, system.n_cells)
        self._held: dict[int, tuple[Ints, Ints, Polytope]] = {}

    def reach(self, cell: int, box: Box, side: int) -> tuple[float, Floats]:
        """How far the cell goes at most towards a side (the sign of its cost), and the multipliers of all lines of the
        component that say so."""
        cells, lines, polytope = self._around(cell)
        place = int(np.searchsorted(cells, cell))
        costs = np.zeros(len(cells))
        costs[place] = side
        vertex = polytope.minimise(Box(box.low[cells], box.high[cells]), costs)
        self.n_solved += 1
        multipliers = np.zeros(self.system.n_lines)
        multipliers[lines] = vertex.multipliers
        return float(vertex.table[place]), multipliers

    def _around(self, cell: int) -> tuple[Ints, Ints, Polytope]:
        if cell not in self._held:
            cells: Ints = np.array([cell])
            lines: Ints = np.array([], dtype=np.int64)
            for _ in range(STEPS):
                lines = self._lines_of.of(cells)
                cells = self._cells_of.of(lines)
            self._held[cell] = cells, lines, Polytope(self._part(cells, lines))
        return self._held[cell]

    def _part(self, cells: Ints, lines: Ints) -> System:
        system = self.system
        inner = np.isin(system.row, lines)
        return System(
            n_cells=len(cells),
            row=np.searchsorted(lines, system.row[inner]).astype(np.int64),
            column=np.searchsorted(cells, system.column[inner]).astype(np.int64),
            coefficient=system.coefficient[inner],
            low=system.low[lines],
            high=system.high[lines],
        )


class _Lists:
    """What belongs to each of `n` keys."""

    def __init__(self, keys: Ints, values: Ints, n: int) -> None:
        self._values: Ints = values[np.argsort(keys, kind="stable")]
        self._ends: Ints = np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=n))])

    def of(self, keys: Ints) -> Ints:
        """Everything that belongs to some of the keys, rising, each once."""
        held = [self._values[self._ends[k] : self._ends[k + 1]] for k in keys]
        return np.unique(np.concatenate(held)) if held else np.array([], dtype=np.int64)
