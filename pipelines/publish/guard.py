"""The guard of the contract with readers: what one edition showed, the next still shows.

Numbers may change freely and are no concern of this guard.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.core.errors import RefusedError
from pipelines.core.settings import Settings
from pipelines.publish.mart import schema_of
from pipelines.publish.records import Edition

Schema = dict[tuple[str, str], str]
"""(table or view, column) -> type."""
_PERMANENT = {
    "dim_authority": ("area_code",),
    "dim_measure": ("measure_id",),
    "dim_breakdown": ("breakdown_id", "breakdown_code"),
    "dim_status": ("status_code",),
}


@dataclass(frozen=True)
class Held:
    """An edition and the folder that holds it (for the new one, the folder in the making)."""

    edition: Edition
    folder: Path


def refuse_breaking(before: Held, after: Held, schemas: tuple[Schema, Schema]) -> None:
    """Refuse an edition that takes away from readers what the previous one gave.

    A table, view or column that is gone, a column of another type, and a permanent id that is gone break the
    contract; additions do not. A new major version, declared in the release context, allows it. `schemas` are those of
    the two marts (`schemas_of`).

    Raises:
        RefusedError: naming what would break, or that the declared version runs backwards.
    """
    current, given = before.edition.major_version, after.edition.major_version
    if given < current:
        raise RefusedError("publish.version_backwards", given=given, current=current)
    broken = broken_columns(*schemas) + lost_ids(before.folder, after.folder)
    if broken and given == current:
        shown = ", ".join(broken[:10]) + (", …" if len(broken) > 10 else "")
        raise RefusedError("publish.breaking_change", changes=shown, count=len(broken), next=current + 1)


def schemas_of(settings: Settings, before: Held, after: Held) -> tuple[Schema, Schema]:
    """The columns of the marts of two editions as they lie on disk."""
    held, found = (schema_of(settings, one.folder / "mart.duckdb") for one in (before, after))
    return held, found


def broken_columns(held: Schema, found: Schema) -> list[str]:
    """`table.column` of what is gone or has another type in the new mart."""
    return sorted(f"{table}.{column}" for (table, column), kind in held.items() if found.get((table, column)) != kind)


def lost_ids(previous: Path, new: Path) -> list[str]:
    """`table: id` of permanent ids that the new edition no longer knows."""
    lost: list[str] = []
    for table, key in _PERMANENT.items():
        paths = (folder / "parquet" / f"{table}.parquet" for folder in (previous, new))
        before, after = (pl.read_parquet(path, columns=list(key)) for path in paths)
        gone = before.join(after, on=list(key), how="anti").rows()
        lost += [f"{table}: {'/'.join(ids)}" for ids in sorted(gone)]
    return lost
