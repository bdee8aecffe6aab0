"""Only opened columns leave: an edition made of rows with closed columns holds nothing of them, in any file."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import made_edition
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipelines.publish import EditionResult
from schemas import Catalogue

MARK = made_edition.CLOSED_MARK
CLOSED_NUMBER = 918273645
"""A count that no published figure could be."""


def planted(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with two closed columns that nobody declared, and one that the publication closes."""
    return rows.with_columns(
        child_id=pl.lit(MARK),
        true_numerator=pl.lit(CLOSED_NUMBER),
        reason=pl.lit(f"{MARK}-reason"),
    )


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> EditionResult:
    held = made_edition.publication()
    closed = replace(held, opened_columns=tuple(c for c in held.opened_columns if c != "reason"))
    desk = made_edition.desk(tmp_path_factory.mktemp("closed"), catalogue, closed)
    desk.lay(planted(made_edition.disclosed_rows(catalogue=desk.catalogue, held=held)))
    return desk.publish()


def every_part(folder: Path) -> dict[str, bytes]:
    """Every file of the edition, and every entry of the files that are archives."""
    parts: dict[str, bytes] = {}
    for path in (p for p in folder.rglob("*") if p.is_file()):
        parts[path.name] = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as held:
                parts |= {f"{path.name}!{name}": held.read(name) for name in held.namelist()}
    return parts


def test_no_byte_of_a_closed_column_is_in_any_file(edition: EditionResult) -> None:
    for name, content in every_part(edition.folder).items():
        for planted_text in (MARK, "child_id", "true_numerator", str(CLOSED_NUMBER)):
            for encoding in ("utf-8", "utf-16-le"):
                assert planted_text.encode(encoding) not in content, f"{planted_text} in {name}"
        assert CLOSED_NUMBER.to_bytes(4, "little") not in content, name


def test_no_table_has_a_closed_column_or_value(edition: EditionResult) -> None:
    """Compressed pages hide bytes, so the tables are read as well."""
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        tables = [t for (t,) in mart.execute("SELECT table_name FROM information_schema.tables").fetchall()]
        frames = {name: mart.sql(f"SELECT * FROM {name}").to_arrow_table() for name in tables}
    frames |= {p.name: pq.read_table(p) for p in (edition.folder / "parquet").iterdir()}
    for name, table in frames.items():
        closed = {
            "child_id",
            "true_numerator",
            "contributors",
            *(() if "coverage_status" in table.column_names else ("reason",)),
        }
        assert not closed & set(table.column_names), name  # a reason of coverage is that of a return, not of a figure
        for column in table.columns:
            values = column.to_pylist()
            assert CLOSED_NUMBER not in values, name
            assert not any(isinstance(v, str) and MARK in v for v in values), name


def test_the_search_would_find_it(tmp_path: Path, catalogue: Catalogue) -> None:
    """The same rows with `reason` opened do show the mark: the searches above can fail."""
    desk = made_edition.desk(tmp_path, catalogue)
    desk.lay(planted(made_edition.disclosed_rows(desk.catalogue, made_edition.publication())))
    found = pq.read_table(desk.publish().folder / "parquet" / "fct_measure_value.parquet")
    assert f"{MARK}-reason" in found["reason"].to_pylist()
