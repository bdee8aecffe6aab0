"""Sheets of an XLSX workbook as text, and what their text does not show: merged, hidden, calculated and broken cells.

Which sheet is which table does not belong here.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

import polars as pl

from pipelines.conform.reading import archive
from pipelines.conform.reading.grids import MAX_COLUMNS, Origin, trimmed
from pipelines.conform.reading.names import fold_name
from pipelines.conform.reading.source import Problem, SourceFile
from pipelines.conform.records import CellMark, Grid

MERGED, FORMULA, NO_VALUE, ERROR = "merged", "formula", "formula_no_value", "error"

MAX_MERGED = 2_000
"""Merged ranges told of one sheet; a sheet with more is a picture made of cells."""

_OLE = b"\xd0\xcf\x11\xe0"
# Written so that no text makes them slow: a tag ends before the next one begins, and nothing is tried twice.
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^<>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^<>]*)>")
_ATTRIBUTE = re.compile(rb'([\w:]+)\s*=\s*"([^"]*)"')
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^<>]*?\bref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^<>]*?)(?:/>|>((?:[^<]++|<(?!/?(?:\w+:)?(?:c|row)\b))*+)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Z]+)(\d+)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*?\br\s*=\s*[\"'](\d+)")
_FILLED = re.compile(rb"<(?:\w+:)?c\b([^<>]*)(?<!/)>(?!</)")
_FAR = re.compile(rb"\br\s*=\s*[\"'](?:[A-Z]{2,}\d|[A-Z]*\d{6,})")
"""A place beyond column Z or line 99,999; a sheet without one spans too little to be looked at closely."""
MAX_LINES, MAX_AREA = 1_048_576, 12_000_000
"""Rows of a sheet, and cells of the rectangle it spans: the reader sets aside the whole rectangle at once, so two
cells in opposite corners of a sheet would ask for more memory than there is and end the process."""


@dataclass(frozen=True)
class _Sheet:
    name: str
    part: str
    is_hidden: bool


def is_workbook(content: bytes) -> bool:
    """True for the container of an XLSX or XLSM workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "xl/workbook.xml" in parts.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def ole_problem(content: bytes) -> str | None:
    """What an OLE container is: a workbook under a password, or one of the format before 2007; None where it is not."""
    if not content.startswith(_OLE):
        return None
    return "password" if "EncryptedPackage".encode("utf-16-le") in content else "legacy_workbook"


def read_workbook(source: SourceFile, table_names: frozenset[str]) -> tuple[tuple[Grid, ...], tuple[Problem, ...]]:
    """Grids of the visible sheets and what was wrong with the workbook.

    Limits are counted on the container before another library opens it. Hidden sheets are not read (templates keep
    their lists there); a hidden sheet with the name of a table (folded, in `table_names`) is told. Of a formula the
    stored value counts.
    """
    problems = archive.measure(source)
    if problems:
        return (), problems
    try:
        with zipfile.ZipFile(io.BytesIO(source.content)) as parts:
            sheets = _sheets(parts)
            inspected = {s.name: _inspect(parts, s.part) for s in sheets if not s.is_hidden}
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError):
        return (), (Problem("workbook_damaged", source.name),)
    hidden = [s for s in sheets if s.is_hidden and fold_name(s.name) in table_names]
    found = [Problem("hidden_sheet", f"{source.name}/{s.name}") for s in hidden]
    found += [Problem("too_large", f"{source.name}/{name}") for name, held in inspected.items() if held.is_too_large]
    grids, unread = _load(source, inspected)
    return grids, (*found, *unread)


def _load(source: SourceFile, inspected: dict[str, _Inspected]) -> tuple[tuple[Grid, ...], tuple[Problem, ...]]:
    import fastexcel

    # The reader's own log may quote what stands in a cell.
    logging.getLogger("calamine").setLevel(logging.CRITICAL + 1)
    try:
        book = fastexcel.read_excel(source.content)
    except (fastexcel.FastExcelError, ValueError):
        return (), (Problem("workbook_damaged", source.name),)
    grids, problems = [], []
    for name in book.sheet_names:
        if name not in inspected or inspected[name].is_too_large:
            continue
        try:
            cells = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        except (fastexcel.FastExcelError, ValueError):
            problems.append(Problem("sheet_damaged", f"{source.name}/{name}"))
            continue
        if cells.width > MAX_COLUMNS:
            problems.append(Problem("not_a_table", f"{source.name}/{name}"))
        elif cells.height:
            grids.append(_grid(cells, (name, source.name), inspected[name].marks))
    return tuple(grids), tuple(problems)


