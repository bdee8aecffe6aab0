"""Puts the tables of a return, and those of the previous period, before DuckDB in one fixed shape.

Every canonical column is there whether the file had it or not, so that a rule's SQL always binds; which rules may run
does not belong here (see `engine.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.conform.rules.compile import Shapes
from pipelines.conform.rules.prelude import prelude
from pipelines.conform.rules.records import PREVIOUS, RunSetting
from schemas.rule_terms import load_interchange, load_terms

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

Frames = Mapping[str, pl.DataFrame]
RAW = "_raw"
OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


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
    """The frames of one run: typed tables, cells as received, the previous period, further relations."""

    tables: Frames
    raw: Frames
    previous: Frames
    reference: Frames


def open_connection(setting: RunSetting) -> duckdb.DuckDBPyConnection:
    """An in-memory connection with every macro defined; never reaches for an extension."""
    con = duckdb.connect(config=dict(OFFLINE))
    con.execute("; ".join(prelude(setting, load_terms(setting.jurisdiction))))
    return con


def register(con: duckdb.DuckDBPyConnection, inputs: Inputs, layout: Layout, used: Iterable[str]) -> None:
    """Create the relations whose names stand in `used` (all words of the rules' SQL): tables, `last_` tables, views.

    Texts as received become columns only where a rule reads them.
    """
    names = set(used)
    texts = {re.sub("^(l|h|prev|next)_", "", w) for w in names if w.endswith(RAW)} | names
    for table, held in layout.kinds.items():
        wanted = Wanted(held, frozenset(c for c in held if f"{c}{RAW}" in texts))
        for name, frames, raw in ((table, inputs.tables, inputs.raw), (PREVIOUS + table, inputs.previous, {})):
            if name in names:
                _store(con, name, shaped(frames.get(table, pl.DataFrame()), raw.get(table), wanted))
    for name, frame in inputs.reference.items():
        _store(con, name, frame)


def _store(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    con.register("incoming", frame)
    try:
        con.execute(f"create or replace table {name} as select * from incoming")
    finally:
        con.unregister("incoming")


@dataclass(frozen=True)
class Wanted:
    """Columns of one relation: the kinds of its items, and the items whose text as received is read."""

    kinds: Mapping[str, str]
    raw: frozenset[str]


def shaped(typed: pl.DataFrame, raw: pl.DataFrame | None, wanted: Wanted) -> pl.DataFrame:
    """`row_id`, then every item, some also as `<item>_raw`.

    `row_id` is the column `row_number` where the frame has one, else 1, 2, 3 ... A column that the typed frame lacks is
    taken from the cells as received (postcodes are never typed), and is null where neither has it.
    """
    height = typed.height if typed.width else 0
    number = pl.col("row_number").cast(pl.Int64) if "row_number" in typed.columns else pl.int_range(1, height + 1)
    given = raw if raw is not None and raw.height == height else pl.DataFrame()
    columns = [typed.select(number.alias("row_id")) if height else pl.DataFrame({"row_id": []}, {"row_id": pl.Int64})]
    for item, kind in wanted.kinds.items():
        columns.append(_column(typed, given, item, kind).to_frame())
        if item in wanted.raw:
            columns.append(_text(typed, given, item).alias(f"{item}{RAW}").to_frame())
    return pl.concat(columns, how="horizontal")


def _column(typed: pl.DataFrame, raw: pl.DataFrame, item: str, kind: str) -> pl.Series:
    dtype = pl.Date if kind == "date" else pl.String
    if item in typed.columns:
        return typed[item].cast(dtype).alias(item)
    if kind != "date" and item in raw.columns:
        return raw[item].cast(pl.String).alias(item)
    return pl.Series(item, [None] * typed.height, dtype)


def _text(typed: pl.DataFrame, raw: pl.DataFrame, item: str) -> pl.Series:
    if item in raw.columns:
        return raw[item].cast(pl.String)
    if f"{item}{RAW}" in typed.columns:
        return typed[f"{item}{RAW}"]
    if item in typed.columns:
        return typed[item].cast(pl.String)
    return pl.Series(item, [None] * typed.height, pl.String)
