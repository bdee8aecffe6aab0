"""What the standing warehouse was made from, and so which authorities a run must make anew.

Running dbt does not belong here (see `transform.py`), and neither does anything that reads a row of a typed table.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from pipelines.core import duck
from pipelines.core.settings import Paths, Settings

EVERYBODY = "*"
"""Key of what belongs to no single authority: the project, the policy, extracts."""
NOBODY = ("none",)
"""Authorities of a run for which nothing has changed: no row is of it."""
_TABLE = "built_from"


def fingerprints(paths: Paths, policy: str) -> dict[str, str]:
    """Authority -> fingerprint of all that its rows are made from; `EVERYBODY` -> what all rows depend on.

    Of an authority: its lines of the ledger and the state (path, bytes, time of change) of its typed files. Of
    everybody: the dbt project with the seeds derived from the specification, the versions of the engines, the policy,
    all other files.
    """
    parts: dict[str, list[str]] = defaultdict(list)
    parts[EVERYBODY] = [policy, *_versions(), *_project(paths.dbt_project)]
    for authority, text in (*_typed(paths.typed), *_ledger(paths.ledger_parquet)):
        parts[authority].append(text)
    return {authority: _digest(sorted(texts)) for authority, texts in parts.items()}


def changed(settings: Settings, now: Mapping[str, str]) -> tuple[str, ...] | None:
    """Authorities whose rows must be made anew in a copy of the standing warehouse; None where all must.

    `NOBODY` when it was made from the very same.
    """
    before = _built_from(settings)
    if before.get(EVERYBODY) != now[EVERYBODY]:
        return None
    authorities = sorted({*before, *now} - {EVERYBODY})
    found = tuple(a for a in authorities if before.get(a) != now.get(a))
    return None if len(found) > len(authorities) // 2 else found or NOBODY


def write(settings: Settings, warehouse: Path, made_from: Mapping[str, str]) -> None:
    """Keep the fingerprints in the warehouse itself: both are swapped in as one. None for one of mixed making."""
    with duck.writer(settings, warehouse) as connection:
        connection.execute(f"create or replace table {_TABLE} (authority_code varchar, fingerprint varchar)")
        if made_from:
            connection.executemany(f"insert into {_TABLE} values (?, ?)", sorted(made_from.items()))


def _built_from(settings: Settings) -> dict[str, str]:
    if not settings.paths.warehouse.is_file():
        return {}
    with duck.reader(settings, settings.paths.warehouse) as connection:
        if not connection.execute("select 1 from duckdb_tables() where table_name = ?", [_TABLE]).fetchone():
            return {}
        return dict(connection.execute(f"select authority_code, fingerprint from {_TABLE}").fetchall())


def _versions() -> Iterator[str]:
    yield from (version("duckdb"), version("dbt-core"))


def _project(folder: Path) -> Iterator[str]:
    kinds = (".sql", ".yml", ".csv")
    for path in sorted(p for p in folder.rglob("*") if p.suffix in kinds and p.is_file() and "target" not in p.parts):
        yield f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _typed(folder: Path) -> Iterator[tuple[str, str]]:
    """(authority or everybody, state) of every typed file; by name, for a Path of each would take most of the time."""
    for base, _, names in os.walk(folder):
        place = Path(base).relative_to(folder).as_posix()
        named = [part.removeprefix("authority=") for part in place.split("/") if part.startswith("authority=")]
        owner = named[0] if named and named[0] not in NOBODY else EVERYBODY
        for name in names:
            if name.endswith(".parquet"):
                state = os.stat(f"{base}/{name}")  # noqa: PTH116 (as above)
                yield owner, f"{place}/{name} {state.st_size} {state.st_mtime_ns}"


def _ledger(path: Path) -> Iterator[tuple[str, str]]:
    import pyarrow.parquet as pq

    for row in pq.ParquetFile(path).read().to_pylist():  # `read_table` loads pandas: two seconds of a start
        yield row["authority_code"] or EVERYBODY, f"ledger {sorted(row.items())}"


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
