"""The present rules over every stored submission, in shadow: which verdicts would flip.

Nothing is written and no verdict is changed here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.conform import Claim
from pipelines.core.ledger import ACCEPTED, Ledger
from pipelines.flow.desk import Desk
from pipelines.flow.submissions import examined_again


@dataclass(frozen=True)
class Flip:
    """A submission whose verdict the present rules would change."""

    submission_id: str
    authority_code: str
    period_id: str
    before: str
    after: str


@dataclass(frozen=True)
class Replay:
    """How many submissions were looked at, and those that would flip."""

    n_submissions: int
    flips: tuple[Flip, ...]


def replay(desk: Desk) -> Replay:
    """Examine the kept bytes of every accepted or rejected submission again."""
    latest = Ledger(desk.settings.paths).view().latest
    held = [
        rows
        for rows in latest.values()
        if rows[0].status in (*ACCEPTED, "rejected") and rows[0].return_id in desk.catalogue.returns
    ]
    flips = []
    for n, rows in enumerate(held, 1):
        first = rows[0]
        claim = Claim(first.return_id, first.authority_code, first.period_id, first.system)
        verdict = examined_again(desk, rows, claim).verdict
        if verdict != first.status:
            flips.append(Flip(first.submission_id, first.authority_code, first.period_id or "", first.status, verdict))
        if n % 50 == 0:
            desk.progress("flow.examined", n=n, of=len(held), what="replay")
    return Replay(len(held), tuple(flips))
