"""Records of an XML submission: one grid per kind of record, nested records with the values of the child they stand in.

What a record means, and every other container, do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

import polars as pl

from pipelines.conform.reading.grids import MAX_COLUMNS, Origin, trimmed
from pipelines.conform.reading.names import fold_name
from pipelines.conform.reading.source import Problem, SourceFile
from pipelines.conform.records import Grid

MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 24
"""Levels of elements. The layouts here have five; an attack on a parser has thousands."""
MAX_CELL = 10_000

_COVER = {"header", "pennyn"}


class _Refused(Exception):
    """A construct that a submission never needs and an attacker does."""


@dataclass
class _Open:
    """An element that holds others: a record with its own values so far, or a mere wrapper (`values` is None)."""

    kind: str
    values: dict[str, str] | None = None
    place: int = -1
    """Position among the records of its kind, taken when it opens so that order is that of the file."""


@dataclass
class _Kind:
    """Records of one table in the order of the file."""

    tag: str
    rows: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def looks_like_xml(content: bytes) -> bool:
    """True for bytes that begin as a markup document, in UTF-8 or UTF-16."""
    start = content[:400].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"<")


def read_xml(
    source: SourceFile, expected: Mapping[str, frozenset[str]]
) -> tuple[tuple[Grid, ...], dict[str, str], tuple[Problem, ...]]:
    """(grids, cover, problems) of an XML file.

    `expected`: folded name of each kind of record -> folded names of its columns; a nested record takes a value that
    it expects and does not state (the child's identifier, the date of birth) from the record around it. Document
    types and entities are refused before anything is resolved, nothing is fetched, and depth and size are limited.
    A file that breaks off gives no rows at all: half a submission looks like a whole one.

    The parser is expat of the standard library: it resolves nothing by itself, tells lines, and is faster over these
    files than building trees.
    """
    if len(source.content) > MAX_BYTES:
        return (), {}, (Problem("too_large", source.name),)
    reader = _Reader(expected)
    try:
        reader.parser.Parse(source.content, True)
    except _Refused as refusal:
        return (), {}, (Problem(str(refusal), source.name, reader.parser.CurrentLineNumber),)
    except (expat.ExpatError, LookupError, ValueError):
        return (), {}, (Problem("xml_broken", source.name, max(reader.parser.CurrentLineNumber, 1)),)
    grids, problems = reader.grids(source.name)
    return grids, reader.cover, problems


class _Reader:
    """Handlers of one parse.

    Nine elements in ten are leaves, so an element costs nothing but its text until a first child shows that it is
    not one: only then does it go on the stack, as a record where its name is that of a kind of record.
    """

    def __init__(self, expected: Mapping[str, frozenset[str]]) -> None:
        self.expected = expected
        self.stack: list[_Open] = []
        self.kinds: dict[str, _Kind] = {}
        self.cover: dict[str, str] = {}
        self._tag: str | None = None
        self._line = 0
        self._text = ""
        self._values: dict[str, str] | None = None
        self._in_cover = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse_dtd
        self.parser.EntityDeclHandler = self._refuse_dtd
        self.parser.ExternalEntityRefHandler = self._refuse_dtd

    def _refuse_dtd(self, *_: object) -> int:
        raise _Refused("xml_dtd")

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        if self._tag is not None:
            self._open(self._tag)
        self._tag, self._text, self._line = tag, "", self.parser.CurrentLineNumber

    def _open(self, tag: str) -> None:
        """Put the element on the stack whose first child has just begun."""
        if len(self.stack) >= MAX_DEPTH:
            raise _Refused("xml_deep")
        opened = _Open(fold_name(_local(tag)))
        if len(self.stack) == 1 and opened.kind in _COVER:
            self._in_cover = True
        elif opened.kind in self.expected and not self._in_cover:
            kind = self.kinds.setdefault(opened.kind, _Kind(_local(tag)))
            opened.values, opened.place = {}, len(kind.rows)
            kind.rows.append({})
            kind.lines.append(self._line)
            self._values = opened.values
        self.stack.append(opened)

    def _characters(self, data: str) -> None:
        if self._tag is not None and len(self._text) < MAX_CELL:
            self._text += data

    def _end(self, _tag: str) -> None:
        if self._tag is None:
            self._close(self.stack.pop())
            return
        tag, self._tag = self._tag, None
        if self._in_cover:
            self.cover.setdefault(fold_name(_local(tag)), self._text.strip())
        elif self._values is not None:
            # An empty element still says that its column was sent; a second leaf of one name is told as a duplicate
            # column, so it keeps a name of its own.
            self._values.setdefault(tag if tag not in self._values else f"{tag}\x00", self._text[:MAX_CELL])

    def _close(self, closed: _Open) -> None:
        if len(self.stack) == 1:
            self._in_cover = False
        if closed.values is not None:
            self.kinds[closed.kind].rows[closed.place] = self._with_inherited(closed.kind, closed.values)
            self._values = next((o.values for o in reversed(self.stack) if o.values is not None), None)

    def _with_inherited(self, kind: str, own: dict[str, str]) -> dict[str, str]:
        """The record with the values that it expects, does not state, and that the records around it do."""
        for outer in reversed(self.stack):
            for tag, value in (outer.values or {}).items():
                if tag not in own and fold_name(tag) in self.expected[kind]:
                    own[tag] = value
        return own

    def grids(self, file: str) -> tuple[tuple[Grid, ...], tuple[Problem, ...]]:
        """One grid for each kind of record that has any; a kind with more columns than any table is a problem."""
        held = [_named(kind) for kind in self.kinds.values() if any(kind.rows)]
        wide = tuple(Problem("not_a_table", file, k.lines[0]) for k, names in held if len(names) > MAX_COLUMNS)
        return tuple(_grid(kind, names, file) for kind, names in held if len(names) <= MAX_COLUMNS), wide


def _local(tag: str) -> str:
    """An element's name without the prefix of its namespace."""
    return tag.rsplit(":", 1)[-1]


def _named(kind: _Kind) -> tuple[_Kind, list[str]]:
    """A kind with the names of its columns, in the order in which they first stand."""
    return kind, list(dict.fromkeys(name for row in kind.rows for name in row))


def _grid(kind: _Kind, names: list[str], file: str) -> Grid:
    """One grid whose first row names the columns (as any sheet does), so that all containers go the same way."""
    held = [(row, line) for row, line in zip(kind.rows, kind.lines, strict=True) if row]
    columns = {
        f"c{i}": pl.Series([_local(name).rstrip("\x00"), *(row.get(name) for row, _ in held)], dtype=pl.String)
        for i, name in enumerate(names)
    }
    lines = pl.Series("line", [held[0][1], *(line for _, line in held)], dtype=pl.Int32)
    return trimmed(pl.DataFrame(columns), lines, Origin((kind.tag,), file, "xml"))
