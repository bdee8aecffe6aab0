"""Tables worked out from published figures (change, funnels, extent): each row is worked out again from the ledger.

The formulae stand here a second time, from their sources; tables that only repeat figures belong to `tables.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from pipelines.audit.verifier.ledger import KEY, Ledger

Z95, Z998 = 1.959963984540054, 3.090232306167813
PER = {"percent": 100.0, "rate_per_10000": 10_000.0}
OF_NONE, OF_FIVE = (0.0, 3.688879454114), (1.623486390131, 11.668332079323)
"""Exact 95 % limits of Poisson counts of 0 and 5: below ten there are no other published ones."""
NEAR = 2e-6
"""Figures are kept to six places, and may be worked out in another order here."""
BASE = 5
ROW = KEY[:3]
Sides = tuple[pl.Expr, pl.Expr]
Wanted = dict[str, pl.Expr]


def check(ledger: Ledger, name: str, table: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Rows of a table that do not follow from the ledger, by column; nothing for a table of another name, and all rows
    of one that lacks what they are worked out by."""
    if name not in WORKED_OUT:
        return {}
    work, needed = WORKED_OUT[name]
    if lacking := {*ROW, *needed} - set(table.columns):
        return {min(lacking): table}
    held, wanted = work(ledger, table)
    found: dict[str, pl.DataFrame] = {}
    for column, expected in wanted.items():
        if column in table.columns:
            shown = pl.col(column).cast(pl.Float64)
            is_near = (shown - expected).abs() <= NEAR
            is_right = pl.when(shown.is_null() | expected.is_null()).then(shown.is_null() & expected.is_null())
            wrong = held.filter(~is_right.otherwise(is_near))
            found |= {column: wrong.select(ROW)} if wrong.height else {}
    return found


def _totals(ledger: Ledger, suffix: str = "") -> pl.DataFrame:
    """Published counts of totals; a count that stands in no whole has the whole 1."""
    totals = ledger.frame.filter(pl.col("breakdown_id") == "total")
    return totals.select(
        *ROW[:2], pl.col("period_id").alias("previous_period_id" if suffix else "period_id"),
        pl.col("numerator").alias(f"n{suffix}"), pl.col("denominator").fill_null(1.0).alias(f"d{suffix}"),
    )  # fmt: skip


def _per(ledger: Ledger) -> pl.Expr:
    return pl.col("measure_id").replace_strict(dict(ledger.units), default="").replace_strict(PER, default=1.0)


def _changes(ledger: Ledger, table: pl.DataFrame) -> tuple[pl.DataFrame, Wanted]:
    """Difference, its limits (Newcombe 1998, method 10; for counts the same from their own limits), and p of the score
    test, corrected over the areas of one kind (Benjamini and Hochberg 1995)."""
    held = table.join(_totals(ledger), on=list(ROW), how="left", maintain_order="left")
    on = [*ROW[:2], "previous_period_id"]
    held = held.join(_totals(ledger, "_0"), on=on, how="left", maintain_order="left").with_columns(per=_per(ledger))
    now, then = (pl.col("n"), pl.col("d")), (pl.col("n_0"), pl.col("d_0"))
    is_share = pl.col("test") == "newcombe"
    (low, high), (low_0, high_0) = (_limits(side, is_share) for side in (now, then))
    share, share_0 = now[0] / now[1], then[0] / then[1]
    gap = share - share_0
    held = held.with_columns(z=pl.when(is_share).then(_z_of_shares(now, then)).otherwise(_z_of_counts(now, then)))
    held = held.with_columns(p=pl.col("z").map_elements(_two_sided, return_dtype=pl.Float64))
    held = held.with_columns(p=pl.when(pl.col("test").is_not_null()).then("p"))
    tested = pl.when(pl.col("test").is_not_null())
    plain = pl.when(pl.col("difference").is_not_null()).then(pl.col("value") - pl.col("previous_value"))
    return _corrected(held), {
        "difference": tested.then(pl.col("per") * gap).otherwise(plain),
        "lower": tested.then(pl.col("per") * (gap - _far(share - low, high_0 - share_0))),
        "upper": tested.then(pl.col("per") * (gap + _far(high - share, share_0 - low_0))),
        "p_value": pl.col("p"),
        "p_adjusted": pl.col("adjusted"),
    }


