"""A return in which everything fails, with more faults than a sheet holds: the report comes quickly and is usable."""

from __future__ import annotations

import time
from pathlib import Path

import polars as pl
import pytest
from made_submissions import PlainTokeniser, Tables, submission, write_csvs
from openpyxl import load_workbook

from pipelines.conform import Claim, Examination, examine
from pipelines.conform.report import FORMATS, report_of, write
from pipelines.core.messages import say
from schemas import Catalogue

N_CHILDREN = 3_000
SECONDS = 15.0
"""Measured: 0.5 s for the report and 1 s for all its files on a quiet machine; the bound leaves room for a busy one."""


def all_wrong(tables: Tables) -> Tables:
    wrong = {"DECOM": "32/13/2018", "LS": "ZZ", "CIN": "N99", "PLACE": "??", "RNE": "9", "DEC": "soon", "REC": "x x"}
    for row in tables["Episodes"]:
        row.update(wrong, PL_LA="000", PL_LOCATION="7", HOME_POST="x", PL_POST="y")
    for row in tables["Header"]:
        row.update(SEX="9", DOB="x", ETHNIC="QQ", UPN="!")
    for row in tables["Reviews"]:
        row.update(DOB="x", REVIEW="y", REVIEW_CODE="zz")
    return tables


@pytest.fixture(scope="module")
def examination(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Examination:
    sent = write_csvs(tmp_path_factory.mktemp("sent"), all_wrong(submission(N_CHILDREN)))
    return examine(catalogue, PlainTokeniser(), [sent], Claim())


def test_a_hundred_thousand_faults_are_explained_and_written_quickly(
    catalogue: Catalogue, examination: Examination, tmp_path: Path
) -> None:
    assert examination.faults.height > 100_000
    started = time.monotonic()
    report = report_of(catalogue, examination)
    write(report, tmp_path, FORMATS, "en")
    assert time.monotonic() - started < SECONDS
    assert len(report.causes) < 40, "one column, one cause"
    assert pl.read_csv(tmp_path / "faults.csv", infer_schema=False).height == examination.faults.height
    sheet = load_workbook(tmp_path / "report.xlsx")[say("report.sheet.children", "en")]
    assert sheet.max_row == 2 + len(report.causes)
    assert "faults.csv" in sheet["A1"].value
    assert (tmp_path / "report.html").stat().st_size < 1_000_000