def _grid(cells: pl.DataFrame, origin: tuple[str, str], marks: tuple[CellMark, ...]) -> Grid:
    """Text of a sheet; a date cell at midnight is a date, as the sender sees it."""
    sheet, file = origin
    named = cells.rename({old: f"c{i}" for i, old in enumerate(cells.columns)})
    dated = named.select(pl.all().str.replace(r"^(\d{4}-\d\d-\d\d) 00:00:00$", "$1"))
    lines = pl.Series("line", range(1, dated.height + 1), dtype=pl.Int32)
    stem = PurePosixPath(file).stem
    return trimmed(dated, lines, Origin((sheet, stem), file, "xlsx"), marks)


def _attributes(raw: bytes) -> dict[str, str]:
    import html

    return {k.decode(): html.unescape(v.decode("utf-8", "replace")) for k, v in _ATTRIBUTE.findall(raw)}


def _sheets(parts: zipfile.ZipFile) -> list[_Sheet]:
    relations = [_attributes(raw) for raw in _RELATION.findall(parts.read("xl/_rels/workbook.xml.rels"))]
    targets = {r.get("Id", ""): r.get("Target", "") for r in relations}
    found = []
    for raw in _SHEET.findall(parts.read("xl/workbook.xml")):
        held = _attributes(raw)
        target = targets.get(held.get("r:id", ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found.append(_Sheet(held.get("name", ""), part, held.get("state", "visible") != "visible"))
    return found


@dataclass(frozen=True)
class _Inspected:
    """What the text of one sheet's part tells before it is loaded."""

    marks: tuple[CellMark, ...] = ()
    is_too_large: bool = False


def _inspect(parts: zipfile.ZipFile, part: str) -> _Inspected:
    """Merged ranges, formulas and error cells of a sheet, columns counted from its first used one; and its size."""
    if part not in parts.namelist():
        return _Inspected()
    xml = parts.read(part)
    candidates = _odd_candidates(xml)
    if not candidates and b"mergeCell" not in xml and not _FAR.search(xml):
        return _Inspected()
    first, n_columns, n_lines = _extent(xml)
    if n_lines > MAX_LINES or n_columns * n_lines > MAX_AREA:
        return _Inspected(is_too_large=True)
    merged = [
        CellMark(MERGED, int(top), int(bottom), _number(left) - first, _number(right) - first)
        for left, top, right, bottom in _MERGE.findall(xml)[:MAX_MERGED]
    ]
    odd = [mark for mark in (_odd_cell(head, body, first) for head, body in candidates) if mark]
    return _Inspected((*merged, *odd))


def _extent(xml: bytes) -> tuple[int, int, int]:
    """(first used column, columns, last line) of the cells that hold something; formats alone count for nothing."""
    places = [_PLACE.search(head) for head in _FILLED.findall(xml)]
    columns = {_number(letters) for letters in {p.group(1) for p in places if p}} or {0}
    lines = [int(p.group(2)[:9]) for p in places if p]
    if not all(places):
        # Cells may leave their place to be counted from that of their row.
        lines += [int(n[:9]) for n in _ROW.findall(xml)]
    return min(columns), max(columns) - min(columns) + 1, max(lines, default=0)


def _odd_candidates(xml: bytes) -> list[tuple[bytes, bytes]]:
    """Cells worth looking at; a sheet without formulas or errors costs two searches and no more."""
    if b"<f>" not in xml and b"<f " not in xml and b"<f/" not in xml and b't="e"' not in xml:
        return []
    return [(head, body) for head, body in _CELL.findall(xml) if b"<f" in body or b't="e"' in head]


def _odd_cell(head: bytes, body: bytes, first: int) -> CellMark | None:
    place = _PLACE.search(head)
    if not place:
        return None
    has_value = b"<v>" in body and b"<v></v>" not in body
    kind = ERROR if b't="e"' in head else FORMULA if has_value else NO_VALUE
    line, column = int(place.group(2)), _number(place.group(1)) - first
    return CellMark(kind, line, line, column, column)


def _number(letters: bytes) -> int:
    """Column letters to a 0-based number: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