def _far(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return (one * one + other * other).sqrt()


def _limits(side: Sides, is_share: pl.Expr) -> Sides:
    """95 % limits of a side, per unit of its whole: Wilson's of a share; of a count Byar's, or below ten exact."""
    n, d = side
    spread = Z95 * (Z95**2 + 4 * n * (1 - n / d)).sqrt()
    wilson = [(2 * n + Z95**2 + sign * spread) / (2 * (d + Z95**2)) for sign in (-1, 1)]
    byar = [k * (1 - 1 / (9 * k) + sign * Z95 / (3 * k.sqrt())) ** 3 for k, sign in ((n, -1), (n + 1, 1))]
    ends = []
    for at in (0, 1):
        exact = pl.when(n == 0).then(pl.lit(OF_NONE[at])).otherwise(pl.lit(OF_FIVE[at]))
        count = pl.when(n < 10).then(exact).otherwise(byar[at]) / d
        ends.append(pl.when(is_share).then(wilson[at].clip(0, 1)).otherwise(count))
    return ends[0], ends[1]


def _z_of_shares(now: Sides, then: Sides) -> pl.Expr:
    pooled = (now[0] + then[0]) / (now[1] + then[1])
    variance = pooled * (1 - pooled) * (1 / now[1] + 1 / then[1])
    return pl.when(variance > 0).then((now[0] / now[1] - then[0] / then[1]) / variance.sqrt()).otherwise(0.0)


def _z_of_counts(now: Sides, then: Sides) -> pl.Expr:
    total, share = now[0] + then[0], now[1] / (now[1] + then[1])
    variance = total * share * (1 - share)
    return pl.when(variance > 0).then((now[0] - total * share) / variance.sqrt()).otherwise(0.0)


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def _corrected(held: pl.DataFrame) -> pl.DataFrame:
    """With `adjusted`: from the largest p down, the least of p times tests over rank so far, within a family."""
    family = ["measure_id", "period_id", pl.col("area_code").str.slice(0, 2)]  # Wales, regions, authorities
    ordered = held.sort("p", descending=True, nulls_last=True)
    n = pl.col("p").count().over(family)
    rank = n - pl.int_range(pl.len()).over(family)
    return ordered.with_columns(step=pl.when(pl.col("p").is_not_null()).then(pl.col("p") * n / rank)).with_columns(
        adjusted=pl.when(pl.col("p").is_not_null()).then(pl.col("step").cum_min().over(family).clip(0, 1))
    )


def _funnels(ledger: Ledger, table: pl.DataFrame) -> tuple[pl.DataFrame, Wanted]:
    """Value, size, target, and the limits of chance around it, plain and inflated (Spiegelhalter 2005)."""
    of_wales = _totals(ledger).filter(pl.col("area_code") == "W92000004").drop("area_code")
    held = table.join(_totals(ledger), on=list(ROW), how="left", maintain_order="left").with_columns(per=_per(ledger))
    held = held.join(of_wales, on=["measure_id", "period_id"], how="left", suffix="_w", maintain_order="left")
    held = held.with_columns(p0=pl.col("n_w") / pl.col("d_w"), is_share=pl.col("per") == PER["percent"])
    p0, d, per = pl.col("p0"), pl.col("d"), pl.col("per")
    one = pl.when("is_share").then(p0 * (1 - p0) / d).otherwise(p0 / d)
    held = held.with_columns(one=one, score=(pl.col("n") / d - p0) / one.sqrt())
    group = ["measure_id", "period_id"]
    ends = [pl.col("score").quantile(q, "linear").over(group) for q in (0.1, 0.9)]
    phi = (pl.col("score").clip(*ends) ** 2).mean().over(group)
    held = _with_exact(held.with_columns(phi=phi))
    inflation = pl.when("is_overdispersed").then(pl.col("phi").clip(1, None)).otherwise(1.0)
    wanted = {"value": per * pl.col("n") / d, "size": d, "target": per * p0, "overdispersion": pl.col("phi")}
    for end, sign in (("lower", -1), ("upper", 1)):
        for label, z in (("95", Z95), ("998", Z998)):
            for prefix, times in (("", pl.lit(1.0)), ("adjusted_", inflation)):
                normal = (p0 + sign * z * (times * one).sqrt()).clip(0, pl.when("is_share").then(1.0))
                exact = pl.col(f"exact_{end}_{label}") / d
                is_exact = ~pl.col("is_share") & (times <= 1)
                wanted[f"{prefix}{end}_{label}"] = per * pl.when(is_exact).then(exact).otherwise(normal)
    return held, wanted


def _with_exact(held: pl.DataFrame) -> pl.DataFrame:
    """With the exact limits of rates: where the Poisson distribution, a line between whole counts, reaches a tail."""
    means = held.select(pl.when(~pl.col("is_share")).then(pl.col("p0") * pl.col("d"))).to_series().to_list()
    tails = {f"exact_{end}_{label}": 0.5 * _two_sided(z) if end == "lower" else 1 - 0.5 * _two_sided(z)
             for end in ("lower", "upper") for label, z in (("95", Z95), ("998", Z998))}  # fmt: skip
    lines = [None if mean is None else _poisson(mean) for mean in means]
    columns = {
        name: [None if line is None else float(np.interp(tail, line[1], line[0])) for line in lines]
        for name, tail in tails.items()
    }
    return held.with_columns(pl.Series(name, values, dtype=pl.Float64) for name, values in columns.items())


def _poisson(mean: float) -> tuple[np.ndarray, np.ndarray]:
    """Whole counts around a mean, one before the first, and how probable it is that a count is no larger."""
    first = max(0, math.floor(mean - 12 * math.sqrt(mean)))
    counts = np.arange(first, math.ceil(mean + 12 * math.sqrt(mean)) + 12)
    factorials = math.lgamma(first + 1) + np.concatenate(([0.0], np.cumsum(np.log(counts[1:]))))
    reached = np.cumsum(np.exp(counts * math.log(mean) - mean - factorials))
    return np.concatenate(([first - 1], counts)).clip(0), np.concatenate(([0.0], reached))


def _extents(ledger: Ledger, table: pl.DataFrame) -> tuple[pl.DataFrame, Wanted]:
    """Bounds are multiples of the base, stand beside incomplete counts only, and never below what is published."""
    held = table.join(_totals(ledger), on=list(ROW), how="left", maintain_order="left")
    is_count = pl.col("measure_id").replace_strict(dict(ledger.units), default="") == "count"
    may_be = is_count & (pl.col("coverage_status") == "partial") & pl.col("n").is_not_null()
    low, high = ((pl.col(c) / BASE).round() * BASE for c in ("low", "high"))
    return held, {
        "low": pl.when(may_be & (pl.col("low") >= pl.col("n"))).then(low),
        "high": pl.when(may_be & (pl.col("high") >= pl.col("low"))).then(high),
    }


Work = Callable[[Ledger, pl.DataFrame], tuple[pl.DataFrame, Wanted]]
WORKED_OUT: Mapping[str, tuple[Work, tuple[str, ...]]] = {
    "fct_change": (_changes, ("previous_period_id", "value", "previous_value", "difference", "test")),
    "fct_funnel": (_funnels, ("is_overdispersed",)),
    "fct_extent": (_extents, ("coverage_status", "low", "high")),
}
"""Tables that are worked out from published figures alone, and the columns that they are worked out by."""
