"""Percentages, rates, averages and their limits, as functions of published figures only.

Which counts are published is decided before (see `secondary.py`); status codes and reasons are given in `marks.py`.
"""

from __future__ import annotations

import polars as pl

from pipelines.core.limits import Z95, count_limits
from pipelines.disclosure.config import DisclosureConfig

RATIO_UNITS = ("percent", "rate_per_10000")
AVERAGE_DECIMALS = {"mean": 1, "median": 0, "days": 0}
"""One decimal of a mean never excludes a number of contributors from ten on (sums are whole numbers, so means lie at
most 0.1 apart); the median of an even number of whole values would show a half, so medians are whole."""


def with_published(
    rows: pl.DataFrame, hidden: pl.Series, cells: pl.DataFrame, config: DisclosureConfig
) -> pl.DataFrame:
    """Rows with `r_n`, `r_d` (published counts, null where hidden or absent) and the flags that ratios depend on.

    Adds `n_hidden`, `d_hidden` and `has_small_complement`.
    """
    base = config.rounding_base
    state = cells.select("cell", "true", hidden.alias("hidden")).with_columns(
        shown=pl.when("hidden").then(None).otherwise(((pl.col("true") * 2 + base) // (2 * base)) * base)
    )
    for role, short in (("numerator", "n"), ("denominator", "d")):
        held = state.select(
            pl.col("cell").alias(f"{role}_cell"),
            pl.col("shown").alias(f"r_{short}"),
            pl.col("hidden").alias(f"{short}_hidden"),
        )
        rows = rows.join(held, on=f"{role}_cell", how="left", maintain_order="left")
    small = pl.col("complement_count").is_between(1, config.small_count_max).fill_null(value=False)
    return rows.with_columns(
        pl.col("n_hidden").fill_null(value=False), pl.col("d_hidden").fill_null(value=False), has_small_complement=small
    )


def _half_up(value: pl.Expr, decimals: pl.Expr | int) -> pl.Expr:
    """Rounded with halves up; a hair is added first because 0.285 is stored as slightly less. Rounded again at the end
    because the engine divides by a constant by way of its inverse, and 580.8 came out as 580.8000000000001."""
    scale = pl.lit(10.0).pow(decimals)
    return ((value * scale + 0.5 + 1e-9).floor() / scale).round(6)


def percent_decimals(config: DisclosureConfig) -> pl.Expr:
    """Whole percentages below the denominator at which one decimal is accurate (NHS Digital, 2018: about 4,000)."""
    return pl.when(pl.col("r_d") >= config.percent_decimal_min_denominator).then(1).otherwise(0)


def _percent(config: DisclosureConfig) -> dict[str, pl.Expr]:
    events, total, z = pl.col("r_n").cast(pl.Float64), pl.col("r_d").cast(pl.Float64), Z95
    spread = z * (z * z + 4 * events * (1 - events / total)).sqrt()
    below = 2 * (total + z * z)
    decimals = percent_decimals(config)
    lower, upper = (2 * events + z * z - spread) / below, (2 * events + z * z + spread) / below
    return {
        "value": _half_up(100 * events / total, decimals),
        "lower": _half_up(100 * lower.clip(0, 1), decimals),
        "upper": _half_up(100 * upper.clip(0, 1), decimals),
    }


def _rate(counts: pl.Series, config: DisclosureConfig) -> dict[str, pl.Expr]:
    """Per 10,000 of the open population; limits of the count are looked up, as published counts repeat."""
    shown = sorted(set(counts.drop_nulls().to_list()))
    found = [count_limits(n) for n in shown]
    times = pl.lit(float(config.rate_per)) / pl.col("denominator")
    events = pl.col("r_n")
    ends = [
        events.replace_strict(shown, [pair[i] for pair in found], default=None, return_dtype=pl.Float64) for i in (0, 1)
    ]
    return {
        "value": _half_up(events * times, 0),
        "lower": _half_up(ends[0] * times, 0),
        "upper": _half_up(ends[1] * times, 0),
    }


def _by_unit(rows: pl.DataFrame, name: str, config: DisclosureConfig) -> pl.Expr:
    """The figure called `name` (value, lower, upper) for every unit; null where the unit has none."""
    is_rate, is_percent = pl.col("unit") == "rate_per_10000", pl.col("unit") == "percent"
    rates = _rate(rows.filter(is_rate)["r_n"], config)
    found = pl.when(is_percent).then(_percent(config)[name]).when(is_rate).then(rates[name])
    if name != "value":
        return found.otherwise(None)
    found = found.when(pl.col("unit") == "count").then(pl.col("r_n").cast(pl.Float64))
    for unit, decimals in AVERAGE_DECIMALS.items():
        found = found.when(pl.col("unit") == unit).then(_half_up(pl.col("average"), decimals))
    return found.otherwise(None)


def figures(rows: pl.DataFrame, config: DisclosureConfig) -> pl.DataFrame:
    """Rows with `value`, `lower` and `upper` before anything is withheld; limits where the measure names a method."""
    has_limits = pl.col("interval").is_not_null()
    return rows.rename({"value": "average"}).with_columns(
        value=_by_unit(rows, "value", config),
        lower=pl.when(has_limits).then(_by_unit(rows, "lower", config)),
        upper=pl.when(has_limits).then(_by_unit(rows, "upper", config)),
    )
