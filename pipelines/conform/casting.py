"""Text as received to typed values, one column at a time and never one row at a time.

Which column feeds which item (`layout.py`), tokens (`identifiers.py`) and rules about values do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.model import CodeList, Item

MAX_TEXT = 500
EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
PLACEHOLDERS = ("null", "n/a", "na", "none", "nan", "nil", "-", "--", ".", "?", "tbc", "blank", "(blank)", "nat")
"""What people and systems write for nothing (casefolded); a code of the item's own list comes before them."""
_CODE_FORM = r"^[A-Z0-9][A-Z0-9_./-]{0,9}$"
POSTCODE_FORM = r"^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$"
_SCIENTIFIC = r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]{2}$"


@dataclass(frozen=True)
class Found:
    """A fault of some cells of one column: the reader rule, the first word of its cause group, which rows."""

    rule: str
    cause: str
    rows: pl.Series


@dataclass(frozen=True)
class Cast:
    """A typed column and its faults. `unlisted`: rows whose code has the form of one but is not in the list."""

    values: pl.Series
    found: tuple[Found, ...] = ()
    unlisted: pl.Series | None = None


@dataclass
class _Work:
    """A column on its way: texts still to be settled, and what was found."""

    text: pl.Series
    found: list[Found] = field(default_factory=list)

    def tell(self, rule: str, cause: str, rows: pl.Series) -> None:
        rows = rows.fill_null(value=False)
        if rows.any():
            self.found.append(Found(rule, cause, rows))

    def drop(self, rule: str, cause: str, rows: pl.Series) -> None:
        """Tell rows and blank them."""
        self.tell(rule, cause, rows)
        self.text = where(self.text, ~rows.fill_null(value=False))


def where(values: pl.Series, keep: pl.Series) -> pl.Series:
    """Values where `keep` is true, null elsewhere."""
    return pl.select(pl.when(keep).then(values)).to_series()


def cast_codes(text: pl.Series, known: Mapping[str, str]) -> Cast:
    """Codes of a list; `known` maps the casefolded spelling to the code (as `code_spellings` gives it).

    Case, a decimal `1.0` for `1` and a lost leading zero are mended and told. A text that has the form of a code and
    is not in the list is kept (upper case) and marked `unlisted`: the rules judge it, then it leaves the typed table.
    """
    if text.is_in(list(known.values())).all():  # nulls count as true; nearly every column ends here
        return Cast(text)
    folded = text.str.to_lowercase()
    values = folded.replace_strict(known, default=None, return_dtype=pl.String)
    work = _Work(text)
    work.tell("TY12", "other_case", values.is_not_null() & (values != text))
    left = text.is_not_null() & values.is_null()
    if not left.any():
        return Cast(values, tuple(work.found))
    values, work = _mended(values, work, known)
    work.text = where(work.text, values.is_null())
    _without_non_values(work)
    upper = work.text.str.to_uppercase().str.replace(r"\.0+$", "")
    work.drop("TY13", "not_a_code", ~upper.str.contains(_CODE_FORM))
    unlisted = work.text.is_not_null()
    return Cast(values.fill_null(where(upper, unlisted)), tuple(work.found), unlisted if unlisted.any() else None)


def _mended(values: pl.Series, work: _Work, known: Mapping[str, str]) -> tuple[pl.Series, _Work]:
    """Codes got back from `1.0` and from numbers that lost their leading zeros."""
    plain = work.text.str.to_lowercase().str.replace(r"^([0-9]+)\.0+$", "$1")
    as_whole = plain.replace_strict(known, default=None, return_dtype=pl.String)
    is_whole = values.is_null() & as_whole.is_not_null()
    work.tell("TY10", "decimal_code", is_whole)
    unpadded = _without_zeros(known)
    as_padded = plain.replace_strict(unpadded, default=None, return_dtype=pl.String) if unpadded else as_whole
    is_padded = values.is_null() & as_whole.is_null() & as_padded.is_not_null()
    work.tell("TY11", "lost_zero_code", is_padded)
    return values.fill_null(as_whole).fill_null(as_padded), work


def _without_zeros(known: Mapping[str, str]) -> dict[str, str]:
    """Codes with leading zeros by what is left when the zeros go, where that leaves no doubt."""
    found: dict[str, list[str]] = {}
    for spelling, code in known.items():
        if spelling.isdigit() and spelling.startswith("0") and len(spelling) > 1:
            found.setdefault(spelling.lstrip("0") or "0", []).append(code)
    return {short: codes[0] for short, codes in found.items() if len(codes) == 1 and short not in known}


def code_spellings(held: CodeList, jurisdiction: str) -> dict[str, str]:
    """Casefolded spelling -> code, of every code the list ever had in a jurisdiction."""
    return {c.code.lower(): c.code for c in held.codes if c.jurisdiction in ("both", jurisdiction)}


