"""The tables of the workbook as grids of labels and cells, in one language, taken from the star.

Spreadsheet cells, formats and files do not belong here (see `drawing.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipelines.core.messages import say
from pipelines.publish.layout import KEY
from pipelines.publish.star import Star
from pipelines.publish.workbook.wording import decimals, marks
from schemas.model import Publication, PublicationTable

NOT_AVAILABLE = "x"
"""Shown where a table has a place for which nothing was published: no cell of a table is empty."""

Shown = tuple[float | None, str, int]
"""(value or None, marks such as `[u]`, decimal places)."""

Key = tuple[str, str, str, str, str]
Held = dict[Key, tuple[float | None, str]]

PROVISIONAL_MARK = " [p]"


@dataclass(frozen=True)
class Row:
    """One line: its labels from the left, then its cells."""

    labels: tuple[str, ...]
    cells: tuple[Shown, ...]


@dataclass(frozen=True)
class Grid:
    """One table: a title, headers that are all different, lines, and the shorthand that stands in it."""

    title: str
    label_headers: tuple[str, ...]
    value_headers: tuple[str, ...]
    rows: tuple[Row, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """What the grids of one workbook share: labels by id in official order, and the cells by key."""

    lang: str
    areas: dict[str, str]
    measures: dict[str, str]
    units: dict[str, str]
    periods: dict[str, tuple[str, str]]
    """period id -> (period type, label with `[p]` where all of it is provisional)."""
    categories: dict[tuple[str, str], str]
    cells: Held
    places: dict[str, int]
    provisional: frozenset[str]
    """Periods in which every value is provisional: the mark stands on the period, not on each cell."""

    def span(self, periods: tuple[str, ...], kind: str) -> str:
        """The first and last of several periods in words; quarters, whose labels hold a `to`, with a dash."""
        first, last = (self.periods[p][1].removesuffix(PROVISIONAL_MARK) for p in (periods[0], periods[-1]))
        if first == last:
            return first
        return say("publish.span", self.lang, first=first, last=last) if kind == "year" else f"{first} – {last}"


def frame(star: Star, lang: str) -> Frame:
    """Labels and cells of an edition for one language."""
    values = star["fct_measure_value"]
    rows = values.select(*KEY, "value", "status").rows()
    whole = values.group_by("period_id").agg(pl.col("status").str.split(",").list.contains("p").all().alias("all"))
    provisional = frozenset(whole.filter(pl.col("all"))["period_id"])
    by_measure = values.drop_nulls("value").group_by("measure_id").agg(pl.col("value").unique())
    periods = star["dim_period"].select("period_id", "period_type", f"period_label_{lang}").rows()
    categories = star["dim_breakdown"].select("breakdown_id", "breakdown_code", f"category_label_{lang}").rows()
    measures = star["dim_measure"].select("measure_id", f"measure_title_{lang}", f"unit_label_{lang}").rows()
    return Frame(
        lang=lang,
        areas=dict(star["dim_authority"].select("area_code", f"area_name_{lang}").iter_rows()),
        measures={m: title for m, title, _ in measures},
        units={m: unit for m, _, unit in measures},
        periods={p: (kind, f"{label}{PROVISIONAL_MARK if p in provisional else ''}") for p, kind, label in periods},
        categories={(b, c): label for b, c, label in categories},
        cells={(m, a, p, b, c): (value, status) for m, a, p, b, c, value, status in rows},
        places={m: decimals(found) for m, found in by_measure.iter_rows()},
        provisional=provisional,
    )


@dataclass(frozen=True)
class Part:
    """The figures of one table of the publication for one kind of period (year or quarter)."""

    held: Frame
    table: PublicationTable
    kind: str
    keys: frozenset[Key]

    def present(self, ids: Iterable[str], position: int) -> tuple[str, ...]:
        """Those of `ids`, in their order, that stand at a position of the keys."""
        found = {key[position] for key in self.keys}
        return tuple(i for i in ids if i in found)

    @cached_property
    def measures(self) -> tuple[str, ...]:
        return self.present(self.table.measures, 0)

    @cached_property
    def areas(self) -> tuple[str, ...]:
        return self.present(self.held.areas, 1)

    @cached_property
    def periods(self) -> tuple[str, ...]:
        return self.present(self.held.periods, 2)

    def labels(self, measure: str, area: str, period: str | None = None) -> tuple[str, ...]:
        """The labels of a line; the measure and its unit stand there only where the table holds several."""
        named = (self.held.measures[measure], self.held.units[measure]) if len(self.measures) > 1 else ()
        dated = (self.held.periods[period][1],) if period else ()
        return (*named, *dated, area, self.held.areas[area])

    def headers(self, *, has_period: bool) -> tuple[str, ...]:
        """The headers of those labels."""
        named = ("measure", "unit") if len(self.measures) > 1 else ()
        dated = ("period",) if has_period else ()
        return tuple(say(f"publish.head.{h}", self.held.lang) for h in (*named, *dated, "area_code", "area"))


def grids(held: Frame, publication: Publication) -> Iterator[Grid]:
    """One grid per table of the publication and kind of period that has any figure."""
    by_pair: defaultdict[tuple[str, str], list[Key]] = defaultdict(list)
    for key in held.cells:
        by_pair[key[0], key[3]].append(key)
    for table in publication.tables:
        of_table = [k for m in table.measures for k in by_pair[m, table.breakdown]]
        for kind in ("year", "quarter"):
            keys = frozenset(k for k in of_table if held.periods[k[2]][0] == kind)
            part = Part(held, table, kind, keys)
            if keys:
                yield _by_period(part) if table.breakdown == "total" else _by_category(part)


def _by_period(part: Part) -> Grid:
    """Measures and areas down, periods across."""
    rows = [
        Row(part.labels(m, a), tuple(_cell(part.held, (m, a, p, "total", "T")) for p in part.periods))
        for m in part.measures
        for a in part.areas
    ]
    return _grid(part, part.headers(has_period=False), tuple(part.held.periods[p][1] for p in part.periods), rows)


def _by_category(part: Part) -> Grid:
    """Measures, periods (newest first) and areas down; the total, where published, and the categories across."""
    has_total = any((m, a, p, "total", "T") in part.held.cells for m, a, p, _, _ in part.keys)
    codes = part.present((c for b, c in part.held.categories if b == part.table.breakdown), 4)
    columns = [*([("total", "T")] if has_total else []), *((part.table.breakdown, c) for c in codes)]
    rows = [
        Row(part.labels(m, a, p), tuple(_cell(part.held, (m, a, p, *column)) for column in columns))
        for m in part.measures
        for p in reversed(part.periods)
        for a in part.areas
    ]
    return _grid(part, part.headers(has_period=True), tuple(part.held.categories[c] for c in columns), rows)


def _grid(part: Part, labels: tuple[str, ...], values: tuple[str, ...], rows: list[Row]) -> Grid:
    span = part.held.span(part.periods, part.kind)
    shown = {mark for row in rows for _, marked, _ in row.cells if marked for mark in marked.strip("[]").split("][")}
    if any(p in part.held.provisional for p in part.periods):
        shown.add("p")
    title = f"{part.table.title[part.held.lang]}, {span}"
    if len(part.measures) == 1:
        title += f" ({part.held.units[part.measures[0]]})"
    return Grid(title, labels, _different(values), tuple(rows), tuple(sorted(shown)))


def _cell(held: Frame, key: Key) -> Shown:
    value, status = held.cells.get(key, (None, NOT_AVAILABLE))
    hidden = frozenset("p") if key[2] in held.provisional else frozenset()
    return value, marks(status, hidden), held.places.get(key[0], 0)


def _different(headers: tuple[str, ...]) -> tuple[str, ...]:
    """Headers of a marked-up table must differ, whatever the case of their letters."""
    seen: dict[str, int] = {}
    told = []
    for header in headers:
        n = seen[header.casefold()] = seen.get(header.casefold(), 0) + 1
        told.append(header if n == 1 else f"{header} ({n})")
    return tuple(told)
