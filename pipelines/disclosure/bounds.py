"""What an outsider can conclude: whole-number bounds of every cell, propagated over all lines to the end.

This is weaker than linear programming (sums of several lines are not combined); deciding what to hide because of the
bounds does not belong here.
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.records import Bounds, Lines
from pipelines.disclosure.rounding import UNBOUNDED

MAX_PASSES = 500


def _line_sums(members: pl.DataFrame, lower: pl.Series, upper: pl.Series) -> pl.DataFrame:
    """Per member: least and greatest its term can be, and the same for its whole line."""
    is_part = pl.col("coefficient") > 0
    low, high = pl.col("low"), pl.col("high")
    terms = members.with_columns(low=lower.gather(members["cell"]), high=upper.gather(members["cell"])).with_columns(
        least=pl.when(is_part).then(low).otherwise(-high), most=pl.when(is_part).then(high).otherwise(-low)
    )
    return terms.with_columns(
        line_least=pl.col("least").sum().over("line"), line_most=pl.col("most").sum().over("line")
    )


def implied(lines: pl.DataFrame, members: pl.DataFrame, lower: pl.Series, upper: pl.Series) -> pl.DataFrame:
    """Per member of each line, the bounds that the line alone puts on its cell: line, cell, coefficient, below, above.

    `below` is under zero, and `above` at or over half of UNBOUNDED, where the line says nothing.
    """
    held = _line_sums(members, lower, upper).with_columns(
        room_low=lines["low"].gather(members["line"]), room_high=lines["high"].gather(members["line"])
    )
    least = pl.col("room_low") - (pl.col("line_most") - pl.col("most"))
    most = pl.col("room_high") - (pl.col("line_least") - pl.col("least"))
    is_part = pl.col("coefficient") > 0
    return held.select(
        "line",
        "cell",
        "coefficient",
        below=pl.when(is_part).then(least).otherwise(-most),
        above=pl.when(is_part).then(most).otherwise(-least),
    )


def _step(lines: Lines, members: pl.DataFrame, lower: pl.Series, upper: pl.Series) -> pl.DataFrame:
    """Cells whose bounds one pass over these members narrows: cell, lower, upper."""
    found = (
        implied(lines.lines, members, lower, upper)
        .group_by("cell")
        .agg(pl.col("below").max(), pl.col("above").min())
        .sort("cell")
    )
    cells = found["cell"]
    capped = pl.when(pl.col("above") >= UNBOUNDED // 2).then(UNBOUNDED).otherwise(pl.col("above"))
    return (
        found.with_columns(was_lower=lower.gather(cells), was_upper=upper.gather(cells))
        .with_columns(lower=pl.max_horizontal("was_lower", "below"), upper=pl.min_horizontal("was_upper", capped))
        .filter((pl.col("lower") > pl.col("was_lower")) | (pl.col("upper") < pl.col("was_upper")))
        .select("cell", "lower", "upper")
    )


def propagate(lines: Lines, members: pl.DataFrame, lower: pl.Series, upper: pl.Series) -> Bounds:
    """(lower, upper) of every cell once no line narrows anything further.

    Figures that contradict each other end it at once (some lower bound above its upper one): from there on bounds
    would chase each other without end.

    Args:
        members: the members to use, whole lines only (all of `lines.members`, or those of some components).
        lower, upper: bounds by cell number, as `rounding.bounds` gives them.
    """
    active = members
    for _ in range(MAX_PASSES):
        changed = _step(lines, active, lower, upper)
        if changed.is_empty():
            break
        lower = lower.scatter(changed["cell"], changed["lower"])
        upper = upper.scatter(changed["cell"], changed["upper"])
        if (changed["lower"] > changed["upper"]).any():
            break
        touched = members.join(changed.select("cell"), on="cell", how="semi").select("line").unique()
        active = members.join(touched, on="line", how="semi", maintain_order="left")
    return lower, upper
