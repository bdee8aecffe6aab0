"""Funnels: each authority beside the figure of Wales, with the limits of chance, plain and inflated for overdispersion.

No order of authorities belongs here: a funnel says who is outside the limits of chance, not who is best.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.core.limits import Z95
from pipelines.publish.quality import statistics
from pipelines.publish.quality.change import PER
from pipelines.publish.quality.shapes import FCT_FUNNEL
from pipelines.publish.quality.statistics import Z998
from schemas.catalogue import WALES

POSITIONS = ("below_998", "below_95", "inside", "above_95", "above_998")
LEAST = 5
"""Fewer authorities than this make no funnel."""
_NEEDED = ("numerator", "denominator", "value")


@dataclass(frozen=True)
class Funnel:
    """One measure and period: what authorities are held against."""

    unit: str
    target: float
    phi: float
    is_overdispersed: bool

    def limits(self, total: float, z: float, *, is_adjusted: bool) -> tuple[float, float]:
        """Limits of chance in the unit of the measure."""
        inflation = max(1.0, self.phi) if is_adjusted and self.is_overdispersed else 1.0
        if self.unit == "percent":
            low, high = statistics.funnel_proportion(self.target, total, z, inflation)
        else:
            low, high = (v / total for v in statistics.funnel_count(self.target * total, z, inflation))
        return round(PER[self.unit] * low, 6), round(PER[self.unit] * high, 6)


def position(value: float, inner: tuple[float, float], outer: tuple[float, float]) -> str:
    """Where a value lies between 95 % and 99.8 % limits."""
    (low, high), (least, most) = inner, outer
    checks = (value < least, value < low, value <= high, value <= most)
    return next((name for name, holds in zip(POSITIONS, checks, strict=False) if holds), POSITIONS[-1])


def funnels(values: pl.DataFrame, units: dict[str, str]) -> pl.DataFrame:
    """Rows of `fct_funnel`: percentages and rates without a breakdown, where Wales and five authorities are published.

    Incomplete figures of Wales make no target, and incomplete ones of an authority are left out.
    """
    if any(c not in values.columns for c in _NEEDED):
        return pl.DataFrame(schema=FCT_FUNNEL.polars_schema)
    is_known = pl.col("measure_id").replace_strict(units, return_dtype=pl.String).is_in(list(PER))
    is_shown = pl.all_horizontal(pl.col(c).is_not_null() for c in _NEEDED) & (pl.col("denominator") > 0)
    kept = values.filter(pl.col("breakdown_id") == "total", is_known, is_shown)
    if "coverage_status" in values.columns:
        kept = kept.filter(pl.col("coverage_status") == "complete")
    rows = [
        row for part in kept.partition_by("measure_id", "period_id", maintain_order=True) for row in _rows(part, units)
    ]
    return pl.DataFrame(rows, schema=FCT_FUNNEL.polars_schema, orient="row")


def _rows(part: pl.DataFrame, units: dict[str, str]) -> list[tuple[object, ...]]:
    of_wales = part.filter(pl.col("area_code") == WALES).select("numerator", "denominator").rows()
    shares = part.filter(pl.col("area_type") == "authority").select("area_code", "numerator", "denominator").rows()
    if not of_wales or len(shares) < LEAST or not of_wales[0][0] > 0:
        return []
    measure_id, period_id = part.select("measure_id", "period_id").row(0)
    held = funnel_of(units[measure_id], of_wales[0], [(n, d) for _, n, d in shares])
    if held is None:
        return []
    return [(None, measure_id, area, period_id, *_placed(held, n, d), len(shares)) for area, n, d in shares]


def funnel_of(unit: str, of_wales: statistics.Share, shares: list[statistics.Share]) -> Funnel | None:
    """The funnel around the figure of Wales; none where that is 0 or 100 %."""
    target = of_wales[0] / of_wales[1]
    if unit == "percent":
        if not 0 < target < 1:
            return None
        scores = [statistics.score_of_share(share, target) for share in shares]
    else:
        scores = [statistics.score_of_count(n, target * d) for n, d in shares]
    return Funnel(unit, target, *statistics.overdispersion(scores))


def _placed(held: Funnel, events: float, total: float) -> tuple[object, ...]:
    per = PER[held.unit]
    value = per * events / total
    found: list[object] = [round(value, 6), float(total), round(per * held.target, 6)]
    for is_adjusted in (False, True):
        inner, outer = (held.limits(total, z, is_adjusted=is_adjusted) for z in (Z95, Z998))
        if is_adjusted:
            found += [round(held.phi, 6), held.is_overdispersed]
        found += [*inner, *outer, position(value, inner, outer)]
    return tuple(found)
