"""The health boards, past and present, and which authorities lie in each from when until when.

Figures by health board do not belong here: what is published is the look-up, so that readers can group authorities.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.model import Text
from schemas.sources import csv_rows, naming

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue


@dataclass(frozen=True)
class HealthBoard:
    """A local health board; a border change makes another one with another code."""

    code: str
    gss: str
    name: Text
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True)
class Member:
    """An authority in a health board, from the first to the last day; None where it has always been or still is."""

    authority: str
    board: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class Health:
    """Health boards by English name, and their members in the order of the authorities and of time."""

    boards: dict[str, HealthBoard]
    members: tuple[Member, ...]


def read(spec: Path) -> Health:
    """What `health_boards.csv` and `health_board_members.csv` say, unchecked."""
    with naming("health_boards.csv"):
        boards = {
            row["name_en"]: HealthBoard(
                row["code"], row["gss"], Text(row["name_en"], row["name_cy"], "GH-REF"), *_days(row), row["source"]
            )
            for row in csv_rows(spec / "health_boards.csv")
        }
    with naming("health_board_members.csv"):
        rows = csv_rows(spec / "health_board_members.csv")
        members = tuple(Member(row["authority_code"], row["health_board"], *_days(row)) for row in rows)
    return Health(boards, members)


def _days(row: dict[str, str]) -> tuple[date | None, date | None]:
    first, last = (date.fromisoformat(row[name]) if row[name] else None for name in ("valid_from", "valid_to"))
    return first, last


def faults(c: Catalogue) -> Iterator[str]:
    """Every authority is in one board on every day, and the board is there on each of them."""
    where = "health_board_members.csv"
    for m in c.health.members:
        board = c.health.boards.get(m.board)
        if board is None:
            yield f"{where}: health board {m.board!r} does not exist"
        elif _starts_before(m.valid_from, board.valid_from) or _ends_after(m.valid_to, board.valid_to):
            yield f"{where}: {m.authority} is in {m.board} on days on which the board is not there"
    for code in sorted({*c.authorities, *(m.authority for m in c.health.members)}):
        spans = [m for m in c.health.members if m.authority == code]
        if code not in c.authorities or not _is_whole(spans):
            yield f"{where}: {code} is not an authority that is in one health board on every day"


def _starts_before(day: date | None, other: date | None) -> bool:
    return other is not None and (day is None or day < other)


def _ends_after(day: date | None, other: date | None) -> bool:
    return other is not None and (day is None or day > other)


def _is_whole(spans: list[Member]) -> bool:
    """Whether the spans follow each other without a gap, from always until now."""
    if not spans or spans[0].valid_from or spans[-1].valid_to:
        return False
    return all(
        a.valid_to and b.valid_from and b.valid_from - a.valid_to == timedelta(days=1) for a, b in pairwise(spans)
    )
