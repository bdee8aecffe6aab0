"""Who has sent what, which version counts, what is due when and what blocks: the ledger against the calendar.

Sending reminders does not belong here, and neither does how the answer is worded (see `pipelines/cli/overview.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipelines.core.errors import UsageError
from pipelines.core.ledger import ACCEPTED, SUPERSEDED, Ledger, LedgerRow
from pipelines.core.periods import Period
from pipelines.flow.desk import Desk
from schemas import desk as desk_spec
from schemas.desk import Due
from schemas.model import Return


@dataclass(frozen=True)
class Standing:
    """One authority's submission for one return and period, or its absence."""

    authority_code: str
    return_id: str
    period_id: str
    status: str
    """A status of the ledger, or `due` (expected, not late yet), or `late`. Of several versions the one that counts
    speaks; where none does, the newest."""
    version: int
    submission_id: str
    received_at: str
    due_date: str
    due_certainty: str
    """`sourced` where a source names the day, else that of our convention."""
    counts: bool
    """True where it is in the figures."""
    n_faults: Mapping[str, int] | None
    """Faults by severity as its receipt has them; None where it was not examined."""
    newer_version: int
    """A later version that does not count; 0 where there is none."""
    newer_status: str


def standing(desk: Desk, period: str | None = None, today: date | None = None) -> list[Standing]:
    """Every authority for one period; without one, for each period in which anybody has sent anything and for those
    that have ended since, up to the one that is due next.

    Raises:
        UsageError: for a period that no return is collected for.
    """
    day, rows = today or datetime.now(UTC).date(), Ledger(desk.settings.paths).current()
    held: dict[tuple[str, str, str], list[LedgerRow]] = {}
    for row in rows:
        if row.period_id:
            held.setdefault((row.authority_code, row.return_id, row.period_id), []).append(row)
    found = []
    for one in [period] if period else _shown(desk, {p for _, _, p in held}, day):
        collected = _collected(desk, one)
        if collected is None:
            raise UsageError("status.nothing_collected", period=one)
        due = desk_spec.load().due(collected, one, Period(one).end)
        keys = [(a, collected.id, one) for a in desk.catalogue.authorities]
        found += [_of(desk, key, held.get(key, ()), (due, day > due.day)) for key in keys]
    return found


def _collected(desk: Desk, period: str) -> Return | None:
    return desk.catalogue.return_for("quarterly" if Period(period).is_quarter else "annual", period)


def _shown(desk: Desk, received: Iterable[str], day: date) -> list[str]:
    """The periods received, and by frequency those after the newest of them that are over, with one that is due."""
    shown, last = set(received), desk.catalogue.years[-1]
    for is_quarter in (False, True):
        own = [p for p in shown if Period(p).is_quarter == is_quarter]
        one = Period(max(own)).next if own else None
        while one is not None and one.year <= last and (held := _collected(desk, one)):
            shown.add(str(one))
            one = one.next if desk_spec.load().due(held, one, one.end).day < day else None
    return sorted(shown)


def _of(desk: Desk, key: tuple[str, str, str], rows: Iterable[LedgerRow], due: tuple[Due, bool]) -> Standing:
    """The standing of one authority; `due` is the day and whether it is over."""
    called, is_late = due
    day, certainty = called.day.isoformat(), called.certainty
    versions = sorted((r for r in rows if r.status != SUPERSEDED), key=lambda r: r.version)
    if not versions:
        return Standing(*key, "late" if is_late else "due", 0, "", "", day, certainty, False, None, 0, "")
    row = max(versions, key=lambda r: (r.status in ACCEPTED, r.status != "withdrawn", r.version))
    newest = versions[-1]
    is_newer = newest.version > row.version
    return Standing(
        *key,
        row.status,
        row.version,
        row.submission_id,
        row.received_at,
        day,
        certainty,
        counts=row.status in ACCEPTED,
        n_faults=_faults(desk, row),
        newer_version=newest.version if is_newer else 0,
        newer_status=newest.status if is_newer else "",
    )


def _faults(desk: Desk, row: LedgerRow) -> Mapping[str, int] | None:
    """What the receipt of a submission counts; None where there is none that can be read."""
    path = desk.settings.paths.receipts / f"{row.submission_id}-v{row.version}.json"
    try:
        told = json.loads(path.read_bytes())["n_faults"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {str(severity): int(n) for severity, n in told.items()} if isinstance(told, dict) else None
