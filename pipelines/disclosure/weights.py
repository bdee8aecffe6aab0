"""What a figure is worth to the reader: totals and Wales most, small inner cells least.

How many figures go with a cell is counted elsewhere (`tally.py`), and choosing does not belong here
(see `companions.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.records import Lines

AREA_FACTOR = {"authority": 1.0, "region": 0.9, "wales": 4.0}
"""A region goes before an authority, as authorities are what readers compare; Wales is what most of them come for."""
MARGIN_FACTOR = 4.0
"""A total over categories that are shown."""
TOTAL_FACTOR = 1.5
"""A measure's figure for a whole area that is not split further, such as children in foster care."""
SIZE_FACTOR = 0.1
"""How slowly the worth grows with the count (per unit of its logarithm): it decides between cells alike otherwise."""


def idle(cells: pl.DataFrame, lines: Lines) -> pl.Series:
    """Booleans by cell number: zeros that hide nothing, as parts of a sum that is zero or as such a sum.

    Whoever sees the zero total knows its parts, and the other way round; so neither is ever taken as a companion.
    """
    exact = lines.lines.filter("is_exact").select("line")
    members = lines.members.join(exact, on="line", how="semi")
    zeros = cells.filter(pl.col("true") == 0).select("cell")
    totals = members.filter(pl.col("coefficient") < 0).join(zeros, on="cell", how="semi")
    parts = members.filter(pl.col("coefficient") > 0).join(totals.select("line"), on="line", how="semi")
    return cells["cell"].is_in(pl.concat([totals["cell"], parts["cell"]]).unique().implode())


def of(cells: pl.DataFrame) -> pl.Series:
    """Worth of each figure that shows a cell: (1 + 0.1 ln(1 + count)) times the factors of its area and of a total."""
    area = pl.col("area_type").replace_strict(AREA_FACTOR, default=1.0, return_dtype=pl.Float64)
    total = pl.when("is_margin").then(MARGIN_FACTOR).when("is_total").then(TOTAL_FACTOR).otherwise(1.0)
    return cells.select(worth=(1 + SIZE_FACTOR * pl.col("true").log1p()) * area * total).to_series()
