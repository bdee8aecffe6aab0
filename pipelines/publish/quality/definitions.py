"""How much a definition alone moves a figure: published values of a measure beside those of its declared alternative.

Counting does not belong here: both are measures of the mart, counted from the same records and protected alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.publish.quality.shapes import FCT_DEFINITION
from schemas.comparability import Alternative


def definitions(values: pl.DataFrame, alternatives: Sequence[Alternative]) -> pl.DataFrame:
    """Rows of `fct_definition`, where both values are published."""
    shown = values.filter(pl.col("breakdown_id") == "total", pl.col("value").is_not_null())
    side = shown.select("measure_id", "area_code", "period_id", "value")
    pairs = pl.DataFrame(
        [(a.measure, a.alternative, a.title.en, a.title.cy) for a in alternatives],
        schema=dict.fromkeys(
            ("measure_id", "alternative_measure_id", "definition_title_en", "definition_title_cy"), pl.String
        ),
        orient="row",
    )
    other = side.rename({"measure_id": "alternative_measure_id", "value": "alternative_value"})
    both = side.join(pairs, on="measure_id", how="inner").join(
        other, on=["alternative_measure_id", "area_code", "period_id"], how="inner"
    )
    difference = pl.col("alternative_value") - pl.col("value")
    told = both.with_columns(
        pl.lit(None, dtype=pl.String).alias("edition_id"),
        difference=difference.round(6),
        difference_percent=pl.when(pl.col("value") != 0).then((100 * difference / pl.col("value")).round(1)),
    )
    return told.select(FCT_DEFINITION.polars_schema.keys()).sort(FCT_DEFINITION.key)
