"""How much a definition alone moves a figure: published values of a measure beside those of its declared alternative.

Counting does not belong here: every term is a measure of the mart, counted from the same records and protected alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.publish.quality.breaks import marks_of
from pipelines.publish.quality.shapes import FCT_DEFINITION
from schemas.comparability import Alternative

PLACE = ["area_code", "period_id"]


def definitions(values: pl.DataFrame, alternatives: Sequence[Alternative], units: Mapping[str, str]) -> pl.DataFrame:
    """Rows of `fct_definition`: areas and periods in which every figure of both definitions is published."""
    absent = [pl.lit(None, pl.Int64).alias(c) for c in ("rounding_base", "denominator") if c not in values.columns]
    shown = values.filter(pl.col("breakdown_id") == "total", pl.col("value").is_not_null()).with_columns(absent)
    frames = [_rows(shown, a, units.get(a.measure, "")) for a in alternatives]
    held = pl.concat(frames) if frames else pl.DataFrame(schema=FCT_DEFINITION.polars_schema)
    return held.sort(FCT_DEFINITION.key)


def _rows(shown: pl.DataFrame, a: Alternative, unit: str) -> pl.DataFrame:
    own = _side(shown, ((1, a.measure),), unit).rename({"total": "value", "marks": "own_marks"})
    other = _side(shown, a.terms, unit).rename({"total": "alternative_value", "marks": "other_marks"})
    moved = _side(shown, _moved(a), unit).select(*PLACE, pl.col("margin").alias("rounding_margin"))
    both = own.drop("margin").join(other.drop("margin"), on=PLACE).join(moved, on=PLACE)
    difference = (pl.col("alternative_value") - pl.col("value")).round(6)
    told = both.with_columns(
        pl.lit(None, dtype=pl.String).alias("edition_id"),
        pl.lit(a.id).alias("definition_id"),
        pl.lit(a.measure).alias("measure_id"),
        pl.lit(a.alternative).alias("alternative"),
        pl.lit(a.title.en).alias("definition_title_en"),
        pl.lit(a.title.cy).alias("definition_title_cy"),
        difference=difference,
        difference_percent=pl.when(pl.col("value") != 0).then((100 * difference / pl.col("value")).round(1)),
        status=marks_of("own_marks", "other_marks"),
    )
    return told.select(pl.col(name).cast(kind) for name, kind in FCT_DEFINITION.polars_schema.items())


def _moved(a: Alternative) -> tuple[tuple[int, str], ...]:
    """The terms that make up the difference: what stands on both sides cancels, and its rounding with it."""
    net: dict[str, int] = {a.measure: -1}
    for sign, name in a.terms:
        net[name] = net.get(name, 0) + sign
    return tuple((sign, name) for name, sign in net.items() if sign)


def _side(shown: pl.DataFrame, terms: Sequence[tuple[int, str]], unit: str) -> pl.DataFrame:
    """The sum of the terms by place where all are shown, its marks, and how far rounding may have moved it."""
    signs = pl.DataFrame(terms, schema={"sign": pl.Int64, "measure_id": pl.String}, orient="row")
    held = shown.join(signs, on="measure_id").with_columns(margin=_margin(unit))
    summed = held.group_by(PLACE).agg(
        (pl.col("value") * pl.col("sign")).sum().alias("total"),
        pl.col("status").fill_null("").sort().str.join(",").alias("marks"),
        pl.col("margin").sum().round(1),
        pl.len().alias("n"),
    )
    return summed.filter(pl.col("n") == len(terms)).drop("n")


def _margin(unit: str) -> pl.Expr:
    """How far a published figure may lie from the true one: half a step for a count, both counts of a percentage."""
    half = (pl.col("rounding_base") - 1) / 2
    if unit == "count":
        return half
    if unit == "percent":
        return (100 * half + half * pl.col("value")) / (pl.col("denominator") - half)
    return pl.lit(None, dtype=pl.Float64)
