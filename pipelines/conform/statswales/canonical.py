"""Turns a table of text into published observations, one per figure, and every doubt about a row into a fault.

Finding the columns (`roles.py`) and reading files do not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import polars as pl

from pipelines.conform.statswales import symbols
from pipelines.conform.statswales.areas import OTHER, Area, AreaIndex
from pipelines.conform.statswales.names import fold, is_total, without_mark
from pipelines.conform.statswales.periods import Reading as Period
from pipelines.conform.statswales.periods import read_period
from pipelines.conform.statswales.records import (
    CATEGORY_NAME,
    ITEM,
    NOTES,
    OBSERVATION_SCHEMA,
    PARENT,
    ROW,
    VALUE,
    VINTAGE,
    Found,
    RawTable,
)
from pipelines.conform.statswales.roles import Roles
from schemas.model import CodeList, ExtractCard

TOTAL_CODE = "T"
_FRAMEWORK_ID = re.compile(r"\s*((?:CH|CA|AD|SCC|SCA)\s?/\s?\d{3}[a-z]?|PM\s?\d{2}[a-z]?)\b")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_KEY = ("area_code", "area_label", "period_id", "reference_date", "category_dimension", "category_code")
_KEY_REST = ("category_label", "measure_code", "measure_label", "vintage")


@dataclass(frozen=True)
class Setting:
    """What an extract is read against."""

    card: ExtractCard
    areas: AreaIndex
    categories: CodeList | None
    vintage: str | None


@dataclass
class _Work:
    table: RawTable
    roles: Roles
    setting: Setting
    found: list[Found] = field(default_factory=list)

    def column(self, name: str) -> list[str | None]:
        if name not in self.table.frame.columns:
            return [None] * self.table.frame.height
        return self.table.frame[name].to_list()

    def pairs(self, dimension: str | None) -> list[tuple[str | None, str | None]]:
        """(code, label) per row."""
        codes, labels = self.column(f"{dimension}|code"), self.column(f"{dimension}|label")
        return list(zip(codes, labels, strict=True))


def observe(table: RawTable, roles: Roles, setting: Setting) -> tuple[pl.DataFrame, list[Found]]:
    """(observations, faults) of one table whose roles are known.

    A row whose area or period is not known stays, with that key null; a cell that cannot be read stays without a
    value. Of rows with one key, equal ones count once and unequal ones not at all (SW09, SW10).
    """
    work = _Work(table, roles, setting)
    n_rows = table.frame.height
    held: dict[str, Iterable[object]] = {
        "row_number": table.frame[ROW],
        "dataset_id": [setting.card.id] * n_rows,
        "generation": [table.generation] * n_rows,
        **_area_columns(work),
        **_period_columns(work),
        **_category_columns(work),
        **_measure_columns(work),
        **_value_columns(work),
        "vintage": _vintages(work),
    }
    frame = pl.DataFrame([pl.Series(name, list(held[name]), dtype=dtype) for name, dtype in OBSERVATION_SCHEMA.items()])
    return _without_repeats(frame, work), work.found


def _each(pairs: list[K], read: Callable[[K], V]) -> list[V]:
    """`read` once per distinct pair: a table has few areas and years and many rows."""
    known = {pair: read(pair) for pair in dict.fromkeys(pairs)}
    return [known[pair] for pair in pairs]


_AREA_RULES = {"unknown": "SW11", "other": "SW12", "clash": "SW22"}


def _area_columns(work: _Work) -> dict[str, Iterable[object]]:
    areas = work.setting.areas
    if work.roles.area is None:
        pairs: list[tuple[str | None, str | None]] = [(None, work.roles.fixed_area)] * work.table.frame.height
    else:
        pairs = work.pairs(work.roles.area)
    resolved = _each(pairs, lambda pair: areas.resolve(*pair))
    clashes = _each(pairs, lambda pair: areas.disagree(*pair))
    settled = [
        OTHER if is_parent and area.kind == "authority" else Area(None, "clash") if is_clash else area
        for area, is_clash, is_parent in zip(resolved, clashes, work.column(PARENT), strict=True)
    ]
    for row, area in zip(work.table.frame[ROW], settled, strict=True):
        if area.kind in _AREA_RULES:
            work.found.append(Found(_AREA_RULES[area.kind], row, work.roles.area, f"area: {area.kind}"))
    labels = [without_mark(label or code or "") or None for code, label in pairs]
    return {"area_code": [area.code for area in settled], "area_label": labels}


def _period_columns(work: _Work) -> dict[str, Iterable[object]]:
    kind = work.setting.card.period_kind
    if work.roles.period is None:
        pairs: list[tuple[str | None, str | None]] = [(None, work.roles.fixed_period)] * work.table.frame.height
    else:
        pairs = work.pairs(work.roles.period)

    def read(pair: tuple[str | None, str | None]) -> Period | None:
        return read_period(pair[0], without_mark(pair[1] or ""), kind)

    periods = _each(pairs, read)
    for row, period in zip(work.table.frame[ROW], periods, strict=True):
        if period is None:
            work.found.append(Found("SW13", row, work.roles.period or "filter", "period not read"))
    return {
        "period_id": [p.period_id if p else None for p in periods],
        "reference_date": [p.reference_date if p else None for p in periods],
    }


def _category_columns(work: _Work) -> dict[str, Iterable[object]]:
    roles, n_rows = work.roles, work.table.frame.height
    if not roles.categories:
        code, label = _category((None, roles.fixed_category), work.setting)
        name = work.setting.card.category_dimension if roles.fixed_category else None
        return {
            "category_dimension": [name] * n_rows,
            "category_code": [code] * n_rows,
            "category_label": [label] * n_rows,
        }
    settings = [work.setting, *[replace(work.setting, categories=None)] * (len(roles.categories) - 1)]
    parts = [_pairs(work, d, setting) for d, setting in zip(roles.categories, settings, strict=True)]
    _judge_categories(work, roles.categories[0], parts[0])
    rows = list(zip(*parts, strict=True))
    return {
        "category_dimension": _category_names(work),
        "category_code": [_joined([code or label for code, label in row]) for row in rows],
        "category_label": [_joined([label or code for code, label in row]) for row in rows],
    }


def _pairs(work: _Work, dimension: str, setting: Setting) -> list[tuple[str | None, str | None]]:
    return _each(work.pairs(dimension), lambda pair: _category(pair, setting))


def _category_names(work: _Work) -> list[str | None]:
    """What each row's category is a category of: as the row states, else the card's name, further dimensions after."""
    first, *extra = work.roles.categories
    if CATEGORY_NAME in work.table.frame.columns:
        return [_joined([said, *extra]) for said in work.column(CATEGORY_NAME)]
    return [_joined([work.setting.card.category_dimension or first, *extra])] * work.table.frame.height


def _category(pair: tuple[str | None, str | None], setting: Setting) -> tuple[str | None, str | None]:
    """(code, label) of a category: the total is `T`; a code of the card's list stays; a label finds its code."""
    code, label = (pair[0] or "").strip() or None, without_mark(pair[1] or "") or None
    if label and is_total(label):
        return TOTAL_CODE, label
    if setting.categories is None or code in {c.code for c in setting.categories.codes}:
        return code, label
    said = {fold(text): held for text, held in setting.card.category_labels.items()}
    for c in setting.categories.codes:
        said |= {fold(c.label.en): c.code, fold(c.label.cy): c.code}
    return said.get(fold(label or "")) or said.get(fold(code or "")) or code, label


