"""Tables whose columns are `<Dimension>_Code`, `<Dimension>_ItemName_ENG` ...: OData rows and the CSV of the zip.

JSON, paging and archives do not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from pipelines.conform.statswales.names import squash
from pipelines.conform.statswales.records import NOTES, ROW, VALUE, Found

_TYPE_SUFFIX = re.compile(r"_(DEC|STR|INT|DAT|DTE|BIT|FLT|DBL|LNG)$", flags=re.IGNORECASE)
_PART = re.compile(
    r"^(?P<dimension>.+?)_(?P<part>Code|ItemName_ENG|ItemName_WEL|ItemName|AltCode\d|SortOrder|Hierarchy"
    r"|ItemNotes_ENG|ItemNotes_WEL|ItemNotes)$",
    flags=re.IGNORECASE,
)
_VALUE_NAMES = ("data", "datavalue", "datavalues")
_NOTE_NAMES = ("notecodes", "notecode", "datanotes", "datanote")

Columns = dict[str, list[str | None]]


def has_type_suffixes(header: Sequence[str]) -> bool:
    """True for the header of a CSV out of a StatsWales zip: a data column and dimension columns with type suffixes."""
    bare = [_TYPE_SUFFIX.sub("", name.strip()) for name in header]
    return is_flat(bare) and any(b != name.strip() for b, name in zip(bare, header, strict=True))


def is_flat(header: Sequence[str]) -> bool:
    """True where the columns are one value and the parts of at least one dimension."""
    names = [_TYPE_SUFFIX.sub("", name.strip()) for name in header]
    return any(squash(n) in _VALUE_NAMES for n in names) and any(_PART.match(n) for n in names)


def bare_name(name: str) -> str:
    """A column name without its type suffix: `Area_Code_STR` gives `Area_Code`."""
    return _TYPE_SUFFIX.sub("", name.strip())


def flat_frame(columns: Columns) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """(frame of `RawTable`, dimensions in column order) of named columns of text, row numbers from 1.

    A label is the English one, else the Welsh one. The first alternative code stands in where a row has no code.
    """
    parts = _parts(columns)
    n_rows = max((len(values) for values in columns.values()), default=0)
    held: dict[str, pl.Series] = {ROW: pl.Series(ROW, range(1, n_rows + 1), dtype=pl.Int32)}
    held[VALUE] = _text(VALUE, next(iter(_named(columns, _VALUE_NAMES)), [None] * n_rows))
    held[NOTES] = _text(NOTES, next(iter(_named(columns, _NOTE_NAMES)), [None] * n_rows))
    for dimension, by_part in parts.items():
        for target, wanted in _TARGETS.items():
            held[f"{dimension}|{target}"] = _first(f"{dimension}|{target}", [by_part.get(p) for p in wanted], n_rows)
    return pl.DataFrame(list(held.values())), tuple(parts)


_TARGETS = {
    "code": ("code", "altcode1"),
    "label": ("itemname_eng", "itemname", "itemname_wel"),
    "alt": ("altcode1",),
}


def _parts(columns: Columns) -> dict[str, dict[str, list[str | None]]]:
    """dimension -> part (lower case) -> values; spellings of one dimension that differ in case are one dimension."""
    found: dict[str, dict[str, list[str | None]]] = {}
    spelled: dict[str, str] = {}
    for name, values in columns.items():
        match = _PART.match(bare_name(name))
        if match:
            dimension = spelled.setdefault(squash(match["dimension"]), match["dimension"])
            found.setdefault(dimension, {})[match["part"].casefold()] = values
    return found


def _named(columns: Columns, wanted: Sequence[str]) -> list[list[str | None]]:
    return [values for name, values in columns.items() if squash(bare_name(name)) in wanted]


def _text(name: str, values: list[str | None]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.String)


def _first(name: str, candidates: list[list[str | None] | None], n_rows: int) -> pl.Series:
    """Per row the first candidate that is not blank."""
    held = [c for c in candidates if c is not None]
    if not held:
        return _text(name, [None] * n_rows)
    return _text(name, [next((v for v in row if v and v.strip()), None) for row in zip(*held, strict=True)])


def row_keys(columns: Columns) -> list[int] | None:
    """The positions that the service numbers rows by (RowKey), where it gives them as numbers."""
    values = next(iter(_named(columns, ("rowkey",))), None)
    if not values or not all(v and v.strip().isdigit() for v in values):
        return None
    return [int(v) for v in values if v]


def columns_of(header: Sequence[str], records: Sequence[Sequence[str]]) -> tuple[Columns, list[int], list[Found]]:
    """(columns by header name, record index of each row kept, faults) of delimited records.

    A record with too few or too many cells is a fault (SW19) and left out; a wholly blank record is passed over.
    A header name that stands twice keeps its first column.
    """
    kept, rows, found = [], [], []
    for index, record in enumerate(records, start=1):
        if not any(cell.strip() for cell in record):
            continue
        trimmed = list(record[: len(header)]) if not any(c.strip() for c in record[len(header) :]) else list(record)
        if len(trimmed) != len(header):
            found.append(Found("SW19", row=index, cause="cells do not match the header"))
            continue
        kept.append(trimmed)
        rows.append(index)
    columns: Columns = {}
    for position, name in enumerate(header):
        if name not in columns:
            columns[name] = [record[position] for record in kept]
        else:
            found.append(Found("SW19", item=None, cause="a heading stands twice"))
    return columns, rows, found


def with_rows(frame: pl.DataFrame, rows: Sequence[int]) -> pl.DataFrame:
    """The frame with the row numbers of the source."""
    return frame.with_columns(pl.Series(ROW, list(rows), dtype=pl.Int32))
