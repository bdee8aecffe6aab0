"""Numbers, dates and shorthand as a reader sees them, in one language.

The sentences themselves do not belong here (they lie in the specification's messages).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from pipelines.core.messages import say

QUIET = frozenset({"t", "a"})
"""Status codes that say what a cell is, not how far it may be trusted; they are never shown beside a figure."""

MOST_DECIMALS = 3


def day_in_words(day: date, lang: str) -> str:
    """22 November 2026 / 22 Tachwedd 2026."""
    return f"{day.day} {say('publish.months', lang).split()[day.month - 1]} {day.year}"


@lru_cache(maxsize=1024)
def marks(status: str, hidden: frozenset[str] = frozenset()) -> str:
    """Shorthand for a status: `c` becomes `[c]`, `u,r` becomes `[u][r]`; codes in `hidden` are left out."""
    return "".join(f"[{code}]" for code in status.split(",") if code and code not in QUIET | hidden)


def decimals(values: Iterable[float]) -> int:
    """The fewest decimal places (at most three) that show every value as it was published."""
    most = 0
    for value in values:
        while most < MOST_DECIMALS and round(value, most) != value:
            most += 1
    return most


def number_format(places: int, marked: str = "") -> str:
    """A spreadsheet number format; a mark stands in the format so that the cell stays a number."""
    digits = "#,##0" + ("." + "0" * places if places else "")
    return f'{digits}" {marked}"' if marked else digits


def figure(value: float | None, status: str, places: int) -> str:
    """A figure in running text: thousands with a comma, and the shorthand where there is any."""
    shown = [f"{value:,.{places}f}"] if value is not None else []
    return " ".join([*shown, *([m] if (m := marks(status)) else [])])
