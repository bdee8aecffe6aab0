"""Words: notes, pages, records and comments. A number among them must be the ledger's, or one that is no figure.

Whole numbers under 100 and years are let pass in running text (not in tables): prose is full of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

from pipelines.audit.verifier.grids import Cell, Grid, number_of
from pipelines.audit.verifier.grids import check as check_grid
from pipelines.audit.verifier.ledger import Ledger, Numbers, plain
from pipelines.audit.verifier.records import Findings

TOKEN = re.compile(
    r"(?<![\w./:#-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w/:-]|\.\d)|(?<![\w./:#,-])\d+(?:\.\d+)?(?![\w/:-]|[.,]\d)"
)
PATH = re.compile(r"[.:\[\]]+")
YEARS = range(1900, 2101)
_ATTRIBUTES = r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*"
MARKUP = re.compile(
    r"([^<]+)"
    r"|<!--(.*?)(?:--!?>|\Z)"
    rf"|<(?:script|style)(?=[\s>])({_ATTRIBUTES})(?<!/)>.*?</(?:script|style)\s*>"
    r"|<!doctype[^>]*>|<\?xml\s[^>]*\?>"
    rf"|<(/?)([a-z][^\s/>]*)({_ATTRIBUTES})>"
    r"|(<[^<>]*>?)",
    re.IGNORECASE | re.DOTALL,
)
"""Words; comments; programs and looks; what a file is; tags; and what is none of these."""
SPOKEN = re.compile(
    r"(?<![\w-])(?:alt|title|aria-label|content|data-[\w-]*)\s*=\s*"
    r"(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))",
    re.IGNORECASE,
)
"""Attributes that are read out, with what they say."""
OF_FILES = frozenset(
    {"bytes", "byteSize", "sequence", "mart_version", "tables", "headerRowCount", "rows", "added", "revised", "removed"}
)
"""Parts of a record about files whose numbers count bytes, rows and versions."""
KEYED = {"measure_id", "area_code", "value"}
"""A JSON record with these is a row of figures."""


def words(ledger: Ledger, text: str, place: tuple[str, str], loose: Numbers, findings: Findings) -> None:
    """Numbers in running text."""
    for token in TOKEN.findall(text):
        number = float(token.replace(",", ""))
        is_small = number < 100 and "." not in token
        is_year = number in YEARS and "," not in token
        is_tick = number % 50 == 0  # of an axis; a count that is hidden or not rounded is never one
        is_code = token in ledger.labels
        if not (is_small or is_year or is_tick or is_code) and number not in ledger.anywhere and number not in loose:
            findings.add("number_not_in_ledger", place[0], place[1])


def numbers(text: str) -> Numbers:
    """Every number in running text."""
    return frozenset(float(token.replace(",", "")) for token in TOKEN.findall(text))


def is_no_figure(number: float) -> bool:
    """Whether a number may be let pass in running text: small and whole, or a year."""
    return number == int(number) and (number < 100 or number in YEARS)


def whole(text: str) -> str:
    """All words of a page: running text, tables and what is read out."""
    page = Page()
    page.feed(text)
    return "\n".join([*page.prose, *(str(cell) for row in page.rows for cell in row if cell)])


def mixed(ledger: Ledger, rows: Iterable[tuple[Cell, ...]]) -> str:
    """The cells of tables that are neither a number nor a label: `7,210 (2022-23)`, `+94 to +337`."""
    cells = (cell for row in rows for cell in row if isinstance(cell, str))
    return "\n".join(c for c in cells if number_of(c) is None and plain(c) not in ledger.labels)


def markdown(text: str, name: str, loose: Numbers) -> tuple[Grid, str]:
    """The tables of a Markdown file as one grid, and its other words."""
    rows: list[tuple[Cell, ...]] = []
    prose: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith("|"):
            rows.append(tuple(c.strip().strip("*") or None for c in line.strip().strip("|").split("|")))
        else:
            prose.append(line)
            if line.startswith("#"):
                rows.append((line.lstrip("# "),))
    return Grid(name, tuple(rows), loose=loose), "\n".join(prose)


class Page:
    """The tables of a page as rows, and its other words, attributes that are read out included.

    Taken apart by one expression: a release has pages by the hundred. What is no tag, no comment and no program is
    words, whatever it looks like.
    """

    def __init__(self) -> None:
        self.rows: list[tuple[Cell, ...]] = []
        self.prose: list[str] = []
        self._row: list[str] | None = None

    def feed(self, text: str) -> None:
        """Take a whole page apart."""
        for data, comment, of_program, is_end, tag, attributes, other in MARKUP.findall(text):
            if data:
                self._say(data)
            elif tag or of_program:
                self._meet(tag.casefold(), attributes or of_program, is_end=bool(is_end))
            elif comment or other:
                self.prose.append(comment or other)

    def _meet(self, tag: str, attributes: str, *, is_end: bool) -> None:
        if tag == "tr" and is_end and self._row is not None:
            self.rows.append(tuple(cell.strip() or None for cell in self._row))
            self._row = None
        elif tag == "tr" and not is_end:
            self._row = []
        elif not is_end and tag in ("td", "th") and self._row is not None:
            self._row.append("")
        if attributes and not is_end:
            self.prose += [unescape(a or b or c) for a, b, c in SPOKEN.findall(attributes) if a or b or c]

    def _say(self, data: str) -> None:
        words = unescape(data) if "&" in data else data
        if self._row:
            self._row[-1] += words
        elif words.strip():
            self.prose.append(words)


def records(held: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 (any JSON)
    """Every number of a JSON document with the path to it; a row of figures is given whole."""
    if isinstance(held, dict):
        if set(held) >= KEYED:
            yield path, held
            return
        for key, value in held.items():
            yield from records(value, f"{path}.{key}")
    elif isinstance(held, list):
        for value in held:
            yield from records(value, f"{path}[]")
    elif isinstance(held, int | float | str) and not isinstance(held, bool):
        yield path, held


def check_text(ledger: Ledger, path: Path, place: tuple[str, Numbers], loose: Numbers, findings: Findings) -> int:
    """A text file by its kind; gives how many numbers were held against named cells.

    Args:
        place: the file, and figures of others that may stand in it.
    """
    (file, others), text = place, path.read_text("utf-8")
    loose |= others
    if path.suffix in (".html", ".htm", ".svg", ".xml"):
        page = Page()
        page.feed(text)
        words(ledger, "\n".join(page.prose), (file, "text"), loose, findings)
        words(ledger, mixed(ledger, page.rows), (file, "tables"), loose, findings)
        return check_grid(ledger, Grid("tables", tuple(page.rows), loose=loose, others=others), file, findings)
    if path.suffix == ".md":
        grid, prose = markdown(text, "tables", loose)
        words(ledger, prose, (file, "text"), loose, findings)
        words(ledger, mixed(ledger, grid.rows), (file, "tables"), loose, findings)
        return check_grid(ledger, replace(grid, others=others), file, findings)
    words(ledger, text, (file, "text"), loose, findings)
    return 0


def check_json(
    ledger: Ledger, path: Path, place: tuple[str, frozenset[str]], loose: Numbers, findings: Findings
) -> int:
    """A JSON file: rows of figures by key, other numbers as in running text.

    Args:
        place: the file, and the parts of it whose numbers are no figures.
    """
    (file, open_parts), n_held = place, 0
    for at, found in records(json.loads(path.read_text("utf-8"))):
        if isinstance(found, dict):
            n_held += _check_record(ledger, found, (file, at), findings)
        elif isinstance(found, str):
            words(ledger, found, (file, at), loose, findings)
        elif not open_parts & set(PATH.split(at)) and found not in loose and found not in ledger.anywhere:
            findings.add("number_not_in_ledger", file, at)
    return n_held


def _check_record(ledger: Ledger, record: dict[str, Any], place: tuple[str, str], findings: Findings) -> int:
    names = ("measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code")
    other = {"period_id": "period", "breakdown_code": "category_code"}
    key = tuple(str(record.get(n, record.get(other.get(n, ""), ""))) for n in names)
    if len(key) != 5 or key not in ledger.numbers:
        findings.add("unknown_cell", place[0], place[1])
        return 0
    allowed, n_held = ledger.numbers[key], 0
    for name in ("numerator", "denominator", "value", "lower", "upper"):
        number = record.get(name)
        if isinstance(number, int | float):
            n_held += 1
            if float(number) not in allowed:
                findings.add("value_differs", place[0], ";".join(key))
    if record.get("value") is None and not str(record.get("status") or ""):
        findings.add("blank_without_code", place[0], ";".join(key))
    return n_held
