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
MEANT = 0.95
"""Share of past years that the limits are to hold."""

Series = dict[int, float]
"""Year in which a financial year ends -> published count on its 31 March."""


@dataclass(frozen=True)
class Outlook:
    """A forecast, how far it may stray either way before widening, and the yearly changes it rests on."""

    value: float
    half: float
    drift: float
    n_changes: int

    def limits(self, widening: float) -> tuple[float, float]:
        """Between which counts the figure is to lie; a count is never below zero."""
        return max(0.0, self.value - widening * self.half), self.value + widening * self.half


@dataclass(frozen=True)
class Past:
    """One past year forecast from the 31 March before it: by how much it was wrong, and in halves of its limits."""

    error: float
    score: float


def changes(series: Series, before: int) -> list[float]:
    """The yearly changes up to the year before, newest last; years that are not next to each other make none."""
    years = sorted(y for y in series if y < before and y - 1 in series)
    return [series[y] - series[y - 1] for y in years][-MOST:]


def outlook(start: float, share: float, held: Sequence[float]) -> Outlook | None:
    """From a count with a share of the year to go: it drifts as years did on average, and strays as they did.

    The drift is the mean yearly change times the share; it strays as a random walk does: the standard deviation of the
    yearly changes times the root of the share, with Student's t for so few years, and a step of rounding at the least.
    """
    n = len(held)
    if n < LEAST:
        return None
    drift = sum(held) / n
    spread = math.sqrt(sum((c - drift) ** 2 for c in held) / (n - 1))
    half = T975[n - 1] * spread * math.sqrt(share * (1 + 1 / n))
    return Outlook(start + share * drift, max(half, float(BASE)), drift, n)


def backtest(series: Series) -> list[Past]:
    """Each year that can be, forecast from the 31 March before it as if it were not known."""
    tried = [
        (abs(series[year] - found.value), found.half)
        for year in sorted(series)
        if year - 1 in series and (found := outlook(series[year - 1], 1.0, changes(series, year)))
    ]
    return [Past(error, error / half) for error, half in tried]


def widening(scores: Sequence[float]) -> float:
    """How many times wider limits must be to hold 95 % of the years behind these scores and one more; never narrower.

    The rank is that of split conformal prediction; with fewer than 19 scores it is beyond the last, which then stands.
    """
    rank = math.ceil((len(scores) + 1) * MEANT)
    return max([1.0, *sorted(scores)[:rank][-1:]])


def forecasts(values: pl.DataFrame, measures: Sequence[str]) -> pl.DataFrame:
    """Rows of `fct_forecast`: each area whose newest figure is a quarter of a year without a figure of its own."""
    shown = values.filter(
        pl.col("measure_id").is_in(list(measures)), pl.col("breakdown_id") == "total", pl.col("value").is_not_null()
    )
    if "coverage_status" in values.columns:
        shown = shown.filter(pl.col("coverage_status") == "complete")
    parts = shown.partition_by("measure_id", maintain_order=True)
    rows = [row for part in parts for row in _of_measure(part)]
    return pl.DataFrame(rows, schema=FCT_FORECAST.polars_schema, orient="row")


def _of_measure(part: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    """Limits are widened by what the other areas' past years ask for, so that no area is judged by its own."""
    areas = {str(key[0]): _periods(held) for key, held in part.group_by("area_code", maintain_order=True)}
    past = {area: backtest(_years(held)) for area, held in areas.items()}
    factors = {a: widening([p.score for b, held in past.items() if b != a for p in held]) for a in areas}
    within = {a: sum(p.score <= factors[a] for p in past[a]) for a in areas}
    pooled = (sum(len(held) for held in past.values()), sum(within.values()))
    for area, held in areas.items():
        told = _row(held, factors[area])
        if told:
            mean = round(sum(p.error for p in past[area]) / len(past[area]), 1) if past[area] else None
            record = (len(past[area]), mean, within[area], round(factors[area], 2), *pooled)
            yield None, part["measure_id"][0], area, *told, *record


def _periods(part: pl.DataFrame) -> dict[Period, float]:
    return {Period(p): value for p, value in part.select("period_id", "value").iter_rows()}


def _years(held: dict[Period, float]) -> Series:
    return {p.end.year: value for p, value in held.items() if not p.is_quarter}


def _row(held: dict[Period, float], factor: float) -> tuple[object, ...] | None:
    """From year to number of changes, where the newest figure is a quarter of a year that has none of its own."""
    newest = max(held, key=lambda p: (p.end, not p.is_quarter))
    if not newest.is_quarter:
        return None
    found = outlook(held[newest], (4 - int(newest[-1])) / 4, changes(_years(held), newest.year.end.year))
    if found is None:
        return None
    shown = [float(BASE * round(v / BASE)) for v in (found.value, *found.limits(factor))]
    return str(newest.year), str(newest), held[newest], *shown, round(found.drift, 1), found.n_changes
