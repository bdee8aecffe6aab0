"""Columns in which every cell is written as it should be, found for all columns of a table in one go.

Nearly every column is like that, and looking at one after the other took most of the time of reading a usual return.
What becomes of any other column does not belong here (see `casting.py`, `dates.py`), which say of these the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.casting import (
    EXCEL_ERRORS,
    MAX_TEXT,
    PLACEHOLDERS,
    POSTCODE_FORM,
    Cast,
)
from pipelines.conform.dates import is_in_range

if TYPE_CHECKING:
    from schemas.model import Item

DAY_FIRST, YEAR_FIRST = "%d/%m/%Y", "%Y-%m-%d"


def plain(texts: Mapping[str, pl.Series], items: Mapping[str, Item], codes: Mapping[str, list[str]]) -> dict[str, Cast]:
    """Item id -> its column, of those in which nothing is to be mended or told; `codes`: what a list allows.

    A column without any text is none of them.
    """
    sent = {name: text for name, text in texts.items() if text.null_count() < text.len()}
    if not sent:
        return {}
    frame = pl.DataFrame([text.alias(name) for name, text in sent.items()])
    tests = {name: test for name in sent if (test := _test(items[name], codes.get(name))) is not None}
    found = _days(frame.select(n for n in sent if items[n].kind == "date"))
    if tests:
        is_plain = frame.select(test.alias(name) for name, test in tests.items()).row(0, named=True)
        found |= {
            name: Cast(sent[name].clear() if items[name].kind == "postcode" else sent[name])
            for name in tests
            if is_plain[name]
        }
    return found


def _test(item: Item, codes: list[str] | None) -> pl.Expr | None:
    """Whether a column is plain, as an expression; None for kinds of which it is not asked."""
    text = pl.col(item.id)
    match item.kind:
        case "code":
            return text.is_in(codes).all() if codes else None
        case "identifier" if item.pattern:
            return text.str.contains(f"^(?:{item.pattern})$").all() & ~text.str.to_lowercase().is_in(PLACEHOLDERS).any()
        case "postcode":
            return text.str.to_uppercase().str.replace_all(r"\s+", "").str.contains(POSTCODE_FORM).all()
        case "text":
            return ~text.is_in(EXCEL_ERRORS).any() & (text.str.len_chars().max() <= MAX_TEXT)
    return None


def _days(texts: pl.DataFrame) -> dict[str, Cast]:
    """The columns of dates that are written in one form throughout: that of the first cell with something in it."""
    if not texts.width:
        return {}
    first = texts.select(pl.all().drop_nulls().first()).row(0, named=True)
    forms = {name: YEAR_FIRST if text[4:5] == "-" else DAY_FIRST for name, text in first.items()}
    days = texts.select(pl.col(name).str.to_date(form, strict=False) for name, form in forms.items())
    return {
        name: Cast(days[name])
        for name in texts.columns
        if days[name].null_count() == texts[name].null_count() and is_in_range(days[name])
    }
