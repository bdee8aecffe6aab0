"""Gives back what was hidden for nothing: companions that later ones have made superfluous.

Hiding does not belong here (see `companions.py` and `repair.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.disclosure import rounding
from pipelines.disclosure.companions import Board
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.narrowing import Narrowing
from pipelines.disclosure.records import Bounds, Problem


@dataclass(frozen=True)
class _Guard:
    """Whether the bounds of a cell may stay as they are."""

    board: Board
    narrowing: Narrowing
    targets: dict[int, tuple[int, int]]
    config: DisclosureConfig

    def holds(self, cell: int) -> bool:
        """The protected keep what must stay possible, the hidden enough values, the lone still more."""
        low, high = self.narrowing.lower[cell], self.narrowing.upper[cell]
        least, most = self.targets.get(cell, (low, high))
        if low > least or high < most:
            return False
        if not self.board.is_hidden[cell]:
            return True
        is_lone = any(self.board.n_hidden[line] == 1 for line in self.board.lines_of[cell])
        return high - low >= (self.config.lone_cell_min_span if is_lone else self.config.hidden_min_span)

    def bears(self, shown: int) -> bool:
        """Whether the cells that a shown one leaves hidden alone may stand so."""
        for line in self.board.lines_of[shown]:
            lone = self.board.lone_cell(line)
            if lone is not None and (self.board.is_bare(line) or not self.holds(lone)):
                return False
        return True


def _may_show(guard: _Guard, cell: int, to: tuple[int, int]) -> bool:
    """Shows a cell if every line and every bound bears it; otherwise leaves all as it was."""
    guard.board.show(cell)
    journal = guard.narrowing.narrow(cell, to, guard.holds)
    if journal is not None and guard.bears(cell):
        return True
    guard.narrowing.undo(journal or [])
    guard.board.hide(cell)
    return False


def give_back(problem: Problem, board: Board, held: Bounds) -> Bounds:
    """Shows again every protecting cell without which all rules still hold; the bounds as they are then.

    Showing more only ever narrows, so a cell that cannot be shown now cannot be later, and one pass is enough. Cells
    that bring back most figures come first, those of most worth before others.

    Args:
        held: bounds of the board as it is, propagated to the end.
    """
    hidden = (board.hidden_series() & ~problem.primary).arg_true()
    narrowing = Narrowing(problem.lines, held, hidden)
    targets = {cell: (low, high) for cell, low, high in problem.targets.cells.iter_rows()}
    guard = _Guard(board, narrowing, targets, problem.config)
    nothing = pl.repeat(value=False, n=len(problem.primary), eager=True)
    shown = rounding.bounds(problem.register.cells, nothing, problem.config)
    lower, upper = (ends.gather(hidden).to_list() for ends in shown)
    reads = dict(zip(hidden.to_list(), zip(lower, upper, strict=True), strict=True))
    for cell in sorted(reads, key=lambda c: (-board.figures.regained(c), -board.worth[c], c)):
        _may_show(guard, cell, reads[cell])
    return pl.Series(narrowing.lower, dtype=pl.Int64), pl.Series(narrowing.upper, dtype=pl.Int64)