def cast_labels(text: pl.Series, known: Mapping[str, str]) -> Cast:
    """Labels of a case-management system to codes; `known` maps casefolded label (and code) to code."""
    spelt = {k.lower().replace("’", "'"): v for k, v in known.items()}
    distinct = text.drop_nulls().unique()  # a handful, whatever the number of rows
    folded = distinct.str.to_lowercase().str.replace_all(r"\s+", " ").str.replace_all("’", "'", literal=True)
    codes = {label: code for label, plain in zip(distinct, folded, strict=True) if (code := spelt.get(plain))}
    values = text.replace_strict(codes, default=None, return_dtype=pl.String)
    if values.null_count() == text.null_count():
        return Cast(values)
    work = _Work(where(text, values.is_null()))
    _without_non_values(work)
    work.tell("TY60", "unmapped_label", work.text.is_not_null())
    return Cast(values, tuple(work.found))


def cast_identifiers(text: pl.Series, pattern: str | None) -> Cast:
    """Identifiers as text, not yet tokens: `123.0` is mended, scientific notation and other forms are not readable."""
    work = _Work(text)
    form = f"^(?:{pattern})$" if pattern else None
    is_odd = text.str.to_lowercase().is_in(PLACEHOLDERS)
    if form and text.str.contains(form).all() and not is_odd.any():
        return Cast(text)
    _without_non_values(work)
    is_decimal = work.text.str.contains(r"^[0-9]+\.0+$").fill_null(value=False)
    work.tell("TY32", "decimal_identifier", is_decimal)
    work.text = work.text.str.replace(r"^([0-9]+)\.0+$", "$1")
    work.drop("TY31", "scientific_identifier", work.text.str.contains(_SCIENTIFIC))
    if form:
        work.drop("TY30", "identifier_form", ~work.text.str.contains(form))
    return Cast(work.text, tuple(work.found))


def cast_pupil_numbers(text: pl.Series, pattern: str | None, reasons: Mapping[str, str]) -> tuple[Cast, pl.Series]:
    """(numbers, reasons why there is none): one column carries either; anything else is told as TY34."""
    upper = text.str.to_uppercase()
    reason = upper.str.to_lowercase().replace_strict(reasons, default=None, return_dtype=pl.String)
    work = _Work(where(upper, reason.is_null()))
    _without_non_values(work)
    if pattern:
        work.drop("TY34", "pupil_number_form", ~work.text.str.contains(f"^(?:{pattern})$"))
    return Cast(work.text, tuple(work.found)), reason


def check_postcodes(text: pl.Series) -> tuple[Found, ...]:
    """Faults of postcodes; the postcodes themselves go no further."""
    work = _Work(text)
    _without_non_values(work)
    plain = work.text.str.to_uppercase().str.replace_all(r"\s+", "")
    work.tell("TY40", "postcode_form", ~plain.str.contains(POSTCODE_FORM))
    return tuple(work.found)


def cast_numbers(text: pl.Series, item: Item) -> Cast:
    """Whole or decimal numbers; commas that group thousands are taken out."""
    work = _Work(text)
    _without_non_values(work)
    plain = work.text.str.replace_all(r"(\d),(\d{3})", "$1$2")
    if item.kind == "integer":
        values = plain.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    else:
        values = plain.cast(pl.Float64, strict=False)
        values = where(values, values.is_finite())
    work.tell("TY20", "not_a_number", work.text.is_not_null() & values.is_null())
    return Cast(values, tuple(work.found))


def cast_days(text: pl.Series) -> Cast:
    """Dates, after errors of the spreadsheet and placeholders are out of the way."""
    from pipelines.conform.dates import cast_dates

    cast = cast_dates(text)
    if not any(found.rule == "TY01" for found in cast.found):
        return cast
    work = _Work(text)
    _without_non_values(work)
    again = cast_dates(work.text)
    return Cast(again.values, (*work.found, *again.found))


def cast_text(text: pl.Series) -> Cast:
    """Text of at most 500 characters; errors of the spreadsheet are not text."""
    work = _Work(text)
    work.drop("TY50", "excel_error", text.is_in(EXCEL_ERRORS))
    return Cast(work.text.str.slice(0, MAX_TEXT), tuple(work.found))


def _without_non_values(work: _Work) -> None:
    work.drop("TY50", "excel_error", work.text.is_in(EXCEL_ERRORS))
    work.drop("TY51", "placeholder", work.text.str.to_lowercase().is_in(PLACEHOLDERS))


def judged_by(kind: str) -> Sequence[str]:
    """Reader rules that look at the cells of a kind of item (for their coverage)."""
    common = ("TY50", "TY51")
    own: dict[str, tuple[str, ...]] = {
        "date": ("TY01", "TY02", "TY03", "TY04", "TY05", "TY07", *common),
        "code": ("TY10", "TY11", "TY12", "TY13", "TY14", *common),
        "identifier": ("TY30", "TY31", "TY32", "TY33", *common),
        "postcode": ("TY40", *common),
        "integer": ("TY20", *common),
        "number": ("TY20", *common),
        "text": ("TY50",),
    }
    return own[kind]
