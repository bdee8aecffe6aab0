"""`mesur check`: what an authority is told of its file, in its language, and that nothing is kept.

Which rule finds what does not belong here.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from made_build import SAMPLE, Mesur
from made_submissions import Tables, submission, write_csvs, write_zip

from pipelines.core import messages


@pytest.fixture(scope="module")
def tables() -> Tables:
    return submission(4)


@pytest.mark.parametrize("lang", ["en", "cy"])
@pytest.mark.parametrize("name", ["W06000001.zip", "W06000008.xml", "W06000021.xlsx"])
def test_a_clean_return_is_accepted_in_every_container(
    mesur: Mesur, planted_defects: dict[str, int], name: str, lang: str
) -> None:
    path = f"returns/2022-23/{name}"
    assert planted_defects[path] == 0
    told = mesur("check", SAMPLE / path, lang=lang)
    assert told.code == 0
    assert messages.say("check.verdict.accepted", lang) in told.out
    assert f"lac_census · {Path(name).stem} · 2022-23" in told.out
    assert told.err == ""


def test_defects_are_told_with_places_and_the_exit_code_of_something_found(
    mesur: Mesur, planted_defects: dict[str, int]
) -> None:
    path = "returns/2023-24/W06000021.xlsx"
    assert planted_defects[path]
    told = mesur("check", SAMPLE / path)
    assert told.code == 1
    assert messages.say("check.verdict.accepted_with_errors", "en") in told.out
    assert "row " in told.out
    welsh = mesur("check", SAMPLE / path, "--lang", "cy")
    assert welsh.code == 1
    assert messages.say("check.verdict.accepted_with_errors", "cy") in welsh.out
    assert welsh.out != told.out


def test_an_export_is_recognised_by_its_columns(mesur: Mesur) -> None:
    told = mesur("check", SAMPLE / "exports/2024-25Q1/W06000001.csv")
    assert told.code in (0, 1)
    assert "quarterly_export · W06000001 · 2024-25Q1" in told.out


def test_for_machines_there_is_one_object(mesur: Mesur) -> None:
    told = mesur("check", SAMPLE / "returns/2023-24/W06000021.xlsx", "--json")
    held = told.record
    assert told.code == 1
    assert held["verdict"] == "accepted_with_errors"
    assert held["identity"]["authority_code"] == "W06000021"
    assert {row["severity"] for row in held["faults"]} <= {"error", "query", "note"}
    assert {row["status"].partition(":")[0] for row in held["coverage"]} <= {"ran", "not_applicable", "skipped"}
    assert sum(held["n_faults"].values()) == len(held["faults"])


def test_the_report_is_written_where_it_is_asked_for(mesur: Mesur, tmp_path: Path) -> None:
    told = mesur(
        "check", SAMPLE / "returns/2023-24/W06000021.xlsx", "--out", tmp_path / "report", "--format", "csv,json"
    )
    assert str(tmp_path / "report") in told.out
    held = json.loads((tmp_path / "report" / "examination.json").read_text("utf-8"))
    rows = list(csv.DictReader((tmp_path / "report" / "faults.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == len(held["faults"]) > 0
    assert [r["rule_id"] for r in rows] == [f["rule_id"] for f in held["faults"]]
    assert len(held["coverage"]) > 100


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_another_year_than_claimed_is_refused_by_name(mesur: Mesur, lang: str) -> None:
    told = mesur("check", SAMPLE / "returns/2022-23/W06000008.xml", "--period", "2021-22", lang=lang)
    assert told.code == 3
    assert messages.say("check.verdict.rejected", lang) in told.out


@pytest.mark.parametrize(("option", "value"), [("--authority", "W06000001"), ("--return", "quarterly_export")])
def test_another_authority_or_return_than_claimed_is_refused(mesur: Mesur, option: str, value: str) -> None:
    told = mesur("check", SAMPLE / "returns/2022-23/W06000008.xml", option, value)
    assert told.code == 3


def test_an_authority_may_be_named_as_people_name_it(mesur: Mesur) -> None:
    for name in ("Ceredigion", "W06000008", "ceredigion "):
        assert mesur("check", SAMPLE / "returns/2022-23/W06000008.xml", "--authority", name).code == 0


def test_the_year_before_may_be_laid_beside_it(mesur: Mesur) -> None:
    before, now = (SAMPLE / f"returns/{year}/W06000008.xml" for year in ("2021-22", "2022-23"))
    alone, beside = (mesur("check", now, "--json", *more).record["coverage"] for more in ((), ("--previous", before)))
    n_ran = [sum(row["status"] == "ran" for row in rows) for rows in (alone, beside)]
    assert n_ran[1] > n_ran[0], "no rule used the year before"


def test_nothing_is_kept_of_a_check(mesur: Mesur, tables: Tables, tmp_path: Path) -> None:
    mesur("check", write_zip(tmp_path / "sent.zip", tables))
    mesur("check", write_csvs(tmp_path / "sent", tables))
    assert not (tmp_path / "data").exists()
