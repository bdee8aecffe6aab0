"""Published series by the name that a comparison gives them.

What is done with them does not belong here (see `operations.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.publish.quality.breaks import SEGMENT
from schemas.derived import Operand

KEY = ("area_code", "period_id", "breakdown_id", "breakdown_code")


@dataclass(frozen=True)
class Shelves:
    """Where series are looked up: values of the edition and open series, in the shapes of the mart."""

    values: pl.DataFrame
    open_series: pl.DataFrame
    area_types: dict[str, str]
    la3: dict[str, str]
    """Three-digit code -> area, for breakdowns whose categories are authorities."""

    def series(self, operand: Operand) -> pl.DataFrame:
        """`KEY`, value and status of a series, and the run of comparable periods that each value belongs to."""
        held = self._open(operand) if operand.dataset else self._measured(operand)
        if operand.category:
            held = held.filter(pl.col("breakdown_code") == operand.category)
        run = pl.col(SEGMENT) if SEGMENT in held.columns else pl.lit(1, pl.Int32).alias(SEGMENT)
        return held.select(*KEY, "value", pl.col("status").fill_null(""), run)

    def whole_series(self, operand: Operand) -> pl.DataFrame:
        """The same without figures of incomplete returns: set against others they would show who is missing."""
        if operand.dataset or "coverage_status" not in self.values.columns:
            return self.series(operand)
        is_partial = pl.col("coverage_status") == "partial"
        held = self.values.with_columns(
            pl.when(is_partial.fill_null(value=False)).then(None).otherwise("value").alias("value")
        )
        return Shelves(held, self.open_series, self.area_types, self.la3).series(operand)

    def _measured(self, operand: Operand) -> pl.DataFrame:
        is_named = (pl.col("measure_id") == operand.measure) & (pl.col("breakdown_id") == operand.breakdown)
        return self.values.filter(is_named)

    def _open(self, operand: Operand) -> pl.DataFrame:
        is_named = (pl.col("dataset_id") == operand.dataset) & (pl.col("series_id") == operand.measure)
        is_total = pl.col("category_code") == "T"
        held = self.open_series.filter(is_named)
        if operand.breakdown == "total":
            return held.filter(is_total).with_columns(breakdown_id=pl.lit("total"), breakdown_code=pl.lit("T"))
        named = held.filter(~is_total)
        return named.with_columns(breakdown_id=pl.lit(operand.breakdown), breakdown_code=pl.col("category_code"))
