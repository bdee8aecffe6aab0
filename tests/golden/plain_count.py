"""A second way from the returns of the sample to headline counts: plain Python over the files as they lie.

Deliberately naive: one return at a time, no repair, no year compared with another, and nothing imported from the
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
CARE_ORDERS = {"C1", "C2"}
ADOPTED = {"E11", "E12"}
NEW_PLACE = {"S", "P", "B"}
"""Start of care, change of placement, change of both: what brings a child to another place (L is the status alone)."""


def count(sample: Path) -> dict[Key, int]:
    """Headline counts of every annual return of the sample; what is zero is left out."""
    found: Counter[Key] = Counter()
    for path in sorted((sample / "returns").glob("*/*")):
        year, authority = path.parent.name, path.stem
        for measure, n in _return(episodes(path), year).items():
            found[authority, year, measure] += n
    return dict(found)


def _return(rows: list[Row], year: str) -> Counter[str]:
    """Children of one return by measure: each child counts once for each."""
    first = date(int(year[:4]), 4, 1)
    last = date(first.year + 1, 3, 31)
    children: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        if row["start"] is not None and row["status"] not in SHORT_BREAKS:
            children[row["child"]].append(row)
    found: Counter[str] = Counter()
    for held in children.values():
        found.update(_child(sorted(held, key=lambda row: str(row["start"])), first, last))
    return found


def _child(rows: list[Row], first: date, last: date) -> Iterator[str]:
    """What one child is counted as in a year; rows in order of their start."""
    if any(row["why"] == "S" and first <= row["start"] <= last for row in rows):
        yield "CLA_STARTS"
    reasons = {row["reason"] for row in rows if row["end"] and first <= row["end"] <= last} - {"X1", ""}
    if reasons:
        yield "CLA_ENDS"
    if reasons & ADOPTED:
        yield "CLA_ADOPTED"
    now = [row for row in rows if row["end"] is None or row["end"] > last]
    if now:
        yield from _on_the_last_day(now[-1])
        if 1 + sum(row["why"] in NEW_PLACE for row in rows[1:]) >= 3:
            yield "CLA_THREE_PLACEMENTS"


def _on_the_last_day(now: Row) -> Iterator[str]:
    yield "CLA_STOCK"
    if now["status"] in CARE_ORDERS:
        yield "CLA_CARE_ORDER"
    if str(now["place"]).startswith("F"):
        yield "CLA_FOSTER"
    if now["where"] == "3":
        yield "CLA_OUTSIDE_WALES"


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