def _judge_categories(work: _Work, dimension: str, pairs: list[tuple[str | None, str | None]]) -> None:
    if work.setting.categories is None:
        return
    known = {code.code for code in work.setting.categories.codes} | {TOTAL_CODE}
    for row, (code, label) in zip(work.table.frame[ROW], pairs, strict=True):
        if code not in known and (code or label):
            work.found.append(Found("SW17", row, dimension, "category not in the code list"))


def _joined(parts: Iterable[str | None]) -> str | None:
    return " | ".join(part for part in parts if part) or None


def _measure_columns(work: _Work) -> dict[str, Iterable[object]]:
    if work.roles.measure is None:
        n_rows = work.table.frame.height
        return {"measure_code": [None] * n_rows, "measure_label": [None] * n_rows}
    pairs = work.pairs(work.roles.measure)
    return {
        "measure_code": [_framework_id(label) or (code or "").strip() or None for code, label in pairs],
        "measure_label": [without_mark(label or "") or None for _, label in pairs],
    }


def _framework_id(label: str | None) -> str | None:
    """The id a framework gives a measure, where its label begins with it: `CH/039: The number of ...`."""
    match = _FRAMEWORK_ID.match(label or "")
    return match.group(1).replace(" ", "") if match else None


_TROUBLES = {
    "number": ("SW14", "not a number"),
    "symbol": ("SW16", "symbol not known"),
    "sentinel": ("SW15", "missing value code"),
}


def _value_columns(work: _Work) -> dict[str, Iterable[object]]:
    meanings = symbols.symbols_of(work.table.legend)
    missing = work.setting.card.missing_values
    cells = list(zip(work.column(VALUE), work.column(NOTES), strict=True))
    read = _each(cells, lambda cell: symbols.read_cell(cell, meanings, missing))
    values: list[float | None] = []
    statuses = []
    for row, item, cell in zip(work.table.frame[ROW], work.column(ITEM), read, strict=True):
        value, status = cell.value, cell.status
        if cell.trouble:
            rule, cause = _TROUBLES[cell.trouble]
            work.found.append(Found(rule, row, item or VALUE, cause))
        if value is not None and value < 0 and work.setting.card.unit == "count":
            work.found.append(Found("SW21", row, item or VALUE, "negative count"))
            value, status = None, "x"
        values.append(value)
        statuses.append(status)
    return {"value": values, "status": statuses}


def _vintages(work: _Work) -> list[str | None]:
    usual = work.setting.vintage or work.table.vintage
    return [said or usual for said in work.column(VINTAGE)]


def _without_repeats(frame: pl.DataFrame, work: _Work) -> pl.DataFrame:
    """Rows with one key and one value count once; rows with one key and several values do not count."""
    written = [label or code for code, label in work.pairs(work.roles.period)]
    key = [*_KEY, *_KEY_REST, "_period"]  # a period that could not be read still tells rows apart
    told = pl.struct("value", "status")
    marked = frame.with_columns(pl.Series("_period", written, dtype=pl.String)).with_columns(
        (told.n_unique().over(key) > 1).alias("_clash"),
        (pl.int_range(pl.len()).over(key) > 0).alias("_again"),
    )
    for row in marked.filter("_clash")["row_number"]:
        work.found.append(Found("SW10", row, VALUE, "one key, several values"))
    for row in marked.filter(pl.col("_again") & ~pl.col("_clash"))["row_number"]:
        work.found.append(Found("SW09", row, None, "row repeated"))
    return marked.filter(~pl.col("_clash") & ~pl.col("_again")).drop("_clash", "_again", "_period")
