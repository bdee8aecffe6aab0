"""Conventional rounding of counts, and what a published count tells about the true one.

Which counts are hidden is not decided here (see `primary.py` and `secondary.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.config import DisclosureConfig

UNBOUNDED = 1 << 40
"""Stands for infinity in whole-number bounds; sums of a few thousand of them still fit 64 bits."""


def round_count(count: int, base: int = 5) -> int:
    """Nearest multiple of the base, halves up, in whole numbers: base * floor(count / base + 1/2)."""
    return base * ((2 * count + base) // (2 * base))


def rounded(count: pl.Expr, base: int) -> pl.Expr:
    """`round_count` for a column of counts >= 0."""
    return ((count * 2 + base) // (2 * base)) * base


def bounds(cells: pl.DataFrame, hidden: pl.Series, config: DisclosureConfig) -> tuple[pl.Series, pl.Series]:
    """(lower, upper) of every cell as an outsider reads them off the published state (disclosure note, 2.1).

    Hidden: [0, unbounded). Shown zero: [0, 0]. Shown r: [r - 2, r + 2], and more than the largest small count.
    """
    shown = rounded(pl.col("true"), config.rounding_base)
    is_hidden = pl.col("hidden") | ~pl.col("is_published")
    floor = pl.max_horizontal(shown - config.half_base, pl.lit(config.small_count_max + 1, dtype=pl.Int64))
    held = cells.select("true", "is_published", hidden.alias("hidden")).select(
        lower=pl.when(is_hidden | (pl.col("true") == 0)).then(0).otherwise(floor),
        upper=pl.when(is_hidden).then(UNBOUNDED).when(pl.col("true") == 0).then(0).otherwise(shown + config.half_base),
    )
    return held["lower"].cast(pl.Int64), held["upper"].cast(pl.Int64)
