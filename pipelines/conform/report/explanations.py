"""Faults that waivers speak of, in words: explained ones, and those that are offered to be explained again.

Deciding what a waiver explains does not belong here (see `pipelines/conform/waiving.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.report import words
from pipelines.conform.report.records import WaivedLine
from schemas.model import Text

if TYPE_CHECKING:
    from pipelines.conform.records import Examination
    from pipelines.conform.report.book import Book
    from pipelines.core.waivers import Waiver


def lines(examination: Examination, book: Book) -> tuple[WaivedLine, ...]:
    """A line for each fault that a waiver speaks of, those that are explained first."""
    held = examination.explained
    if held is None:
        return ()
    told = ((held.waived, False), (held.offered, True))
    return tuple(
        _line(row, held.waivers[str(row["waiver_id"])], book, is_offered=is_offered)
        for frame, is_offered in told
        for row in _rows(frame, examination)
    )


def _rows(frame: pl.DataFrame, examination: Examination) -> Iterator[words.Row]:
    """The faults with the line of the file in which each stands."""
    at = {
        (table, row): line
        for table in frame["table"].drop_nulls().unique()
        if table in examination.raw
        for row, line in examination.raw[table].select("row_number", "source_line").iter_rows()
    }
    for row in frame.iter_rows(named=True):
        yield row | {"line": at.get((row["table"], row["row_number"]))}


def _line(row: words.Row, waiver: Waiver, book: Book, *, is_offered: bool) -> WaivedLine:
    code, table, line = str(row["rule_id"]), row["table"], row["line"]
    rule = book.rules.get(code)
    placed = {**row, "first_line": line, "last_line": line, "n_lines": 1, "n_rows": None}
    return WaivedLine(
        waiver_id=waiver.waiver_id,
        rule_id=code,
        severity=str(row["severity"]),
        title=rule.title if rule else Text(code, code),
        place=words.place({**placed, "is_knot": False, "is_whole": line is None}, book),
        table=None if table is None else str(table),
        line=None if line is None else int(str(line)),
        is_offered=is_offered,
        is_carried=waiver.period_id != book.identity.period_id,
        period_id=waiver.period_id,
        expires_on=waiver.expires_on,
        author=waiver.author,
        reason=waiver.reason,
    )
