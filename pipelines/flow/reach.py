"""What the warehouse found about the reports themselves: which stop early, and who changed the case system in a year.

Any row about a child does not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.core.periods import Period
from pipelines.core.settings import Settings


@dataclass(frozen=True)
class Reports:
    """By authority and period: the day at which a report stops; and authority-years with more than one case system."""

    stops: dict[tuple[str, str], date]
    changed: frozenset[tuple[str, str]]

    def covered_to(self, members: Sequence[str], period: str) -> date | None:
        """The earliest day at which a report of these authorities stops; None where all go on to the end."""
        return min((self.stops[a, period] for a in members if (a, period) in self.stops), default=None)

    def reason(self, members: Sequence[str], period: str, *, is_complete: bool) -> str:
        """The first thing to know of these authorities in a period: what lacks before what only changed."""
        if self.covered_to(members, period):
            return "stops_early"
        if not is_complete:
            return "not_received"
        is_own_quarter = len(members) == 1 and Period(period).is_quarter
        has_changed = is_own_quarter and (members[0], str(Period(period).year)) in self.changed
        return "system_changed" if has_changed else ""


def read(settings: Settings) -> Reports:
    """What the last build wrote; nothing where there was none."""
    path = settings.paths.cells.with_name("reach.parquet")
    if not path.is_file():
        return Reports({}, frozenset())
    held = pl.read_parquet(path)
    stops = held.filter(pl.col("covered_to").is_not_null()).select("authority_code", "period_id", "covered_to")
    systems = held.filter(pl.col("system").is_not_null()).group_by("authority_code", "year_id")
    changed = systems.agg(pl.col("system").n_unique()).filter(pl.col("system") > 1)
    years = changed.select("authority_code", "year_id").rows()
    return Reports({(a, p): day for a, p, day in stops.sort("covered_to").reverse().iter_rows()}, frozenset(years))
