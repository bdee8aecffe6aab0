"""SQL over an edition: the answer, the limits, and what cannot be reached."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_edition import Desk

from pipelines.core import messages
from pipelines.core.errors import MesurError, RefusedError, UnreadableError, UsageError, render
from pipelines.serve import Limits, query


def test_answers_and_says_which_edition(desk: Desk, latest: Path) -> None:
    found = query(desk.settings, latest, "SELECT area_name, value FROM measure_values_cy WHERE area_code = 'W06000001'")
    assert set(found["area_name"].to_pylist()) == {"Ynys Môn"}
    assert found.schema.metadata[b"edition"] == b"2024-25-2"
    assert found.schema.metadata[b"date"] == b"2024-11-27"


@pytest.mark.parametrize(
    "sql", ["SHOW TABLES", "FROM dim_measure", "WITH a AS (SELECT 1 AS n) SELECT n FROM a", "DESCRIBE dim_period"]
)
def test_every_way_to_ask_is_allowed(desk: Desk, latest: Path, sql: str) -> None:
    assert query(desk.settings, latest, sql).num_rows > 0


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE dim_measure",
        "CREATE TABLE t AS SELECT 1",
        "CREATE TEMP TABLE t AS SELECT 1",
        "COPY dim_measure TO 'out.csv'",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "SET threads = 1",
        "PRAGMA database_size",
        "SELECT 1; SELECT 2",
        "",
        "-- nothing",
        "CALL pragma_version()",
    ],
)
def test_anything_but_one_select_is_refused(desk: Desk, latest: Path, sql: str) -> None:
    before = latest.joinpath("mart.duckdb").read_bytes()
    with pytest.raises(UsageError):
        query(desk.settings, latest, sql)
    assert latest.joinpath("mart.duckdb").read_bytes() == before


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM 'other.parquet'",
        "SELECT * FROM read_parquet('https://example.org/a.parquet')",
    ],
)
def test_no_other_file_can_be_reached(desk: Desk, latest: Path, sql: str) -> None:
    with pytest.raises(UsageError) as caught:
        query(desk.settings, latest, sql)
    assert caught.value.key == "serve.sql_wrong"


def test_too_many_rows_are_refused_and_not_cut(desk: Desk, latest: Path) -> None:
    sql = "SELECT * FROM fct_measure_value LIMIT 11"
    assert query(desk.settings, latest, sql, Limits(rows=11)).num_rows == 11
    with pytest.raises(RefusedError) as caught:
        query(desk.settings, latest, sql, Limits(rows=10))
    assert caught.value.key == "serve.too_many_rows"


def test_too_long_is_stopped(desk: Desk, latest: Path) -> None:
    sql = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"
    with pytest.raises(RefusedError) as caught:
        query(desk.settings, latest, sql, Limits(seconds=0.3))
    assert caught.value.key == "serve.too_slow"


def test_only_a_published_edition_is_opened(desk: Desk, tmp_path: Path) -> None:
    for folder in (desk.settings.paths.data, tmp_path, desk.root):
        with pytest.raises(UnreadableError):
            query(desk.settings, folder, "SELECT 1")


def test_errors_are_told_in_both_languages(desk: Desk, latest: Path) -> None:
    with pytest.raises(MesurError) as caught:
        query(desk.settings, latest, "SELECT nothing FROM nowhere")
    english, welsh = (render(caught.value, messages.load(), lang) for lang in ("en", "cy"))
    assert "What to do" in english
    assert "Beth i'w wneud" in welsh
    assert "nowhere" in english
    assert english != welsh
