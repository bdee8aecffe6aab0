"""What machines read about an edition is judged by the libraries of its standards; the change log by what changed."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_edition
import polars as pl
import pytest
from csvw import CSVW
from frictionless import Package
from made_edition import Desk

from pipelines.publish import EditionResult, metadata
from schemas import Catalogue


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Desk:
    """Rows of one year: the validators read them cell by cell."""
    desk = made_edition.desk(tmp_path_factory.mktemp("small"), catalogue)
    rows = made_edition.disclosed_rows(desk.catalogue, made_edition.publication())
    desk.lay(rows.filter(pl.col("period_id").is_in(["2022-23", "2023-24"]) & (pl.col("breakdown_id") == "total")))
    return desk


@pytest.fixture(scope="module")
def folder(small: Desk) -> Path:
    return small.publish().folder


@pytest.fixture
def spoilt(folder: Path, tmp_path: Path) -> Path:
    """A copy of the edition in which a year is no longer one, and a key stands twice."""
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    path = copy / "csv" / "observations.csv"
    path.chmod(0o644)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[-1].replace(",5", ",five")]) + "\n", encoding="utf-8")
    return copy


def test_csvw_accepts_the_csv_and_refuses_a_spoilt_one(folder: Path, spoilt: Path) -> None:
    held = CSVW(str(folder / metadata.CSVW), validate=True)
    assert held.is_valid, held.warnings
    (table,) = held.tables
    assert len(list(table)) == pl.read_csv(folder / "csv" / "observations.csv").height
    with pytest.raises(UserWarning, match="Invalid column value"):
        CSVW(str(spoilt / metadata.CSVW), validate=True).is_valid  # noqa: B018 (reads the table)


def test_frictionless_accepts_the_package_and_refuses_a_spoilt_one(folder: Path, spoilt: Path) -> None:
    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "message"])
    assert not Package(str(spoilt / "datapackage.json")).validate().valid


def test_the_catalogue_record_names_every_file_with_its_hash(folder: Path) -> None:
    record = read(folder / metadata.DCAT)
    held = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    said = {d["dcat:downloadURL"]["@id"]: d for d in record["dcat:distribution"]}
    assert said.keys() == held.keys() - {metadata.DCAT, "sha256sums.txt"}
    for name, told in said.items():
        content = held[name].read_bytes()
        assert told["dcat:byteSize"] == len(content)
        assert told["spdx:checksum"]["spdx:checksumValue"] == hashlib.sha256(content).hexdigest()
    assert record["@id"] == metadata.permanent_id(made_edition.PUBLICATION, "2023-24-1")
    assert "dcat:previousVersion" not in record
    assert {t["@language"] for t in record["dct:title"]} == {"en", "cy"}
    assert record["dct:temporal"]["dcat:startDate"]["@value"] == "2022-04-01"
    assert len(record["prov:wasDerivedFrom"]) == 2
    prefixes = {key.split(":")[0] for key in _keys(record) if ":" in key}
    assert prefixes <= record["@context"].keys()


def _keys(held: Any) -> set[str]:
    if isinstance(held, dict):
        return {k for k in held if not k.startswith("@")} | {k for v in held.values() for k in _keys(v)}
    return {k for v in held for k in _keys(v)} if isinstance(held, list) else set()


def test_permanent_ids_do_not_depend_on_the_machine() -> None:
    assert metadata.permanent_id("children-looked-after") == "urn:uuid:897383c9-f42e-5841-8e9e-3395cff3139d"


def test_a_first_edition_changes_nothing(edition: EditionResult) -> None:
    log = read(edition.folder / "changelog.json")
    assert (log["previous_edition"], "values" in log) == (None, False)
    assert "cyntaf" in (edition.folder / "changelog-cy.md").read_text(encoding="utf-8")


def test_the_change_log_tells_what_was_changed(desk: Desk, catalogue: Catalogue) -> None:
    """One value, one newly withheld, a year gone and a year come, a column, a definition and the status."""
    rows = pl.read_parquet(desk.disclosed)
    wales = (pl.col("area_code") == "W92000004") & (pl.col("breakdown_id") == "total")
    stock = wales & (pl.col("measure_id") == "CLA_STOCK")
    held = made_edition.publication()
    narrow = replace(held, opened_columns=tuple(c for c in held.opened_columns if c != "upper"))
    desk.lay(rows.filter(pl.col("period_id") != "2016-17"))
    replace(desk, catalogue=made_edition.with_publication(catalogue, narrow)).publish()
    is_raised, is_hidden = stock & (pl.col("period_id") == "2022-23"), stock & (pl.col("period_id") == "2021-22")
    desk.lay(
        rows.filter(pl.col("period_id") != "2017-18").with_columns(
            value=pl.when(is_raised).then(9995.0).when(is_hidden).then(None).otherwise("value"),
            status=pl.when(is_raised).then(pl.lit("")).when(is_hidden).then(pl.lit("c")).otherwise("status"),
        )
    )
    measure = catalogue.measures["CLA_STOCK"]
    reworded = replace(measure, definition=replace(measure.definition, en="Another one."))
    known = replace(desk.catalogue, measures={**catalogue.measures, "CLA_STOCK": reworded})
    result = replace(desk, catalogue=known).publish(status="revised")
    log = read(result.folder / "changelog.json")
    of_a_year = {p: rows.filter(pl.col("period_id") == p).height for p in ("2016-17", "2017-18")}
    assert log["values"] == {"changed": 2, "added": of_a_year["2016-17"], "removed": of_a_year["2017-18"]}
    assert log["withholding"] == {"newly_withheld": 1, "no_longer_withheld": 0}
    assert log["about"] == {"status": {"old": "provisional", "new": "revised"}}
    assert log["ids"] == {"dim_period": {"added": ["2016-17"], "removed": ["2017-18"]}}
    assert "fct_measure_value.upper" in log["columns"]["added"]
    (said,) = [w for w in log["wording"] if w["column"] == "definition_en"]
    assert (said["id"], said["new"]) == ("CLA_STOCK", "Another one.")
    told = {lang: (result.folder / f"changelog-{lang}.md").read_text(encoding="utf-8") for lang in ("en", "cy")}
    assert "Another one." in told["en"]
    assert "Another one." not in told["cy"]
    assert f"added {log['measures']['CLA_RATE']['added']}" in told["en"]
    assert "Wedi’u hatal nawr ac nid o’r blaen: 1" in told["cy"]
    assert read(result.folder / metadata.DCAT)["dcat:previousVersion"]["@id"].startswith("urn:uuid:")
