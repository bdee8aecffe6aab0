"""Puts the tables of submissions, and those of the period before, before DuckDB in one fixed shape.

Every column that a rule reads is there whether the file had it or not, so that a rule's SQL always binds; which rules
may run does not belong here (see `engine.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.conform.rules.compile import LATEST, ORDERS, WORD, Shapes
from pipelines.conform.rules.prelude import prelude
from pipelines.conform.rules.records import JOB, OWN_AUTHORITY, PREVIOUS, ROWS_PER_JOB, RunSetting
from schemas.rule_terms import load_interchange, load_terms

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

Frames = Mapping[str, pl.DataFrame]
RAW = "_raw"
OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_TYPES: dict[str, tuple[type[pl.DataType], str]] = {"date": (pl.Date, "date"), "text": (pl.String, "varchar")}


@dataclass(frozen=True)
class Layout:
    """Kinds of every column the rules may name: table id -> item id -> `date` or `text`."""

    kinds: Mapping[str, Mapping[str, str]]

    def shapes(self) -> Shapes:
        """Columns per relation: every item, and its text as received, `<item>_raw`."""
        return Shapes({t: (*held, *(f"{c}{RAW}" for c in held)) for t, held in self.kinds.items()})


@lru_cache(maxsize=4)
def layout_of(catalogue: Catalogue) -> Layout:
    """Columns of the canonical tables and of the tables that only the interchange format has."""
    kinds: dict[str, dict[str, str]] = {}
    for table in catalogue.tables.values():
        kinds[table.id] = {i.item.id: "date" if i.item.kind == "date" else "text" for i in table.items}
    for entry in load_interchange():
        held = kinds.setdefault(entry.table, {})
        for column in entry.columns.values():
            held.setdefault(column.item, column.kind)
    return Layout(kinds)


@dataclass(frozen=True)
class Inputs:
    """The frames of one job: typed tables, cells as received, the previous period, further relations."""

    tables: Frames
    raw: Frames
    previous: Frames
    reference: Frames
    authority_code: str | None = None
    """The own authority, in the code that `placement_authority_code` uses."""


def open_connection(setting: RunSetting) -> duckdb.DuckDBPyConnection:
    """An in-memory connection with every macro defined; never reaches for an extension."""
    con = duckdb.connect(config=dict(OFFLINE))
    con.execute("; ".join(prelude(setting, load_terms(setting.jurisdiction))))
    return con


@dataclass(frozen=True)
class Relation:
    """One relation that rules read: a table of the return, or the same table in the period before."""

    table: str
    is_previous: bool
    kinds: Mapping[str, str]
    """Items held, with their kinds; `child_id` always among them."""
    raw: frozenset[str]
    """Items of which also the text as received is held."""

    @property
    def name(self) -> str:
        return PREVIOUS + self.table if self.is_previous else self.table

    @property
    def columns(self) -> dict[str, str]:
        """Column -> kind, in order, after `row_id` and `job`."""
        held: dict[str, str] = {} if self.is_previous else {OWN_AUTHORITY: "text"}
        for item, kind in self.kinds.items():
            held |= {item: kind} | ({f"{item}{RAW}": "text"} if item in self.raw else {})
        return held

    def frame_of(self, inputs: Inputs) -> pl.DataFrame | None:
        """The typed frame of one job; None where it has no row."""
        held = (inputs.previous if self.is_previous else inputs.tables).get(self.table)
        return held if held is not None and held.width and held.height else None


def relations_of(layout: Layout, words: Iterable[str]) -> tuple[Relation, ...]:
    """The relations whose names stand among the words of the SQL, each with the columns that stand among them."""
    named = frozenset(words)
    read = named | {re.sub("^(l|h|prev|next)_", "", w) for w in named}
    found = []
    for table, kinds in layout.kinds.items():
        ranked = frozenset(WORD.findall(f"child_id {ORDERS.get(table, '')} {LATEST.get(table, '')}"))
        raw = frozenset(c for c in kinds if f"{c}{RAW}" in read)
        held = {"child_id": "text"} | {i: kind for i, kind in kinds.items() if i in read | ranked | raw}
        pair = (Relation(table, is_previous, held, raw) for is_previous in (False, True))
        found += [r for r in pair if r.name in named]
    return tuple(found)


def create(con: duckdb.DuckDBPyConnection, relations: Sequence[Relation]) -> None:
    """The relations, without rows. They stay as they are: another shape would make every prepared statement stale."""
    for relation in relations:
        columns = ", ".join(f"{c} {_TYPES[kind][1]}" for c, kind in relation.columns.items())
        con.execute(f"create table {relation.name} (row_id bigint, {JOB} integer, {columns})")


def fill(con: duckdb.DuckDBPyConnection, relations: Sequence[Relation], jobs: Sequence[Inputs]) -> None:
    """The rows of every job, numbered in order."""
    for relation in relations:
        frames = [shaped(relation, job, n) for n, job in enumerate(jobs) if relation.frame_of(job) is not None]
        if frames:
            _enter(con, f"insert into {relation.name} select * from incoming", _together(frames))


def store(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """A further relation, in the shape it comes in."""
    _enter(con, f"create or replace table {name} as select * from incoming", frame)


@dataclass(frozen=True)
class _Stream:
    """A frame by its Arrow stream alone: given as a frame, DuckDB would load pyarrow and numpy, a tenth of a start."""

    frame: pl.DataFrame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


def _enter(con: duckdb.DuckDBPyConnection, sql: str, frame: pl.DataFrame) -> None:
    con.register("incoming", _Stream(frame))
    try:
        con.execute(sql)
    finally:
        con.unregister("incoming")


def shaped(relation: Relation, inputs: Inputs, job: int) -> pl.DataFrame:
    """`row_id`, `job`, the own authority, then every item, some also as `<item>_raw`, of one job.

    `row_id` is the column `row_number` where the frame has one, else 1, 2, 3 ... A column that the typed frame lacks is
    taken from the cells as received (postcodes are never typed), and is null where neither has it.
    """
    typed = relation.frame_of(inputs)
    assert typed is not None
    raw = None if relation.is_previous else inputs.raw.get(relation.table)
    given = raw if raw is not None and raw.height == typed.height else pl.DataFrame()
    columns = [_row_ids(typed), _constant(JOB, job, typed.height, pl.Int32)]
    if not relation.is_previous:
        columns.append(_constant(OWN_AUTHORITY, inputs.authority_code, typed.height))
    for item, kind in relation.kinds.items():
        columns.append(_column(typed, given, item, kind))
        if item in relation.raw:
            columns.append(_text(typed, given, item).alias(f"{item}{RAW}"))
    return pl.DataFrame(columns)


def _together(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all jobs: row ids that are unique, and children who never meet those of another job."""
    job = pl.col(JOB)
    row_id = pl.col("row_id") + job.cast(pl.Int64) * ROWS_PER_JOB
    child = pl.concat_str(job.cast(pl.String), pl.lit(":"), pl.col("child_id"))
    return pl.concat(frames, how="vertical").with_columns(row_id, child.alias("child_id"))


def _row_ids(typed: pl.DataFrame) -> pl.Series:
    if "row_number" in typed.columns:
        return typed["row_number"].cast(pl.Int64).alias("row_id")
    return pl.Series("row_id", range(1, typed.height + 1), pl.Int64)


def _constant(name: str, value: object, height: int, dtype: type[pl.DataType] = pl.String) -> pl.Series:
    return pl.Series(name, [value], dtype).new_from_index(0, height)


def _column(typed: pl.DataFrame, raw: pl.DataFrame, item: str, kind: str) -> pl.Series:
    dtype = _TYPES[kind][0]
    if item in typed.columns:
        return _as(typed[item], dtype)
    if kind != "date" and item in raw.columns:
        return _as(raw[item], pl.String)
    return _constant(item, None, typed.height, dtype)


def _text(typed: pl.DataFrame, raw: pl.DataFrame, item: str) -> pl.Series:
    for frame, column in ((raw, item), (typed, f"{item}{RAW}"), (typed, item)):
        if column in frame.columns:
            return _as(frame[column], pl.String)
    return _constant(item, None, typed.height)


def _as(held: pl.Series, dtype: type[pl.DataType]) -> pl.Series:
    return held if held.dtype == dtype else held.cast(dtype)
