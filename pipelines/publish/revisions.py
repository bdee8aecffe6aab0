"""What changed since the previous edition, row by row, from the two editions as published.

Why it changed is found out before, by comparing inputs (`pipelines/flow/evidence.py`); here it is only put beside it.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.publish import layout
from pipelines.publish.facts import Dimensions, in_order
from pipelines.publish.layout import KEY
from pipelines.publish.opened import PROTECTED
from pipelines.publish.records import PublishContext
from pipelines.publish.vintages import plain

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
        .when(~_same("value") | (plain("old_status") != plain("new_status")))
        .then(pl.lit("changed"))
    )
    found = both.with_columns(change.alias("change")).filter(pl.col("change").is_not_null())
    named = _with_causes(found, context)
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


def _with_causes(found: pl.DataFrame, context: PublishContext) -> pl.DataFrame:
    """Rows with `causes` and the one word `cause`.

    Where either side is withheld the cause says so and nothing else: that a hidden count has not changed, or that a
    return moved it, would tell something of it (disclosure note, 3.6).
    """
    rows = [(*key, causes) for key, causes in sorted(context.revision_causes.items())]
    held = pl.DataFrame(rows, schema=dict.fromkeys((*KEY, "causes"), pl.String), orient="row")
    is_withheld = pl.any_horizontal(
        pl.col(f"{side}_status").fill_null("").str.split(",").list.contains(PROTECTED) for side in ("old", "new")
    )
    is_moved = pl.col("change") != "changed"
    joined = found.join(held, on=KEY, how="left").with_columns(
        causes=pl.when(is_moved)
        .then(pl.col("causes").fill_null(pl.lit("new_figure")))
        .when(is_withheld)
        .then(pl.lit("rounding_or_suppression"))
        .otherwise(pl.col("causes").fill_null(_UNKNOWN))
    )
    is_one = ~pl.col("causes").str.contains(" ", literal=True)
    return joined.with_columns(cause=pl.when(is_one).then("causes").otherwise(pl.lit("several")))
