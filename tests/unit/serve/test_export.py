"""Exports read back by other readers: the same values, and nothing that runs."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_edition import Desk

from pipelines.core.errors import UsageError
from pipelines.serve import export, query

TABLE = pa.table(
    {
        "name": ["Ynys Môn", "=1+1", "@cmd", "-5", None],
        "value": [5.0, 2.5, None, -3.0, 0.0],
        "n": [1, 2, 3, 4, 5],
        "day": [date(2024, 3, 31)] * 5,
    }
)
HARMLESS = ["Ynys Môn", "'=1+1", "'@cmd", "'-5", None]


def test_csv(tmp_path: Path) -> None:
    with export(TABLE, tmp_path / "a.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    assert rows[0] == TABLE.column_names
    assert [r[0] or None for r in rows[1:]] == HARMLESS
    assert [r[1] for r in rows[1:]] == ["5", "2.5", "", "-3", "0"]


def test_json(tmp_path: Path) -> None:
    held = json.loads(export(TABLE, tmp_path / "a.json").read_text(encoding="utf-8"))
    assert [r["name"] for r in held] == TABLE["name"].to_pylist()
    assert held[0]["day"] == "2024-03-31"


def test_parquet(tmp_path: Path) -> None:
    assert pq.read_table(export(TABLE, tmp_path / "a.parquet")).equals(TABLE)


def test_xlsx(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(export(TABLE, tmp_path / "a.xlsx"))["data"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == tuple(TABLE.column_names)
    assert [r[0] for r in rows[1:]] == HARMLESS
    assert [r[1] for r in rows[1:]] == [5, 2.5, None, -3, 0]
    assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row)
    assert rows[1][3].date() == date(2024, 3, 31)
    assert "data" in sheet.tables


def test_an_answer_can_be_exported(desk: Desk, latest: Path, tmp_path: Path) -> None:
    found = query(desk.settings, latest, "SELECT * FROM measure_values_en ORDER BY ALL LIMIT 50")
    for suffix in ("csv", "json", "parquet", "xlsx"):
        first = export(found, tmp_path / f"one.{suffix}").read_bytes()
        assert export(found, tmp_path / f"two.{suffix}").read_bytes() == first, "the same answer, the same bytes"


def test_empty_answer_is_a_file_with_a_header(tmp_path: Path) -> None:
    none = TABLE.slice(0, 0)
    assert export(none, tmp_path / "a.csv").read_text() == "name,value,n,day\n"
    assert openpyxl.load_workbook(export(none, tmp_path / "a.xlsx"))["data"]["A1"].value == "name"


def test_unknown_format_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        export(TABLE, tmp_path / "a.doc")
    assert not list(tmp_path.iterdir())
