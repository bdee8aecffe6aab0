"""The page that holds the edition beside figures published before: by release, with a cause for each difference.

Working out causes does not belong here (see `tests/golden/test_reconciliation.py`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import made_edition
import polars as pl
import pytest

from pipelines.core.messages import say
from pipelines.publish.layout import KEY
from schemas import Catalogue

HELD = (
    ("2018-19", 6846.0, "SFR 106/2019", "vintage"),
    ("2018-19", 6834.0, "2020 release", "rounding"),
    ("2019-20", 7172.0, "2020 release", "rounding"),
)


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_release_by_release_in_both_languages(tmp_path: Path, catalogue: Catalogue, lang: str) -> None:
    publication = replace(made_edition.publication(), formats=("duckdb", "parquet", "csv"))
    desk = made_edition.desk(tmp_path, catalogue, publication)
    desk.lay(made_edition.disclosed_rows(desk.catalogue, publication))
    table = tmp_path / "reconciliation.csv"
    rows = [("CLA_STOCK", "W92000004", p, "total", "T", value, v, cause) for p, value, v, cause in HELD]
    pl.DataFrame(rows, schema=[*KEY, "published", "vintage", "explained_by"], orient="row").write_csv(table)
    folder = desk.publish(reconciliation_path=table).folder
    text = (folder / f"reconciliation-{lang}.md").read_text("utf-8")
    lines = text.splitlines()
    assert next(line for line in lines if line.startswith("| SFR 106/2019")) == "| SFR 106/2019 | 1 | 0 | 1 |"
    assert next(line for line in lines if line.startswith("| 2020 release")) == "| 2020 release | 2 | 2 | 0 |"
    told = [line for line in lines if "6,846" in line]
    assert len(told) == 1
    assert say("publish.term.explained_by.vintage", lang) in told[0]
    assert not [line for line in lines if "6,834" in line], "what only rounds needs no line of its own"
    assert "publish." not in text
