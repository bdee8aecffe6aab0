"""What hiding a cell costs the reader: more for larger counts, for each figure that goes with it, most for margins.

Choosing does not belong here (see `master.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.records import Register
from pipelines.disclosure.register import ROLES

BASE_COST = 10.0
"""Cost of a zero; 10 + 10 ln(1 + count) in all (disclosure note, 3.3)."""
REGION_FACTOR = 1.6


def of(register: Register, config: DisclosureConfig) -> pl.Series:
    """Cost of hiding each cell, by cell number, to two decimals.

    Area totals that are split further, and all figures of Wales, are to be published: hiding one costs as much as
    `must_publish_factor` others, so it happens only where nothing else protects.
    """
    behind = pl.concat(
        [register.rows.select("row", pl.col(f"{role}_cell").alias("cell")).drop_nulls() for role in ROLES[:2]]
    )
    figures = behind.unique().group_by("cell").agg(n_figures=pl.len())
    must = pl.col("is_margin") | (pl.col("area_type") == "wales")
    worth = BASE_COST * (1 + pl.col("true").log1p()) * pl.col("n_figures").fill_null(1)
    factor = pl.when(must).then(config.must_publish_factor).otherwise(1.0)
    region = pl.when(pl.col("area_type") == "region").then(REGION_FACTOR).otherwise(1.0)
    return (
        register.cells.join(figures, on="cell", how="left", maintain_order="left")
        .select(cost=(worth * factor * region).round(2))
        .to_series()
    )
