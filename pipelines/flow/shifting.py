"""What a resubmission does to the headline figures before it counts: the project's own models, run once with the
version that counts now and once with the other, over the history of that one authority.

Comparing rows belongs to `comparison.py`. The figures are true counts of one authority: restricted, never published.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from pipelines.core import duck, files
from pipelines.core.ledger import Ledger, LedgerRow
from pipelines.flow import transform
from pipelines.flow.comparison import Side
from pipelines.flow.stored import typed_tables

if TYPE_CHECKING:
    import duckdb

    from pipelines.flow.desk import Desk

_LEDGER = ("submission_id", "return_id", "authority_code", "period_id", "system", "status")
_CANDIDATE = "candidate"
_TYPED = re.compile(r"read_parquet\('typed/(\w+)/(\w+)/[^)]*\)")
_SEED_TYPES = {
    "code_list_values": {"code": "varchar", "group_code": "varchar", "valid_from": "date", "valid_to": "date"},
    "authorities": {"la3": "varchar"},
    "periods": {"period_start": "date", "period_end": "date"},
}
"""As `dbt_project.yml` says; what is not named is told from the content, there as here."""


@dataclass(frozen=True)
class Moved:
    """A headline figure of the authority that changes, or does not, in one period."""

    measure_id: str
    period_id: str
    before: float | None
    after: float | None


def headlines(desk: Desk, before: Side, after: Side) -> list[Moved]:
    """Each headline measure of the authority in the period of the return, and in any other in which it changes.

    Exact: the compiled models are those of the build, and an authority's figures come from its own submissions only.
    """
    models = _models(desk)
    values = [_values(desk, models, side) for side in (before, after)]
    keys = sorted({*values[0], *values[1]}, key=lambda k: (k[1] != after.period_id, k[1]))
    wanted = [k for k in keys if k[1] == after.period_id or values[0].get(k) != values[1].get(k)]
    order = {m: n for n, m in enumerate(_measures(desk))}
    wanted.sort(key=lambda k: (k[1] != after.period_id, k[1], order[k[0]]))
    return [Moved(*key, values[0].get(key), values[1].get(key)) for key in wanted]


def _measures(desk: Desk) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m for p in desk.catalogue.publications.values() for m in p.headlines))


def _models(desk: Desk) -> dict[str, str]:
    """The compiled models that `measure_cells` needs, kept in the data folder until a file of the project changes."""
    state = hashlib.sha256(repr(transform.project_state(desk.settings)).encode()).hexdigest()
    kept = desk.settings.paths.data / "dbt" / "compiled.json"
    try:
        held = json.loads(kept.read_text("utf-8"))
    except (OSError, ValueError):
        held = {}
    if held.get("state") != state:
        held = {"state": state, "models": _needed(transform.compiled(desk.settings), "measure_cells")}
        files.atomic_write(kept, json.dumps(held))
    return dict(held["models"])


def _needed(models: Mapping[str, str], model: str) -> dict[str, str]:
    """The model and all it is made of, in an order in which they run, with tables in place of files."""
    wanted, found = {model}, []
    for name, sql in reversed(list(models.items())):
        if name in wanted:
            found.append(name)
            wanted |= {other for other in models if re.search(rf"\b{other}\b", sql)}
    return {name: _plain(models[name]) for name in reversed(found)}


def _plain(sql: str) -> str:
    sql = sql.replace('"warehouse"."main".', "").replace("read_parquet('ledger.parquet')", "ledger_ledger")
    return _TYPED.sub(r"\1_\2", sql)


def _values(desk: Desk, models: Mapping[str, str], side: Side) -> dict[tuple[str, str], float | None]:
    """(measure, period) -> value of the authority, with the side in place of the version that counts now."""
    with duck.in_memory(desk.settings) as connection:
        _load_seeds(desk, connection)
        _load_submissions(desk, connection, side)
        for name, sql in models.items():
            connection.execute(f"create table {name} as {sql}")
        rows = connection.execute(
            "select measure_id, period_id, value from measure_cells where area_code = ? and breakdown_id = 'total' "
            "and list_contains(?, measure_id) and coverage_status <> 'missing'",
            [side.authority_code, list(_measures(desk))],
        ).fetchall()
    return {(measure, period): value for measure, period, value in rows}


def _load_seeds(desk: Desk, connection: duckdb.DuckDBPyConnection) -> None:
    for path in sorted((desk.settings.paths.dbt_project / "seeds").rglob("*.csv")):
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in _SEED_TYPES.get(path.stem, {}).items())
        typed = f"types = {{{types}}}, " if types else ""
        connection.execute(
            f"create table {path.stem} as select * from read_csv({duck.quoted(path)}, {typed}header = true, "
            "quote = '\"', nullstr = '')"
        )


def _load_submissions(desk: Desk, connection: duckdb.DuckDBPyConnection, side: Side) -> None:
    """The ledger and the typed tables of the authority as they would be, and every extract (populations)."""
    counting = Ledger(desk.settings.paths).counting()
    kept = {r.submission_id: r for r in counting if _stays(r, side)}
    sources = [(row, typed_tables(desk, row)) for row in kept.values() if row.return_id in desk.catalogue.returns]
    candidate = replace(
        _blank_row(), submission_id=_CANDIDATE, return_id=side.return_id, authority_code=side.authority_code,
        period_id=side.period_id,
    )  # fmt: skip
    sources.append((candidate, side.tables))
    ledger = [{c: getattr(row, c) for c in _LEDGER} for row in (*kept.values(), candidate)]
    connection.register("given", pl.DataFrame(ledger, schema=dict.fromkeys(_LEDGER, pl.String)).to_arrow())
    connection.execute("create table ledger_ledger as select * from given")
    for held in desk.catalogue.returns.values():
        for table in held.tables:
            frames = [_of(row, t[table]) for row, t in sources if row.return_id == held.id and table in t]
            _load(desk, connection, (held.id, table), frames)
    _load_extracts(desk, connection)


def _stays(row: LedgerRow, side: Side) -> bool:
    """Extracts, and what the authority sent for anything but this return and period."""
    is_own = row.authority_code == side.authority_code and row.period_id is not None
    return row.period_id is None or (is_own and (row.return_id, row.period_id) != (side.return_id, side.period_id))


def _blank_row() -> LedgerRow:
    return LedgerRow("", "", "", 0, "", "", None, None, "", 0, None, "accepted")


def _of(row: LedgerRow, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit(row.submission_id).alias("submission_id"))


def _load(
    desk: Desk, connection: duckdb.DuckDBPyConnection, place: tuple[str, str], frames: list[pl.DataFrame]
) -> None:
    from schemas.derive import arrow

    schema = arrow.typed_schema(desk.catalogue, place[1])
    empty = pl.from_arrow(schema.empty_table())
    assert isinstance(empty, pl.DataFrame)
    whole = pl.concat([empty, *frames], how="diagonal_relaxed").select(schema.names)
    connection.register("given", whole.to_arrow())
    connection.execute(f"create table {place[0]}_{place[1]} as select * from given")


def _load_extracts(desk: Desk, connection: duckdb.DuckDBPyConnection) -> None:
    from schemas.derive import arrow

    empty = pl.from_arrow(arrow.OBSERVATION.empty_table())
    assert isinstance(empty, pl.DataFrame)
    paths = sorted((desk.settings.paths.typed / "statswales" / "observation").glob("*/*.parquet"))
    frames = [pl.read_parquet(path, hive_partitioning=False) for path in paths]
    whole = pl.concat([empty, *frames], how="diagonal_relaxed").select(arrow.OBSERVATION.names)
    connection.register("given", whole.to_arrow())
    connection.execute("create table statswales_observation as select * from given")
