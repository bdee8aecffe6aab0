"""Reads what StatsWales writes for a year, in either language, as a financial year and a reference date.

Choosing between a code and a label of one row belongs here; which column holds them does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

AT_31_MARCH, MID_YEAR = "at_31_march", "mid_year"

_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
_SPAN = re.compile(r"\b(19|20)(\d{2})\s*[-/–]\s*((?:19|20)?\d{2})\b")
_JOINED = re.compile(r"^(19|20)(\d{2})(\d{2})$")
_YEAR = re.compile(r"\b((?:19|20)\d{2})\b")
_MARCH = re.compile(r"\b31\s*(st)?\s*(mar|march|mawrth)\b|\bmarch\s+31\b", flags=re.IGNORECASE)
_OTHER_DAY = re.compile(
    r"\b\d{1,2}\s*(st|nd|rd|th)?\s*(jan|feb|apr|may|jun|jul|aug|sep|oct|nov|dec|ion|chwe|ebr|mai|meh|gor|awst|medi|hyd"
    r"|tach|rhag)\w*|\bq[1-4]\b|\bch[1-4]\b|\bc[1-4]\b",
    flags=re.IGNORECASE,
)
_SEVERAL = re.compile(r"\b(all|pob|multiple|sawl|total|cyfanswm)\b|[,;+&]", flags=re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """A period: the financial year it lies in (`2018-19`) and the day it refers to."""

    period_id: str
    reference_date: date


def read_period(code: str | None, label: str | None, kind: str) -> Reading | None:
    """The period a row means, or None where it cannot be told without guessing.

    The label counts before the code: StatsWales codes 2002-03 as "2002" (tran0152). A bare year is the year of the
    snapshot for `at_31_march`, the calendar year for `mid_year`, and too little to tell for `financial_year`.
    """
    for text in (label, code):
        found = _read(text.strip(), kind) if text and text.strip() else None
        if found:
            return found
    return None


def covers_several(text: str) -> bool:
    """True where a filter names no single period: "All years", "2022-23, 2023-24", nothing at all."""
    spans = _SPAN.findall(text) or _YEAR.findall(text)
    return bool(_SEVERAL.search(text)) or len(spans) != 1 or not text.strip()


def is_period_like(labels: list[str]) -> bool:
    """True where every distinct label names exactly one year."""
    distinct = [label for label in dict.fromkeys(labels) if label.strip()]
    return bool(distinct) and all(_names_one_year(label) for label in distinct)


def _names_one_year(label: str) -> bool:
    bare = _SPAN.sub("", label)
    n_named = len(_SPAN.findall(label)) + len(_YEAR.findall(bare)) + bool(_JOINED.match(label.strip()))
    return n_named == 1 and not re.search(r"\d{5,}", re.sub(r"^\d{6}$", "", label.strip()))


def _read(text: str, kind: str) -> Reading | None:
    iso = _ISO.match(text)
    end = _iso_end(iso, kind) if iso else _span_end(text)
    if end is None and not iso:
        end = _single_year_end(text, kind)
    if end is None:
        return None
    if kind == MID_YEAR:
        return Reading(_financial_year(end), date(end - 1, 6, 30))
    return Reading(_financial_year(end), date(end, 3, 31))


def _iso_end(match: re.Match[str], kind: str) -> int | None:
    """Year in which the financial year of a dated figure ends: 31 March, or 30 June of a mid-year figure."""
    year, month_day = int(match.group(1)), (match.group(2), match.group(3))
    if kind == MID_YEAR:
        return year + 1 if month_day == ("06", "30") else None
    return year if month_day == ("03", "31") else None


def _span_end(text: str) -> int | None:
    """Year in which a span such as 2018-19 or 201819 ends; None where its ends are not one year apart."""
    match = _SPAN.search(text) or _JOINED.match(text)
    if not match or _OTHER_DAY.search(text):
        return None
    start = int(match.group(1) + match.group(2))
    return start + 1 if int(match.group(3)[-2:]) == (start + 1) % 100 else None


def _single_year_end(text: str, kind: str) -> int | None:
    """Year in which the financial year of a single year ends."""
    years = _YEAR.findall(text)
    if len(years) != 1 or _SPAN.search(text) or _JOINED.match(text):
        return None
    year = int(years[0])
    if _MARCH.search(text):
        return year if kind != MID_YEAR else None
    if kind == MID_YEAR:
        is_june = re.search(r"\b30\s*(june|mehefin)\b", text, flags=re.IGNORECASE)
        return year + 1 if is_june or not _OTHER_DAY.search(text) else None
    return year if kind == AT_31_MARCH and not _OTHER_DAY.search(text) else None


def _financial_year(end: int) -> str:
    return f"{end - 1}-{end % 100:02d}"
