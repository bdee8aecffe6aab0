"""What 31 March may bring, from the newest published quarter: a declared, simple method with its own record of errors.

Everything is worked out from published rounded figures; anything cleverer would need counts that are not published.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.core.periods import Period
from pipelines.publish.quality.shapes import FCT_FORECAST

MOST, LEAST = 5, 3
"""Yearly changes that a forecast looks back on."""
T975 = {2: 4.302653, 3: 3.182446, 4: 2.776445}
"""97.5 % points of Student's t by degrees of freedom."""
BASE = 5

Series = dict[int, float]
"""Year in which a financial year ends -> published count on its 31 March."""


@dataclass(frozen=True)
class Outlook:
    """A forecast with its 95 % limits, and the yearly changes it rests on."""

    value: float
    lower: float
    upper: float
    drift: float
    n_changes: int


def changes(series: Series, before: int) -> list[float]:
    """The yearly changes up to the year before, newest last; years that are not next to each other make none."""
    years = sorted(y for y in series if y < before and y - 1 in series)
    return [series[y] - series[y - 1] for y in years][-MOST:]


def outlook(start: float, share: float, held: Sequence[float]) -> Outlook | None:
    """From a count with a share of the year to go: it drifts as years did on average, and strays as they did.

    The drift is the mean yearly change times the share; the limits are those of a random walk: the standard deviation
    of the yearly changes times the root of the share, with Student's t for so few years.
    """
    n = len(held)
    if n < LEAST:
        return None
    drift = sum(held) / n
    spread = math.sqrt(sum((c - drift) ** 2 for c in held) / (n - 1))
    half = T975[n - 1] * spread * math.sqrt(share * (1 + 1 / n))
    value = start + share * drift
    return Outlook(value, max(0.0, value - half), value + half, drift, n)


def backtest(series: Series) -> tuple[int, float | None, int]:
    """(years tried, mean absolute error, years within the limits): each year forecast from the 31 March before it."""
    tried = [
        (series[year], found)
        for year in sorted(series)
        if year - 1 in series and (found := outlook(series[year - 1], 1.0, changes(series, year)))
    ]
    if not tried:
        return 0, None, 0
    errors = [abs(seen - found.value) for seen, found in tried]
    return len(tried), sum(errors) / len(errors), sum(f.lower <= seen <= f.upper for seen, f in tried)


def forecasts(values: pl.DataFrame, measures: Sequence[str]) -> pl.DataFrame:
    """Rows of `fct_forecast`: each area whose newest figure is a quarter of a year without a figure of its own."""
    shown = values.filter(
        pl.col("measure_id").is_in(list(measures)), pl.col("breakdown_id") == "total", pl.col("value").is_not_null()
    )
    if "coverage_status" in values.columns:
        shown = shown.filter(pl.col("coverage_status") == "complete")
    parts = shown.partition_by("measure_id", "area_code", maintain_order=True)
    rows = [row for part in parts for row in _rows(part)]
    return pl.DataFrame(rows, schema=FCT_FORECAST.polars_schema, orient="row")


def _rows(part: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    measure_id, area = part.select("measure_id", "area_code").row(0)
    held = {Period(p): value for p, value in part.select("period_id", "value").iter_rows()}
    series = {p.end.year: value for p, value in held.items() if not p.is_quarter}
    newest = max(held, key=lambda p: (p.end, not p.is_quarter))
    ends = newest.year.end.year
    if not newest.is_quarter:
        return
    share = (4 - int(newest[-1])) / 4
    found = outlook(held[newest], share, changes(series, ends))
    if found is None:
        return
    n_tried, error, n_within = backtest(series)
    shown = [float(BASE * round(v / BASE)) for v in (found.value, found.lower, found.upper)]
    start = (None, measure_id, area, str(newest.year), str(newest), held[newest])
    record = (n_tried, None if error is None else round(error, 1), n_within)
    yield (*start, *shown, round(found.drift, 1), found.n_changes, *record)
