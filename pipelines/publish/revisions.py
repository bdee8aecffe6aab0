"""What changed since the previous edition, row by row, from the two editions as published.

Why it changed is not found out here: the cause is what the release context states, else `unknown`.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.publish import layout
from pipelines.publish.facts import Dimensions, in_order
from pipelines.publish.layout import KEY
from pipelines.publish.records import PublishContext

CHANGES = ("changed", "added", "removed")
_UNKNOWN = "unknown"


def previous_values(folder: Path | None) -> pl.DataFrame | None:
    """The key, value and status of every row that the previous edition published."""
    if folder is None:
        return None
    return pl.read_parquet(folder / "parquet" / "fct_measure_value.parquet", columns=[*KEY, "value", "status"])


def revisions(
    before: pl.DataFrame | None, values: pl.DataFrame, context: PublishContext, dims: Dimensions
) -> pl.DataFrame:
    """Rows of `fct_revision`: changed, added and removed, with both published values and statuses.

    Empty for a first edition, which revises nothing.
    """
    table = layout.FCT_REVISION
    if before is None:
        return pl.DataFrame(schema=table.polars_schema)
    both = _side(before, "old").join(_side(values, "new"), on=KEY, how="full", coalesce=True)
    change = (
        pl.when(pl.col("in_old").is_null())
        .then(pl.lit("added"))
        .when(pl.col("in_new").is_null())
        .then(pl.lit("removed"))
        .when(~_same("value") | ~_same("status"))
        .then(pl.lit("changed"))
    )
    found = both.with_columns(change.alias("change")).filter(pl.col("change").is_not_null())
    named = found.join(_causes(context), on=KEY, how="left").with_columns(pl.col("cause").fill_null(_UNKNOWN))
    ids = [pl.lit(None, dtype=pl.String).alias(name) for name in ("edition_id", "previous_edition_id")]
    return in_order(named.with_columns(ids).select(table.polars_schema.keys()), dims)


def counts(frame: pl.DataFrame) -> dict[str, int]:
    """How many rows changed, were added and were removed."""
    return {change: frame.filter(pl.col("change") == change).height for change in CHANGES}


def _side(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    renamed = [pl.col(c).alias(f"{name}_{c}") for c in ("value", "status")]
    return frame.select(*KEY, *renamed, pl.lit(True).alias(f"in_{name}"))


def _same(column: str) -> pl.Expr:
    return pl.col(f"old_{column}").eq_missing(pl.col(f"new_{column}"))


def _causes(context: PublishContext) -> pl.DataFrame:
    rows = [(*key, cause) for key, cause in sorted(context.revision_causes.items())]
    return pl.DataFrame(rows, schema=dict.fromkeys((*KEY, "cause"), pl.String), orient="row")
