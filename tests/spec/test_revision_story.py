"""The story of domain.md 7.1 worked through: 6,407 and 6,405 are one count, 6,846 and 6,834 are two.

`docs/revisions.md` tells it; other revisions do not belong here.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import made_edition
import polars as pl

from pipelines.core.settings import PROJECT
from pipelines.flow import evidence, reconciliation
from pipelines.flow.evidence import Evidence
from pipelines.publish.layout import KEY
from schemas import Catalogue
from schemas.catalogue import WALES

HELD = PROJECT / "data" / "sample" / "reference" / "published_wales_looked_after_by_vintage.csv"
CELLS = {year: ("CLA_STOCK", WALES, year, "total", "T") for year in ("2017-18", "2018-19")}


def published() -> dict[tuple[str, str], float]:
    """(financial year, release) -> the figure that it printed."""
    with HELD.open(encoding="utf-8", newline="") as handle:
        rows = [(int(r["reference_date"][:4]), r["vintage"], float(r["value"])) for r in csv.DictReader(handle)]
    return {(f"{year - 1}-{year % 100}", release): value for year, release, value in rows}


def cells(n_2018: int, n_2019: int) -> pl.DataFrame:
    rows = [(*CELLS[year], n, None, float(n)) for year, n in (("2017-18", n_2018), ("2018-19", n_2019))]
    return pl.DataFrame(rows, schema=[*evidence.KEY, *evidence.COUNTS, "value"], orient="row").with_columns(
        pl.col("denominator").cast(pl.Int64)
    )


def test_what_each_release_printed_is_explained() -> None:
    said = [(year, release, value) for (year, release), value in published().items() if year in CELLS]
    ours = {"2017-18": 6407.0, "2018-19": 6834.0}
    rows = [
        (*CELLS[y], release, "t", v, "", ours[y], "count", "complete", False, ours[y] - v) for y, release, v in said
    ]
    names = [*KEY, "vintage", "source", "published", "published_status", "ours", "unit", "coverage_status", "is_sample"]
    found = reconciliation.explained(pl.DataFrame(rows, schema=[*names, "difference"], orient="row"))
    told = {(v, p): cause for v, p, cause in found.select("vintage", "published", "explained_by").rows()}
    assert told == {
        ("2018 release", 6407.0): "equal",
        ("StatsWales rounded", 6405.0): "rounding",
        ("SFR 106/2019", 6846.0): "vintage",
        ("2020 release", 6834.0): "equal",
    }


def test_the_second_edition_revises_and_says_why(tmp_path: Path, catalogue: Catalogue) -> None:
    inputs = {f"lac_census/2018-19/{a}": frozenset({a}) for a in catalogue.authorities}
    again = {**inputs, "lac_census/2018-19/W06000015": frozenset({"sent again"})}
    held = (Evidence(inputs, {"rules": "1"}), Evidence(again, {"rules": "1"}))
    causes = evidence.judged(catalogue, (cells(6407, 6846), cells(6407, 6834)), held)
    whole = made_edition.publication()
    stock = replace(whole.tables[0], measures=("CLA_STOCK",))
    publication = replace(whole, tables=(stock,), headlines=("CLA_STOCK",), formats=("duckdb", "parquet", "csv"))
    desk = made_edition.desk(tmp_path, catalogue, publication)
    made = made_edition.disclosed_rows(desk.catalogue, publication).filter(
        pl.col("area_code") == WALES, pl.col("period_id").is_in(list(CELLS))
    )
    editions = []
    for n_2019 in (6846, 6834):
        shown = pl.when(pl.col("period_id") == "2017-18").then(6405).otherwise(5 * round(n_2019 / 5))
        desk.lay(made.with_columns(value=shown.cast(pl.Float64), numerator=shown.cast(pl.Int64), status=pl.lit("")))
        editions.append(desk.publish(revision_causes=causes if editions else {}))
    folder = editions[-1].folder / "parquet"
    revised = pl.read_parquet(folder / "fct_revision.parquet")
    columns = ("period_id", "old_value", "new_value", "cause")
    assert revised.select(columns).rows() == [("2018-19", 6845.0, 6835.0, "late_resubmission")]
    values = pl.read_parquet(folder / "fct_measure_value.parquet").select("period_id", "value", "status")
    assert values.rows() == [("2017-18", 6405.0, ""), ("2018-19", 6835.0, "r")]
