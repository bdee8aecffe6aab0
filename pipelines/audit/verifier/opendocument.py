"""An ODS workbook as grids, and what it carries besides: hidden tables, names, annotations, formulas, left-over parts.

The numbers of the cells are held against the ledger elsewhere.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from pipelines.audit.verifier.grids import Cell, Grid
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
MAX_REPEATED = 1000
UNSEEN: dict[str, Callable[[Element], bool]] = {
    "hidden_sheet": lambda table: table.get(f"{_T}display") == "false",
    "hidden_rows": lambda table: any(e.get(f"{_T}visibility") in ("collapse", "filter") for e in table.iter()),
    "comment": lambda table: next(table.iter(f"{_O}annotation"), None) is not None,
    "formula": lambda table: any(f"{_T}formula" in cell.attrib for cell in table.iter(f"{_T}table-cell")),
}
"""What a table may not have."""


def ods(path: Path, file: str, findings: Findings) -> Iterator[Grid]:
    """The tables as grids; what is hidden, cached or left behind is a finding."""
    with zipfile.ZipFile(path) as book:
        for part in book.namelist():
            if not PARTS.match(part):
                findings.add("strange_part", file, part)
        content = parsed(book.read("content.xml"))
        yield Grid("meta.xml", (), context=" ".join(parsed(book.read("meta.xml")).itertext()))
    unseen = {
        style.get(f"{_STYLE}name")
        for style in content.iter(f"{_STYLE}style")
        if any(p.get(f"{_T}display") == "false" for p in style)
    }
    for table in content.iter(f"{_T}table"):
        name = str(table.get(f"{_T}name"))
        if table.get(f"{_T}style-name") in unseen:
            findings.add("hidden_sheet", file, name)
        for check, is_so in UNSEEN.items():
            if is_so(table):
                findings.add(check, file, name)
        yield Grid(name, tuple(_row(row) for row in table.iter(f"{_T}table-row")))
    if any(True for _ in content.iter(f"{_T}named-range")):
        findings.add("defined_name", file)


def _row(row: Element) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for cell in row:
        if cell.tag not in (f"{_T}table-cell", f"{_T}covered-table-cell"):
            continue
        value = cell.get(f"{_O}value")
        text = " ".join("".join(p.itertext()) for p in cell.iter(f"{_X}p"))
        held: Cell = float(value) if value is not None else (text or None)
        cells += [held] * min(int(cell.get(f"{_T}number-columns-repeated", "1")), MAX_REPEATED if held else 1)
    return tuple(cells)
