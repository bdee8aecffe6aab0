"""The report as a workbook that opens readable: sheets with frozen headers, filters and widths, the summary first.

What the sheets say (`tables`, `words`) does not belong here. Every text is written as text, so that no identifier
loses its zeros and nothing runs as a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.conform.report import tables, words
from pipelines.conform.report.sheetrows import Looks, QuickBook, Rows, RowsSheet
from pipelines.conform.report.tables import Cell, Shown
from pipelines.core.defuse import defused
from pipelines.core.messages import say

if TYPE_CHECKING:
    from pipelines.conform.report.records import Report

_FONT = {"font_name": "Arial", "font_size": 10, "valign": "top"}
_HEAD = {"bold": True, "bg_color": "#1F3A4D", "font_color": "#FFFFFF", "text_wrap": True, "border": 1}
_COLOURS = {"reject": "#F6CFCB", "error": "#FBE3D0", "query": "#FFF4CC", "note": "#E8EEF2"}
"""Fill of the cell that names the severity; the word is always there, colour is only a help."""
_WRAPPED_ROWS = 3_000
"""Beyond this, cells are not wrapped: fitting so many heights makes a spreadsheet slow to open."""
_TITLE_ROW, _LINE = 24, 13.5
_FIT = 1.22
"""Letters of this font, on average, in a unit of column width."""
_TEXT_WIDTHS = (56, 34, 22)
"""Columns of the summary; lines of text run across all of them, facts across the last two."""
_LEFT = {"align": "left", "indent": 1}
"""Without the alignment said, an indent is nothing to a reader other than Excel."""


class Drawing:
    """A workbook in the making, in one language."""

    def __init__(self, path: Path, lang: str, title: str) -> None:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book: Workbook = QuickBook(str(path), options)
        self._book.set_properties({"title": title})
        self._lang = lang
        self._formats: dict[str, Format] = {}
        self._severities = {say(f"report.severity.{s}", lang): colour for s, colour in _COLOURS.items()}

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def sheet(self, name: str) -> RowsSheet:
        """A new sheet, set up for printing on one page across."""
        drawn: RowsSheet = self._book.add_worksheet(say(f"report.sheet.{name}", self._lang), RowsSheet)
        drawn.hide_gridlines(2)
        drawn.set_landscape()
        drawn.set_paper(9)
        drawn.fit_to_pages(1, 0)
        drawn.set_margins(0.4, 0.4, 0.5, 0.5)
        drawn.set_footer("&L&A&R&P / &N")
        return drawn

    def lines(self, drawn: Worksheet, row: int, lines: Sequence[str], **look: object) -> int:
        """Write lines of text below each other across the width; gives the next free row."""
        style = self.format(text_wrap=True, **look)
        for line in lines:
            drawn.merge_range(row, 0, row, 2, "", style)
            drawn.write_string(row, 0, defused(line), style)
            drawn.set_row(row, _height((line,), (sum(_TEXT_WIDTHS),)) + 4)
            row += 1
        return row

    def title(self, drawn: Worksheet, row: int, text: str, size: int = 16) -> int:
        """Write a heading; gives the next free row."""
        drawn.set_row(row, _TITLE_ROW)
        drawn.write_string(row, 0, defused(text), self.format(bold=True, font_size=size))
        return row + 1

    def table(self, drawn: Worksheet, row: int, shown: Shown) -> int:
        """Write headers and rows; gives the next free row."""
        is_wrapped = len(shown.rows) <= _WRAPPED_ROWS
        text = self.format(text_wrap=is_wrapped, **_LEFT, **_edge())
        number = self.format(**_edge(), num_format="#,##0")
        for column, header in enumerate(shown.headers):
            drawn.write_string(row, column, header, self.format(**_HEAD))
        if shown.headers:
            drawn.set_row(row, _height(shown.headers, shown.widths, bold=True))
            row += 1
        for cells in shown.rows:
            if is_wrapped:
                drawn.set_row(row, _height(cells, shown.widths))
            for column, cell in enumerate(cells):
                self._cell(drawn, (row, column), cell, (number, text))
            row += 1
        return row

    def facts(self, drawn: Worksheet, row: int, shown: Shown) -> int:
        """Write pairs of a label and a text that runs to the right edge of the summary; gives the next free row."""
        label, text = self.format(bold=True, **_edge()), self.format(text_wrap=True, **_LEFT, **_edge())
        for name, held in shown.rows:
            drawn.set_row(row, _height((name, held), (_TEXT_WIDTHS[0], sum(_TEXT_WIDTHS[1:]))))
            drawn.write_string(row, 0, str(name), label)
            drawn.merge_range(row, 1, row, 2, "", text)
            drawn.write_string(row, 1, defused(str(held)), text)
            row += 1
        return row

    def _rows(self, drawn: RowsSheet, row: int, shown: Shown) -> int:
        """Headers, then the rows, which may be many; gives the next free row."""
        self.table(drawn, row, replace(shown, rows=()))
        frame = _framed(shown) if shown.frame is None else shown.frame
        is_wrapped, severity = frame.height <= _WRAPPED_ROWS, say("report.head.severity", self._lang)
        at = shown.headers.index(severity) if severity in shown.headers else None
        looks = Looks(
            text=self.format(text_wrap=is_wrapped, **_LEFT, **_edge()),
            number=self.format(**_edge(), num_format="#,##0"),
            marked={t: self._marked(c) for t, c in self._severities.items()},
            marked_column="" if at is None else frame.columns[at],
        )
        if frame.height:
            drawn.add_rows(Rows(frame, row + 1, looks, _heights(frame, shown.widths) if is_wrapped else None))
        return row + 1 + frame.height

    def list(self, name: str, shown: Shown, frozen: int) -> None:
        """A sheet that is one table from its first row: header and the first `frozen` columns stay in view."""
        drawn = self.sheet(name)
        top = 0
        if shown.note:
            drawn.write_string(0, 0, shown.note, self.format(bold=True))
            top = 1
        for column, width in enumerate(shown.widths):
            drawn.set_column(column, column, width, self.format())
        bottom = self._rows(drawn, top, shown)
        drawn.freeze_panes(top + 1, frozen)
        drawn.autofilter(top, 0, max(bottom - 1, top), len(shown.headers) - 1)
        drawn.repeat_rows(top)

    def format(self, **look: object) -> Format:
        """A format of this look, made once."""
        key = repr(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_FONT, **look})
        return self._formats[key]

    def _marked(self, colour: str) -> Format:
        return self.format(bold=True, **_LEFT, bg_color=colour, **_edge())

    def _cell(self, drawn: Worksheet, at: tuple[int, int], cell: Cell, looks: tuple[Format, Format]) -> None:
        if isinstance(cell, int):
            drawn.write_number(*at, cell, looks[0])
        elif cell in self._severities:
            drawn.write_string(*at, cell, self._marked(self._severities[cell]))
        elif cell:
            drawn.write_string(*at, defused(cell), looks[1])
        else:
            drawn.write_blank(*at, None, looks[1])


def _height(cells: Sequence[Cell], widths: Sequence[int], *, bold: bool = False) -> float:
    """Points that the tallest of wrapped cells needs; programs other than Excel do not fit heights by themselves."""
    letters = 0.85 * _FIT if bold else _FIT
    lines = [ceil(len(str(c)) / max(1.0, w * letters - 1)) for c, w in zip(cells, widths, strict=False)]
    return _LINE * max(1, *lines, 1) + 2


def _heights(frame: pl.DataFrame, widths: Sequence[int]) -> pl.Expr:
    """As `_height`, for every row of a frame."""
    texts = [(n, w) for (n, kind), w in zip(frame.schema.items(), widths, strict=True) if kind == pl.String]
    lines = [(pl.col(n).str.len_chars().fill_null(0) / max(1.0, w * _FIT - 1)).ceil() for n, w in texts]
    return pl.max_horizontal(pl.lit(1.0), *lines) * _LINE + 2


def _framed(shown: Shown) -> pl.DataFrame:
    """The rows of a table as columns: of numbers where all that stands in one is numbers or nothing, else of texts."""
    columns = zip(*shown.rows, strict=True) if shown.rows else ([] for _ in shown.headers)
    made = []
    for n, cells in enumerate(columns):
        held = [None if cell == "" else cell for cell in cells]
        is_text = any(isinstance(cell, str) for cell in held)
        made.append(pl.Series(str(n), held, pl.String if is_text else pl.Int64))
    return pl.DataFrame(made)


def _edge() -> dict[str, object]:
    return {"bottom": 1, "bottom_color": "#D0D7DC"}


def write(path: Path, report: Report, listed: pl.DataFrame, lang: str) -> None:
    """Write the workbook of a report in one language. `listed` is the outcome of `tables.details`."""
    drawing = Drawing(path, lang, say("report.title", lang))
    _summary(drawing, report, lang)
    drawing.list("first", tables.first(report, lang), 3)
    if len(report.effects) > tables.SUMMARY_FIGURES:
        drawing.list("figures", tables.figures(report, lang), 1)
    drawing.list("rules", tables.rules(report, lang), 1)
    drawing.list("children", tables.children(report, listed, lang), 1)
    if report.waived:
        drawing.list("waivers", tables.waivers(report, lang), 1)
    drawing.list("coverage", tables.coverage(report, lang), 1)
    _reading(drawing, report, lang)
    drawing.close()


def _summary(drawing: Drawing, report: Report, lang: str) -> None:
    drawn = drawing.sheet("summary")
    drawn.set_portrait()
    drawn.fit_to_pages(1, 1)
    for column, width in enumerate(_TEXT_WIDTHS):
        drawn.set_column(column, column, width, drawing.format())
    row = drawing.title(drawn, 0, say("report.title", lang))
    verdict = say(f"report.verdict.{report.about.verdict}", lang)
    row = drawing.title(drawn, row, verdict, 14)
    said = (say(f"report.verdict_text.{report.about.verdict}", lang), words.first(report, lang))
    row = drawing.lines(drawn, row, said)
    row = drawing.lines(drawn, row, (words.coverage(report, lang), say("report.own_data", lang)))
    if report.waived:
        row = drawing.lines(drawn, row, (words.waived(report, lang),))
    if report.about.is_provisional:
        row = drawing.lines(drawn, row, (say("report.provisional", lang),))
    about, figures = tables.about(report, lang), tables.figures(report, lang, tables.SUMMARY_FIGURES)
    row = drawing.facts(drawn, drawing.title(drawn, row + 1, about.caption, 12), about)
    for shown in (tables.counts(report, lang), figures):
        row = drawing.title(drawn, row + 1, shown.caption, 12)
        fitted = replace(shown, widths=_TEXT_WIDTHS)
        row = drawing.table(drawn, row, fitted) if shown.rows else drawing.lines(drawn, row, (nothing(lang),))
    drawing.lines(drawn, row, (figures.note,) if figures.note else ())
    drawn.activate()


def _reading(drawing: Drawing, report: Report, lang: str) -> None:
    drawn = drawing.sheet("reading")
    for column, width in enumerate(_TEXT_WIDTHS):
        drawn.set_column(column, column, width, drawing.format())
    row = drawing.title(drawn, 0, say("report.sheet.reading", lang))
    drawing.lines(drawn, row, tables.reading(report, lang))


def nothing(lang: str) -> str:
    """What stands in place of a table without rows."""
    return say("report.nothing", lang)
