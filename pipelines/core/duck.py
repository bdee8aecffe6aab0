"""The one place that opens DuckDB: no extension is ever fetched, memory spills into the data folder, readers only read.

SQL does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.core.errors import BusyError, MesurError, Place, UnreadableError
from pipelines.core.settings import Settings

if TYPE_CHECKING:
    import duckdb

EXCHANGE_VERSION = "v1.4.0"
"""Storage version of files that others read: older DuckDBs and the one in browsers cannot read that of 2.0."""


def options(settings: Settings) -> dict[str, str | int]:
    """Settings for every connection, also for the profile of dbt."""
    return {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": settings.threads,
        "temp_directory": str(settings.paths.scratch),
    }


def quoted(text: str | Path) -> str:
    """Text as a literal of SQL, for the statements in which nothing can be bound (paths, comments)."""
    return "'" + str(text).replace("'", "''") + "'"


@contextmanager
def in_memory(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to nothing on disk, closed after the block."""
    with _connected(":memory:", options(settings), is_reader=False) as connection:
        yield connection


def opened_in_memory(settings: Settings) -> duckdb.DuckDBPyConnection:
    """The same for who keeps it longer than a block; whoever asked closes it."""
    import duckdb

    return duckdb.connect(":memory:", config=dict(options(settings)))


@contextmanager
def writer(settings: Settings, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may write one database file, closed after the block.

    Raises:
        BusyError: if another process has the file open.
        UnreadableError: if the file is not a database this version reads.
    """
    files.folder(path.parent)
    with _connected(str(path), options(settings), is_reader=False) as connection:
        yield connection


@contextmanager
def reader(settings: Settings, path: Path, *, may_read_files: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to one database file, closed after the block.

    Unless `may_read_files`, SQL that it runs cannot reach any other file or the network, nor change its settings.

    Raises:
        BusyError: if another process writes the file.
        UnreadableError: if the file is missing or not a database this version reads.
    """
    if not path.is_file():
        raise UnreadableError("database.unreadable", Place(file=path.name))
    with _connected(str(path), options(settings), is_reader=True) as connection:
        if not may_read_files:
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
        yield connection


@contextmanager
def _connected(database: str, held: dict[str, str | int], *, is_reader: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    try:
        connection = duckdb.connect(database, read_only=is_reader, config=dict(held))
    except duckdb.Error as error:
        raise _refused(Path(database), str(error)) from None
    try:
        yield connection
    finally:
        connection.close()


def _refused(path: Path, said: str) -> MesurError:
    words = said.replace(str(path), "").lower()  # a folder may be called `blocks`
    is_busy = any(sign in words for sign in ("lock", "already", "in use", "existing connections"))
    kind, key = (BusyError, "database.busy") if is_busy else (UnreadableError, "database.unreadable")
    return kind(key, Place(file=path.name))
