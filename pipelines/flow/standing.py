"""Who has sent what, which version counts, what is due and what blocks: the ledger against the calendar.

Sending reminders does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipelines.core.errors import UsageError
from pipelines.core.ledger import Ledger, LedgerRow
from pipelines.core.periods import Period
from pipelines.flow.desk import Desk
from schemas import desk as desk_spec
from schemas.desk import Due


@dataclass(frozen=True)
class Standing:
    """One authority's submission for one return and period, or its absence."""

    authority_code: str
    return_id: str
    period_id: str
    status: str
    """A status of the ledger, or `due` (expected, not late yet), or `late`."""
    version: int
    submission_id: str
    received_at: str
    due_date: str
    due_certainty: str
    """`sourced` where a source names the day, else that of our convention."""


def standing(desk: Desk, period: str | None = None, today: date | None = None) -> list[Standing]:
    """Every authority for one period, or for each period in which anybody has sent anything.

    Raises:
        UsageError: for a period that no return is collected for.
    """
    day = today or datetime.now(UTC).date()
    shown = [r for r in Ledger(desk.settings.paths).current() if r.period_id and r.status != "superseded"]
    newest = {(r.authority_code, r.period_id, r.return_id): r for r in shown}
    wanted = [period] if period else sorted({r.period_id for r in shown if r.period_id})
    found = []
    for one in wanted:
        held = desk.catalogue.return_for("quarterly" if Period(one).is_quarter else "annual", one)
        if held is None:
            raise UsageError("status.nothing_collected", period=one)
        due = desk_spec.load().due(held, one, Period(one).end)
        found += [
            _of(newest.get((a, one, held.id)), (a, held.id, one), due, is_late=day > due.day)
            for a in desk.catalogue.authorities
        ]
    return found


def _of(row: LedgerRow | None, key: tuple[str, str, str], due: Due, *, is_late: bool) -> Standing:
    if row is None:
        return Standing(*key, "late" if is_late else "due", 0, "", "", due.day.isoformat(), due.certainty)
    day, certainty = due.day.isoformat(), due.certainty
    return Standing(*key, row.status, row.version, row.submission_id, row.received_at, day, certainty)
