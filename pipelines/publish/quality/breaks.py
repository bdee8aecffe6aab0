"""Where a series may not be read on: the run of comparable periods that each value belongs to, and the mark `b`.

What the breaks are is a matter of the specification (`schemas/spec/comparability.yml`).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.core.periods import Period
from schemas.comparability import Break

BREAK = "b"
MARKS = ("u", "b", "e", "p", "r")
"""What is true of a figure is true of whatever is worked out from it: these marks go with it, in official order."""
SEGMENT = "series_segment"


def segments(breaks: Sequence[Break], measure_id: str, breakdown_id: str) -> tuple[str, ...]:
    """The years in which a new run begins for a measure and breakdown, in order."""
    return tuple(sorted({b.at for b in breaks if b.concerns(measure_id, breakdown_id)}))


def segment_of(period: Period, starts: Sequence[str]) -> int:
    """Which run a period belongs to, from 1: one more than the breaks at or before its financial year."""
    return 1 + sum(start <= str(period.year) for start in starts)


def with_segments(values: pl.DataFrame, breaks: Sequence[Break]) -> pl.DataFrame:
    """The values with `series_segment`; the first period after a break, where an earlier one is there, is marked `b`.

    Codes are added to `status` at the end; whoever orders them does so afterwards.
    """
    keys = ["measure_id", "breakdown_id", "period_id"]
    seen = values.select(keys).unique()
    rows = [(m, b, p, segment_of(Period(p), segments(breaks, m, b))) for m, b, p in seen.iter_rows()]
    held = pl.DataFrame(rows, schema=[*keys, SEGMENT], orient="row").with_columns(pl.col(SEGMENT).cast(pl.Int32))
    year = pl.col("period_id").str.slice(0, 7)
    first = (
        held.with_columns(year=year)
        .with_columns(
            is_first=(year == pl.col("year").min().over("measure_id", "breakdown_id", SEGMENT))
            & (pl.col(SEGMENT) > pl.col(SEGMENT).min().over("measure_id", "breakdown_id"))
        )
        .drop("year")
    )
    marked = pl.when("is_first").then(with_code(BREAK)).otherwise("status")
    return (
        values.drop(SEGMENT, strict=False)
        .join(first, on=keys, how="left", maintain_order="left")
        .with_columns(status=marked)
        .drop("is_first")
    )


def with_code(code: str) -> pl.Expr:
    """The status with one more code, where it is not there yet."""
    held = pl.col("status").fill_null("")
    is_there = held.str.split(",").list.contains(code)
    return pl.when(is_there).then(held).when(held == "").then(pl.lit(code)).otherwise(held + f",{code}")


def in_order(order: Sequence[str]) -> pl.Expr:
    """The codes of a status in the order of their list."""
    codes = pl.col("status").fill_null("").str.split(",")
    return pl.concat_str(
        (pl.when(codes.list.contains(code)).then(pl.lit(code)) for code in order), separator=",", ignore_nulls=True
    ).alias("status")


def marks_of(*columns: str) -> pl.Expr:
    """The marks (`MARKS`) that any of the statuses has, as a status of its own; empty where none has one."""
    codes = pl.concat_str([pl.col(c).fill_null("") for c in columns], separator=",").str.split(",")
    return pl.concat_str(
        (pl.when(codes.list.contains(code)).then(pl.lit(code)) for code in MARKS), separator=",", ignore_nulls=True
    )
