"""Every format of an edition, read back by a reader that did not write it, says what was disclosed."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipelines.publish import EditionResult
from pipelines.publish.layout import KEY
from pipelines.publish.tables import TABLES as MART

Cell = tuple[str, str, str, str, str]
Said = dict[Cell, tuple[object, ...]]
SHOWN = ("numerator", "denominator", "value", "lower", "upper", "status", "rounding_base")


@pytest.fixture(scope="session")
def disclosed(rows: pl.DataFrame) -> Said:
    return {tuple(row[:5]): row[5:] for row in rows.select(*KEY, *SHOWN).iter_rows()}  # type: ignore[misc]


def test_parquet_read_by_pyarrow(edition: EditionResult, disclosed: Said) -> None:
    table = pq.read_table(edition.folder / "parquet" / "fct_measure_value.parquet")
    found = {tuple(r[k] for k in KEY): tuple(r[s] for s in SHOWN) for r in table.to_pylist()}
    assert {k: (*v[:5], v[5] or "", v[6]) for k, v in found.items()} == disclosed
    assert {str(field.type) for field in table.schema} <= {"string", "int64", "double", "int32"}, "plain types only"


def test_mart_read_by_duckdb(edition: EditionResult, disclosed: Said) -> None:
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        shown = ", ".join((*KEY, *SHOWN))
        rows = mart.execute(f"SELECT {shown} FROM fct_measure_value").fetchall()
        assert {r[:5]: (*r[5:10], r[10] or "", r[11]) for r in rows} == disclosed


def test_csv_read_by_the_csv_module(edition: EditionResult, disclosed: Said) -> None:
    with (edition.folder / "csv" / "observations.csv").open(encoding="utf-8", newline="") as handle:
        found = {}
        for r in csv.DictReader(handle):
            key = (r["measure_id"], r["area_code"], r["period"], r["breakdown_id"], r["category_code"])
            numbers = [float(r[s]) if r[s] else None for s in SHOWN[:5]]
            found[key] = (*numbers, r["status"], int(r["rounding_base"]))
    assert found == disclosed


def test_csv_is_plain_utf8_with_both_languages(edition: EditionResult) -> None:
    raw = (edition.folder / "csv" / "observations.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    text = raw.decode("utf-8")
    assert "Isle of Anglesey,Ynys Môn" in text
    assert "Under 1,O dan 1 oed" in text
    assert ".0," not in text, "whole numbers are written without a point"


def test_views_hold_every_value_in_both_languages(edition: EditionResult) -> None:
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        for lang, name in (("en", "Isle of Anglesey"), ("cy", "Ynys Môn")):
            found = mart.execute(f"SELECT count(*), count(area_name), count(category_label) FROM measure_values_{lang}")
            assert found.fetchone() == (edition.n_values,) * 3
            named = mart.execute(f"SELECT DISTINCT area_name FROM measure_values_{lang} WHERE area_code = 'W06000001'")
            assert named.fetchall() == [(name,)]


def test_mart_has_storage_that_older_engines_read(edition: EditionResult) -> None:
    raw = (edition.folder / "mart.duckdb").read_bytes()[:64]
    assert raw[8:12] == b"DUCK"
    # 64 is the storage of the 1.x line up to 1.4; 67 and 68 would be refused by it (duckdb/storage/storage_info)
    assert int.from_bytes(raw[12:20], "little") <= 67


def test_every_table_and_column_of_the_mart_is_described(edition: EditionResult) -> None:
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        tables = mart.execute("SELECT table_name FROM duckdb_tables() WHERE comment IS NULL").fetchall()
        columns = mart.execute(
            "SELECT table_name, column_name FROM duckdb_columns() "
            "WHERE comment IS NULL AND NOT internal AND table_name IN (SELECT table_name FROM duckdb_tables())"
        ).fetchall()
        held = {t for (t,) in mart.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert (tables, columns) == ([], [])
    assert held == {t.name for t in MART}


def test_the_star_joins(edition: EditionResult) -> None:
    """Every key of the facts stands once in its dimension."""
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        for dimension, key in (
            ("dim_authority", "area_code"),
            ("dim_period", "period_id"),
            ("dim_measure", "measure_id"),
            ("dim_edition", "edition_id"),
        ):
            sql = f"SELECT count(*) FROM fct_measure_value ANTI JOIN {dimension} USING ({key})"
            assert mart.execute(sql).fetchone() == (0,)
            assert mart.execute(f"SELECT count(*) - count(DISTINCT {key}) FROM {dimension}").fetchone() == (0,)


def test_checksums_are_of_every_file(edition: EditionResult) -> None:
    lines = (edition.folder / "sha256sums.txt").read_text(encoding="utf-8").splitlines()
    said = dict(line.split("  ")[::-1] for line in lines)
    held = {p.relative_to(edition.folder).as_posix(): p for p in edition.folder.rglob("*") if p.is_file()}
    assert set(said) == set(held) - {"sha256sums.txt"}
    assert said == {name: hashlib.sha256(held[name].read_bytes()).hexdigest() for name in said}


def test_data_package_describes_the_csv(edition: EditionResult) -> None:
    package = json.loads((edition.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["profile"] == "tabular-data-package"
    (resource,) = package["resources"]
    path: Path = edition.folder / resource["path"]
    assert resource["bytes"] == path.stat().st_size
    assert resource["hash"] == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        fields = {f["name"]: f["type"] for f in resource["schema"]["fields"]}
        assert list(fields) == reader.fieldnames
        key = resource["schema"]["primaryKey"]
        keys = []
        for row in reader:
            keys.append(tuple(row[k] for k in key))
            for name, kind in fields.items():
                if row[name] and kind in ("number", "integer"):
                    float(row[name]) if kind == "number" else int(row[name])
    assert len(set(keys)) == len(keys)
    assert all(f["description"] for f in resource["schema"]["fields"])


def test_record_names_inputs_software_and_status(edition: EditionResult) -> None:
    record = json.loads((edition.folder / "edition.json").read_text(encoding="utf-8"))
    assert record["edition"] == "2024-25-1"
    assert record["status"] == "provisional"
    assert record["date"] == "2024-11-27"
    assert [i["sha256"][:2] for i in record["inputs"]] == ["cd", "ab"]
    assert {"python", "duckdb", "polars", "xlsxwriter"} <= set(record["software"])


@pytest.mark.parametrize(("lang", "words"), [("en", "Year before"), ("cy", "Y flwyddyn flaenorol")])
def test_release_note_shows_only_figures_of_the_edition(edition: EditionResult, lang: str, words: str) -> None:
    note = (edition.folder / f"release-note-{lang}.md").read_text(encoding="utf-8")
    assert words in note
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        rows = mart.execute(
            f"SELECT measure_title, value FROM measure_values_{lang} WHERE area_type = 'wales' "
            "AND breakdown_id = 'total' AND period_id = '2023-24' AND value IS NOT NULL"
        ).fetchall()
    lines = [line for line in note.splitlines() if "| 2023-24 |" in line]
    assert len(lines) == 3
    for title, value in rows:
        (line,) = [line for line in lines if line.startswith(f"| {title} |")]
        assert float(line.split("|")[4].split()[0].replace(",", "")) == value
    assert "Ynys Môn" in note if lang == "cy" else "Isle of Anglesey" in note


def test_proof_and_policy_go_with_the_edition(edition: EditionResult) -> None:
    assert json.loads((edition.folder / "proof" / "proof.json").read_text())["passed"] is True
    assert (edition.folder / "policy-cy.md").read_text(encoding="utf-8") == "# Polisi\n"
