"""What a comparison does with published series: each operation gives rows of `fct_derived_value`.

Looking series up (`operands.py`) and describing comparisons (`room.py`) do not belong here.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from pipelines.core.periods import Period
from pipelines.publish.derived.operands import KEY, Shelves
from pipelines.publish.quality.breaks import SEGMENT, marks_of
from schemas.derived import Derived, Operand

ROW = (*KEY, "statistic", "value", "status", "compared_period_id", "related_area_code")
LEAST_AREAS = 8
"""A straight line through fewer authorities says nothing."""
WITHHELD, ABSENT, LOW_RELIABILITY = "c", "x", "u"


def worked_out(d: Derived, shelves: Shelves) -> pl.DataFrame:
    """Rows of one comparison in the order of `ROW`; an absent value has a status, a value the marks it rests on."""
    return _shaped(_OPERATIONS[d.operation](d, shelves), d)


def _shaped(held: pl.DataFrame, d: Derived) -> pl.DataFrame:
    texts = ("statistic", "compared_period_id", "related_area_code")
    defaults = {"statistic": "value", "compared_period_id": None, "related_area_code": None}
    missing = [pl.lit(defaults[c], pl.String).alias(c) for c in texts if c not in held.columns]
    rounded = pl.col("value").cast(pl.Float64).round(d.decimals)
    is_shown = rounded.is_finite().fill_null(value=False)
    return held.with_columns(missing).select(
        *KEY,
        "statistic",
        pl.when(rounded.is_finite()).then(rounded).alias("value"),
        pl.when(is_shown).then(marks_of("status")).otherwise(_why("status")).alias("status"),
        *texts[1:],
    )


def _why(column: str) -> pl.Expr:
    """`c` where a figure that was needed is withheld, else `x`."""
    is_withheld = pl.col(column).fill_null("").str.split(",").list.contains(WITHHELD)
    return pl.when(is_withheld).then(pl.lit(WITHHELD)).otherwise(pl.lit(ABSENT))


def _beside(d: Derived, shelves: Shelves) -> pl.DataFrame:
    return shelves.series(d.left).with_columns(pl.col("value") * d.scale)


def _years_before(period: str, years: int) -> str | None:
    """The same period some years before: a year for a year, a quarter for a quarter."""
    held = Period(period)
    before = Period.of_year(int(str(held.year)[:4]) - years)
    return f"{before}{str(held)[7:]}"


def _against_before(d: Derived, shelves: Shelves) -> pl.DataFrame:
    now = shelves.whole_series(d.left)
    before = {p: _years_before(p, d.years) for p in now["period_id"].unique()}
    then = now.select(
        "area_code", pl.col("period_id").alias("compared_period_id"), *KEY[2:], "value", "status", SEGMENT
    )
    placed = now.with_columns(pl.col("period_id").replace_strict(before).alias("compared_period_id"))
    on = ["area_code", "compared_period_id", *KEY[2:]]
    is_one_run = pl.col(SEGMENT) == pl.col(f"{SEGMENT}_then")
    return placed.join(then, on=on, how="inner", suffix="_then").with_columns(
        pl.when(is_one_run).then("value_then").alias("value_then"),
        pl.concat_str("status", "status_then", separator=",").alias("status"),
    )


def _change(d: Derived, shelves: Shelves) -> pl.DataFrame:
    held = _against_before(d, shelves)
    return held.with_columns((pl.col("value") - pl.col("value_then")) * d.scale)


def _percent_change(d: Derived, shelves: Shelves) -> pl.DataFrame:
    held = _against_before(d, shelves)
    than = pl.when(pl.col("value_then") > 0).then(pl.col("value_then"))
    return held.with_columns((pl.col("value") - pl.col("value_then")) / than * 100)


def _share(d: Derived, shelves: Shelves) -> pl.DataFrame:
    """Each category in percent of the total of the same area and period, both as published."""
    parts = shelves.series(d.left)
    whole = shelves.values.filter(
        (pl.col("measure_id") == d.left.measure) & (pl.col("breakdown_id") == "total")
    ).select("area_code", "period_id", pl.col("value").alias("whole"), pl.col("status").alias("of_whole"))
    joined = parts.join(whole, on=["area_code", "period_id"], how="inner")
    return joined.with_columns(
        pl.col("value") / pl.when(pl.col("whole") > 0).then(pl.col("whole")) * 100,
        pl.concat_str("status", marks_of("of_whole"), separator=",").alias("status"),
    )


def _both(d: Derived, shelves: Shelves) -> pl.DataFrame:
    """Left beside right of the same area and year; a right side held for one year only stands beside all."""
    assert d.right is not None
    left, right = shelves.whole_series(d.left), shelves.whole_series(d.right)
    right = right.with_columns(pl.col("value").alias("value_right"), pl.col("status").alias("status_right"))
    right = right.select("area_code", "period_id", "value_right", "status_right")
    if d.right.dataset and right["period_id"].n_unique() <= 1:
        return left.join(right.drop("period_id"), on="area_code", how="inner")
    return left.join(right, on=["area_code", "period_id"], how="inner")


def _difference(d: Derived, shelves: Shelves) -> pl.DataFrame:
    both = pl.concat_str("status", "status_right", separator=",")
    return _both(d, shelves).with_columns((pl.col("value") - pl.col("value_right")) * d.scale, both.alias("status"))


def _sum(d: Derived, shelves: Shelves) -> pl.DataFrame:
    both = pl.concat_str("status", "status_right", separator=",")
    return _both(d, shelves).with_columns((pl.col("value") + pl.col("value_right")) * d.scale, both.alias("status"))


def _year_to_date(d: Derived, shelves: Shelves) -> pl.DataFrame:
    """Of each quarter: what the quarters of its year add up to so far; nothing where one of them is not shown."""
    year, number = pl.col("period_id").str.slice(0, 7), pl.col("period_id").str.tail(1).cast(pl.Int32)
    quarters = shelves.whole_series(d.left).filter(pl.col("period_id").str.contains("Q"))
    held = quarters.with_columns(year=year, number=number)
    earlier = held.select("area_code", "year", *KEY[2:], "number", "value", "status")
    pairs = held.drop("value", "status").join(earlier, on=["area_code", "year", *KEY[2:]], suffix="_then")
    summed = pairs.filter(pl.col("number_then") <= pl.col("number")).group_by(*KEY, "number").agg(
        pl.col("value").sum(), pl.col("value").count().alias("n"), pl.col("status").sort().str.join(",")
    )  # fmt: skip
    return summed.with_columns(pl.when(pl.col("n") == pl.col("number")).then(pl.col("value") * d.scale).alias("value"))


def _ratio(d: Derived, shelves: Shelves) -> pl.DataFrame:
    both = pl.concat_str("status", "status_right", separator=",")
    below = pl.when(pl.col("value_right") != 0).then(pl.col("value_right"))
    return _both(d, shelves).with_columns(pl.col("value") / below * d.scale, both.alias("status"))


def _authorities(held: pl.DataFrame, shelves: Shelves) -> pl.DataFrame:
    named = [code for code, kind in shelves.area_types.items() if kind == "authority"]
    return held.filter(pl.col("area_code").is_in(named))


def _rank(d: Derived, shelves: Shelves) -> pl.DataFrame:
    """1 for the highest; withheld figures have no rank."""
    held = _authorities(shelves.series(d.left), shelves)
    place = pl.col("value").rank("min", descending=True).over("period_id", "breakdown_id", "breakdown_code")
    return held.with_columns(place.alias("value"))


def _of_wales(shelves: Shelves) -> str:
    return next(code for code, kind in shelves.area_types.items() if kind == "wales")


def _extremes(d: Derived, shelves: Shelves) -> pl.DataFrame:
    """Lowest and highest published value among the authorities, and whose it is; `u` where not all are published."""
    every = _authorities(shelves.series(d.left), shelves)
    held = every.filter(pl.col("value").is_not_null())
    among = every.group_by("period_id", *KEY[2:]).agg(
        pl.when(pl.col("value").is_null().any()).then(pl.lit(LOW_RELIABILITY)).otherwise(pl.lit("")).alias("lacks"),
        pl.col("status").filter(pl.col("value").is_not_null()).sort().str.join(",").alias("marks"),
    )
    ordered = held.sort("value", "area_code")
    found = [
        ordered.group_by("period_id", *KEY[2:], maintain_order=True)
        .agg(getattr(pl.col("area_code"), end)().alias("related_area_code"), getattr(pl.col("value"), end)())
        .with_columns(pl.lit(name).alias("statistic"))
        for end, name in (("first", "minimum"), ("last", "maximum"))
    ]
    wales = pl.lit(_of_wales(shelves)).alias("area_code")
    told = pl.concat(found).join(among, on=["period_id", *KEY[2:]], how="left", maintain_order="left")
    return told.with_columns(
        wales, pl.concat_str("lacks", "marks", separator=",").alias("status"), pl.col("value") * d.scale
    )


def _fit(d: Derived, shelves: Shelves) -> pl.DataFrame:
    """The least-squares line of left on right over the authorities whose figures are both published."""
    both = _authorities(_both(d, shelves), shelves).filter(
        pl.col("value").is_not_null() & pl.col("value_right").is_not_null()
    )
    x, y = pl.col("value_right"), pl.col("value")
    found = both.group_by("period_id", *KEY[2:], maintain_order=True).agg(
        (pl.cov(x, y) / x.var()).alias("slope"),
        (y.mean() - pl.cov(x, y) / x.var() * x.mean()).alias("intercept"),
        pl.corr(x, y).alias("correlation"),
        pl.len().cast(pl.Float64).alias("n_areas"),
        pl.concat_str("status", "status_right", separator=",").sort().str.join(",").alias("status"),
    )
    long = found.filter(pl.col("n_areas") >= LEAST_AREAS).unpivot(
        ["slope", "intercept", "correlation", "n_areas"], index=["period_id", *KEY[2:], "status"],
        variable_name="statistic",
    )  # fmt: skip
    return long.with_columns(pl.lit(_of_wales(shelves)).alias("area_code"))


def _from_elsewhere(d: Derived, shelves: Shelves) -> pl.DataFrame:
    """Of a breakdown by authority: the column of an authority for all Wales, less its own row."""
    held = shelves.series(d.left).with_columns(
        pl.col("breakdown_code").replace_strict(shelves.la3, default=None, return_dtype=pl.String).alias("host")
    )
    wales = held.filter((pl.col("area_code") == _of_wales(shelves)) & pl.col("host").is_not_null())
    own = held.filter(pl.col("area_code") == pl.col("host")).select("host", "period_id", own="value", s="status")
    joined = wales.join(own, on=["host", "period_id"], how="inner")
    return joined.select(
        pl.col("host").alias("area_code"),
        "period_id",
        pl.lit("total").alias("breakdown_id"),
        pl.lit("T").alias("breakdown_code"),
        (pl.col("value") - pl.col("own")).clip(0).alias("value"),
        pl.concat_str("status", "s", separator=",").alias("status"),
    )


def _from_elsewhere_percent(d: Derived, shelves: Shelves) -> pl.DataFrame:
    """The same for each hundred children of the authority's own, wherever these are placed."""
    own = shelves.whole_series(Operand.of(d.left.measure)).select(
        "area_code", "period_id", pl.col("value").alias("own"), pl.col("status").alias("of_own")
    )
    joined = _from_elsewhere(d, shelves).join(own, on=["area_code", "period_id"], how="inner")
    return joined.with_columns(
        pl.col("value") / pl.when(pl.col("own") > 0).then(pl.col("own")) * 100,
        pl.concat_str("status", "of_own", separator=",").alias("status"),
    )


_OPERATIONS: dict[str, Callable[[Derived, Shelves], pl.DataFrame]] = {
    "beside": _beside,
    "change": _change,
    "percent_change": _percent_change,
    "share": _share,
    "difference": _difference,
    "sum": _sum,
    "year_to_date": _year_to_date,
    "ratio": _ratio,
    "rank": _rank,
    "extremes": _extremes,
    "fit": _fit,
    "from_elsewhere": _from_elsewhere,
    "from_elsewhere_percent": _from_elsewhere_percent,
}
