"""One laid-out grid to a typed frame of its table, the text as received beside it, and the faults of its cells.

Casting of a single column (`casting.py`, `dates.py`) and anything across tables do not belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform import casting, layout
from pipelines.conform.casting import Cast
from pipelines.conform.faultlog import FaultLog
from pipelines.conform.plain import plain
from pipelines.conform.reading import workbook
from pipelines.conform.records import CellMark, Grid, TableLayout
from pipelines.core.errors import Place

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import Item, Table

TYPES: dict[str, type[pl.DataType]] = {"date": pl.Date, "integer": pl.Int64, "number": pl.Float64}
UPN, UPN_REASON = "upn_id", "upn_unknown_code"

Labels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Casting:
    """What casting a table needs beside its cells."""

    catalogue: Catalogue
    table: Table
    official: Mapping[str, str]
    """item id -> official column, for the words of cause groups."""
    jurisdiction: str
    log: FaultLog
    labels: Labels = field(default_factory=dict)
    """item id -> source label -> code, where a system exports labels."""


@dataclass(frozen=True)
class CastTable:
    """`typed`: row_number and all kept items, identifiers not yet tokens, codes that are not in their list still there.

    `raw`: row_number, source_line and the text of every item that was sent. `unlisted`: item -> rows (as a mask)
    whose code is not in its list.
    """

    typed: pl.DataFrame
    raw: pl.DataFrame
    unlisted: Mapping[str, pl.Series]


def cast_table(grid: Grid, placed: TableLayout, casting_: Casting) -> CastTable:
    """Type every cell of a grid; what cannot be typed is null and a fault."""
    log = casting_.log
    cells, lines = layout.data_rows(grid, placed, log)
    layout.report_wide_rows(cells, placed, _width(grid, placed), log)
    raw = _raw(cells, lines, placed)
    if grid.marks:
        report_marks(grid, placed, raw, casting_)
    return cast_frame(raw, casting_)


def cast_frame(raw: pl.DataFrame, casting_: Casting) -> CastTable:
    """Type a frame of texts under item ids (`row_number`, `source_line`, items)."""
    columns, unlisted = [raw["row_number"]], {}
    sent = {name: raw[name] for name in raw.columns}
    reasons = _split_pupil_numbers(sent, casting_)
    nothing = pl.Series([None] * raw.height, dtype=pl.String)
    settled = _plain({name: text for name, text in sent.items() if name not in reasons}, casting_)
    for held in casting_.table.items:
        item = held.item
        if item.id in reasons:
            columns.append(reasons[item.id])
            continue
        text = sent.get(item.id, nothing)
        cast = _cast(item, text, casting_, settled.get(item.id))
        if item.kind != "postcode":
            columns.append(cast.values.alias(item.id))
        if cast.unlisted is not None:
            unlisted[item.id] = cast.unlisted
        _tell(item, cast, raw, casting_)
    return CastTable(pl.DataFrame(columns), raw, unlisted)


def _width(grid: Grid, placed: TableLayout) -> int:
    """Columns up to the last one with a name."""
    names = layout.header_names(grid, placed.header_row)
    return max((i + 1 for i, name in enumerate(names) if name), default=0)


def _raw(cells: pl.DataFrame, lines: pl.Series, placed: TableLayout) -> pl.DataFrame:
    held = [cells[f"c{i}"].alias(item) for item, i in placed.columns.items()]
    numbers = pl.Series("row_number", range(1, cells.height + 1), dtype=pl.Int32)
    return pl.DataFrame([numbers, lines.alias("source_line"), *held])


def _plain(sent: Mapping[str, pl.Series], casting_: Casting) -> dict[str, Cast]:
    items = {held.item.id: held.item for held in casting_.table.items if held.item.id in sent}
    listed = {i: item for i, item in items.items() if item.kind == "code" and i not in casting_.labels}
    codes = {i: list(_spellings(item, casting_).values()) for i, item in listed.items()}
    return plain({i: sent[i] for i in items}, items, codes)


def _cast(item: Item, text: pl.Series, casting_: Casting, settled: Cast | None) -> Cast:
    if text.null_count() == text.len():
        return Cast(text.cast(TYPES.get(item.kind, pl.String)))
    casting_.log.judge(casting.judged_by(item.kind), text.len() - text.null_count())
    return settled or _CASTERS[item.kind](item, text, casting_)


def _spellings(item: Item, casting_: Casting) -> dict[str, str]:
    held = casting_.catalogue.code_lists.get(item.code_list or "")
    return casting.code_spellings(held, casting_.jurisdiction) if held else {}


def _code(item: Item, text: pl.Series, casting_: Casting) -> Cast:
    known = _spellings(item, casting_)
    if item.id in casting_.labels:
        casting_.log.judge(("TY60",), text.len() - text.null_count())
        return casting.cast_labels(text, {**known, **casting_.labels[item.id]})
    return casting.cast_codes(text, known)


def _identifier(item: Item, text: pl.Series, _: Casting) -> Cast:
    return casting.cast_identifiers(text, item.pattern)


def _postcode(_item: Item, text: pl.Series, _: Casting) -> Cast:
    return Cast(text.clear(), casting.check_postcodes(text))


_CASTERS: dict[str, Callable[[Item, pl.Series, Casting], Cast]] = {
    "date": lambda _item, text, _: casting.cast_days(text),
    "code": _code,
    "identifier": _identifier,
    "postcode": _postcode,
    "integer": lambda item, text, _: casting.cast_numbers(text, item),
    "number": lambda item, text, _: casting.cast_numbers(text, item),
    "text": lambda _item, text, _: casting.cast_text(text),
}


def _split_pupil_numbers(sent: dict[str, pl.Series], casting_: Casting) -> dict[str, pl.Series]:
    """The pupil number column carries either a number or a reason; both items come out of it, already cast."""
    held, reason = casting_.table.item(UPN), casting_.table.item(UPN_REASON)
    text = sent.get(UPN)
    if held is None or reason is None or text is None or not text.len():
        return {}
    listed = casting_.catalogue.code_lists[reason.item.code_list or ""]
    known = casting.code_spellings(listed, casting_.jurisdiction)
    cast, reasons = casting.cast_pupil_numbers(text, held.item.pattern, known)
    n_sent = text.len() - text.null_count()
    casting_.log.judge(("TY34", *casting.judged_by("text")), n_sent)
    for found in cast.found:
        rows = sent["row_number"].filter(found.rows)
        casting_.log.add_rows(found.rule, (casting_.table.id, UPN), rows, _cause(found.cause, held.item, casting_))
    given = {UPN: cast.values.alias(UPN)}
    return given if UPN_REASON in sent else given | {UPN_REASON: reasons.alias(UPN_REASON)}


def _tell(item: Item, cast: Cast, raw: pl.DataFrame, casting_: Casting) -> None:
    place = (casting_.table.id, item.id)
    for found in cast.found:
        rows = raw["row_number"].filter(found.rows)
        casting_.log.add_rows(found.rule, place, rows, _cause(found.cause, item, casting_))
    if cast.unlisted is not None:
        rows = raw["row_number"].filter(cast.unlisted)
        casting_.log.add_rows("TY14", place, rows, _cause("not_in_list", item, casting_))


def _cause(word: str, item: Item, casting_: Casting) -> str:
    return f"{word}:{casting_.official.get(item.id, item.id)}"


_MARK_RULES = {
    workbook.MERGED: ("FM15", "merged_cells"),
    workbook.FORMULA: ("FM13", "formula"),
    workbook.NO_VALUE: ("FM14", "formula_without_value"),
    workbook.ERROR: ("TY50", "excel_error"),
}


def report_marks(grid: Grid, placed: TableLayout, raw: pl.DataFrame, casting_: Casting) -> None:
    """Faults of cells whose text does not show what is wrong with them: merged, calculated, broken."""
    by_column = {position: item for item, position in placed.columns.items()}
    row_at = dict(zip(raw["source_line"].to_list(), raw["row_number"].to_list(), strict=True))
    for mark in grid.marks:
        rule, word = _MARK_RULES[mark.kind]
        for column in by_column.keys() & range(mark.column, mark.last_column + 1):
            item = by_column[column]
            cause = f"{word}:{casting_.official.get(item, item)}"
            for line in _lines(mark, row_at):
                # The first cell of a merged range holds its value; the others lost theirs.
                if mark.kind != workbook.MERGED or (line, column) != (mark.first_line, mark.column):
                    casting_.log.add(rule, cause, Place(table=casting_.table.id, row=row_at[line], item=item))


def _lines(mark: CellMark, row_at: Mapping[int, int]) -> list[int]:
    """Lines of a mark that are data rows, without walking a range that a hostile file makes a million lines long."""
    if mark.last_line - mark.first_line > len(row_at):
        return [line for line in row_at if mark.first_line <= line <= mark.last_line]
    return [line for line in range(mark.first_line, mark.last_line + 1) if line in row_at]
