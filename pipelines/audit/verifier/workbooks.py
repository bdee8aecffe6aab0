"""An XLSX workbook as grids, and what it carries besides: hidden sheets, names, comments, formulas, other parts.

The numbers of the cells are held against the ledger elsewhere.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element

from pipelines.audit.verifier.grids import Cell, Grid
from pipelines.audit.verifier.records import Findings
from pipelines.audit.verifier.xmlparts import parsed

PARTS = re.compile(
    r"^(\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/(workbook|styles|sharedStrings|metadata)\.xml"
    r"|xl/theme/theme\d+\.xml|xl/_rels/workbook\.xml\.rels|xl/worksheets/sheet\d+\.xml|xl/tables/table\d+\.xml"
    r"|xl/worksheets/_rels/sheet\d+\.xml\.rels|xl/drawings/(drawing\d+\.xml|_rels/drawing\d+\.xml\.rels)"
    r"|xl/charts/chart\d+\.xml)$"
)
"""Parts that a workbook of ours has; another one (a pivot cache, custom properties, comments) is a finding."""
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CELL, _VALUE = f"{_S}c", f"{_S}v"


@dataclass(frozen=True)
class Book:
    """A workbook while it is read."""

    held: zipfile.ZipFile
    file: str
    findings: Findings
    strings: list[str]
    used: set[int] = field(default_factory=set)
    """Shared texts that some cell shows."""

    def part(self, name: str) -> Element:
        return parsed(self.held.read(name))

    @property
    def names(self) -> list[str]:
        return self.held.namelist()


def xlsx(path: Path, file: str, findings: Findings) -> Iterator[Grid]:
    """The sheets as grids; what is hidden, cached or left behind is a finding."""
    with zipfile.ZipFile(path) as held:
        book = Book(held, file, findings, _shared(held))
        for part in book.names:
            if not PARTS.match(part):
                findings.add("strange_part", file, part)
        for name in sorted({"docProps/core.xml", "docProps/app.xml"} & set(book.names)):
            yield Grid(name, (), context=" ".join(book.part(name).itertext()))
        yield from _sheets(book)
        if len(book.used) < len(book.strings):
            findings.add("unused_text", file, str(len(book.strings) - len(book.used)))


def _sheets(book: Book) -> Iterator[Grid]:
    root = book.part("xl/workbook.xml")
    relations = book.part("xl/_rels/workbook.xml.rels")
    targets = {r.get("Id"): "xl/" + str(r.get("Target")).removeprefix("/xl/") for r in relations}
    for held in root.iter(f"{_S}definedName"):
        if held.get("hidden") or not str(held.get("name", "")).startswith("_xlnm."):
            book.findings.add("defined_name", book.file, str(held.get("name")))
    left = {name for name in book.names if name.startswith("xl/worksheets/sheet")}
    for sheet in root.iter(f"{_S}sheet"):
        if sheet.get("state", "visible") != "visible":
            book.findings.add("hidden_sheet", book.file, str(sheet.get("name")))
        target = targets.get(next((v for k, v in sheet.attrib.items() if k.endswith("}id")), ""), "")
        if target in left:
            left.remove(target)
            yield _sheet(book, target, str(sheet.get("name")))
    for part in sorted(left):
        book.findings.add("strange_part", book.file, part)


def _shared(held: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in held.namelist():
        return []
    items = parsed(held.read("xl/sharedStrings.xml"))
    return ["".join(t.text or "" for t in item.iter(f"{_S}t")) for item in items]


def _sheet(book: Book, part: str, name: str) -> Grid:
    tree = book.part(part)
    for kind in ("row", "col"):
        if any(line.get("hidden") in ("1", "true") for line in tree.iter(f"{_S}{kind}")):
            book.findings.add("hidden_rows", book.file, f"{name} {kind}")
    if tree.find(f"{_S}legacyDrawing") is not None:
        book.findings.add("comment", book.file, name)
    for cell in tree.iter(f"{_S}c") if tree.find(f".//{_S}f") is not None else ():
        if cell.find(f"{_S}f") is not None:
            book.findings.add("formula", book.file, f"{name} {cell.get('r')}")
    return Grid(name, tuple(_row(book, row) for row in tree.iter(f"{_S}row")))


def _row(book: Book, row: Element) -> tuple[Cell, ...]:
    """The cells of a row up to the last that holds something; between them those that are not in the file.

    Raises:
        ValueError: a cell comes twice, or behind a later one.
    """
    cells: list[Cell] = []
    for cell in row.iter(_CELL):
        held = _value(book, cell)
        if held is None:
            continue
        column = _column(cell.get("r", "").rstrip("0123456789"))
        if column < len(cells):
            raise ValueError("cells of a row come in order")
        if column > len(cells):
            cells += [None] * (column - len(cells))
        cells.append(held)
    return tuple(cells)


@lru_cache(maxsize=1000)
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(book: Book, cell: Element) -> Cell:
    kind, value = cell.get("t"), cell.findtext(_VALUE)
    if kind == "s" and value is not None:
        book.used.add(int(value))
        return book.strings[int(value)]
    if kind == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(f"{_S}t"))
    if value is None:
        return None
    return value if kind in ("str", "b", "e") else float(value)
