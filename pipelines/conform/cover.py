"""What a submission says of itself: the cover sheet, the file `Return.csv`, the header of an XML message.

Comparing it with what was claimed and with the data (`identify.py`) does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.conform.reading.names import fold_name
from pipelines.conform.records import Grid

NAMES = frozenset({"return", "cover", "ffurflen", "clawr", "dychweliad"})
_LABELS = {
    "collection": ("collection", "return", "returntype", "casgliad", "ffurflen"),
    "year": ("year", "period", "collectionyear", "financialyear", "quarter", "blwyddyn", "cyfnod", "chwarter"),
    "authority": ("authority", "localauthority", "la", "lea", "lacode", "awdurdod", "awdurdodlleol", "all"),
}
_BY_LABEL = {label: part for part, labels in _LABELS.items() for label in labels}
_DEPTH = 40


def split(grids: Sequence[Grid], stated: Mapping[str, str]) -> tuple[dict[str, str], tuple[Grid, ...]]:
    """(cover, grids that hold data). `stated`: what an XML header said, under folded names of its elements."""
    cover = {_BY_LABEL[name]: value for name, value in stated.items() if name in _BY_LABEL and value}
    rest = []
    for grid in grids:
        found = read(grid) if fold_name(grid.names[0]) in NAMES else {}
        cover |= {part: value for part, value in found.items() if part not in cover}
        if not found:
            rest.append(grid)
    return cover, tuple(rest)


def read(grid: Grid) -> dict[str, str]:
    """Parts of a cover: labels in a column with the values beside them, or in a row with the values below."""
    rows = grid.cells.head(_DEPTH).rows()
    found: dict[str, str] = {}
    for y, row in enumerate(rows):
        under = rows[y + 1] if y + 1 < len(rows) else ()
        for x, cell in enumerate(row):
            part = _part(cell)
            value = _value(row, under, x) if part and part not in found else None
            if part and value:
                found[part] = value
    return found


def _value(row: Sequence[str | None], under: Sequence[str | None], x: int) -> str | None:
    """What stands beside the label at `x`; below it where the row is one of labels, which others may stand among."""
    beside, below = (_no_label(cells[at]) if at < len(cells) else None for cells, at in ((row, x + 1), (under, x)))
    is_row_of_labels = sum(_part(cell) is not None for cell in row) > 1
    return below or beside if is_row_of_labels else beside or below


def _no_label(cell: str | None) -> str | None:
    return None if _part(cell) else cell


def _part(cell: str | None) -> str | None:
    return _BY_LABEL.get(fold_name(cell)) if cell and len(cell) <= 40 else None
