"""What a bulletin is made of, whatever it is printed on: sections of paragraphs, lists, tables and figures.

How any of it looks does not belong here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

_WORD = re.compile(r"[^\W\d_]{3}")
"""Three letters in a row: marks, units and `to` between two limits are fewer."""


@dataclass(frozen=True)
class Table:
    """A table: caption, headers, and rows whose first cell names the row."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = "table"
    is_words: tuple[bool, ...] = field(init=False)
    """Of each column, whether words stand in it: they begin on the left, figures end on the right."""

    def __post_init__(self) -> None:
        held = tuple(any(_WORD.search(cell) for cell in column) for column in zip(*self.rows, strict=True))
        object.__setattr__(self, "is_words", held or (True,) * len(self.headers))


@dataclass(frozen=True)
class Figure:
    """A chart with its finding in words, and the same figures as a table."""

    title: str
    alternative: str
    svg: str
    table: Table
    kind: str = "figure"


@dataclass(frozen=True)
class Prose:
    """Paragraphs, or the points of a list."""

    texts: tuple[str, ...]
    kind: str = "paragraphs"
    """`paragraphs` or `points`."""


Block = Table | Figure | Prose


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; `id` is the same in both languages."""

    id: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A bulletin in one language."""

    lang: str
    title: str
    edition_id: str
    day: date
    about: tuple[tuple[str, str], ...]
    """Terms and what they are: edition, status, date."""
    sections: tuple[Section, ...]
    other: str
    """File of the same bulletin in the other language, without its suffix."""
