"""Witnesses: whole-number tables that agree with everything published, one set for each component.

They are worked out from what is published alone (states and lines), as anyone could; true counts do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.disclosure.polytope import TINY, Box, Floats, Ints, Polytope, System
from pipelines.disclosure.problem import DOWN, UP
from pipelines.disclosure.whole import whole_table, whole_table_near

ROUNDS = 4
"""Programmes that push all cells at once, per side, before each is asked for itself."""


@dataclass(frozen=True)
class Open:
    """What the witnesses of one component are worked out from: lines, what is read off each cell, which are open."""

    system: System
    box: Box
    asked: tuple[Ints, Ints]
    """Cells that have to go down, and those that have to go up, as far as they can within the reach."""
    open: Ints
    """Cells that no table shows, or that are hidden in every one."""
    reach: tuple[int, int]
    """How far down and up each open cell has to go, where an outsider's bounds allow it (1 and 5)."""


@dataclass(frozen=True)
class Witnesses:
    """Whole-number tables (rows) of one component, without doubles."""

    tables: Ints

    def least(self, cells: Ints) -> tuple[Ints, Ints]:
        """Of each cell its smallest value in any table, and the number of that table."""
        at = self.tables[:, cells].argmin(axis=0)
        return self.tables[at, cells], at

    def most(self, cells: Ints) -> tuple[Ints, Ints]:
        """As `least`, for the greatest value."""
        at = self.tables[:, cells].argmax(axis=0)
        return self.tables[at, cells], at


class _Finder:
    def __init__(self, given: Open) -> None:
        self.given = given
        self.polytope = Polytope(given.system)
        self.tables: list[Ints] = []

    def reached(self, cell: int, side: int) -> bool:
        low, high = self.given.reach
        if side == UP:
            return any(t[cell] >= high for t in self.tables)
        return any(t[cell] <= low for t in self.tables)

    def left(self, cells: Ints, side: int) -> Ints:
        """Those of the cells that no table takes as far as they have to go."""
        return np.array([c for c in cells if not self.reached(c, side)], dtype=np.int64)

    def push(self, cells: Ints, side: int) -> None:
        """One more table, in which as many of the cells as possible have gone as far as they have to, and no further.

        They have not in any table so far, so those tables lie within the limits set here: there always is a solution.
        """
        box, costs = self.given.box, np.zeros(self.given.system.n_cells)
        costs[cells] = side
        low, high = box.low.copy(), box.high.copy()
        if side == UP:
            high[cells] = np.minimum(high[cells], self.given.reach[1])
        elif self.tables:
            low[cells] = np.maximum(low[cells], self.given.reach[0])
        limits = Box(low, high)
        self._keep(self.polytope.minimise(limits, costs).table, limits, costs)

    def _keep(self, vertex: Floats, box: Box, costs: Floats) -> None:
        whole = np.rint(vertex)
        if np.abs(whole - vertex).max() > TINY * 10 or not _fits(self.given.system, self.given.box, whole):
            near = whole_table_near(self.given.system, box, costs, vertex)
            found = near if near is not None else whole_table(self.given.system, box, costs)
            if found is None:
                return
            whole = found.astype(float)
        table = whole.astype(np.int64)
        if not any((t == table).all() for t in self.tables):
            self.tables.append(table)


def _fits(system: System, box: Box, table: Floats) -> bool:
    """Whether whole numbers lie in the box and on every line: exact, no tolerance."""
    sums = np.bincount(system.row, weights=system.coefficient * table[system.column], minlength=system.n_lines)
    in_box = (table >= box.low).all() and (table <= box.high).all()
    return bool(in_box and (sums >= system.low).all() and (sums <= system.high).all())


def find(given: Open) -> Witnesses:
    """Tables that together show, for every open cell, how far it can go: to the reach, or to its bounds.

    Most come from programmes that push every cell at once; the corners at which those end are nearly always whole
    numbers, as sums of tables are. Where one is not, a whole-number search takes its place (see `whole.py`).
    """
    finder = _Finder(given)
    finder.push(given.open, DOWN)
    for side, cells in zip((DOWN, UP), given.asked, strict=True):
        for _ in range(ROUNDS):
            left = finder.left(cells, side)
            if len(left) < 2:
                break
            finder.push(left, side)
            if len(left) - len(finder.left(left, side)) < 2:
                break
    for side, cells in zip((DOWN, UP), given.asked, strict=True):
        for cell in cells:
            if not finder.reached(cell, side):
                finder.push(np.array([cell]), side)
    return Witnesses(np.array(finder.tables, dtype=np.int64).reshape(-1, given.system.n_cells))
