"""A submission is taken back: what counts then, and what the rules that read other submissions say now.

How the ledger keeps it belongs to `pipelines.landing`.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines import landing
from pipelines.core.ledger import Ledger, LedgerRow
from pipelines.core.locks import exclusive
from pipelines.flow import stored
from pipelines.flow.desk import Desk
from pipelines.flow.settling import settle


@dataclass(frozen=True)
class Withdrawn:
    """What was taken back, and what counts in its place."""

    row: LedgerRow
    was_so_before: bool
    """It had been withdrawn already: nothing was entered."""
    counting: LedgerRow | None
    """The version of the same return, authority and period that counts now, where one does."""
    n_settled: int
    """Submissions of the period that were judged anew, because they were held against this one."""


def withdraw(desk: Desk, submission: str, note: str = "") -> Withdrawn:
    """Take back the submission whose id begins so; once withdrawn it stays so until it is sent again.

    Rules that ask about other submissions are run again, so that nobody is asked about a child in a return that no
    longer counts, and the version that counts again is held against the others as they are now.

    Raises:
        UsageError: where no submission, or more than one, has such an id.
    """
    with exclusive(desk.settings, "receive"):
        full = stored.rows_of(desk, submission)[0].submission_id
        done = landing.withdraw(desk.settings, full, note)
        row = done.rows[0]
        told = {} if done.is_repeat or not row.period_id else settle(desk, [(row.return_id, row.period_id)])
    counting = (r for r in Ledger(desk.settings.paths).counting() if r.series == row.series)
    return Withdrawn(row, done.is_repeat, next(counting, None), len(told))
