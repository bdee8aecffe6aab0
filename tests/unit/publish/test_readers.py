"""Readers that are not our writers come to the same numbers from every format of an edition."""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pytest
from csvw import CSVW
from frictionless import Package

from pipelines.publish import EditionResult

KEY = ["measure_id", "area_code", "period", "breakdown_id", "category_code"]
Said = dict[tuple[str, ...], tuple[float | None, str]]


@pytest.fixture(scope="module")
def disclosed(rows: pl.DataFrame) -> Said:
    held = rows.select("measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code", "value", "status")
    return {tuple(r[:5]): (r[5], r[6]) for r in held.iter_rows()}


def test_pandas_reads_the_csv(edition: EditionResult, disclosed: Said) -> None:
    frame = pd.read_csv(edition.folder / "csv" / "observations.csv", dtype=dict.fromkeys(KEY, str))
    assert {
        tuple(r[:5]): _shown(r[5], r[6]) for r in frame[[*KEY, "value", "status"]].itertuples(index=False)
    } == disclosed


def test_pandas_reads_the_parquet(edition: EditionResult, disclosed: Said) -> None:
    frame = pd.read_parquet(edition.folder / "parquet" / "fct_measure_value.parquet")
    names = ["measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code", "value", "status"]
    assert {tuple(r[:5]): _shown(r[5], r[6]) for r in frame[names].itertuples(index=False)} == disclosed


def test_polars_reads_the_parquet(edition: EditionResult, disclosed: Said) -> None:
    frame = pl.read_parquet(edition.folder / "parquet" / "fct_measure_value.parquet")
    names = ["measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code", "value", "status"]
    assert {tuple(r[:5]): (r[5], r[6] or "") for r in frame.select(names).iter_rows()} == disclosed


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_duckdb_reads_the_flat_views(edition: EditionResult, disclosed: Said, lang: str) -> None:
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        found = mart.execute(
            "SELECT measure_id, area_code, period_id, breakdown_id, category_code, value, status "
            f"FROM measure_values_{lang}"
        ).fetchall()
    assert {r[:5]: (r[5], r[6] or "") for r in found} == disclosed


def test_frictionless_reads_the_package(edition: EditionResult, disclosed: Said) -> None:
    (resource,) = Package(str(edition.folder / "datapackage.json")).resources
    found = {tuple(r[k] for k in KEY): (_number(r["value"]), r["status"] or "") for r in resource.read_rows()}
    assert found == disclosed


def test_csvw_reads_the_table(edition: EditionResult, disclosed: Said) -> None:
    (table,) = CSVW(str(edition.folder / "csv" / "observations.csv-metadata.json")).tables
    found = {tuple(r[k] for k in KEY): (_number(r["value"]), r["status"] or "") for r in table}
    assert found == disclosed


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _shown(value: float, status: object) -> tuple[float | None, str]:
    return (None if pd.isna(value) else float(value)), "" if pd.isna(status) else str(status)
