"""The tables an outsider must reckon with: linear programmes over one component, solved by HiGHS.

Which cells may be narrowed and what is hidden are not decided here (see `attacker.py` and `optimise.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import highspy
import numpy as np

Floats: TypeAlias = "np.ndarray"
Ints: TypeAlias = "np.ndarray"
Booleans: TypeAlias = "np.ndarray"
"""Arrays by what they hold (numpy is taken without its types, see `pyproject.toml`)."""

TINY = 1e-7
"""Below this a number of a solver is nothing: its tolerance."""


@dataclass(frozen=True)
class System:
    """The lines of one component as a sparse matrix; cells and lines are numbered from nought within it."""

    n_cells: int
    row: Ints
    column: Ints
    coefficient: Floats
    low: Floats
    high: Floats
    """Limits of every line; infinite where it is open."""

    @property
    def n_lines(self) -> int:
        return len(self.low)


@dataclass(frozen=True)
class Box:
    """What is known of each cell by itself."""

    low: Floats
    high: Floats

    def holds(self, tables: Floats) -> Booleans:
        """Which of several tables (rows) lie in the box."""
        inside = (tables >= self.low - TINY) & (tables <= self.high + TINY)
        return np.asarray(inside.all(axis=1), dtype=np.bool_)


@dataclass(frozen=True)
class Vertex:
    """A table at which the programme ends, and why it goes no further (multipliers of the lines)."""

    table: Floats
    multipliers: Floats


class Contradiction(Exception):
    """No table fits the lines and the box at all."""


def quiet_solver() -> highspy.Highs:
    """HiGHS as this room uses it: silent, one thread, one seed, so that a rerun is the same."""
    solver = highspy.Highs()
    # only costs and limits of cells change from run to run: primal simplex goes on from the last corner (strategy 4)
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 20_261_128), ("simplex_strategy", 4)):
        solver.setOptionValue(name, value)
    return solver


class Polytope:
    """The lines of one component, asked again and again under other boxes; each run starts where the last one ended."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.n_solved = 0
        self._costs = np.zeros(system.n_cells)
        self._columns: Ints = np.arange(system.n_cells, dtype=np.int32)
        self._solver = quiet_solver()
        self._solver.passModel(_model(system))

    def minimise(self, box: Box, costs: Floats) -> Vertex:
        """The table of least cost in the box.

        Raises:
            Contradiction: there is none.
        """
        solver, n = self._solver, self.system.n_cells
        solver.changeColsBounds(n, self._columns, box.low, box.high)
        changed: Ints = np.flatnonzero(costs != self._costs).astype(np.int32)
        if len(changed):
            solver.changeColsCost(len(changed), changed, costs[changed])
            self._costs = costs.copy()
        solver.run()
        self.n_solved += 1
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Contradiction
        found = solver.getSolution()
        return Vertex(np.array(found.col_value), np.array(found.row_dual))

    def reduced(self, costs: Floats, multipliers: Floats) -> tuple[Floats, float]:
        """What is left of the costs once the lines have had their say, and what the lines contribute to the bound.

        For any multipliers (weak duality) costs x table >= contribution + sum of what is left x the cell's own limit.
        """
        system = self.system
        usable = np.where((multipliers > 0) & np.isinf(system.low), 0.0, multipliers)
        usable = np.where((usable < 0) & np.isinf(system.high), 0.0, usable)
        usable[np.abs(usable) < TINY] = 0.0
        left = costs - np.bincount(
            system.column, weights=system.coefficient * usable[system.row], minlength=system.n_cells
        )
        left[np.abs(left) < TINY] = 0.0
        limits = np.where(usable > 0, system.low, np.where(usable < 0, system.high, 0.0))
        return left, float((usable * limits).sum())


def _model(system: System) -> highspy.HighsLp:
    order = np.lexsort((system.column, system.row))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = system.n_cells, system.n_lines
    model.col_cost_ = np.zeros(system.n_cells)
    model.col_lower_, model.col_upper_ = np.zeros(system.n_cells), np.full(system.n_cells, np.inf)
    model.row_lower_, model.row_upper_ = system.low, system.high
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.num_col_, matrix.num_row_ = system.n_cells, system.n_lines
    counts = np.bincount(system.row, minlength=system.n_lines)
    matrix.start_ = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    matrix.index_ = system.column[order].astype(np.int32)
    matrix.value_ = system.coefficient[order]
    return model
