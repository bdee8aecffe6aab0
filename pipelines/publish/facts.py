"""The fact tables of the mart: values, coverage and the comparison with figures published before.

Comparing with the previous edition does not belong here (see `revisions.py`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.core.errors import Place, RefusedError
from pipelines.publish import layout
from pipelines.publish.dimensions import filled
from pipelines.publish.layout import KEY, MartTable
from pipelines.publish.quality.breaks import with_code
from pipelines.publish.records import COVERAGE_STATUSES, EXPLANATIONS, CoverageRow
from schemas.catalogue import WALES

Dimensions = dict[str, pl.DataFrame]

_HELD_BEFORE = (*KEY, "published", "vintage", "explained_by")
"""The columns of the reconciliation that may be read: never ours, which is from before protection."""


def measure_values(frame: pl.DataFrame, table: MartTable, dims: Dimensions) -> pl.DataFrame:
    """The opened rows in the official order of measures, areas, periods and categories."""
    kept = [c.name for c in table.columns if c.name != "edition_id"]
    return in_order(frame.select(pl.lit(None, dtype=pl.String).alias("edition_id"), *kept), dims)


def with_provisional(frame: pl.DataFrame, places: frozenset[tuple[str, str]]) -> pl.DataFrame:
    """Rows with `p` where the area and period wait for a return that settles them."""
    held = pl.DataFrame(sorted(places), schema={"area_code": pl.String, "period_id": pl.String}, orient="row")
    marked = frame.join(
        held.with_columns(is_provisional=pl.lit(value=True)), on=["area_code", "period_id"], how="left",
        maintain_order="left",
    )  # fmt: skip
    status = pl.when("is_provisional").then(with_code("p")).otherwise("status")
    return marked.with_columns(status=status).drop("is_provisional")


def in_order(frame: pl.DataFrame, dims: Dimensions) -> pl.DataFrame:
    """Rows by measure, breakdown, area, period and category, as the dimensions order them; a total order."""
    ranks = [
        ("dim_measure", ["measure_id"]),
        ("dim_breakdown", ["breakdown_id", "breakdown_code"]),
        ("dim_authority", ["area_code"]),
        ("dim_period", ["period_id"]),
    ]
    ranked = frame
    for name, key in ranks:
        ranked = ranked.join(
            dims[name].select(*key, pl.col("sort_order").alias(f"_{name}")), on=key, how="left", maintain_order="left"
        )
    order = [f"_{name}" for name, _ in ranks]
    return ranked.sort([*order, *KEY], nulls_last=True).drop(order)


def headlines(values: pl.DataFrame, measure_ids: tuple[str, ...], dims: Dimensions) -> pl.DataFrame:
    """Which figures lead: of each measure, for Wales, the newest financial year with a value (else the newest of all).

    The one place that chooses them; pages, notes and the command read the table.
    """
    years = dims["dim_period"].filter(pl.col("period_type") == "year").select("period_id", "end_date")
    totals = values.filter((pl.col("area_code") == WALES) & (pl.col("breakdown_id") == "total"))
    ranked = totals.join(years, on="period_id").sort(
        pl.col("value").is_null(), pl.col("end_date"), descending=[False, True]
    )
    newest = ranked.group_by("measure_id", maintain_order=True).first()
    order = pl.DataFrame({"measure_id": measure_ids, "sort_order": range(1, len(measure_ids) + 1)})
    held = order.join(newest, on="measure_id", how="inner", maintain_order="left").with_columns(edition_id=pl.lit(""))
    table = layout.FCT_HEADLINE
    return held.select(table.polars_schema.keys()).cast(table.polars_schema)


def coverage(rows: tuple[CoverageRow, ...], dims: Dimensions) -> pl.DataFrame:
    """Coverage as the flow counted it, of the areas and periods of the edition.

    Raises:
        RefusedError: if a row has a status outside the three known ones.
    """
    if strange := sum(r.status not in COVERAGE_STATUSES for r in rows):
        raise RefusedError("publish.coverage_unknown", rows=strange)
    table = layout.FCT_COVERAGE
    found = {
        ("", r.area_code, r.period_id, r.return_id, r.status, r.n_expected, r.n_received, r.reason, r.covered_to, None)
        for r in rows
    }
    frame = filled(table, sorted(found, key=str))
    return frame.join(dims["dim_authority"], on="area_code", how="semi").join(
        dims["dim_period"], on="period_id", how="semi"
    )


def reconciliation(path: Path | None, values: pl.DataFrame, dims: Dimensions) -> pl.DataFrame:
    """Figures published before beside those of this edition.

    Of the file only the published side is read; ours is taken from the edition, so that no unprotected figure can
    come in by this way. An explanation that is not a known word reads `unexplained`.
    """
    table = layout.FCT_RECONCILIATION
    if path is None or not path.exists():
        return filled(table, [])
    held = pl.scan_csv(path, infer_schema=False) if path.suffix == ".csv" else pl.scan_parquet(path)
    names = held.collect_schema().names()
    if missing := [c for c in _HELD_BEFORE if c not in names]:
        raise RefusedError("publish.columns_missing", Place(file=path.name), columns=", ".join(missing))
    before = held.select(_HELD_BEFORE).collect().with_columns(pl.col("published").cast(pl.Float64, strict=False))
    joined = before.filter(pl.col("published").is_not_null()).join(values.select(*KEY, "value"), on=KEY, how="inner")
    shown = joined.select(
        pl.lit("").alias("edition_id"),
        *KEY,
        pl.col("vintage").fill_null("").alias("publication_vintage"),
        pl.col("published").alias("published_value"),
        pl.col("value").alias("edition_value"),
        (pl.col("value") - pl.col("published")).round(6).alias("difference"),
        _explanation().alias("explained_by"),
    )
    return in_order(shown.cast(table.polars_schema), dims).unique(table.key, keep="first", maintain_order=True)


def _explanation() -> pl.Expr:
    given = pl.col("explained_by").fill_null("")
    is_equal = pl.col("value") == pl.col("published")
    return (
        pl.when(is_equal)
        .then(pl.lit("equal"))
        .when(given.is_in(EXPLANATIONS))
        .then(given)
        .otherwise(pl.lit("unexplained"))
    )
