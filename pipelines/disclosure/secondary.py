"""Secondary suppression: hides what is needed so that no line and no chain of lines narrows a protected cell.

Which cells need protection is not decided here (see `primary.py`); nor is the outcome judged here (see `audit.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure import bounds, companions, repair, rounding
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.records import Lines, Pattern, Register, Targets


def _unprotected(targets: Targets, lower: pl.Series, upper: pl.Series) -> pl.DataFrame:
    """Protected cells that an outsider can narrow: cell, needs_upper (else the lower bound is too high)."""
    cells = targets.cells["cell"]
    return (
        targets.cells.with_columns(is_low=lower.gather(cells), is_high=upper.gather(cells))
        .filter((pl.col("is_low") > pl.col("low")) | (pl.col("is_high") < pl.col("high")))
        .select("cell", needs_upper=pl.col("is_high") < pl.col("high"))
    )


def _within(frame: pl.DataFrame, components: pl.Series) -> pl.DataFrame:
    return frame.filter(pl.col("component").is_in(components.implode()))


def protect(register: Register, lines: Lines, primary: tuple[pl.Series, Targets], config: DisclosureConfig) -> Pattern:
    """The pattern of hidden cells: primary ones, their companions in each line, and what the bounds call for.

    Works in rounds: no line may keep a single hidden cell; then bounds are propagated, and each protected cell that
    could be narrowed gets one more hidden cell in the line that narrows it. Only ever hides more, so it ends.
    """
    hidden, targets = primary
    board = companions.Board(register, lines, hidden)
    board.settle()
    lower, upper = _bounds(register, lines, board, None, config)
    failing = _unprotected(targets, lower, upper)
    rounds = 0
    while not failing.is_empty() and rounds < config.max_rounds:
        rounds += 1
        components = register.cells["component"].gather(failing["cell"]).unique()
        repair.widen(board, lines, failing, (lower, upper))
        board.settle()
        fresh = _bounds(register, lines, board, components, config)
        lower, upper = _merge(register, components, (lower, upper), fresh)
        failing = _unprotected(targets, lower, upper)
    return Pattern(
        hidden=board.hidden_series(), lower=lower, upper=upper, n_rounds=rounds, n_unprotected=failing.height
    )


def _bounds(
    register: Register,
    lines: Lines,
    board: companions.Board,
    components: pl.Series | None,
    config: DisclosureConfig,
) -> tuple[pl.Series, pl.Series]:
    """Propagated bounds, over all components or only those named."""
    lower, upper = rounding.bounds(register.cells, board.hidden_series(), config)
    members = lines.members
    if components is not None:
        members = members.join(_within(lines.lines, components).select("line"), on="line", how="semi")
    return bounds.propagate(lines, members.sort("line", "cell"), lower, upper)


def _merge(
    register: Register, components: pl.Series, old: tuple[pl.Series, pl.Series], new: tuple[pl.Series, pl.Series]
) -> tuple[pl.Series, pl.Series]:
    """New bounds where a component was worked on, the old ones elsewhere."""
    is_fresh = register.cells["component"].is_in(components.implode())
    return new[0].zip_with(is_fresh, old[0]), new[1].zip_with(is_fresh, old[1])
