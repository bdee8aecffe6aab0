"""The format in which publishers hand tables to the new service: codes in one file, their names in lookups.

Also the shape of the second version's answer with raw column names; JSON itself is read in `service.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.conform.reading.text import Rows
from pipelines.conform.statswales.flat import Columns, columns_of, with_rows
from pipelines.conform.statswales.names import squash
from pipelines.conform.statswales.records import NOTES, ROW, UPLOAD_CSV, VALUE, RawTable

_VALUE, _NOTES = "data", "notecodes"
_DESCRIPTIONS = ("descriptionen", "descriptionenglish", "description", "descriptioncy", "descriptionwelsh")
_LOOKUP_EXTRAS = ("notes", "sort", "sortorder", "hierarchy", "decimals", "format", "lang", "measuretype")


@dataclass(frozen=True)
class Lookup:
    """Names of one code column. `key` is the heading of its codes, `labels` code -> label (English, else Welsh)."""

    key: str
    labels: dict[str, str]
    is_measure: bool


def is_fact(header: Sequence[str]) -> bool:
    """True for a table of codes: `Data`, `NoteCodes` and at least one column of codes."""
    names = [squash(name) for name in header]
    return _VALUE in names and _NOTES in names and any(name.endswith("code") for name in names)


def is_lookup(header: Sequence[str]) -> bool:
    """True for a table of descriptions with one column of codes."""
    return any(squash(n) in _DESCRIPTIONS for n in header) and len(_keys(header)) == 1


def read_lookup(rows: Rows) -> Lookup:
    """A lookup of codes and names."""
    header = [name.strip() for name in rows.records[0]]
    columns, _, _ = columns_of(header, rows.records[1:])
    key = _keys(header)[0]
    ordered = [n for wanted in _DESCRIPTIONS for n in columns if squash(n) == wanted]
    labels = {}
    for position, code in enumerate(columns[key]):
        label = next((text for n in ordered if (text := columns[n][position]) and text.strip()), None)
        if code and label:
            labels[code.strip()] = label.strip()
    return Lookup(key, labels, any(squash(n) == "decimals" for n in header))


def read_fact(rows: Rows, lookups: Sequence[Lookup]) -> RawTable:
    """A table of codes with the names of its lookups."""
    header = [name.strip() for name in rows.records[0]]
    columns, kept, found = columns_of(header, rows.records[1:])
    table = fact_table(columns, lookups)
    return replace(table, frame=with_rows(table.frame, kept), found=tuple(found))


def fact_table(columns: Columns, lookups: Sequence[Lookup]) -> RawTable:
    """The table of columns of codes; a lookup joins the column that its key is named after."""
    n_rows = max((len(values) for values in columns.values()), default=0)
    value = next((v for n, v in columns.items() if squash(n) == _VALUE), [None] * n_rows)
    notes = next((v for n, v in columns.items() if squash(n) == _NOTES), [None] * n_rows)
    held = [
        pl.Series(ROW, range(1, n_rows + 1), dtype=pl.Int32),
        pl.Series(VALUE, value, dtype=pl.String),
        pl.Series(NOTES, notes, dtype=pl.String),
    ]
    dimensions = [name for name in columns if squash(name) not in (_VALUE, _NOTES)]
    for name in dimensions:
        codes = [code.strip() if code else None for code in columns[name]]
        labels = _labels_for(name, lookups)
        held.append(pl.Series(f"{name}|code", codes, dtype=pl.String))
        held.append(pl.Series(f"{name}|label", [labels.get(code or "") for code in codes], dtype=pl.String))
    return RawTable(UPLOAD_CSV, pl.DataFrame(held), tuple(dimensions))


def _labels_for(name: str, lookups: Sequence[Lookup]) -> dict[str, str]:
    wanted = squash(name)
    for lookup in lookups:
        key = squash(lookup.key)
        if key == wanted or key.startswith(wanted) or (lookup.is_measure and wanted == "measure"):
            return lookup.labels
    return {}


def _keys(header: Sequence[str]) -> list[str]:
    return [
        name
        for name in header
        if (plain := squash(name)) and plain not in _DESCRIPTIONS and not plain.startswith(_LOOKUP_EXTRAS)
    ]
