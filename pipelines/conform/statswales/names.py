"""Folds names so that the many spellings of one dimension, member or area compare equal.

Which area or code a folded name stands for does not belong here.
"""

from __future__ import annotations

import re
import unicodedata

_FOOTNOTE_MARK = re.compile(r"\s*(\((\d{1,2}|[rpe!]{1,2})\)|\[(\d{1,2}|[a-z]{1,3})\])\s*$", flags=re.IGNORECASE)
_TOTALS = ("total", "cyfanswm", "all", "pob", "pawb", "holl")


def fold(name: str) -> str:
    """A name without case, accents, apostrophes, punctuation and spacing: `Sir y Fflint ` and `SIR Y FFLINT` agree."""
    plain = unicodedata.normalize("NFKD", name.replace("&#43;", "+").replace("&amp;", "&").replace("&", " and "))
    letters = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    return " ".join(re.sub(r"[^a-z0-9<>+]+", " ", letters.replace("’", "").replace("'", "")).split())


def squash(name: str) -> str:
    """A dimension name without any space, so that `Local Authority` and `Localauthority` agree."""
    return fold(name).replace(" ", "")


def without_mark(label: str) -> str:
    """A label as written, without the footnote mark at its end: `Not stated (1)` gives `Not stated`."""
    text = " ".join(label.split())
    while (shorter := _FOOTNOTE_MARK.sub("", text)) != text:
        text = shorter
    return text


def is_total(label: str) -> bool:
    """True for the member that stands for all others of its dimension, in either language."""
    return fold(without_mark(label)).partition(" ")[0] in _TOTALS
