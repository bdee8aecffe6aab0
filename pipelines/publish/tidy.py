"""`observations.csv`: every published value with codes and labels in both languages, one row each.

Tables laid out for reading do not belong here (see `workbook/`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.core.defuse import FORMULA_START
from pipelines.publish.star import Star

OBSERVATIONS = "csv/observations.csv"
OBSERVATION_KEY = ("measure_id", "breakdown_id", "category_code", "area_code", "period")
_NUMBERS = ("numerator", "denominator", "value", "lower", "upper")
_COMMENTS = {
    "period": "Financial year 2018-19 or quarter 2024-25Q1",
    "category_code": "Code of the category, T for total",
    "category_label_en": "Label of the category (English)",
    "category_label_cy": "Label of the category (Welsh)",
}


def observations(star: Star) -> pl.DataFrame:
    """The tidy frame; columns that the publication has not opened are absent."""
    values = star["fct_measure_value"]
    joined = values
    for name, key in (
        ("dim_authority", ["area_code"]),
        ("dim_measure", ["measure_id"]),
        ("dim_breakdown", ["breakdown_id", "breakdown_code"]),
    ):
        joined = joined.join(star[name].drop("sort_order"), on=key, how="left", maintain_order="left")
    renamed = joined.rename({"period_id": "period", "breakdown_code": "category_code"})
    return renamed.select(
        *("period", "area_code", "area_name_en", "area_name_cy"),
        *("measure_id", "measure_title_en", "measure_title_cy"),
        *("breakdown_id", "breakdown_title_en", "breakdown_title_cy"),
        *("category_code", "category_label_en", "category_label_cy"),
        *(c for c in _NUMBERS if c in values.columns),
        "unit",
        "status",
        *(c for c in ("rounding_base",) if c in values.columns),
    )


def column_comment(star: Star, name: str) -> str:
    """What a column of the tidy file means, from the declared shape of the mart."""
    declared = (c.comment for t in star.layout for c in t.columns if c.name == name)
    return _COMMENTS.get(name) or next(declared)


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """UTF-8, comma, line feed; whole numbers without a point, an empty cell where there is nothing.

    Text that a spreadsheet would run as a formula is made harmless.
    """
    path.parent.mkdir(exist_ok=True)
    texts = [_harmless(c) for c, kind in frame.schema.items() if kind == pl.String]
    numbers = [_plain(c) for c, kind in frame.schema.items() if kind == pl.Float64]
    frame.with_columns(*texts, *numbers).write_csv(path)


def _plain(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.strip_suffix(".0")


def _harmless(column: str) -> pl.Expr:
    text = pl.col(column).replace("", None)
    is_formula = pl.any_horizontal(text.str.starts_with(sign) for sign in FORMULA_START)
    return pl.when(is_formula).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(column)
