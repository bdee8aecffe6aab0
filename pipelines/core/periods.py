"""Financial years and their quarters, as every room names them.

Calendars of collections (what is due when) do not belong here.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipelines.core.errors import UsageError

_CANONICAL = re.compile(r"((?:19|20)[0-9]{2})-([0-9]{2})(?:Q([1-4]))?")
_GENEROUS = re.compile(r"([0-9]{4})\s*[-/]\s*(?:[0-9]{2})?([0-9]{2})(?:\s*-?\s*[Qq]([1-4]))?")
_QUARTER_STARTS = {1: (4, 1), 2: (7, 1), 3: (10, 1), 4: (1, 1)}


class Period(str):
    """A financial year (`2018-19`) or a quarter of one (`2024-25Q1`, April to June).

    A period is its id: it sorts, compares and prints as that text, and a year sorts before its quarters.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Period:
        """The period of a canonical id.

        Raises:
            UsageError: if the text is not one, with the text left out where it is long.
        """
        held = _CANONICAL.fullmatch(text)
        if not held or int(held[2]) != (int(held[1]) + 1) % 100:
            raise UsageError("period.unreadable", given=_shown(text))
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period a person or a file means: `2018-19`, `2018/19`, `2018-2019`, `2024-25 Q1`.

        Raises:
            UsageError: if the text is none of these.
        """
        held = _GENEROUS.fullmatch(text.strip())
        if not held:
            raise UsageError("period.unreadable", given=_shown(text))
        return cls(f"{held[1]}-{held[2]}" + (f"Q{held[3]}" if held[3] else ""))

    @classmethod
    def of_year(cls, first: int) -> Period:
        """The financial year that begins in April of a calendar year."""
        return cls(f"{first:04d}-{(first + 1) % 100:02d}")

    @classmethod
    def year_of(cls, day: date) -> Period:
        """The financial year in which a day lies."""
        return cls.of_year(day.year if (day.month, day.day) >= (4, 1) else day.year - 1)

    @classmethod
    def quarter_of(cls, day: date) -> Period:
        """The quarter in which a day lies."""
        return cls(f"{cls.year_of(day)}Q{(day.month - 4) % 12 // 3 + 1}")

    @property
    def is_quarter(self) -> bool:
        return len(self) > 7

    @property
    def year(self) -> Period:
        """The financial year it lies in; of a year, itself."""
        return Period(self[:7])

    @property
    def start(self) -> date:
        """First day."""
        first = int(self[:4])
        if not self.is_quarter:
            return date(first, 4, 1)
        quarter = int(self[-1])
        return date(first + (quarter == 4), *_QUARTER_STARTS[quarter])

    @property
    def end(self) -> date:
        """Last day (31 March for a year)."""
        return self.next.start - timedelta(days=1)

    @property
    def next(self) -> Period:
        """The period of the same length that follows."""
        return self._moved(1)

    @property
    def previous(self) -> Period:
        """The period of the same length before it."""
        return self._moved(-1)

    @property
    def quarters(self) -> tuple[Period, ...]:
        """The four quarters of its financial year."""
        return tuple(Period(f"{self[:7]}Q{q}") for q in (1, 2, 3, 4))

    def _moved(self, by: int) -> Period:
        first = int(self[:4])
        if not self.is_quarter:
            return Period.of_year(first + by)
        years, quarter = divmod(first * 4 + int(self[-1]) - 1 + by, 4)
        return Period(f"{Period.of_year(years)}Q{quarter + 1}")


def _shown(text: str) -> str:
    return text if len(text) <= 20 and text.isprintable() else f"({len(text)} characters)"
