"""Tables in the public interchange format (column names and dd/mm/yyyy text) become canonical frames.

Files, sheets and encodings do not belong here (see `pipelines/conform/reading/`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from schemas.rule_terms import InterchangeTable, load_interchange

LAST = "_last"
DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
REGISTER = {
    "URN": "urn",
    "REG_END": "closed_date",
    "LA_CODE_INFERRED": "authority_code",
    "LA_NAME_FROM_FILE": "name",
    "PLACE_CODES": "placement_codes",
    "PROVIDER_CODES": "provider_codes",
    "POSTCODE": "postcode",
}


def table_of(name: str) -> InterchangeTable | None:
    """The table that a name such as `Episodes` or `Episodes_last` means, None where there is none."""
    plain = name.removesuffix(LAST)
    return next((t for t in load_interchange() if t.name == plain), None)


def read_day(value: object) -> date | None:
    """A date from dd/mm/yyyy or ISO text; None for anything else (also two-digit years and days that do not exist)."""
    text = str(value).strip() if value is not None else ""
    try:
        if found := DAY.fullmatch(text):
            day, month, year = (int(part) for part in found.groups())
            return date(year, month, day)
        return datetime.fromisoformat(text).date() if len(text) >= 10 else None
    except ValueError:
        return None


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def read_table(entry: InterchangeTable, content: Mapping[str, Any]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(typed, as received) frames of one table; columns that the interchange does not know are left out."""
    columns, rows = content["columns"], content["rows"]
    typed: dict[str, pl.Series] = {"row_number": pl.Series(range(1, len(rows) + 1), dtype=pl.Int64)}
    raw: dict[str, pl.Series] = {}
    for place, name in enumerate(columns):
        column = entry.columns.get(name)
        if column is None:
            continue
        cells = [_text(r[place]) for r in rows]
        raw[column.item] = pl.Series(cells, dtype=pl.String)
        is_date = column.kind == "date"
        typed[column.item] = pl.Series([read_day(c) for c in cells], dtype=pl.Date) if is_date else raw[column.item]
    return pl.DataFrame(typed), pl.DataFrame(raw)


def read_reference(metadata: Mapping[str, Any]) -> dict[str, pl.DataFrame]:
    """Relations that come with the metadata of a case: the register of providers."""
    held = metadata.get("provider_info")
    if not isinstance(held, Mapping):
        return {}
    frame = {REGISTER.get(c, c.lower()): [_text(r[n]) for r in held["rows"]] for n, c in enumerate(held["columns"])}
    columns = {name: frame.get(name, [None] * len(held["rows"])) for name in REGISTER.values()}
    typed = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    closed = pl.Series("closed_date", [read_day(v) for v in columns["closed_date"]], dtype=pl.Date)
    return {"provider_register": typed.with_columns(closed)}
