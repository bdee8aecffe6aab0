"""A second way from the returns of the sample to headline counts: plain Python over the files as they lie.

Deliberately naive: one return at a time, no repair, no year compared with another (but for the day on which care
began), and nothing imported from the
project. Making the counts agree with the build's does not belong here.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl

Row = dict[str, object]
Key = tuple[str, str, str]
"""(authority, financial year, measure)."""
SHORT_BREAKS = {"V1", "V3", "V4"}
NEW_PLACE = {"S", "P", "B"}
"""Start of care, change of placement, change of both: what brings a child to another place (L is the status alone)."""
ENDED = {
    "CLA_ADOPTED": {"E11", "E12"},
    "CLA_RETURNED_HOME": {"E4", "E4A", "E4B", "E13"},
    "CLA_SGO": {"E43", "E44", "E45", "E46", "E47", "E48"},
    "CLA_WHEN_I_AM_READY": {"E17"},
}
"""What the reason of the last end of the year says."""
ON_THE_LAST_DAY = {
    "CLA_CARE_ORDER": ("status", {"C1", "C2"}),
    "CLA_FULL_CARE_ORDER": ("status", {"C2"}),
    "CLA_INTERIM_CARE_ORDER": ("status", {"C1"}),
    "CLA_VOLUNTARY": ("status", {"V2"}),
    "CLA_FOSTER": ("place", {"F1", "F2", "F3", "F4", "F5", "F6", "U1", "U2", "U3", "U4", "U5", "U6"}),
    "CLA_KINSHIP": ("place", {"F1", "F4", "U1", "U2", "U3"}),
    "CLA_PARENTS": ("place", {"P1"}),
    "CLA_RESIDENTIAL": ("place", {"H1", "H2", "H3", "K1", "K2", "R1", "R2", "R3", "R5", "S1"}),
    "CLA_PLACED_FOR_ADOPTION": ("place", {"A3", "A4", "A5", "A6"}),
    "CLA_INSIDE_AUTHORITY": ("where", {"1"}),
    "CLA_OUT_OF_COUNTY": ("where", {"2"}),
    "CLA_OUTSIDE_WALES": ("where", {"3"}),
}
"""What the row in which the child is on the last day says."""
DAYS_NOW, DAYS_THEN = "CLA_MEAN_DAYS_IN_CARE", "CLA_MEAN_DAYS_TO_END"
"""Sums of days (numerators of the means): since care began, and from its beginning to its end."""


def count(sample: Path) -> dict[Key, int]:
    """Headline counts, and sums of days, of every annual return of the sample; what is zero is left out."""
    returns = {
        (path.stem, path.parent.name): _care(episodes(path)) for path in sorted((sample / "returns").glob("*/*"))
    }
    began = _began(returns)
    found: Counter[Key] = Counter()
    for (authority, year), (care, short_breaks) in returns.items():
        for measure, n in _return(care, short_breaks, year, began[authority]).items():
            found[authority, year, measure] += n
    return dict(found)


Children = dict[object, list[Row]]
"""Child -> rows in order of their start."""


def _care(rows: list[Row]) -> tuple[Children, Children]:
    """Rows with a start by child: those of care, and those of short breaks."""
    held: tuple[Children, Children] = (defaultdict(list), defaultdict(list))
    for row in sorted((r for r in rows if r["start"] is not None), key=lambda r: str(r["start"])):
        held[row["status"] in SHORT_BREAKS][row["child"]].append(row)
    return held


def _began(returns: dict[tuple[str, str], tuple[Children, Children]]) -> dict[str, dict[object, list[date]]]:
    """Authority -> child -> days on which care began, in order: the first row known, and every start of care."""
    found: dict[str, dict[object, set[date]]] = defaultdict(lambda: defaultdict(set))
    first: dict[tuple[str, object], date] = {}
    for (authority, _), (care, _) in returns.items():
        for child, rows in care.items():
            first[authority, child] = min(first.get((authority, child), date.max), rows[0]["start"])
            found[authority][child] |= {row["start"] for row in rows if row["why"] == "S"}
    for (authority, child), day in first.items():
        found[authority][child].add(day)
    return {authority: {c: sorted(days) for c, days in held.items()} for authority, held in found.items()}


def _return(care: Children, short_breaks: Children, year: str, began: dict[object, list[date]]) -> Counter[str]:
    """Children of one return by measure: each child counts once for each."""
    first = date(int(year[:4]), 4, 1)
    last = date(first.year + 1, 3, 31)
    found: Counter[str] = Counter()
    in_care = set()
    for child, rows in care.items():
        counted = dict(_child(rows, first, last, began[child]))
        found.update(counted)
        in_care |= {child} if "CLA_STOCK" in counted else set()
    on_a_break = {
        child for child, rows in short_breaks.items() if any(r["end"] is None or r["end"] > last for r in rows)
    }
    found["CLA_SHORT_BREAKS"] += len(on_a_break - in_care)
    return found


def _child(rows: list[Row], first: date, last: date, began: list[date]) -> Iterator[tuple[str, int]]:
    """What one child is counted as in a year; rows in order of their start."""
    if any(row["start"] <= last and (row["end"] is None or row["end"] >= first) for row in rows):
        yield "CLA_IN_PERIOD", 1
    if any(row["why"] == "S" and first <= row["start"] <= last for row in rows):
        yield "CLA_STARTS", 1
    over = [row for row in rows if row["end"] and first <= row["end"] <= last and row["reason"] not in ("X1", "")]
    if over:
        yield "CLA_ENDS", 1
        yield DAYS_THEN, _days(began, over[-1]["start"], over[-1]["end"])
        yield from ((measure, 1) for measure, reasons in ENDED.items() if over[-1]["reason"] in reasons)
    now = [row for row in rows if row["end"] is None or row["end"] > last]
    if now:
        yield "CLA_STOCK", 1
        yield DAYS_NOW, _days(began, now[-1]["start"], last)
        yield from ((m, 1) for m, (column, wanted) in ON_THE_LAST_DAY.items() if now[-1][column] in wanted)
        if 1 + sum(row["why"] in NEW_PLACE for row in rows[1:]) >= 3:
            yield "CLA_THREE_PLACEMENTS", 1


def _days(began: list[date], start: date, until: date) -> int:
    """Days from the beginning of the care that a row is part of."""
    return (until - max(day for day in began if day <= start)).days


NAMES = {
    "CHILD": "child", "DECOM": "start", "RNE": "why", "LS": "status", "PLACE": "place", "PL_LOCATION": "where",
    "DEC": "end", "REC": "reason",
}  # fmt: skip


def episodes(path: Path) -> list[Row]:
    """The episodes of one return, whichever container it comes in."""
    return [
        {short: _value(raw.get(name), is_day=name in ("DECOM", "DEC")) for name, short in NAMES.items()}
        for raw in _raw(path)
    ]


def _raw(path: Path) -> Iterator[Row]:
    if path.suffix == ".xlsx":
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            lines = book["Episodes"].iter_rows(values_only=True)
            header = [str(name) for name in next(lines)]
            yield from (dict(zip(header, line, strict=True)) for line in lines)
    elif path.suffix == ".xml":
        yield from _elements(path.read_bytes())
    else:
        with zipfile.ZipFile(path) as archive:
            if "message.xml" in archive.namelist():
                yield from _elements(archive.read("message.xml"))
            else:
                text = archive.read("Episodes.csv").decode("utf-8-sig")
                yield from csv.DictReader(io.StringIO(text))


def _elements(message: bytes) -> Iterator[Row]:
    for record in ElementTree.fromstring(message).iter("Episodes"):
        yield {cell.tag: cell.text for cell in record}


def _value(cell: object, *, is_day: bool) -> object:
    if isinstance(cell, datetime):
        return cell.date()
    text = str(cell or "").strip()
    if not is_day:
        return text
    written = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text)
    try:
        return date.fromisoformat("-".join(written.group(3, 2, 1)) if written else text)
    except ValueError:
        return None
