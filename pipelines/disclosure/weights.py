"""What it costs the reader to lose a cell: small inner cells first, totals of authorities and of Wales last.

Choosing cells does not belong here (see `secondary.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.records import Lines

AREA_FACTOR = {"authority": 1.0, "region": 1.6, "wales": 8.0}
"""Regions as in the disclosure note (3.3); Wales is what most readers come for."""
MARGIN_FACTOR = 40.0
"""A total over categories that are shown: given up only where nothing else protects."""
TOTAL_FACTOR = 4.0
"""A measure's figure for a whole area that is not split further, such as children in foster care."""

IDLE_FACTOR = 1e6
"""A zero below a zero total: whoever sees the total knows the cell, so hiding it protects nothing."""


def idle(cells: pl.DataFrame, lines: Lines) -> pl.Series:
    """Booleans by cell number: parts of a sum that is zero."""
    exact = lines.lines.filter("is_exact").select("line")
    members = lines.members.join(exact, on="line", how="semi")
    empty = (
        members.filter(pl.col("coefficient") < 0)
        .join(cells.filter(pl.col("true") == 0).select("cell"), on="cell", how="semi")
        .select("line")
    )
    parts = members.filter(pl.col("coefficient") > 0).join(empty, on="line", how="semi")["cell"]
    return cells["cell"].is_in(parts.unique().implode())


def of(cells: pl.DataFrame, lines: Lines) -> pl.Series:
    """Cost of hiding each cell: (10 + 10 ln(1 + count)), times the factors of its area, of a margin, of an idle zero."""
    area = pl.col("area_type").replace_strict(AREA_FACTOR, default=1.0, return_dtype=pl.Float64)
    margin = pl.when("is_margin").then(MARGIN_FACTOR).when("is_total").then(TOTAL_FACTOR).otherwise(1.0)
    wasted = pl.when(idle(cells, lines)).then(IDLE_FACTOR).otherwise(1.0)
    return cells.select(cost=(10 + 10 * pl.col("true").log1p()) * area * margin * wasted).to_series()
