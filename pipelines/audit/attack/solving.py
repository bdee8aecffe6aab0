"""The linear programmes of the attack: the least and the greatest value of hidden cells under all relations jointly.

Every solution found is a table that agrees with everything published, so it bounds all other cells of its component
too; most cells need no programme of their own (disclosure note, 2.3). What a bound means does not belong here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipelines.audit.attack.system import System

SLACK = 1e-6
"""Solutions are floating-point: a bound this close to a whole number is that number."""
FAR = 1e7
"""Stands for no bound; more than there are people in the country."""
OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 1, "presolve": "off", "simplex_strategy": 4}
"""From question to question only the costs change, so the last corner still fits: primal simplex goes on from it, where
the dual one (what HiGHS would choose) starts anew."""
WIDE = 3
"""A cell with this span has four values; a narrower one is looked at from both sides."""
FEWER = 0.9
"""Cells are pushed together again as long as no more than this share of them is left in doubt: a programme for many
cells costs little more than one for a single cell, and settles most of them."""


@dataclass(frozen=True)
class Task:
    """What is asked of a component: which cells, what of each must stay possible to need no closer look."""

    cells: tuple[int, ...]
    open_low: int = 1
    open_high: int = 5


@dataclass(frozen=True)
class Reason:
    """What binds a cell from one side: the relations and the figures with a price in the optimum (LP duals)."""

    relations: tuple[int, ...]
    cells: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """What relations say of the same cells, as one row of the programme: `low <= sum <= high`."""

    relation: int
    """The first of them."""
    columns: tuple[int, ...]
    coefficients: tuple[float, ...]
    low: float
    high: float


class Component:
    """One linked component as a programme that is kept warm from question to question."""

    def __init__(self, system: System, cells: list[int], relations: list[int]) -> None:
        self.system, self.cells, self.relations = system, cells, relations
        self.local = {cell: i for i, cell in enumerate(cells)}
        self.low = np.array([system.low[c] for c in cells], dtype=float)
        self.high = np.minimum(np.array([system.high[c] for c in cells], dtype=float), FAR)
        self.rows = _rows(system, self)
        self.solver: Any = _programme(self)
        self.least = np.full(len(cells), math.inf)
        self.greatest = np.full(len(cells), -math.inf)
        self.n_solved = 0
        self._asked: list[int] = []
        self._narrowed: set[int] = set()
        self._reasons: dict[tuple[int, bool], Reason] = {}

    def restrict(self, known: dict[int, tuple[float, float]]) -> None:
        """Narrow some cells further than their figures do (what a guess adds) and no others; what was found before is
        forgotten."""
        for cell in self._narrowed - known.keys():
            column = self.local[cell]
            self.solver.changeColBounds(column, self.low[column], self.high[column])
        for cell, (low, high) in known.items():
            self.solver.changeColBounds(self.local[cell], float(low), float(min(high, FAR)))
        self._narrowed = set(known)
        self.least[:], self.greatest[:] = math.inf, -math.inf
        self._reasons.clear()

    def solve(self, weights: dict[int, float], *, is_greatest: bool) -> bool:
        """Optimise a weighted sum of cells (by number) and keep the vertex; False where no table exists at all."""
        import highspy

        for column in self._asked:
            self.solver.changeColCost(column, 0.0)
        self._asked = [self.local[cell] for cell in weights]
        for cell, weight in weights.items():
            self.solver.changeColCost(self.local[cell], weight)
        sense = highspy.ObjSense.kMaximize if is_greatest else highspy.ObjSense.kMinimize
        self.solver.changeObjectiveSense(sense)
        self.solver.run()
        self.n_solved += 1
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return False
        solution = self.solver.getSolution()
        found = np.array(solution.col_value)
        np.minimum(self.least, found, out=self.least)
        np.maximum(self.greatest, found, out=self.greatest)
        if len(weights) == 1:
            self._reasons[next(iter(weights)), is_greatest] = self._reason(solution)
        return True

    def reason(self, cell: int, *, is_greatest: bool) -> Reason | None:
        """What binds a cell from one side; None where no table exists at all."""
        if (cell, is_greatest) not in self._reasons and not self.solve({cell: 1.0}, is_greatest=is_greatest):
            return None
        return self._reasons[cell, is_greatest]

    def _reason(self, solution: Any) -> Reason:  # noqa: ANN401 (a solver without types)
        """What binds the optimum just found."""
        rows = np.abs(np.array(solution.row_dual)) > SLACK
        columns = np.abs(np.array(solution.col_dual)) > SLACK
        asked = set(self._asked)
        return Reason(
            tuple(self.rows[i].relation for i in np.flatnonzero(rows)),
            tuple(self.cells[i] for i in np.flatnonzero(columns) if i not in asked),
        )

    def found(self, cell: int) -> tuple[float, float]:
        """The least and the greatest value that any table found so far gives a cell."""
        at = self.local[cell]
        return float(self.least[at]), float(self.greatest[at])

    def whole(self, cell: int) -> tuple[int, int | None]:
        """What is found of a cell so far, in whole numbers; None where nothing bounds it above."""
        low, high = self.found(cell)
        return math.ceil(low - SLACK), None if high >= FAR / 2 else math.floor(high + SLACK)


def _rows(system: System, part: Component) -> list[Row]:
    """The relations as rows. Those that speak of the same cells are one, and what the ends of the cells grant by
    themselves is left out: half of all relations, and what a programme costs is its rows."""
    held: dict[object, Row] = {}
    for number in part.relations:
        row = _row(system, part, number)
        key: object = row.columns, row.coefficients
        before = held.get(key, row)
        low, high = max(before.low, row.low), min(before.high, row.high)
        if low > high:  # they contradict each other, which the programme itself is to find
            key = number
        held[key] = replace(before, low=low, high=high) if low <= high else row
    return [row for row in held.values() if not _is_granted(part, row)]


def _row(system: System, part: Component, number: int) -> Row:
    """A relation between cells that are not known exactly, which move to the right-hand side; its first coefficient
    is above zero."""
    relation = system.relations[number]
    fixed, terms = 0.0, dict[int, float]()
    for cell, coefficient in zip(relation.cells, relation.coefficients, strict=True):
        if (column := part.local.get(cell)) is None:
            fixed += coefficient * system.low[cell]
        else:
            terms[column] = coefficient
    columns = tuple(sorted(terms))
    low, high = relation.low - fixed, relation.high - fixed
    if terms[columns[0]] > 0:
        return Row(number, columns, tuple(terms[c] for c in columns), low, high)
    return Row(number, columns, tuple(-terms[c] for c in columns), -high, -low)


def _is_granted(part: Component, row: Row) -> bool:
    """Whether any values within the ends of the cells fit a row."""
    least = most = 0.0
    for column, coefficient in zip(row.columns, row.coefficients, strict=True):
        ends = coefficient * part.low[column], coefficient * part.high[column]
        least, most = least + min(ends), most + max(ends)
    return row.low <= least and most <= row.high


def _programme(part: Component) -> Any:  # noqa: ANN401 (a solver without types)
    """The component as a HiGHS model."""
    import highspy

    rows = part.rows
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(part.cells), len(rows)
    model.col_cost_ = np.zeros(len(part.cells))
    model.col_lower_, model.col_upper_ = part.low, part.high
    model.row_lower_, model.row_upper_ = np.array([r.low for r in rows]), np.array([r.high for r in rows])
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.cumsum([0, *(len(r.columns) for r in rows)])
    matrix.index_ = np.array([c for r in rows for c in r.columns])
    matrix.value_ = np.array([v for r in rows for v in r.coefficients], dtype=float)
    solver = highspy.Highs()
    for option, setting in OPTIONS.items():
        solver.setOptionValue(option, setting)
    solver.passModel(model)
    return solver


def explore(part: Component, task: Task) -> bool:
    """Find the bounds of the task's cells, exactly where they are narrower than what must stay open.

    Returns:
        False where no table agrees with everything published.
    """
    for is_greatest in (True, False):
        if not _explore_together(part, task, is_greatest=is_greatest):
            return False
    for cell in task.cells:
        _explore_cell(part, cell, task)
    return True


def _explore_together(part: Component, task: Task, *, is_greatest: bool) -> bool:
    """Push all cells to one side, then again those that did not reach what must stay possible; False where no table
    exists at all."""
    left = list(task.cells)
    while left:
        if not part.solve(dict.fromkeys(left, 1.0), is_greatest=is_greatest):
            return False
        in_doubt = [cell for cell in left if _is_in_doubt(part, cell, task, is_greatest=is_greatest)]
        if len(in_doubt) > FEWER * len(left):
            break
        left = in_doubt
    return True


def _is_in_doubt(part: Component, cell: int, task: Task, *, is_greatest: bool) -> bool:
    least, greatest = part.found(cell)
    return greatest < task.open_high - SLACK if is_greatest else least > task.open_low + SLACK


def _explore_cell(part: Component, cell: int, task: Task) -> None:
    """The ends of one cell that other cells' solutions leave in doubt."""
    found = False
    least, greatest = part.found(cell)
    if least > task.open_low + SLACK:
        found = part.solve({cell: 1.0}, is_greatest=False)
        least, greatest = part.found(cell)
    if greatest < task.open_high - SLACK or greatest - least < WIDE:
        part.solve({cell: 1.0}, is_greatest=True)
        least, greatest = part.found(cell)
    if not found and greatest < max(task.open_high, least + WIDE) - SLACK:
        part.solve({cell: 1.0}, is_greatest=False)
