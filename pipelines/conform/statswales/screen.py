"""The on-screen export of the old service: a pivot with its filters, row headings over several columns, footnotes.

What the unnamed headings stand for (years, areas, categories) is for `roles.py` to say.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.conform.reading.text import Rows
from pipelines.conform.statswales.areas import AreaIndex
from pipelines.conform.statswales.names import fold, without_mark
from pipelines.conform.statswales.records import ITEM, NOTES, PARENT, ROW, SCREEN_CSV, VALUE, RawTable

_FILTERS = ("filters", "hidlwyr", "hidlyddion", "ffilterau")
_ENDINGS = ("footnotes", "troednodiadau", "troednodion", "metadata", "metaddata")
_UPDATED = ("last update", "last updated", "diweddariad diwethaf")
AREA_ROWS, TOTAL = "Rows: areas", "Total"


@dataclass(frozen=True)
class _Layout:
    """Where the parts of a page capture stand: record positions (0-based)."""

    header: tuple[int, ...]
    body: tuple[int, ...]
    n_levels: int
    title: str | None
    filters: dict[str, str] = field(default_factory=dict)
    has_filter_state: bool = False


def is_screen(records: Sequence[Sequence[str]]) -> bool:
    """True for a page capture: a `Filters:` block, a breadcrumb, or a header that begins with blank cells."""
    top = [record for record in records[:40] if any(cell.strip() for cell in record)]
    if any(_lead(record) in _FILTERS for record in top):
        return True
    if top and " > " in top[0][0] and not any(cell.strip() for cell in top[0][1:]):
        return True
    return len(top) > 1 and _is_header(top[0]) and bool(top[1][0].strip()) and len(top[0]) == len(top[1])


def read_screen(rows: Rows, areas: AreaIndex) -> RawTable:
    """A page capture as a table: one row per body row and column, parents carried down, members carried across."""
    records = [[html.unescape(cell).strip() for cell in record] for record in rows.records]
    layout = _layout(records)
    held = _melt(records, layout)
    levels = [f"Rows {n}" for n in range(1, layout.n_levels + 1)]
    heads = [f"Columns {n}" for n in range(1, len(layout.header) + 1)]
    frame, dimensions = _with_areas(held, levels, areas)
    return RawTable(
        generation=SCREEN_CSV,
        frame=frame,
        dimensions=(*dimensions, *heads),
        title=layout.title,
        fixed=layout.filters,
        legend=_legend(records),
        is_pivot=True,
        has_filter_state=layout.has_filter_state,
        vintage=_updated(records),
    )


def _lead(record: Sequence[str]) -> str:
    return fold(record[0]) if record else ""


def _is_blank(record: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in record)


def _is_header(record: Sequence[str]) -> bool:
    return bool(record) and not record[0].strip() and any(cell.strip() for cell in record)


def _layout(records: list[list[str]]) -> _Layout:
    marker = next((i for i, record in enumerate(records) if _lead(record) in _FILTERS), None)
    start, filters = _filters(records, marker)
    header = next((i for i in range(start, len(records)) if _is_header(records[i])), len(records))
    first = next((i for i in range(header, len(records)) if not _is_header(records[i])), len(records))
    body = []
    for i in range(first, len(records)):
        if _is_blank(records[i]) or _lead(records[i]) in _ENDINGS:
            break
        body.append(i)
    lead = records[header] if header < len(records) else []
    n_levels = next((n for n, cell in enumerate(lead) if cell), 0)
    before = [record[0] for record in records[: marker if marker is not None else header] if record and record[0]]
    titles = [text for text in before if " > " not in text]
    return _Layout(
        tuple(range(header, first)), tuple(body), n_levels, titles[0] if titles else None, filters, marker is not None
    )


def _filters(records: list[list[str]], marker: int | None) -> tuple[int, dict[str, str]]:
    """(position after the filter block, dimension -> member it is held to)."""
    if marker is None:
        return 0, {}
    found = {}
    position = marker + 1
    while position < len(records) and not _is_blank(records[position]) and not _is_header(records[position]):
        name, _, member = ",".join(cell for cell in records[position] if cell).partition(":")
        found[name.strip()] = without_mark(member)
        position += 1
    return position, found


def _melt(records: list[list[str]], layout: _Layout) -> dict[str, list[str | int | None]]:
    """Columns of the long table: row number, value, item, one per level of the row headings and of the header."""
    heads = _across([records[i] for i in layout.header], layout.n_levels)
    levels = [""] * layout.n_levels
    held: dict[str, list[str | int | None]] = {ROW: [], VALUE: [], ITEM: [], "depth": []}
    for number, position in enumerate(layout.body, start=1):
        record = records[position]
        levels = _carried(levels, record[: layout.n_levels])
        depth = max((n for n, label in enumerate(levels, start=1) if label), default=0)
        for column, members in heads.items():
            held[ROW].append(number)
            held[VALUE].append(record[column] if column < len(record) else None)
            held[ITEM].append(f"column {column + 1}")
            held["depth"].append(depth)
            for n, label in enumerate(levels, start=1):
                held.setdefault(f"Rows {n}", []).append(label or None)
            for n, label in enumerate(members, start=1):
                held.setdefault(f"Columns {n}", []).append(label)
    return held


def _across(header: list[list[str]], n_levels: int) -> dict[int, tuple[str, ...]]:
    """Column position -> its member in each header row; a blank in an upper row repeats the member to its left."""
    found: dict[int, tuple[str, ...]] = {}
    width = max((len(record) for record in header), default=0)
    last = [""] * len(header)
    for column in range(n_levels, width):
        cells = [record[column] if column < len(record) else "" for record in header]
        if not cells[-1]:
            continue
        last = [cell or last[n] for n, cell in enumerate(cells)]
        found[column] = tuple(last)
    return found


def _carried(levels: list[str], cells: list[str]) -> list[str]:
    """Row headings with the parents carried down: levels left of the first heading stay, those right of it are new."""
    first = next((n for n, cell in enumerate(cells) if cell), None)
    return levels if first is None else [*levels[:first], *cells[first:]]


def _with_areas(
    held: dict[str, list[str | int | None]], levels: list[str], areas: AreaIndex
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The long table with the levels that nest areas (Wales, health board, authority) made one dimension.

    The deepest heading names the area of a row; a row that stops above the deepest level sums the areas below it.
    """
    distinct = {level: [str(label) for label in dict.fromkeys(held.get(level, [])) if label] for level in levels}
    nested = [level for level in levels if areas.is_area_like(distinct[level]) or areas.is_board_like(distinct[level])]
    if not any(areas.is_area_like(distinct[level]) for level in nested):
        nested = []
    columns = [
        pl.Series(ROW, held[ROW], dtype=pl.Int32),
        *(pl.Series(name, held[name], dtype=pl.String) for name in (VALUE, ITEM)),
        pl.Series(NOTES, [None] * len(held[ROW]), dtype=pl.String),
    ]
    kept = [name for name in held if name.startswith(("Rows ", "Columns ")) and name not in nested and any(held[name])]
    columns += [pl.Series(f"{name}|label", [label or TOTAL for label in held[name]], dtype=pl.String) for name in kept]
    if nested:
        labels = [_deepest(row) for row in zip(*(held[level] for level in nested), strict=True)]
        is_parent = [held_at is None for held_at in held[nested[-1]]]
        columns.append(pl.Series(f"{AREA_ROWS}|label", labels, dtype=pl.String))
        columns.append(pl.Series(PARENT, is_parent, dtype=pl.Boolean))
    rest = [level for level in levels if level in kept]
    return pl.DataFrame(columns), (*((AREA_ROWS,) if nested else ()), *rest)


def _deepest(labels: Sequence[str | int | None]) -> str | None:
    return next((str(label) for label in reversed(labels) if label), None)


def _legend(records: list[list[str]]) -> dict[str, str]:
    """Symbol -> what the file says it means, from the lines after the footnotes."""
    start = next((i for i, record in enumerate(records) if _lead(record) in _ENDINGS), len(records))
    found = {}
    for record in records[start:]:
        symbol, text = (record[0], ",".join(record[1:]).strip(",")) if record else ("", "")
        if text and re.fullmatch(r"[^\w\s]{1,2}|\([^)]{1,2}\)", symbol):
            found[symbol.casefold()] = text
    return found


def _updated(records: list[list[str]]) -> str | None:
    """What the metadata block says of the last update."""
    for record in records:
        text = ":".join(cell for cell in record if cell)
        name, _, said = text.partition(":")
        if fold(name) in _UPDATED and said.strip(" :"):
            return said.strip(" :")
    return None
