"""Tables laid out for people, whatever file they stand in: every number is held against what its labels allow.

A row's labels and its column's header name a cell, or a few; the number must be one that the ledger has there.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pipelines.audit.verifier.ledger import Ledger, Numbers, Said, plain
from pipelines.audit.verifier.records import Findings

Cell = str | float | None
_EMPTY: Said = {}
_NONE = frozenset[str]()
_NOWHERE: Numbers = frozenset()


class Code(str):
    """A code, which is no number whatever its digits."""

    __slots__ = ()


NUMBER = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$|^-?\d+(\.\d+)?$")
WITHHELD = re.compile(r"^\s*(\[[a-z,]+\]\s*)+$")
MAX_CELLS = 5000
"""Labels that leave more cells than this name none: the number must then stand somewhere in the ledger."""


@dataclass(frozen=True)
class Grid:
    """One sheet or table: its rows, and the words around it."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    context: str = ""
    table: str | None = None
    """Table of the publication, where the place of the file says it."""
    loose: Numbers = frozenset()
    """Numbers of no figure that may stand here: how many sheets, tables, rows there are."""
    others: Numbers = frozenset()
    """Figures that others have published, where a table sets ours beside them."""


@dataclass
class Around:
    """What is known where the reading stands."""

    table: str | None = None
    headers: dict[int, str] = field(default_factory=dict)


def number_of(cell: Cell) -> float | None:
    """The number in a cell, also where it is written as text or carries shorthand."""
    if cell is None or isinstance(cell, Code):
        return None
    if not isinstance(cell, str):
        return round(float(cell), 6)  # spreadsheets keep 580.8 as 580.8000000000001
    return _number_in(cell)


@lru_cache(maxsize=100_000)
def _number_in(cell: str) -> float | None:
    text = plain(cell).rstrip("%").strip()
    return float(text.replace(",", "")) if NUMBER.match(text) else None


def check(ledger: Ledger, grid: Grid, file: str, findings: Findings) -> int:
    """Hold every number of a grid against the ledger.

    Returns:
        How many numbers were held against cells that their labels name.
    """
    wrong, n_held = _held(ledger, grid)
    _tell(grid, wrong, file, findings)
    return n_held


def check_once(ledger: Ledger, grid: Grid, file: str, findings: Findings) -> int:
    """`check` for a table that several files may have: one that is, cell for cell, a table in which every number was
    found to be right is right too. It must hold no `Code`, for that equals words that are none."""
    told = (grid.table, grid.context, grid.rows, grid.loose, grid.others)
    if (n_held := ledger.clean.get(told)) is None:
        wrong, n_held = _held(ledger, grid)
        _tell(grid, wrong, file, findings)
        if not wrong:
            ledger.clean[told] = n_held
    return n_held


def _tell(grid: Grid, wrong: Iterable[tuple[int, int]], file: str, findings: Findings) -> None:
    for at, column in wrong:
        findings.add("number_not_in_ledger", file, f"{grid.name} row {at} column {column + 1}")


def _held(ledger: Ledger, grid: Grid) -> tuple[list[tuple[int, int]], int]:
    """Where (row, column) a number stands that its labels do not allow, and how many the labels spoke of."""
    around, n_held = Around(grid.table or _table_in(ledger, grid.context)), 0
    wrong: list[tuple[int, int]] = []
    for at, row in enumerate(grid.rows, start=1):
        numbers = {i: n for i, cell in enumerate(row) if cell is not None and (n := number_of(cell)) is not None}
        texts = {i: cell for i, cell in enumerate(row) if isinstance(cell, str) and i not in numbers}
        is_record = any(isinstance(cell, Code) for cell in texts.values())
        if not numbers and (is_record or any(WITHHELD.match(text) for text in texts.values())):
            continue
        if not numbers or (not is_record and _is_header(ledger, row)):
            _look_around(ledger, around, {i: str(c) for i, c in enumerate(row) if c is not None})
            continue
        words = tuple(texts.values())
        known = ledger.places.setdefault((around.table, words), {})
        for column, number in numbers.items():
            allowed, is_named = _known(ledger, known, (around.table, words, around.headers.get(column)))
            n_held += is_named
            if number not in allowed and number not in grid.others and (is_named or number not in grid.loose):
                wrong.append((at, column))
    return wrong, n_held


