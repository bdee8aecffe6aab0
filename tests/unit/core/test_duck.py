"""Opening databases. SQL of any room does not belong here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.core import duck
from pipelines.core.errors import BusyError, UnreadableError
from pipelines.core.settings import Settings


def made(settings: Settings, path: Path) -> Path:
    with duck.writer(settings, path) as connection:
        connection.execute("create or replace table t as select 42 as n")
    return path


def test_extensions_are_never_fetched(settings: Settings) -> None:
    names = "('autoinstall_known_extensions', 'autoload_known_extensions')"
    with duck.in_memory(settings) as connection:
        held = connection.sql(f"select value from duckdb_settings() where name in {names}").fetchall()
    assert held == [("false",), ("false",)]


def test_a_reader_reads_and_no_more(settings: Settings, tmp_path: Path) -> None:
    import duckdb

    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with duck.reader(settings, made(settings, tmp_path / "m.duckdb")) as connection:
        assert connection.sql("select n from t").fetchall() == [(42,)]
        for refused in (
            "drop table t",
            f"select * from '{secret}'",
            f"copy t to '{tmp_path / 'out.csv'}'",
            "set enable_external_access = true",
            f"attach '{tmp_path / 'other.duckdb'}'",
        ):
            with pytest.raises(duckdb.Error):
                connection.sql(refused).fetchall()
    assert not (tmp_path / "out.csv").exists()


def test_what_is_no_database_is_told_without_its_content(settings: Settings, tmp_path: Path) -> None:
    held = tmp_path / "blocks" / "already.duckdb"  # names that sound like a lock do not make it one
    held.parent.mkdir()
    with pytest.raises(UnreadableError), duck.reader(settings, held):
        pass
    held.write_bytes(b"PLANTED-7f3a" * 2000)
    with pytest.raises(UnreadableError) as caught, duck.reader(settings, held):
        pass
    assert "PLANTED" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_database_in_use_elsewhere_is_busy(settings: Settings, tmp_path: Path) -> None:
    held = made(settings, tmp_path / "m.duckdb")
    code = f"import duckdb, sys; c = duckdb.connect({str(held)!r}); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(BusyError), duck.writer(settings, held):
            pass
        other.communicate()
