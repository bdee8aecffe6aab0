"""Children's histories as readable tables, and the project's own compiled SQL run over them by plain DuckDB.

What a history should become does not belong here: that stands in the worked cases and the laws.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.settings import PROJECT, Paths, Settings
from pipelines.flow import transform
from schemas import Catalogue, load
from schemas.derive import arrow

CARDIFF, SWANSEA, NEWPORT = "W06000015", "W06000011", "W06000022"
Row = dict[str, object]

SHORT_NAMES = {
    "child": "child_id",
    "start": "episode_start_date",
    "end": "episode_end_date",
    "why": "start_reason_code",
    "ended": "end_reason_code",
    "status": "legal_status_code",
    "need": "need_code",
    "place": "placement_code",
    "where": "placement_location_code",
    "provider": "provider_code",
    "la": "placement_authority_code",
    "born": "birth_date",
    "sex": "sex_code",
    "ethnicity": "ethnicity_code",
}
"""Words of the tables that people write -> items of the canonical tables."""


SEED_TYPES = {
    "code_list_values": "{'valid_from': 'date', 'valid_to': 'date'}",
    "authorities": "{'la3': 'varchar'}",
}
"""Types that the project gives to columns of seeds and that reading would guess otherwise."""


@dataclass(frozen=True)
class Submission:
    """One counting submission: rows of each of its tables, by canonical item (what is left out is null)."""

    period_id: str
    tables: dict[str, list[Row]] = field(default_factory=dict)
    authority_code: str = CARDIFF
    return_id: str = "lac_census"
    status: str = "accepted"
    system: str | None = None
    """Export profile of a quarterly export."""

    @property
    def id(self) -> str:
        return f"{self.return_id}-{self.authority_code}-{self.period_id}"


def table(text: str) -> list[Row]:
    """Rows of a table written with spaces: first line the columns, `.` for nothing, yes and no for booleans."""
    lines = [line.split() for line in text.strip().splitlines()]
    return [dict(zip(lines[0], map(_value, cells), strict=True)) for cells in lines[1:]]


def _value(cell: str) -> object:
    known: dict[str, object] = {".": None, "yes": True, "no": False}
    if cell in known:
        return known[cell]
    return date.fromisoformat(cell) if re.fullmatch(r"\d{4}-\d\d-\d\d", cell) else cell


def items(rows: Iterable[Row]) -> list[Row]:
    """The same rows with the short words replaced by items; a child without a name is child A."""
    return [{"child_id": "A"} | {SHORT_NAMES.get(k, k): v for k, v in row.items()} for row in rows]


class Engine:
    """The compiled models of one repair policy, run in memory."""

    def __init__(self, catalogue: Catalogue, models: dict[str, str]) -> None:
        self._catalogue = catalogue
        self._models = {name: _plain(sql) for name, sql in models.items()}
        self._connection = duckdb.connect(":memory:", config={"threads": 1})
        # a history is a handful of rows: weighing orders of joins costs more than any order
        self._connection.execute("pragma disable_optimizer")
        self._filled: dict[str, bool] = {}
        """Table of a return -> whether it holds a row."""
        self._moving: list[str] = []
        self._asked: dict[tuple[str, ...], list[str]] = {}
        for seed in sorted((PROJECT / "dbt_project" / "seeds").rglob("*.csv")):
            self._load_seed(seed)

    def _load_seed(self, path: Path) -> None:
        types = f"types = {SEED_TYPES[path.stem]}, " if path.stem in SEED_TYPES else ""
        self._connection.execute(
            f"create table {path.stem} as select * from read_csv('{path}', {types}header = true, quote = '\"', "
            "nullstr = '')"
        )
        if path.stem == "code_list_values":
            assert self._connection.execute("select typeof(code) from code_list_values").fetchone() == ("VARCHAR",)

    def run(self, submissions: Sequence[Submission], upto: Sequence[str] = ()) -> None:
        """Fill every model from the submissions, or only those that the named models need; the others are left."""
        if not self._moving:
            self._load([])
            self._plan()
        self._connection.execute("begin")
        try:
            self._load(submissions)
            for name in self._needed(tuple(upto)):
                self._connection.execute(f"delete from {name}")
                self._connection.execute(f"execute fill_{name}")
        finally:
            self._connection.execute("commit")

    def _plan(self) -> None:
        """Build every model over nothing, and keep the plan that fills each that reads a submission.

        What a history costs is planning: the plans outlive it, so that the next one only runs them.
        """
        moving = set(self._filled)
        for name, sql in self._models.items():
            self._connection.execute(f"create table {name} as {sql}")
            if moving & set(re.findall(r"\w+", sql)):
                moving.add(name)
                self._moving.append(name)
                self._connection.execute(f"prepare fill_{name} as insert into {name} {sql}")

    def rows(self, model: str, columns: Sequence[str] = ("*",)) -> list[Row]:
        """Rows of a model, in the order of the asked columns."""
        found = self._connection.execute(f"select {', '.join(columns)} from {model} order by all")
        names = [d[0] for d in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def columns(self, model: str) -> dict[str, str]:
        """Column name -> type of a model that was built."""
        held = self._connection.execute(f"describe {model}").fetchall()
        return {row[0]: row[1] for row in held}

    def _needed(self, models: tuple[str, ...]) -> list[str]:
        """The models that read a submission and that the named ones need (all for none), in the order of the build."""
        if models not in self._asked:
            wanted = set(models or self._moving)
            for name in reversed(self._moving):
                if name in wanted:
                    wanted |= set(re.findall(r"\w+", self._models[name])) & set(self._moving)
            self._asked[models] = [name for name in self._moving if name in wanted]
        return self._asked[models]

    def _load(self, submissions: Sequence[Submission]) -> None:
        self._replace("ledger_ledger", _ledger(submissions), LEDGER)
        for r in self._catalogue.returns.values():
            for name in r.tables:
                rows = [row for s in submissions if s.return_id == r.id for row in _keyed(s, name)]
                self._replace(f"{r.id}_{name}", rows, arrow.typed_schema(self._catalogue, name))
        observations = [row for s in submissions if s.return_id == "statswales" for row in _keyed(s, "observation")]
        self._replace("statswales_observation", observations, arrow.OBSERVATION)

    def _replace(self, name: str, rows: list[Row], schema: pa.Schema) -> None:
        if not rows and self._filled.get(name) is False:
            return
        held = pa.Table.from_pylist(rows, schema=_nullable(schema))
        self._connection.register("given", held)
        if name in self._filled:
            self._connection.execute(f"delete from {name}")
            self._connection.execute(f"insert into {name} select * from given")
        else:
            self._connection.execute(f"create table {name} as select * from given")
        self._connection.unregister("given")
        self._filled[name] = bool(rows)


def _keyed(submission: Submission, name: str) -> list[Row]:
    """Rows of one table of a submission with the columns that stand before the items."""
    key = {"submission_id": submission.id, "return_id": submission.return_id}
    key |= {"authority_code": submission.authority_code, "period_id": submission.period_id}
    return [key | {"row_number": n} | row for n, row in enumerate(submission.tables.get(name, []), 1)]


def _plain(sql: str) -> str:
    """Compiled SQL without the name of the warehouse, and with tables in place of files."""
    sql = sql.replace('"warehouse"."main".', "").replace("read_parquet('ledger.parquet')", "ledger_ledger")
    return re.sub(r"read_parquet\('typed/(\w+)/(\w+)/[^)]*\)", r"\1_\2", sql)


def write(data: Path, submissions: Sequence[Submission]) -> None:
    """The same submissions as files: typed tables and the ledger, as the rooms before leave them."""
    catalogue = load()
    for s in submissions:
        for name in s.tables:
            folder = data / "typed" / s.return_id / name
            if s.return_id == "statswales":
                path, schema = folder / f"dataset={s.id}" / f"{s.id}.parquet", arrow.OBSERVATION
            else:
                path = folder / f"period={s.period_id}" / f"authority={s.authority_code}" / f"{s.id}.parquet"
                schema = arrow.typed_schema(catalogue, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(_keyed(s, name), schema=_nullable(schema)), path)
    data.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(_ledger(submissions), schema=LEDGER), data / "ledger.parquet")


_LEDGER = ("submission_id", "return_id", "authority_code", "period_id", "status", "system")
LEDGER = pa.schema([(n, pa.string()) for n in _LEDGER])


def _ledger(submissions: Sequence[Submission]) -> list[Row]:
    keys = ("return_id", "authority_code", "period_id", "status", "system")
    return [{"submission_id": s.id} | {key: getattr(s, key) for key in keys} for s in submissions]


def _nullable(schema: pa.Schema) -> pa.Schema:
    """The schema without its promises: the made rows may leave anything out."""
    return pa.schema([pa.field(f.name, f.type) for f in schema])


def engine(policy: str = transform.DEFAULT_POLICY) -> Engine:
    """The engine of a repair policy, compiled once in a session."""
    return _engine(policy)


@cache
def _engine(policy: str) -> Engine:
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(project=PROJECT, data=Path(folder), keys=Path(folder) / "keys")
        models = transform.compiled(Settings(paths=paths, threads=1), policy)
    return Engine(load(), models)
