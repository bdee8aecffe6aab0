"""Levels that can be dropped whole where no choice of single cells protects: the declared next resort.

When one is dropped is decided in `optimise.py`.
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.records import Register
from pipelines.disclosure.register import TOTAL_BREAKDOWN

NONE = -1
ORDER = {"region": 0, "wales": 1, "row": 2, "totals": 3}
"""A category's regions go first, then its Wales, then an authority's row of a breakdown, then a measure's totals."""


def of(register: Register) -> pl.Series:
    """Number of the level each cell belongs to, by cell number; lower ones are dropped first.

    A level is chosen whole, whatever its counts: all regions of a category in a period, or all categories of an
    authority. So that a cell is withheld with it says nothing of the cell.
    """
    place = register.places.group_by("cell", maintain_order=True).first()
    kind = (
        pl.when(pl.col("area_type") != "authority")
        .then(pl.col("area_type").cast(pl.String))
        .when(pl.col("breakdown_id") == TOTAL_BREAKDOWN)
        .then(pl.lit("totals"))
        .otherwise(pl.lit("row"))
    )
    parts = {
        "code": pl.when(pl.col("kind") == "row").then(pl.lit("")).otherwise(pl.col("breakdown_code").cast(pl.String)),
        "area": pl.when(pl.col("kind") == "row").then(pl.col("area_code").cast(pl.String)).otherwise(pl.lit("")),
    }
    named = place.with_columns(kind=kind).with_columns(
        rank=pl.col("kind").replace_strict(ORDER, return_dtype=pl.Int64),
        level=pl.concat_str(
            "kind", pl.col("key", "period_id", "breakdown_id").cast(pl.String), *parts.values(), separator=";"
        ),
    )
    numbered = named.select("rank", "level").unique().sort("rank", "level").with_row_index("number")
    held = named.join(numbered.select("level", "number"), on="level").select("cell", "number")
    cells = register.cells.select("cell").join(held, on="cell", how="left", maintain_order="left")
    return cells["number"].cast(pl.Int64).fill_null(NONE)
