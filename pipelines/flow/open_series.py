"""Open data sets that comparisons name, from the extracts that count, as one table for the room that publishes.

What is done with them belongs to `pipelines.publish.derived`.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.core.files import atomic_file
from pipelines.core.ledger import Ledger
from pipelines.flow.desk import Desk

FILE = "open_series.parquet"
ALSO = ("key_events",)
"""Data sets that no comparison names and readers look at beside a trend line."""
KEY = ("dataset_id", "series_id", "area_code", "period_id", "category_code")


def write(desk: Desk, publication_id: str) -> Path:
    """Write the table beside the protected cells of a publication; one row per series, area, year and category."""
    path = desk.settings.paths.disclosed / publication_id / FILE
    with atomic_file(path) as place:
        _series(desk).write_parquet(place)
    return path


def named(desk: Desk) -> tuple[str, ...]:
    """The data sets that a comparison starts from or compares with, and those of `ALSO`."""
    sides = (side for d in desk.catalogue.deriving.derived.values() for side in (d.left, d.right) if side)
    return tuple(sorted({*(s.dataset for s in sides if s.dataset), *ALSO}))


def _series(desk: Desk) -> pl.DataFrame:
    counting = [row.submission_id for row in Ledger(desk.settings.paths).counting() if row.return_id == "statswales"]
    root = desk.settings.paths.typed / "statswales" / "observation"
    held = [_observations(p) for name in named(desk) for p in sorted((root / f"dataset={name}").glob("*.parquet"))]
    rows = pl.concat(held).filter(pl.col("submission_id").is_in(counting)) if held else _nothing()
    certainty = {card.id: card.certainty for card in desk.catalogue.extract_cards.values()}
    shaped = rows.filter(pl.col("area_code").is_not_null(), pl.col("period_id").is_not_null()).select(
        "dataset_id",
        pl.coalesce("measure_code", "dataset_id").alias("series_id"),
        pl.col("measure_label").alias("series_label"),
        "area_code",
        "period_id",
        pl.col("category_code").fill_null("T"),
        "category_label",
        "value",
        "status",
        "vintage",
        pl.col("dataset_id").replace_strict(certainty, default="").alias("certainty"),
    )
    return shaped.sort(*KEY, "vintage", nulls_last=True).unique(KEY, keep="last", maintain_order=True)


_READ = (
    *("submission_id", "dataset_id", "measure_code", "measure_label", "area_code", "period_id"),
    *("category_code", "category_label", "value", "status", "vintage"),
)


def _observations(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path, columns=list(_READ), hive_partitioning=False)


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema={c: pl.Float64 if c == "value" else pl.String for c in _READ})