def _is_header(ledger: Ledger, row: tuple[Cell, ...]) -> bool:
    """Headers may look like numbers (a code such as 1): all that is filled names something."""
    filled = [cell for cell in row if cell not in (None, "")]
    return (
        len(filled) > 1
        and all(isinstance(cell, str) for cell in filled)
        and all(plain(str(cell)) in ledger.labels for cell in filled)
    )


def _look_around(ledger: Ledger, around: Around, texts: Mapping[int, str]) -> None:
    """Take a title or headers from a row without numbers."""
    if len(texts) == 1:
        (text,) = texts.values()
        if found := _table_in(ledger, text):
            around.table, around.headers = found, {}
        return
    around.headers = dict(texts)


def _table_in(ledger: Ledger, text: str) -> str | None:
    """The table of the publication that a title names: the longest of those that stand in it."""
    words = plain(text)
    return max(((len(title), name) for title, name in ledger.titles if title in words), default=(0, None))[1]


def _parts(ledger: Ledger, texts: Iterable[str]) -> Said:
    """What labels say of a cell: ids by part of the key. Labels of one part leave what they share, or where they share
    nothing (an authority and the one that hosts its children) all that they name."""
    found: Said = {}
    for text in texts:
        for part, ids in ledger.labels.get(plain(text), ()):
            before = found.get(part, frozenset(ids))
            found[part] = before & set(ids) or before | set(ids)
    return found


Place = tuple[str | None, tuple[str, ...], str | None]
"""Where a number stands: the table, the texts of its row, the header of its column."""


def _known(ledger: Ledger, known: dict[str | None, tuple[Numbers, bool]], place: Place) -> tuple[Numbers, bool]:
    """`_allowed`, worked out once for a place: a table stands in several files."""
    if (found := known.get(place[2])) is None:
        found = known[place[2]] = _allowed(ledger, place)
    return found


def _allowed(ledger: Ledger, place: Place) -> tuple[Numbers, bool]:
    """Numbers that may stand in a column of a row, and whether its labels name cells at all."""
    table, words, header = place
    measures, breakdown = ledger.tables[table] if table else ((), None)
    parts, above = _said(ledger, words), _EMPTY if header is None else _said(ledger, (header,))
    if own := _own(above.get("category", _NONE), breakdown):
        categories: frozenset[str] | None = own  # that the word names an area too means nothing
    else:
        parts = parts | {part: parts.get(part, ids) & ids or ids for part, ids in above.items()}
        categories = parts.get("category")
    wanted = (parts.get("measure_id") or measures, parts.get("area_code", _NONE), parts.get("period_id", _NONE))
    pairs = _pairs(categories, breakdown)
    if not 0 < len(pairs) * math.prod(map(len, wanted)) <= MAX_CELLS:
        return ledger.anywhere, False
    found = [ledger.numbers.get((*key, *pair), _NOWHERE) for key in itertools.product(*wanted) for pair in pairs]
    return found[0] if len(found) == 1 else frozenset().union(*found), True


def _said(ledger: Ledger, words: tuple[str, ...]) -> Said:
    """What texts say, worked out once: those of a row for all its columns, that of a header for all rows."""
    if (found := ledger.said.get(words)) is None:
        found = ledger.said[words] = _parts(ledger, words)
    return found


@lru_cache(maxsize=100_000)
def _own(categories: frozenset[str], breakdown: str | None) -> frozenset[str]:
    """Those of some categories that are a table's own breakdown's."""
    return frozenset(c for c in categories if c.startswith(f"{breakdown}/"))


@lru_cache(maxsize=100_000)
def _pairs(categories: frozenset[str] | None, breakdown: str | None) -> tuple[tuple[str, str], ...]:
    """(breakdown, code) of cells. A label may be a category of several breakdowns, or of none where it stands (the name
    of an authority): a table's own breakdown decides."""
    split = (c.partition("/") for c in sorted(categories or {"total/T"}))
    pairs = tuple((name, code) for name, _, code in split)
    if breakdown is None:
        return pairs
    return tuple(p for p in pairs if p[0] in (breakdown, "total")) or (("total", "T"),)
