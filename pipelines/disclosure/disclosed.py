"""The disclosed table: every row of the publication with its published figures, status and reason.

Writing it to disk and judging it do not belong here (see `room.py` and `audit.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure import marks, ratios
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.records import Pattern, Register
from schemas.catalogue import Catalogue

COLUMNS = (
    "publication_id",
    "table_id",
    "measure_id",
    "fact_id",
    "unit",
    "area_type",
    "area_code",
    "period_id",
    "period_type",
    "breakdown_id",
    "breakdown_code",
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "status",
    "reason",
    "rounding_base",
    "coverage_status",
    "population_vintage",
)
"""The contract, in order. Nothing of `cells` that is not named here goes on: no true count, no contributors."""


def status_order(catalogue: Catalogue) -> tuple[str, ...]:
    """Shorthand codes in the order of their code list: the one order of several codes in a status."""
    return tuple(code.code for code in catalogue.code_lists["observation_status"].codes)


def table(
    catalogue: Catalogue, register: Register, pattern: Pattern, named: tuple[str, DisclosureConfig]
) -> pl.DataFrame:
    """The disclosed rows in the order of the register.

    Args:
        named: publication id and the configuration in force.
    """
    publication_id, config = named
    intervals = {m.id: m.interval for m in catalogue.measures.values()}
    rows = ratios.with_published(register.rows, pattern.hidden, register.cells, config).with_columns(
        interval=pl.col("measure_id").cast(pl.String).replace_strict(intervals, default=None, return_dtype=pl.String)
    )
    rows = marks.marked(ratios.figures(rows, config), status_order(catalogue), config)
    is_rate = pl.col("unit") == "rate_per_10000"
    is_observed = pl.col("coverage_status") != "missing"
    published = {
        "publication_id": pl.lit(publication_id),
        "numerator": pl.col("r_n"),
        # the population is open, so a rate shows it as it is
        "denominator": pl.when(is_rate & is_observed).then("denominator").otherwise("r_d"),
        "rounding_base": pl.lit(config.rounding_base, dtype=pl.Int32),
    }
    return rows.select(published.get(c, pl.col(c)).alias(c) for c in COLUMNS).with_columns(
        pl.col(pl.Enum).cast(pl.String)
    )
