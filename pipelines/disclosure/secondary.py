"""Secondary suppression: hides what is needed so that no line and no chain of lines narrows a protected cell.

Which cells need protection is not decided here (see `primary.py`); nor is the outcome judged here (see `audit.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.disclosure import bounds, companions, repair, rounding
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.records import Lines, Pattern, Register, Targets

Bounds = tuple[pl.Series, pl.Series]
"""(lower, upper) by cell number."""


def _unprotected(targets: Targets, lower: pl.Series, upper: pl.Series) -> pl.DataFrame:
    """Protected cells that an outsider can narrow: cell, needs_upper (else the lower bound is too high)."""
    cells = targets.cells["cell"]
    return (
        targets.cells.with_columns(is_low=lower.gather(cells), is_high=upper.gather(cells))
        .filter((pl.col("is_low") > pl.col("low")) | (pl.col("is_high") < pl.col("high")))
        .select("cell", needs_upper=pl.col("is_high") < pl.col("high"))
    )


@dataclass(frozen=True)
class _Attack:
    """Bounds an outsider reaches under the hidden cells of the moment; worked-on components are done anew."""

    register: Register
    lines: Lines
    config: DisclosureConfig

    def bounds(self, board: companions.Board, components: pl.Series | None = None) -> Bounds:
        """Over all components, or only those named (what it gives for other components is not propagated)."""
        lower, upper = rounding.bounds(self.register.cells, board.hidden_series(), self.config)
        members = self.lines.members
        if components is not None:
            within = self.lines.lines.filter(pl.col("component").is_in(components.implode())).select("line")
            members = members.join(within, on="line", how="semi", maintain_order="left")
        return bounds.propagate(self.lines, members, lower, upper)

    def anew(self, board: companions.Board, components: pl.Series, before: Bounds) -> Bounds:
        """New bounds in the components named, those from before elsewhere."""
        is_fresh = self.register.cells["component"].is_in(components.implode())
        lower, upper = self.bounds(board, components)
        return lower.zip_with(is_fresh, before[0]), upper.zip_with(is_fresh, before[1])


def protect(register: Register, lines: Lines, primary: tuple[pl.Series, Targets], config: DisclosureConfig) -> Pattern:
    """The pattern of hidden cells: primary ones, their companions in each line, and what the bounds call for.

    Works in rounds: no line may keep a single hidden cell; then bounds are propagated, and each protected cell that
    could be narrowed gets one more hidden cell in the line that narrows it. Only ever hides more, so it ends; with
    everything hidden nothing is narrowed.
    """
    hidden, targets = primary
    attack = _Attack(register, lines, config)
    board = companions.Board(register, lines, hidden)
    board.settle()
    held = attack.bounds(board)
    failing = _unprotected(targets, *held)
    rounds = 0
    while not failing.is_empty() and rounds < config.max_rounds:
        rounds += 1
        components = register.cells["component"].gather(failing["cell"]).unique()
        repair.widen(board, lines, failing, held)
        board.settle()
        held = attack.anew(board, components, held)
        failing = _unprotected(targets, *held)
    return Pattern(board.hidden_series(), *held, n_rounds=rounds, n_unprotected=failing.height)
