"""The door of the room: the opened columns of `disclosed`, checked, and nothing else of it.

Deciding what is protected does not belong here; this only refuses rows that break the contract of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.core.errors import Place, RefusedError
from pipelines.publish.layout import FCT_MEASURE_VALUE, KEY, POLARS_TYPES, REQUIRED
from schemas.catalogue import Catalogue
from schemas.model import Publication

PROTECTED = "c"
"""The status of a withheld cell; no value may stand beside it."""


def read_opened(disclosed_path: Path, catalogue: Catalogue, publication: Publication) -> pl.DataFrame:
    """One row per published cell, with the opened columns only.

    Closed columns are not even read from the file, so that nothing of them is in memory. A cell that stands in two
    tables of the publication becomes one row; that is refused where the two do not show the same.

    Raises:
        RefusedError: the publication opens too little, or rows break the contract of `disclosed` (counts only).
    """
    place = Place(file=disclosed_path.name)
    wanted = [c.shows or c.name for c in FCT_MEASURE_VALUE.columns if c.name != "edition_id"]
    opened = [name for name in wanted if name in publication.opened_columns]
    held = pl.read_parquet_schema(disclosed_path)
    _refuse_missing([c for c in REQUIRED if c not in opened or c not in held], place)
    frame = pl.read_parquet(disclosed_path, columns=[c for c in opened if c in held])
    frame = frame.with_columns(pl.lit(None, dtype=pl.Null).alias(c) for c in opened if c not in held)
    frame = frame.select(pl.col(c).cast(_type_of(c)) for c in opened).with_columns(pl.col("status").fill_null(""))
    frame = frame.unique(maintain_order=True)
    for fault, count in _faults(frame, catalogue, publication):
        if count:
            raise RefusedError(f"publish.{fault}", place=place, rows=count)
    return frame


def _type_of(name: str) -> pl.DataType:
    return next(POLARS_TYPES[c.type] for c in FCT_MEASURE_VALUE.columns if name in (c.shows, c.name))


def _refuse_missing(names: list[str], place: Place) -> None:
    if names:
        raise RefusedError("publish.columns_missing", place=place, columns=", ".join(names))


def _faults(frame: pl.DataFrame, catalogue: Catalogue, publication: Publication) -> Iterator[tuple[str, int]]:
    """(message key, rows at fault) for each promise of the contract."""
    codes = pl.col("status").str.split(",")
    value = pl.col("value")
    yield "no_rows", int(frame.is_empty())
    yield "null_without_status", frame.filter(value.is_null() & (pl.col("status") == "")).height
    yield "value_beside_c", frame.filter(value.is_not_null() & codes.list.contains(PROTECTED)).height
    yield "not_finite", frame.filter(value.is_not_null() & ~value.is_finite()).height
    yield "cell_shown_twice", frame.height - frame.select(KEY).n_unique()
    yield "table_undeclared", frame.join(_declared(publication), on=["measure_id", "breakdown_id"], how="anti").height
    yield "area_unknown", frame.join(_areas(catalogue), on="area_code", how="anti").height
    categories = ["breakdown_id", "breakdown_code"]
    yield "category_unknown", frame.join(_categories(catalogue), on=categories, how="anti").height
    known = [code.code for code in catalogue.code_lists["observation_status"].codes]
    strange = (pl.col("status") != "") & ~codes.list.eval(pl.element().is_in(known)).list.all()
    yield "status_unknown", frame.filter(strange).height


def _declared(publication: Publication) -> pl.DataFrame:
    pairs = {(m, t.breakdown) for t in publication.tables for m in t.measures}
    return pl.DataFrame(sorted(pairs), schema=["measure_id", "breakdown_id"], orient="row")


def _areas(catalogue: Catalogue) -> pl.DataFrame:
    return pl.DataFrame({"area_code": [code for _, code in catalogue.areas()]})


def _categories(catalogue: Catalogue) -> pl.DataFrame:
    known = [("total", "T")] + [
        (b.id, code.code) for b in catalogue.breakdowns.values() for code in catalogue.code_lists[b.code_list].codes
    ]
    return pl.DataFrame(known, schema=["breakdown_id", "breakdown_code"], orient="row").unique()
