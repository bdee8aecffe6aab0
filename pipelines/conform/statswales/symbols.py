"""Reads a published cell: its number, its symbols and annotations, as a value and StatsWales note codes.

Which cells exist and what they count do not belong here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

NOTE_CODES = ("a", "b", "c", "e", "f", "k", "ns", "p", "r", "s", "ss", "sss", "t", "u", "w", "x", "z")
"""The shorthand of StatsWales (SW3-SHORT), in the order in which several are joined."""

WITHOUT_VALUE = frozenset({"c", "x", "z", "w"})
"""Codes that stand where a value would be."""

NIL = "0"
OLD_SYMBOLS: dict[str, str] = {
    "*": "c",
    ".": "z",
    "..": "x",
    "~": "k",
    "-": NIL,
    "(r)": "r",
    "(p)": "p",
    "(!)": "u",
    "(!!)": "u",
}
"""Symbols of the old service where the file has no legend of its own (domain.md 6.3; `..`, `~`, `-` unverified)."""

_ANNOTATION = re.compile(r"\(\s*([a-z!]{1,3})\s*\)|\[\s*([^\]\s]{1,6})\s*\]", flags=re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?(e[+-]?\d{1,2})?", flags=re.IGNORECASE)
_LEGEND = (
    (r"not exactly zero|half the final digit|rounds? to zero|talgrynnu i sero|hanner y digid", "k"),
    (r"exactly zero|\bnil\b|\bdim\b", NIL),
    (r"disclosive|not sufficiently robust|confidential|datgelu|cadarn|cyfrinachol", "c"),
    (r"not applicable|amherthnasol|ddim yn berthnasol", "z"),
    (r"not (yet )?available|ddim ar gael|missing", "x"),
    (r"low quality|limited quality|low reliability|ansawdd isel", "u"),
    (r"revised|diwygi", "r"),
    (r"provisional|dros dro|amodol", "p"),
    (r"estimate|amcangyfrif", "e"),
)


@dataclass(frozen=True)
class Reading:
    """A cell read: `value` or None, the note codes in official order, and what could not be read.

    `trouble` is empty, `number` (not a number), `symbol` (unknown symbol or note code) or `sentinel`.
    """

    value: float | None
    status: str
    trouble: str = ""


def read_cell(cell: tuple[str | None, str | None], symbols: Mapping[str, str], missing: Mapping[str, str]) -> Reading:
    """Value and status of a cell such as `1,335`, `65 [r] [p]`, `*`, `.`, `-999`.

    `cell` is the text of the value and of the column of note codes, `symbols` come from `symbols_of`, `missing` are
    the sentinels on the card of the dataset. A cell without a value always has a status; unreadable cells get `x`.
    """
    text, notes = cell
    bare, marks = _split_marks((text or "").strip().lstrip("'").strip())
    codes, has_unknown = _codes([*marks, *re.split(r"[\s,;]+", notes or "")], symbols)
    if not bare:
        return _without_value(codes, has_unknown)
    sentinel = missing.get(_normal(bare))
    if sentinel:
        return Reading(None, _joined(codes | {sentinel}), "sentinel")
    stands_for = symbols.get(bare) or (bare if bare in NOTE_CODES else None)
    if stands_for and stands_for != NIL:
        return _without_value(codes | {stands_for}, has_unknown)
    return _with_value(0.0 if stands_for else _number(bare), bare, (codes, has_unknown))


def _with_value(value: float | None, bare: str, marks: tuple[set[str], bool]) -> Reading:
    codes, has_unknown = marks
    if value is None:
        return Reading(None, _joined(codes | {"x"}), "number" if any(c.isdigit() for c in bare) else "symbol")
    if codes & WITHOUT_VALUE:
        return Reading(None, _joined(codes), "number")
    return Reading(value, _joined(codes), "symbol" if has_unknown else "")


def symbols_of(legend: Mapping[str, str]) -> dict[str, str]:
    """Symbol -> note code, the file's own legend before the usual meaning."""
    said = {symbol: meaning for symbol, text in legend.items() if (meaning := _meaning(text))}
    return OLD_SYMBOLS | said


def _meaning(text: str) -> str | None:
    return next((code for pattern, code in _LEGEND if re.search(pattern, text, flags=re.IGNORECASE)), None)


def _split_marks(text: str) -> tuple[str, list[str]]:
    """(text without annotations, annotations): `65 [r] (p)` gives `65` and `[r]`, `(p)`."""
    marks = [match.group(0).replace(" ", "").casefold() for match in _ANNOTATION.finditer(text)]
    return _ANNOTATION.sub("", text).strip(), marks


def _codes(marks: list[str], symbols: Mapping[str, str]) -> tuple[set[str], bool]:
    found, has_unknown = set(), False
    for mark in (m.casefold() for m in marks if m):
        code = symbols.get(mark) or mark.strip("()[]")
        if code in NOTE_CODES:
            found.add(code)
        else:
            has_unknown = True
    return found, has_unknown


def _without_value(codes: set[str], has_unknown: bool) -> Reading:
    if not codes & (WITHOUT_VALUE | {"k"}):
        codes = codes | {"x"}
    return Reading(None, _joined(codes), "symbol" if has_unknown else "")


def _normal(text: str) -> str:
    """Sentinels arrive as -999, -999.0 or −999."""
    return re.sub(r"\.0+$", "", text.replace("−", "-").replace(",", ""))


def _number(text: str) -> float | None:
    plain = text.replace("−", "-").replace("\N{NO-BREAK SPACE}", "").replace(" ", "").rstrip("%")
    if not plain or not _NUMBER.fullmatch(plain) or not any(c.isdigit() for c in plain):
        return None
    value = float(plain.replace(",", ""))
    return value if math.isfinite(value) else None


def _joined(codes: set[str]) -> str:
    return ",".join(code for code in NOTE_CODES if code in codes)
