"""How much of what a figure should hold is in it, by measure, area and period; and between which bounds the whole lies.

Counting who has sent what does not belong here: the flow counts, and `coverage_status` stands beside each value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl

from pipelines.core.periods import Period
from pipelines.publish.quality.shapes import FCT_EXTENT
from pipelines.publish.records import CoverageRow

NOT_RECEIVED, STOPS_EARLY, NO_POPULATION = "not_received", "stops_early", "no_population"
REASONS = (NOT_RECEIVED, STOPS_EARLY, NO_POPULATION)
STEP = 5.0
LEAST_CHANGE = STEP
"""What a published count may move in a year at the least: one step of rounding."""

Place = tuple[str, str]
"""(area, period)."""


@dataclass(frozen=True)
class Reach:
    """Who makes up each area, and what is known of the reports of each authority and period."""

    members: Mapping[str, Sequence[str]]
    rows: Mapping[Place, CoverageRow]

    def missing(self, area: str, period: str) -> list[str]:
        """Authorities of the area without a report of the period."""
        return [a for a in self.members[area] if (r := self.rows.get((a, period))) and r.status == "missing"]

    def cut_short(self, area: str, period: str) -> list[CoverageRow]:
        """Reports of authorities of the area that stop before the period does."""
        found = (self.rows.get((a, period)) for a in self.members[area])
        return [r for r in found if r and r.reason == STOPS_EARLY]


def extents(values: pl.DataFrame, units: Mapping[str, str], reach: Reach) -> pl.DataFrame:
    """Rows of `fct_extent`, one for each measure, area and period with a figure or without one."""
    totals = values.filter(pl.col("breakdown_id") == "total")
    if "coverage_status" not in totals.columns:
        return pl.DataFrame(schema=FCT_EXTENT.polars_schema)
    columns = ("measure_id", "area_code", "period_id", "coverage_status", "value")
    seen = {(m, a, p): v for m, a, p, _, v in totals.select(columns).iter_rows()}
    history = _histories(seen)
    rows = []
    for measure, area, period, status, value in totals.select(columns).iter_rows():
        reason, until = _reason((area, period), status, units[measure], value, reach)
        bounds: tuple[float | None, float | None] = (None, None)
        if status == "partial" and units[measure] == "count" and value is not None:
            bounds = outward(*_bounds(measure, (area, period), value, (history, reach)))
        lacking = reach.missing(area, period)
        n = len(reach.members[area])
        rows.append((None, measure, area, period, status, reason, until, n, n - len(lacking), *bounds))
    return pl.DataFrame(rows, schema=FCT_EXTENT.polars_schema, orient="row")


def _reason(place: Place, status: str, unit: str, value: float | None, reach: Reach) -> tuple[str | None, date | None]:
    if short := reach.cut_short(*place):
        return STOPS_EARLY, min((r.covered_to for r in short if r.covered_to), default=None)
    if status in ("partial", "missing"):
        return NOT_RECEIVED, None
    return (NO_POPULATION if unit == "rate_per_10000" and value is None else None), None


History = Mapping[tuple[str, str], Mapping[Period, float]]


def _histories(seen: Mapping[tuple[str, str, str], float | None]) -> History:
    found: dict[tuple[str, str], dict[Period, float]] = {}
    for (measure, area, period), value in seen.items():
        if value is not None:
            found.setdefault((measure, area), {})[Period(period)] = value
    return found


def _bounds(measure: str, place: Place, value: float, held: tuple[History, Reach]) -> tuple[float, float | None]:
    """The published partial total with what the history of each authority allows that is missing or cut short."""
    history, reach = held
    area, period = place
    low, high = value, value
    absent = [(code, 0.0) for code in reach.missing(area, period)]
    for report in reach.cut_short(*place):
        counted = history.get((measure, report.area_code), {}).get(Period(period), 0.0)
        absent.append((report.area_code, counted))
    for code, counted in absent:
        own = {p: v for p, v in history.get((measure, code), {}).items() if str(p) != period}
        found = range_from(own, Period(period))
        if found is None:
            return low, None
        low += max(0.0, found[0] - counted)
        high += max(0.0, found[1] - counted)
    return low, high


def outward(low: float, high: float | None) -> tuple[float, float | None]:
    """Bounds to the nearest published step outside them: a bound is no finer than the counts it rests on."""
    return STEP * math.floor(low / STEP), None if high is None else STEP * math.ceil(high / STEP)


def range_from(own: Mapping[Period, float], period: Period) -> tuple[float, float] | None:
    """Between what a count of one authority lies in a period, from its published counts of other periods of the kind.

    From the nearest period before and after: each may have moved by the largest yearly change that was seen in the
    authority (at least one step of rounding) for each year between. None where there is no other period.
    """
    alike = {p.end: v for p, v in own.items() if p.is_quarter == period.is_quarter}
    days = sorted(alike)
    steps = [abs(alike[b] - alike[a]) / _years(a, b) for a, b in pairwise(days)]
    step = max([LEAST_CHANGE, *steps])
    nearest = [*[d for d in days if d < period.end][-1:], *[d for d in days if d > period.end][:1]]
    ranges = [(alike[d] - step * y, alike[d] + step * y) for d in nearest if (y := _years(*sorted((d, period.end))))]
    if not ranges:
        return None
    return max(0.0, min(low for low, _ in ranges)), max(high for _, high in ranges)


def _years(first: date, last: date) -> float:
    return max(0.25, (last - first).days / 365.25)


def reach_of(members: Mapping[str, Sequence[str]], rows: Sequence[CoverageRow]) -> Reach:
    """What the flow counted, for looking up; the return is the one of the period's kind."""
    return Reach(members, {(r.area_code, r.period_id): r for r in rows})
