"""Bars of dates drawn with letters, to one scale: what was reported of a child above what it becomes.

Reading histories and running models do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

WIDTH = 64
"""Columns of the scale at most."""
QUARTER_MONTHS = (1, 4, 7, 10)


@dataclass(frozen=True)
class Bar:
    """One line: a span from its first day to the day on which it is over; without that day it is open."""

    name: str
    start: date
    end: date | None
    label: str = ""


@dataclass(frozen=True)
class Scale:
    """Days to columns; `last` is the first day behind the picture."""

    first: date
    last: date

    @property
    def days_a_column(self) -> int:
        return max(1, ceil((self.last - self.first).days / WIDTH))

    @property
    def width(self) -> int:
        return self.at(self.last)

    def at(self, day: date) -> int:
        return (day - self.first).days // self.days_a_column


def draw(bars: Sequence[Bar], until: Iterable[date]) -> str:
    """The picture; `until` are days that it must reach (ends of the periods reported)."""
    days = [b.start for b in bars] + [b.end for b in bars if b.end] + [d + timedelta(days=1) for d in until]
    scale = Scale(min(days).replace(day=1), max(days))
    indent = max(len(b.name) for b in bars) + 2
    lines = [" " * indent + text for text in _ruler(scale)]
    lines += [b.name.ljust(indent) + _bar(b, scale) for b in bars]
    lines.append(" " * indent + f"one column: {scale.days_a_column} day{'s' if scale.days_a_column > 1 else ''}")
    return "\n".join(line.rstrip() for line in lines)


def _ruler(scale: Scale) -> tuple[str, str]:
    """Months of the quarters where there is room for their names, and a tick for each quarter."""
    labels, ticks = "", ["."] * (scale.width + 1)
    for day in _quarters(scale):
        ticks[scale.at(day)] = "|"
        if scale.at(day) >= len(labels) + (1 if labels else 0):
            labels = labels.ljust(scale.at(day)) + f"{day:%Y-%m}"
    return labels, "".join(ticks)


def _quarters(scale: Scale) -> list[date]:
    months = [(y, m) for y in range(scale.first.year, scale.last.year + 1) for m in QUARTER_MONTHS]
    return [d for d in (date(y, m, 1) for y, m in months) if scale.first <= d <= scale.last]


def _bar(bar: Bar, scale: Scale) -> str:
    """The span; its label stands inside where there is room, else behind it."""
    start = scale.at(bar.start)
    end = max(scale.at(bar.end) if bar.end else scale.width, start + 1)
    room = end - start - 1
    is_inside = bool(bar.label) and len(bar.label) + 4 <= room
    inside = f" {bar.label} ".center(room, "=") if is_inside else "=" * room
    behind = "" if is_inside or not bar.label else f"  {bar.label}"
    return " " * start + "[" + inside + (")" if bar.end else ">") + behind
