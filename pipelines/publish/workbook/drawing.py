"""One workbook drawn by xlsxwriter: sheets of lines and one marked-up table each.

What the sheets say does not belong here. The shape follows the Analysis Function's guidance on releasing statistics
in spreadsheets: title in A1, one table per sheet from column A, one header row, no merged or empty cells, no fill,
no colour, no hidden rows, no filter buttons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from io import BytesIO
from math import ceil

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.core.defuse import defused
from pipelines.publish.records import Edition
from pipelines.publish.workbook.grid import Shown
from pipelines.publish.workbook.wording import number_format

_FONT = {"font_name": "Arial", "font_size": 12, "valign": "top"}
_SCREEN = 40
"""Lines that fit on a screen: only a longer table has frozen panes, which get in the way of readers who zoom."""
_HALF_A_SCREEN = 60
"""Labels wider than this are not kept in view, or no figure would be."""
_WIDEST, _NARROWEST = 70, 10
_LETTER = 1.15
"""Width of a letter of this font in the units of column widths."""
_IN_LINE = 1.03
"""The same within wrapped text, where letters are narrow on average."""
_LINE = 16.0
"""Points of one line of text."""


@dataclass(frozen=True)
class Sheet:
    """A sheet to draw: its name, title, lines above the table, and the table itself.

    A cell is text, a link (target, text) or a figure (value, marks, decimals).
    """

    name: str
    title: str
    lines: tuple[str | tuple[str, str], ...] = ()
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[str | tuple[str, str] | Shown, ...], ...] = ()
    table_name: str = ""
    n_labels: int = 0
    """Columns from the left that hold labels; they stay in view in a long table."""
    widths: tuple[int, ...] = ()


@dataclass
class Drawing:
    """A workbook in the making; `bytes()` closes it."""

    edition: Edition
    properties: dict[str, str]
    _buffer: BytesIO = field(default_factory=BytesIO)
    _formats: dict[tuple[tuple[str, object], ...], Format] = field(default_factory=dict)
    _figures: dict[tuple[int, str], Format] = field(default_factory=dict)
    """(decimal places, marks) -> format; looked up for every figure of an edition."""

    def __post_init__(self) -> None:
        self._book: Workbook = xlsxwriter.Workbook(
            self._buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._book.set_properties({**self.properties, "created": datetime.combine(self.edition.day, time(9, 30))})
        self._book.formats[0].set_font_name("Arial")
        self._book.formats[0].set_font_size(12)

    def add(self, sheet: Sheet) -> None:
        """Draw one sheet at the end of the workbook."""
        drawn = self._book.add_worksheet(sheet.name)
        drawn.hide_gridlines(2)
        drawn.set_landscape()
        drawn.set_paper(9)
        drawn.fit_to_pages(1, 0)
        drawn.set_default_row(_LINE)
        drawn.set_row(0, _LINE * 1.5)
        drawn.write_string(0, 0, defused(sheet.title), self._format(bold=True, font_size=15))
        is_prose = not sheet.headers
        for at, line in enumerate(sheet.lines, 1):
            self._write(drawn, at, 0, line, self._format(text_wrap=is_prose))
            if is_prose:
                drawn.set_row(at, _height((line,), sheet.widths))
        if is_prose:
            drawn.set_column(0, 0, sheet.widths[0], self._format())
        else:
            self._table(drawn, sheet, len(sheet.lines) + 1)

    def bytes(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._buffer.getvalue()

    def _table(self, drawn: Worksheet, sheet: Sheet, top: int) -> None:
        widths, n_labels = sheet.widths or widths_of(sheet), sheet.n_labels or len(sheet.headers)
        bottom, right = top + len(sheet.rows), len(sheet.headers) - 1
        columns = [
            {"header": defused(h), "header_format": self._header(is_label=at < n_labels)}
            for at, h in enumerate(sheet.headers)
        ]
        shape = {"columns": columns, "name": sheet.table_name, "style": None, "autofilter": False}
        drawn.add_table(top, 0, bottom, right, shape)
        drawn.set_row(top, _height(sheet.headers, widths))
        text = self._format(text_wrap=True)
        for at, row in enumerate(sheet.rows, top + 1):
            drawn.set_row(at, _height(row[:n_labels], widths))
            for column, cell in enumerate(row):
                self._write(drawn, at, column, cell, text)
        for column, width in enumerate(widths):
            drawn.set_column(column, column, width, self._format())
        drawn.repeat_rows(top)
        if panes := frozen(sheet):
            drawn.freeze_panes(*panes)

    def _header(self, *, is_label: bool) -> Format:
        return self._format(bold=True, text_wrap=True, bottom=1, align="left" if is_label else "right")

    def _write(self, drawn: Worksheet, row: int, column: int, cell: object, text_format: Format) -> None:
        match cell:
            case str():
                drawn.write_string(row, column, defused(cell), text_format)
            case (str() as target, str() as text):
                drawn.write_url(row, column, target, self._format(underline=1, font_color="#0000EE"), text)
            case (None, str() as marked, _):
                drawn.write_string(row, column, marked, self._format(align="right"))
            case (float() as value, str() as marked, int() as places):
                if (places, marked) not in self._figures:
                    self._figures[places, marked] = self._format(num_format=number_format(places, marked))
                drawn.write_number(row, column, value, self._figures[places, marked])

    def _format(self, **wanted: object) -> Format:
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_FONT, **wanted})
        return self._formats[key]


def frozen(sheet: Sheet) -> tuple[int, int] | None:
    """Rows and columns that stay while the rest moves; None where a table fits on a screen: who zooms is hindered."""
    if len(sheet.rows) <= _SCREEN:
        return None
    widths, n_labels = sheet.widths or widths_of(sheet), sheet.n_labels or len(sheet.headers)
    return len(sheet.lines) + 2, n_labels if sum(widths[:n_labels]) <= _HALF_A_SCREEN else 0


def widths_of(sheet: Sheet) -> tuple[int, ...]:
    """Wide enough for the labels of a column, within bounds; a column of figures as wide as its longest word."""
    held = []
    for at, header in enumerate(sheet.headers):
        longest_word = max((len(word) for word in header.split()), default=0)
        labels = [len(cell) for row in sheet.rows if isinstance(cell := row[at], str)]
        held.append(round(min(_WIDEST, max(_NARROWEST, longest_word, *labels, 0) * _LETTER + 2)))
    return tuple(held)


def _height(cells: Sequence[object], widths: Sequence[int]) -> float:
    """Points for the cell that wraps into most lines; set outright, as not every reader works it out."""
    pairs = zip(cells, widths, strict=False)
    return _LINE * max(
        [1, *(ceil(len(cell) * _IN_LINE / (width - 1)) for cell, width in pairs if isinstance(cell, str))]
    )
