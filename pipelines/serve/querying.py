"""SQL over one published edition: read-only, one statement, within limits.

Writing the answer to a file does not belong here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import duck
from pipelines.core.errors import RefusedError, UsageError
from pipelines.core.settings import Settings
from pipelines.serve.editions import opened

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


@dataclass(frozen=True)
class Limits:
    """What one question may cost."""

    rows: int = 1_000_000
    seconds: float = 60.0


def query(settings: Settings, edition_dir: Path, sql: str, limits: Limits = Limits()) -> pa.Table:
    """The answer to one SELECT over the tables and views of an edition.

    The engine sees no other file, no network and no extension. An answer is whole or refused, never cut short.
    The edition's id and date are in the metadata of the table's schema.

    Raises:
        UnreadableError: the folder is not a published edition.
        UsageError: the statement is not one SELECT, or the engine does not understand it.
        RefusedError: more rows or more time than the limits allow.
    """
    edition = opened(edition_dir)
    with duck.reader(settings, edition.mart) as connection:
        _refuse_other_than_select(connection, sql)
        found = answered(connection, sql, (), limits)
    about = {"edition": edition.id, "publication": edition.publication_id, "date": str(edition.record["date"])}
    return found.replace_schema_metadata(about)


def answered(connection: duckdb.DuckDBPyConnection, sql: str, bound: Sequence[object], limits: Limits) -> pa.Table:
    """Run SQL with bound values on an open mart, within limits."""
    import duckdb

    try:
        with _clock(connection, limits.seconds):
            relation = connection.sql(sql, params=list(bound) or None)
            found = relation.limit(limits.rows + 1).to_arrow_table()
    except duckdb.InterruptException:
        raise RefusedError("serve.too_slow", seconds=round(limits.seconds)) from None
    except duckdb.Error as error:
        raise UsageError("serve.sql_wrong", reason=str(error).partition("\n")[0]) from None
    if found.num_rows > limits.rows:
        raise RefusedError("serve.too_many_rows", limit=limits.rows)
    return found


def _refuse_other_than_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    import duckdb

    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise UsageError("serve.sql_wrong", reason=str(error).partition("\n")[0]) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError("serve.only_select")


@contextmanager
def _clock(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # a thread that still holds the connection at the end of the process makes the engine complain
