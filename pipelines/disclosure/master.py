"""The choice of cells to hide: the cheapest that meets every cut so far, by HiGHS (mixed-integer), or by greed.

Where cuts come from is not known here (see `attacker.py`).
"""

from __future__ import annotations

import highspy
import numpy as np

from pipelines.disclosure.attacker import Cut
from pipelines.disclosure.polytope import Booleans, Floats, Ints, quiet_solver

TIE = 1e-4
"""Most that the order of the ids may add to a cost: it decides only between patterns of equal cost."""


class Master:
    """Zero-one programme over the candidates of a component, in the order of their ids."""

    def __init__(self, candidates: Ints, costs: Floats, max_nodes: int) -> None:
        """
        Args:
            candidates: numbers of the cells that may be hidden.
            costs: of every cell of the component.
            max_nodes: nodes of the search after which the best pattern is taken with its bound.
        """
        self._candidates = candidates
        self._place = {int(c): i for i, c in enumerate(candidates)}
        self._n_cells = len(costs)
        self._costs = costs
        self._solver = quiet_solver()
        self._solver.setOptionValue("mip_rel_gap", 0.0)
        self._solver.setOptionValue("mip_abs_gap", 1e-6)
        self._solver.setOptionValue("mip_max_nodes", max_nodes)
        none = np.array([], dtype=np.int32)
        for i, cell in enumerate(candidates):
            tie = TIE * i / max(len(candidates), 1)
            self._solver.addCol(float(costs[cell]) + tie, 0.0, 1.0, 0, none, np.array([]))
        kinds = np.full(len(candidates), highspy.HighsVarType.kInteger)
        self._solver.changeColsIntegrality(len(candidates), np.arange(len(candidates), dtype=np.int32), kinds)

    def add(self, cut: Cut) -> None:
        """One more condition on what is hidden."""
        places = [self._place[int(c)] for c in cut.columns]
        weights, least = list(cut.weights), 1.0
        if cut.owner is not None and cut.owner in self._place:
            places, weights, least = [*places, self._place[cut.owner]], [*weights, -1.0], 0.0
        self._solver.addRow(least, np.inf, len(places), np.array(places, dtype=np.int32), np.array(weights))

    def fix(self, cells: Ints) -> None:
        """Cells that are hidden whatever else."""
        for cell in cells:
            if int(cell) in self._place:
                self._solver.changeColBounds(self._place[int(cell)], 1.0, 1.0)

    def choose(self) -> tuple[Booleans, float] | None:
        """The cells to hide (by number in the component) and the proven lower bound on their cost; None where no
        pattern meets every cut."""
        if not len(self._candidates) and not self._solver.getNumRow():
            return np.zeros(self._n_cells, dtype=np.bool_), 0.0  # every cell is hidden already, and nothing more asked
        self._solver.run()
        info = self._solver.getInfo()
        values = np.array(self._solver.getSolution().col_value)
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        hidden: Booleans = np.zeros(self._n_cells, dtype=np.bool_)
        hidden[self._candidates[values > 0.5]] = True
        return hidden, float(info.mip_dual_bound)

    def by_greed(self, cuts: list[Cut], hidden: Booleans) -> Booleans:
        """More cells for each cut that is not met: those that give most for their cost, never one taken back."""
        hidden = hidden.copy()
        for cut in cuts:
            worth = cut.weights / self._costs[cut.columns]
            order = np.lexsort((cut.columns, -worth))
            reached = float(cut.weights[hidden[cut.columns]].sum())
            for i in order:
                if reached >= 1 - 1e-9:
                    break
                if not hidden[cut.columns[i]]:
                    hidden[cut.columns[i]] = True
                    reached += float(cut.weights[i])
        return hidden
