"""The linear programmes of the attack: the least and the greatest value of hidden cells under all relations jointly.

Every solution found is a table that agrees with everything published, so it bounds all other cells of its component
too; most cells need no programme of their own (disclosure note, 2.3). What a bound means does not belong here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
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


class Component:
    """One linked component as a programme that is kept warm from question to question."""

    def __init__(self, system: System, cells: list[int], relations: list[int]) -> None:
        self.system, self.cells, self.relations = system, cells, relations
        self.local = {cell: i for i, cell in enumerate(cells)}
        self.low = np.array([system.low[c] for c in cells], dtype=float)
        self.high = np.minimum(np.array([system.high[c] for c in cells], dtype=float), FAR)
        self.solver: Any = _programme(system, self)
        self.least = np.full(len(cells), math.inf)
        self.greatest = np.full(len(cells), -math.inf)
        self.n_solved = 0
        self._asked: list[int] = []

    def restrict(self, known: dict[int, tuple[float, float]]) -> None:
        """Narrow cells further (what a guess adds); what was found before is forgotten."""
        for cell, (low, high) in known.items():
            self.solver.changeColBounds(self.local[cell], float(low), float(min(high, FAR)))
        self.least[:], self.greatest[:] = math.inf, -math.inf

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
        found = np.array(self.solver.getSolution().col_value[: len(self.cells)])
        np.minimum(self.least, found, out=self.least)
        np.maximum(self.greatest, found, out=self.greatest)
        return True

    def reason(self) -> Reason:
        """What binds the optimum just found."""
        solution = self.solver.getSolution()
        rows = np.abs(np.array(solution.row_dual)) > SLACK
        columns = np.abs(np.array(solution.col_dual[: len(self.cells)])) > SLACK
        asked = set(self._asked)
        return Reason(
            tuple(self.relations[i] for i in np.flatnonzero(rows) if i < len(self.relations)),
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


def _programme(system: System, part: Component) -> Any:  # noqa: ANN401 (a solver without types)
    """The component as a HiGHS model; cells that are known exactly move to the right-hand side."""
    import highspy

    start: list[int] = [0]
    index: list[int] = []
    value: list[float] = []
    low: list[float] = []
    high: list[float] = []
    for number in part.relations:
        relation = system.relations[number]
        fixed = 0.0
        for cell, coefficient in zip(relation.cells, relation.coefficients, strict=True):
            if cell in part.local:
                index.append(part.local[cell])
                value.append(coefficient)
            else:
                fixed += coefficient * system.low[cell]
        start.append(len(index))
        low.append(relation.low - fixed)
        high.append(relation.high - fixed)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(part.cells), len(low)
    model.col_cost_ = np.zeros(len(part.cells))
    model.col_lower_, model.col_upper_ = part.low, part.high
    model.row_lower_, model.row_upper_ = np.array(low), np.array(high)
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_, matrix.index_, matrix.value_ = np.array(start), np.array(index), np.array(value, dtype=float)
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
        if not part.solve(dict.fromkeys(task.cells, 1.0), is_greatest=is_greatest):
            return False
    for cell in task.cells:
        _explore_cell(part, cell, task)
    return True


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
