"""The typed tables of a build, several times over: the same histories under other tokens.

Making histories does not belong here (see `pipelines/synthetic`); neither does timing.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.core.duck import quoted

TOKENS = ("child_id", "upn_id")


def grow(source: Path, target: Path, times: int) -> dict[str, int]:
    """Write the data folder `target` with every child of `source` `times` over; rows by table."""
    shutil.copytree(source / "ledger", _made(target) / "ledger")
    shutil.copy(source / "ledger.parquet", target)
    counted: dict[str, int] = {}
    with duckdb.connect(config={"threads": 2}) as connection:
        for path in sorted((source / "typed").glob("*/*/*/**/*.parquet")):
            place = target / path.relative_to(source)
            _made(place.parent)
            columns = pq.read_schema(path).names
            if "child_id" not in columns:
                shutil.copy(path, place)
                continue
            connection.execute(f"copy ({_copies(path, columns, times)}) to {quoted(place)} (format parquet)")
            table = path.relative_to(source / "typed").parts[1]
            counted[table] = counted.get(table, 0) + pq.read_metadata(place).num_rows
    return counted


def _copies(path: Path, columns: list[str], times: int) -> str:
    """The rows of one file under `times` sets of tokens; row numbers go on, so that no two rows share one."""
    tokens = [f"md5({name} || '#' || copy) as {name}" for name in TOKENS if name in columns]
    numbers = "cast(row_number + copy * max(row_number) over () as integer) as row_number"
    return (
        f"select * exclude (copy) replace ({', '.join([*tokens, numbers])}) "
        f"from read_parquet({quoted(path)}, hive_partitioning = false), range({times}) as copies(copy)"
    )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
