"""What a Parquet or DuckDB file carries besides its rows: metadata, statistics of row groups, macros, comments.

The rows are held against the ledger elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq

from pipelines.audit.verifier.grids import Grid
from pipelines.audit.verifier.records import Findings

PARQUET_METADATA = frozenset({b"ARROW:schema", b"comment"})


def parquet(path: Path, file: str, findings: Findings) -> Iterator[Grid]:
    """Metadata and row-group statistics: they may say no more than the columns do."""
    about: Any = pq.read_metadata(path)
    for key, text in sorted((about.metadata or {}).items()):
        if key not in PARQUET_METADATA:
            findings.add("file_metadata", file, key.decode("utf-8", "replace"))
        elif key != b"ARROW:schema":
            yield Grid("comment", (), context=text.decode("utf-8", "replace"))
    ends = (
        pl.scan_parquet(path)
        .select(pl.all().min().name.prefix("least "), pl.all().max().name.prefix("most "))
        .collect()
    )
    for group in range(about.num_row_groups):
        for at in range(about.num_columns):
            column = about.row_group(group).column(at)
            if column.statistics is None or not column.statistics.has_min_max:
                continue
            name = column.path_in_schema
            least, most = ends[f"least {name}"][0], ends[f"most {name}"][0]
            told = column.statistics
            if isinstance(least, int | float | str) and not (told.min >= least and told.max <= most):
                findings.add("statistics_differ", file, name)


def mart(path: Path, file: str, findings: Findings) -> Iterator[Grid]:
    """What a DuckDB file holds besides tables and views: macros, sequences and comments."""
    with duckdb.connect(str(path), read_only=True) as connection:
        for (name,) in connection.execute("select sequence_name from duckdb_sequences()").fetchall():
            findings.add("strange_sequence", file, str(name))
        comments = connection.execute(
            "select table_name, comment from duckdb_tables() where comment is not null union all"
            " select table_name || '.' || column_name, comment from duckdb_columns() where comment is not null"
            " union all select view_name, comment from duckdb_views() where comment is not null and not internal"
            " union all select function_name, macro_definition from duckdb_functions() where not internal"
            " union all select view_name, sql from duckdb_views() where not internal"
        ).fetchall()
    for name, comment in comments:
        yield Grid(str(name), (), context=str(comment))
