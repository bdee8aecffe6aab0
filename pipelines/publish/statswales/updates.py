"""What an edition does to a dataset that StatsWales holds: rows added, revised, or emptied, against the pack before.

Reading or writing files does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.publish.statswales.records import ADD, BOTH, NEW, NOTHING, REVISE, TOTALS

VALUE, NOTES = "Data", "NoteCodes"
_ABSENT = "x"
"""The reason that stands where a figure is published no longer: rows cannot be taken away from StatsWales."""


@dataclass(frozen=True)
class Update:
    """The data table in full, the rows to be uploaded now, and what they do."""

    data: pl.DataFrame
    update: pl.DataFrame
    action: str
    n_added: int
    n_revised: int
    n_removed: int


def updated(before: pl.DataFrame | None, now: pl.DataFrame, key: list[str]) -> Update:
    """Compare the data table handed out before with the rows of this edition; both hold text only.

    A row that differs in its value or in any note but `r` carries `r` from now on. A row that is published no longer
    stays, without a value, with `x` and `r`.
    """
    if before is None or before.is_empty():
        return Update(now, now, NEW, now.height, 0, 0)
    held = now.join(before.select(*key, VALUE, NOTES), on=key, how="left", suffix="_before", maintain_order="left")
    was_there = pl.col(f"{NOTES}_before").is_not_null()
    had_r = _codes(f"{NOTES}_before").list.contains("r").fill_null(value=False)
    differs = pl.col(VALUE).ne_missing(pl.col(f"{VALUE}_before")) | (_plain(NOTES) != _plain(f"{NOTES}_before"))
    marked = held.with_columns(
        pl.when(~was_there).then(pl.lit("added")).when(differs).then(pl.lit("revised")).alias("_what"),
        pl.when(was_there & (differs | had_r)).then(_with_r(NOTES)).otherwise(NOTES).alias(NOTES),
    )
    gone = _gone(before, now, key)
    data = pl.concat([marked, gone], how="diagonal").select(*now.columns, "_what")
    changed = data.filter(pl.col("_what").is_not_null())
    counts = {what: changed.filter(pl.col("_what") == what).height for what in ("added", "revised", "removed")}
    return Update(data.drop("_what"), changed.drop("_what"), _action(counts), *counts.values())


def _action(counts: dict[str, int]) -> str:
    adds, revises = counts["added"] > 0, counts["revised"] + counts["removed"] > 0
    return BOTH if adds and revises else ADD if adds else REVISE if revises else NOTHING


def _gone(before: pl.DataFrame, now: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Rows that are no longer published; a total stays one."""
    gone = before.join(now, on=key, how="anti", maintain_order="left")
    is_total = _codes(NOTES).list.eval(pl.element().is_in(sorted(TOTALS))).list.any()
    told = pl.when(is_total).then(pl.lit(f"{_ABSENT},t,r")).otherwise(pl.lit(f"{_ABSENT},r"))
    was_empty = pl.col(VALUE).is_null() & (pl.col(NOTES) == told)
    return gone.with_columns(
        pl.lit(None, dtype=pl.String).alias(VALUE),
        told.alias(NOTES),
        pl.when(~was_empty).then(pl.lit("removed")).alias("_what"),
    )


def _codes(column: str) -> pl.Expr:
    return pl.col(column).str.split(",")


def _plain(column: str) -> pl.Expr:
    """The codes without `r`."""
    return _codes(column).list.set_difference(["r"]).list.sort().list.join(",")


def _with_r(column: str) -> pl.Expr:
    return (
        _codes(column)
        .list.concat(pl.lit(["r"]))
        .list.unique(maintain_order=True)
        .list.eval(pl.element().filter(pl.element() != ""))
        .list.join(",")
    )
