"""Runs the golden queries of consumers against an edition and the one before it: shape, ids, values.

What consumers ask stands in the specification; refusing a release belongs to the flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import duck
from pipelines.core.errors import MesurError
from pipelines.core.settings import Settings
from pipelines.serve.querying import Limits, answered
from schemas.golden import GoldenQuery

if TYPE_CHECKING:
    import duckdb

LIMITS = Limits(rows=1_000_000, seconds=60)
Row = dict[str, object]


@dataclass(frozen=True)
class Finding:
    """Why a golden query does not hold: `fails`, `shape`, `missing_id`, `double`, `missing_row` or `value`."""

    query: str
    kind: str
    what: str
    """Column, id or key; published values only."""


def findings(
    settings: Settings, queries: Sequence[GoldenQuery], edition: Path, before: Path | None
) -> tuple[Finding, ...]:
    """What does not hold of an edition (a folder), compared with the edition before it where there is one."""
    with duck.reader(settings, edition / "mart.duckdb") as now:
        held = {one.id: _answer(now, one) for one in queries}
    past: dict[str, list[Row] | str] = {}
    if before is not None:
        with duck.reader(settings, before / "mart.duckdb") as then:
            past = {one.id: _answer(then, one) for one in queries if one.tolerance}
    return tuple(f for one in queries for f in _judged(one, held[one.id], past.get(one.id)))


def _answer(connection: duckdb.DuckDBPyConnection, one: GoldenQuery) -> list[Row] | str:
    """The rows, or what is wrong with their shape (or with the question itself)."""
    try:
        described = connection.execute(f"DESCRIBE {one.sql}").fetchall()
        shape = {str(name): str(kind) for name, kind, *_ in described}
        if list(shape.items()) != list(one.columns.items()):
            return ", ".join(f"{name} {kind}" for name, kind in shape.items())
        rows: list[Row] = answered(connection, one.sql, (), LIMITS).to_pylist()
    except MesurError as error:
        return error.key
    except Exception as error:  # noqa: BLE001 (the engine's words may be long; its kind is enough for a consumer)
        return type(error).__name__
    return rows


def _judged(one: GoldenQuery, now: list[Row] | str, before: list[Row] | str | None) -> Iterator[Finding]:
    if isinstance(now, str):
        yield Finding(one.id, "shape", now)
        return
    for column, ids in one.must_have.items():
        there = {str(row[column]) for row in now}
        yield from (Finding(one.id, "missing_id", f"{column} {wanted}") for wanted in ids if wanted not in there)
    held = {_key(one, row): row for row in now}
    if len(held) != len(now):
        yield Finding(one.id, "double", ", ".join(one.key))
    if isinstance(before, list):
        yield from _compared(one, held, before)


def _compared(one: GoldenQuery, held: dict[tuple[object, ...], Row], before: list[Row]) -> Iterator[Finding]:
    for row in before:
        key = _key(one, row)
        told = ", ".join(map(str, key))
        if key not in held:
            yield Finding(one.id, "missing_row", told)
            continue
        for column, percent in one.tolerance.items():
            was, now = row[column], held[key][column]
            if (
                isinstance(was, int | float)
                and isinstance(now, int | float)
                and abs(now - was) > abs(was) * percent / 100
            ):
                yield Finding(one.id, "value", f"{told}: {column} {was:g} -> {now:g}")


def _key(one: GoldenQuery, row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in one.key)
