"""Change since the year before: difference, interval, test, and one of three words for each published total.

Only published figures are compared, never across a break, and never where one of the two is withheld or incomplete.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.core.limits import count_limits
from pipelines.core.periods import Period
from pipelines.publish.quality import statistics
from pipelines.publish.quality.breaks import SEGMENT
from pipelines.publish.quality.shapes import FCT_CHANGE

SHARES, COUNTED = ("percent",), ("count", "rate_per_10000")
PER = {"percent": 100.0, "rate_per_10000": 10000.0}
HIGHER, LOWER, NO_CLEAR_CHANGE, NOT_TESTED = "higher", "lower", "no_clear_change", "not_tested"
_SIDE = ("value", "numerator", "denominator", "coverage_status", SEGMENT)


@dataclass(frozen=True)
class Tested:
    """One comparison; empty where nothing may be compared."""

    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    test: str | None = None
    p_value: float | None = None
    because: str | None = None


def changes(values: pl.DataFrame, units: dict[str, str]) -> pl.DataFrame:
    """Rows of `fct_change`: every total whose measure has a figure for the same period of the year before.

    Args:
        values: `fct_measure_value` with `series_segment`; columns that are not opened count as absent.
        units: measure id -> unit.
    """
    pairs = _pairs(values)
    tested = [compared(row, units[row["measure_id"]]) for row in pairs.iter_rows(named=True)]
    columns = {name: [getattr(t, name) for t in tested] for name in ("difference", "lower", "upper", "test", "p_value")}
    held = pairs.with_columns(
        *(pl.Series(n, v, dtype=pl.String if n == "test" else pl.Float64) for n, v in columns.items()),
        pl.Series("not_tested_because", [t.because for t in tested], dtype=pl.String),
    )
    return _judged(held)


def _pairs(values: pl.DataFrame) -> pl.DataFrame:
    totals = values.filter(pl.col("breakdown_id") == "total")
    totals = totals.with_columns(pl.lit(None).alias(c) for c in _SIDE if c not in totals.columns)
    before = {p: _year_before(p) for p in totals["period_id"].unique()}
    now = totals.with_columns(previous_period_id=pl.col("period_id").replace_strict(before, return_dtype=pl.String))
    then = totals.select(
        "measure_id", "area_code", pl.col("period_id").alias("previous_period_id"),
        *(pl.col(c).alias(f"previous_{c}") for c in _SIDE),
    )  # fmt: skip
    keys = ["measure_id", "area_code", "previous_period_id"]
    return now.join(then, on=keys, how="inner", maintain_order="left")


def _year_before(period_id: str) -> str:
    period = Period(period_id)
    earlier = str(period.year.previous)
    return earlier + period_id[len(earlier) :]


def compared(row: dict[str, object], unit: str) -> Tested:
    """One figure against the same of the year before, or why not."""
    now, then = row["value"], row["previous_value"]
    if row[SEGMENT] != row[f"previous_{SEGMENT}"]:
        return Tested(because="break")
    if not isinstance(now, float) or not isinstance(then, float):
        return Tested(because="withheld")
    difference = now - then
    if {row["coverage_status"], row["previous_coverage_status"]} - {"complete", None}:
        return Tested(because="partial")
    if unit not in (*SHARES, *COUNTED):
        return Tested(difference, because="average")
    sides = [_share(row, prefix) for prefix in ("previous_", "")]
    if (held := [side for side in sides if side]) and len(held) == len(sides):
        return _tested(unit, held)
    return Tested(difference, because="withheld")


def _share(row: dict[str, object], prefix: str) -> statistics.Share | None:
    """(events, what they are counted in), None where one is not shown; a count is counted in years of one length."""
    events, total = row[f"{prefix}numerator"], row[f"{prefix}denominator"]
    if not isinstance(events, int) or total == 0:
        return None
    return float(events), float(total) if isinstance(total, int) else 1.0


def _tested(unit: str, pair: list[statistics.Share]) -> Tested:
    then, now = pair
    per = PER.get(unit, 1.0)
    if unit in SHARES:
        p, test = statistics.proportions_test(then, now), "newcombe"
        limits = statistics.newcombe(then, now)
    else:
        p, test = statistics.counts_test(then, now), "poisson"
        sides = [(e / total, *(limit / total for limit in count_limits(int(e)))) for e, total in pair]
        limits = statistics.square_and_add(sides[0], sides[1])  # type: ignore[arg-type]
    difference, lower, upper = (round(per * v, 6) for v in limits)
    return Tested(difference, lower, upper, test, p)


def _judged(held: pl.DataFrame) -> pl.DataFrame:
    """With p corrected over the areas of one kind (the 22 authorities together), and the word that follows from it."""
    family = ["measure_id", "period_id", "area_type"]
    corrected = _corrected(held.partition_by(family, maintain_order=True)) if held.height else _uncorrected(held)
    is_clear = pl.col("p_adjusted") <= statistics.ALPHA
    word = (
        pl.when(pl.col("p_value").is_null())
        .then(pl.lit(NOT_TESTED))
        .when(~is_clear)
        .then(pl.lit(NO_CLEAR_CHANGE))
        .when(pl.col("difference") > 0)
        .then(pl.lit(HIGHER))
        .otherwise(pl.lit(LOWER))
    )
    ids = pl.lit(None, dtype=pl.String).alias("edition_id")
    return (
        corrected.with_columns(ids, change=word).select(FCT_CHANGE.polars_schema.keys()).cast(FCT_CHANGE.polars_schema)
    )


def _uncorrected(held: pl.DataFrame) -> pl.DataFrame:
    return held.with_columns(p_adjusted=pl.lit(None), n_tests=pl.lit(0))


def _corrected(families: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all families (one at least), each p corrected within its own."""
    values, sizes = list[float | None](), list[int]()
    for part in families:
        held = part["p_value"].to_list()
        given = [p for p in held if p is not None]
        found: Iterator[float] = iter(statistics.adjusted(given))
        values += [None if p is None else next(found) for p in held]
        sizes += [len(given)] * len(held)
    return pl.concat(families).with_columns(
        pl.Series("p_adjusted", values, dtype=pl.Float64), pl.Series("n_tests", sizes, dtype=pl.Int32)
    )
