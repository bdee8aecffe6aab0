"""Secondary suppression: hides what is needed so that no line and no chain of lines narrows a protected cell.

Which cells need protection is not decided here (see `primary.py`); nor is the outcome judged here (see `audit.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.disclosure import bounds, prune, repair, rounding
from pipelines.disclosure.companions import Board
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.records import Bounds, Lines, Pattern, Problem, Register, Targets


@dataclass(frozen=True)
class _Faults:
    """What the pattern of the moment does not bear."""

    narrowed: pl.DataFrame
    """Hidden cells known too closely: cell, needs_upper (else the lower bound is too high)."""
    lone: list[tuple[int, int]]
    """(line, cell) where a cell stands hidden alone and its bounds are too close for that."""

    def __len__(self) -> int:
        return self.narrowed.height + len(self.lone)

    def cells(self) -> pl.Series:
        """Every cell concerned."""
        lone = pl.Series("cell", [cell for _, cell in self.lone], dtype=self.narrowed["cell"].dtype)
        return pl.concat([self.narrowed["cell"], lone]).unique()


def _faults(problem: Problem, board: Board, held: Bounds) -> _Faults:
    """Protected cells that an outsider can narrow, and lone ones whose bounds are too close."""
    lower, upper = held
    cells = problem.targets.cells["cell"]
    narrowed = (
        problem.targets.cells.with_columns(is_low=lower.gather(cells), is_high=upper.gather(cells))
        .filter((pl.col("is_low") > pl.col("low")) | (pl.col("is_high") < pl.col("high")))
        .select("cell", needs_upper=pl.col("is_high") < pl.col("high"))
    )
    spans = (upper - lower).to_list()
    lone = [(line, cell) for line, cell in board.lone_cells() if spans[cell] < problem.config.lone_cell_min_span]
    return _Faults(narrowed, lone)


def _known(problem: Problem, board: Board, held: Bounds) -> _Faults:
    """Hidden cells of any kind that are left with too few values; looked for once the superfluous are given back."""
    is_close = (held[1] - held[0]) < problem.config.hidden_min_span
    found = (board.hidden_series() & is_close).arg_true().to_frame("cell")
    return _Faults(found.select("cell", needs_upper=pl.lit(value=True)), [])


@dataclass(frozen=True)
class _Attack:
    """Bounds an outsider reaches under the hidden cells of the moment; worked-on components are done anew."""

    problem: Problem

    def bounds(self, board: Board, components: pl.Series | None = None) -> Bounds:
        """Over all components, or only those named (what it gives for other components is not propagated)."""
        lines = self.problem.lines
        lower, upper = rounding.bounds(self.problem.register.cells, board.hidden_series(), self.problem.config)
        members = lines.members
        if components is not None:
            within = lines.lines.filter(pl.col("component").is_in(components.implode())).select("line")
            members = members.join(within, on="line", how="semi", maintain_order="left")
        return bounds.propagate(lines, members, lower, upper)

    def anew(self, board: Board, components: pl.Series, before: Bounds) -> Bounds:
        """New bounds in the components named, those from before elsewhere."""
        is_fresh = self.problem.register.cells["component"].is_in(components.implode())
        lower, upper = self.bounds(board, components)
        return lower.zip_with(is_fresh, before[0]), upper.zip_with(is_fresh, before[1])

    def answer(self, board: Board, faults: _Faults, held: Bounds) -> Bounds:
        """Hides more for each fault; the bounds as they are then."""
        repair.widen(board, self.problem.lines, faults.narrowed, held)
        for line, _ in faults.lone:
            if board.lone_cell(line) is not None:
                board.accompany(line)
        board.settle()
        components = self.problem.register.cells["component"].gather(faults.cells()).unique()
        return self.anew(board, components, held)


def protect(register: Register, lines: Lines, primary: tuple[pl.Series, Targets], config: DisclosureConfig) -> Pattern:
    """The pattern of hidden cells: primary ones, and what has to go with them.

    Companions come first, where a cell stands alone in a line too short to blunt subtraction. Then, in rounds, bounds
    are propagated, and each cell that is known too closely gets one more hidden cell in the line that tells. Where
    nothing is left to mend, what was hidden for nothing is given back.
    """
    hidden, targets = primary
    problem = Problem(register, lines, hidden, targets, config)
    attack = _Attack(problem)
    board = Board(register, lines, hidden, config)
    board.settle()
    held = attack.bounds(board)
    for rounds in range(config.max_rounds):
        faults = _faults(problem, board, held)
        if not len(faults):
            held = prune.give_back(problem, board, held)
            faults = _known(problem, board, held)
        if not len(faults):
            return Pattern(board.hidden_series(), *held, n_rounds=rounds, n_unprotected=0)
        held = attack.answer(board, faults, held)
    return Pattern(board.hidden_series(), *held, n_rounds=config.max_rounds, n_unprotected=len(faults))
