"""An ODS workbook as grids, and what it carries besides: hidden tables, names, annotations, formulas, left-over parts.

The numbers of the cells are held against the ledger elsewhere.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from pipelines.audit.verifier.grids import Cell, Grid, number_of
from pipelines.audit.verifier.records import Findings
from pipelines.audit.verifier.xmlparts import parsed

PARTS = re.compile(
    r"^(mimetype|content\.xml|styles\.xml|meta\.xml|settings\.xml|manifest\.rdf|META-INF/manifest\.xml"
    r"|Thumbnails/.*|Configurations2/.*)$"
)
_T = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_O = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_X = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
CELLS = frozenset({f"{_T}table-cell", f"{_T}covered-table-cell"})
VALUE, REPEATED, PARAGRAPH = f"{_O}value", f"{_T}number-columns-repeated", f"{_X}p"
MAX_REPEATED = 1000
Check = Callable[[Element], bool]
UNSEEN: dict[str, tuple[bytes, Check]] = {
    "hidden_sheet": (b"display", lambda table: table.get(f"{_T}display") == "false"),
    "hidden_rows": (
        b"visibility",
        lambda table: any(e.get(f"{_T}visibility") in ("collapse", "filter") for e in table.iter()),
    ),
    "comment": (b"annotation", lambda table: next(table.iter(f"{_O}annotation"), None) is not None),
    "formula": (b"formula", lambda table: any(f"{_T}formula" in cell.attrib for cell in table.iter(*CELLS))),
}
"""What a table may not have, with the name that must then stand somewhere in the file."""


def ods(path: Path, file: str, findings: Findings) -> Iterator[Grid]:
    """The tables as grids; what is hidden, cached or left behind is a finding."""
    with zipfile.ZipFile(path) as book:
        for part in book.namelist():
            if not PARTS.match(part):
                findings.add("strange_part", file, part)
        held = book.read("content.xml")
        content = parsed(held)
        yield Grid("meta.xml", (), context=" ".join(parsed(book.read("meta.xml")).itertext()))
    unseen = {
        style.get(f"{_STYLE}name")
        for style in content.iter(f"{_STYLE}style")
        if any(p.get(f"{_T}display") == "false" for p in style)
    }
    checks = {check: is_so for check, (name, is_so) in UNSEEN.items() if name in held}
    for table in content.iter(f"{_T}table"):
        if table.get(f"{_T}style-name") in unseen:
            findings.add("hidden_sheet", file, str(table.get(f"{_T}name")))
        for check, is_so in checks.items():
            if is_so(table):
                findings.add(check, file, str(table.get(f"{_T}name")))
        yield _table(table, file, findings)
    if any(True for _ in content.iter(f"{_T}named-range")):
        findings.add("defined_name", file)


def _table(table: Element, file: str, findings: Findings) -> Grid:
    name = str(table.get(f"{_T}name"))
    rows = [_row(row) for row in table.iter(f"{_T}table-row")]
    for at, (_, n_strange) in enumerate(rows, start=1):
        if n_strange:
            findings.add("text_differs", file, f"{name} row {at}", n=n_strange)
    return Grid(name, tuple(cells for cells, _ in rows))


def _row(row: Element) -> tuple[tuple[Cell, ...], int]:
    """The cells of a row up to the last that holds something, and how many of them show something else than the number
    that they hold."""
    cells: list[Cell] = []
    n_strange = 0
    for cell in row:
        if cell.tag not in CELLS:
            continue
        value, text, repeated = cell.get(VALUE), _text(cell), cell.get(REPEATED)
        if value is None:
            held: Cell = text or None
        else:
            held = float(value)
            n_strange += bool(text) and text != value and number_of(text) != round(held, 6)
        if repeated is None:
            cells.append(held)
        else:
            cells += [held] * min(int(repeated), MAX_REPEATED)
    while cells and cells[-1] is None:
        cells.pop()
    return tuple(cells), n_strange


def _text(cell: Element) -> str:
    """The words of a cell; most have one paragraph and nothing in it."""
    if len(cell) == 1 and len(cell[0]) == 0:
        return (cell[0].text or "") if cell[0].tag == PARAGRAPH else ""
    return " ".join("".join(p.itertext()) for p in cell.iter(PARAGRAPH))
