"""Typed tables, faults and coverage on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from made_submissions import COVER, Look, Tables, write_csvs

from pipelines.conform import write, write_all
from pipelines.core.errors import InternalError
from pipelines.core.settings import Settings
from schemas import Catalogue
from schemas.derive import arrow

ID = "0123456789abcdef"
PLACE = "period=2018-19/authority=W06000001"


def files(settings: Settings) -> dict[str, bytes]:
    root = settings.paths.data
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_the_files_are_those_of_the_contract(look: Look, tables: Tables, tmp_path: Path, settings: Settings,
                                             catalogue: Catalogue) -> None:  # fmt: skip
    tables["Header"][0]["DOB"] = "?"
    held = look(write_csvs(tmp_path / "sent", tables))
    write(settings, held, ID)
    root = settings.paths.data
    written = files(settings)
    assert f"typed/lac_census/episode/{PLACE}/{ID}.parquet" in written
    assert f"faults/lac_census/{PLACE}/{ID}.parquet" in written
    assert f"coverage/lac_census/{PLACE}/{ID}.parquet" in written
    for table in held.tables:
        path = root / f"typed/lac_census/{table}/{PLACE}/{ID}.parquet"
        expected = arrow.typed_schema(catalogue, table)
        found = pq.ParquetFile(path).schema_arrow
        assert found.names == expected.names
        assert [str(t).replace("large_string", "string") for t in found.types] == [str(t) for t in expected.types]
        assert path.stat().st_mode & 0o077 == 0
    faults = pl.read_parquet(root / f"faults/lac_census/{PLACE}/{ID}.parquet", hive_partitioning=False)
    assert faults.columns == arrow.FAULTS.names
    assert faults.select("submission_id", "rule_id", "row_number").rows() == [(ID, "TY51", 1)]
    coverage = pl.read_parquet(root / f"coverage/lac_census/{PLACE}/{ID}.parquet", hive_partitioning=False)
    assert coverage.columns == arrow.COVERAGE.names


def test_writing_again_changes_nothing(look: Look, tables: Tables, tmp_path: Path, settings: Settings) -> None:
    held = look(write_csvs(tmp_path / "sent", tables))
    write(settings, held, ID)
    before = files(settings)
    write_all(settings, [(held, ID)])
    assert files(settings) == before


def test_of_a_rejected_submission_only_faults_and_coverage_are_written(look: Look, tables: Tables, tmp_path: Path,
                                                                       settings: Settings) -> None:  # fmt: skip
    held = look(write_csvs(tmp_path / "sent", tables, COVER | {"Year": "2020-21"}))
    assert held.verdict == "rejected"
    write(settings, held, ID)
    assert {name.split("/")[0] for name in files(settings)} == {"faults", "coverage"}


def test_an_unknown_identity_cannot_be_filed(look: Look, tables: Tables, tmp_path: Path, settings: Settings) -> None:
    held = look(write_csvs(tmp_path / "sent", tables, cover=None))
    with pytest.raises(InternalError):
        write(settings, held, ID)
    assert files(settings) == {}


@pytest.mark.parametrize(
    ("item", "value"), [("legal_status_code", "Zebedee"), ("child_id", "Zebedee"), ("episode_start_date", None)]
)
def test_a_bad_value_of_our_own_is_caught_before_anything_is_written(look: Look, tables: Tables, tmp_path: Path,
                                                                     settings: Settings, item: str,
                                                                     value: str | None) -> None:  # fmt: skip
    """Pandera checks names and types only, in silence, where it is handed a lazy frame: this fails if it ever is."""
    held = look(write_csvs(tmp_path / "sent", tables))
    spoilt = held.tables["episode"].with_columns(pl.lit(value or "x", pl.String).alias(item))
    with pytest.raises(InternalError) as caught:
        write(settings, replace(held, tables={**held.tables, "episode": spoilt}), ID)
    assert caught.value.place.table == "episode"
    assert "Zebedee" not in f"{caught.value!s} {caught.value.params} {caught.value.__cause__}"
    assert caught.value.__suppress_context__
    assert files(settings) == {}
