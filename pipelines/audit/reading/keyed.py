"""Every table of an edition that names its figures by key, whatever the format: CSV, Parquet, DuckDB.

Tables laid out for people (workbooks, notes) do not belong here; the verifier reads those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import polars as pl

from pipelines.core.errors import Place, UnreadableError

KEY = ("measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code")
FIGURES = ("numerator", "denominator", "value", "status")
OTHER_NAMES = {"period": "period_id", "category_code": "breakdown_code"}
"""Names that a file for readers gives to columns of the key."""
_TYPES = {"numerator": pl.Int64, "denominator": pl.Int64, "value": pl.Float64}


VIEW = "view "
"""Stands before the name of what keeps no rows of its own."""
Wanted = Callable[[str, Sequence[str]], bool]
"""Whether the rows of a table are to be read, by its name and its columns."""


def given_csv(path: Path, *, as_text: bool) -> pl.DataFrame:
    """A CSV that a person named: every column as text, rows that are too long cut off; or with types, all rows whole.

    Raises:
        UnreadableError: there is no such file, or it is no CSV.
    """
    try:
        return pl.read_csv(path, infer_schema=not as_text, infer_schema_length=None, truncate_ragged_lines=as_text)
    except FileNotFoundError:
        raise UnreadableError("file.not_found", Place(file=path.name)) from None
    except (OSError, pl.exceptions.PolarsError):
        raise UnreadableError("disclosure.table_unreadable", Place(file=path.name)) from None


def tables(path: Path, is_wanted: Wanted = lambda _, __: True) -> Iterator[tuple[str, pl.DataFrame]]:
    """(name, rows) of every table in a CSV, Parquet or DuckDB file, those of a CSV as words; nothing for other files.

    Args:
        is_wanted: tables that it does not want come without rows.

    Raises:
        UnreadableError: the file is not what its name says.
    """
    try:
        if path.suffix == ".parquet":
            schema = pl.read_parquet_schema(path)
            yield (
                path.stem,
                pl.read_parquet(path) if is_wanted(path.stem, list(schema)) else pl.DataFrame(schema=schema),
            )
        elif path.suffix == ".csv":
            header = pl.read_csv(path, n_rows=0, infer_schema=False)
            yield path.stem, pl.read_csv(path, infer_schema=False) if is_wanted(path.stem, header.columns) else header
        elif path.suffix == ".duckdb":
            yield from _duckdb_tables(path, is_wanted)
    except (OSError, pl.exceptions.PolarsError, duckdb.Error):
        raise UnreadableError("disclosure.table_unreadable", Place(file=path.name)) from None


def _duckdb_tables(path: Path, is_wanted: Wanted) -> Iterator[tuple[str, pl.DataFrame]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "select '', schema_name, table_name from duckdb_tables() where not internal union all"
            f" select '{VIEW}', schema_name, view_name from duckdb_views() where not internal order by all"
        ).fetchall()
        for kind, schema, name in rows:
            full = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, name))
            held = connection.sql(f"select * from {full}")
            yield kind + name, (held if is_wanted(kind + name, held.columns) else held.limit(0)).pl()


def observations(path: Path) -> pl.DataFrame | None:
    """The figures of a keyed file (columns `KEY` and `FIGURES`), None where no table of it has them."""
    found = [_keyed(table) for name, table in tables(path, _is_keyed) if _is_keyed(name, table.columns)]
    return pl.concat(found).unique(maintain_order=True) if found else None


def _renames(columns: Sequence[str]) -> dict[str, str]:
    return {k: v for k, v in OTHER_NAMES.items() if k in columns and v not in columns}


def _is_keyed(_: str, columns: Sequence[str]) -> bool:
    renames = _renames(columns)
    return {*KEY, *FIGURES} <= {renames.get(c, c) for c in columns}


def _keyed(table: pl.DataFrame) -> pl.DataFrame:
    renamed = table.rename(_renames(table.columns))
    numbers = [pl.col(name).cast(pl.Float64, strict=False).cast(kind) for name, kind in _TYPES.items()]
    return renamed.select(*(pl.col(k).cast(pl.String) for k in KEY), *numbers, pl.col("status").cast(pl.String))


def edition(folder: Path) -> pl.DataFrame:
    """The figures of all keyed files of an edition; files that disagree give several rows for a key.

    Raises:
        UnreadableError: no file of the folder has figures with their key.
    """
    paths = sorted(p for p in folder.rglob("*") if p.suffix in (".csv", ".parquet", ".duckdb"))
    found = [frame for path in paths if "proof" not in path.parts and (frame := observations(path)) is not None]
    if not found:
        raise UnreadableError("audit.no_figures", Place(file=folder.name))
    return pl.concat(found).with_columns(pl.col("status").fill_null("")).unique(maintain_order=True)
