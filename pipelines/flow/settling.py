"""Runs the rules that need other submissions, once these are stored, and enters what they find beside the rest.

The relations that such rules read are made in `held.py`; verdicts do not change here, since these rules only ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.conform import rules, write_settled
from pipelines.core.beside import beside
from pipelines.core.ledger import Ledger
from pipelines.core.periods import Period
from pipelines.core.redaction import room
from pipelines.flow import held
from pipelines.flow.desk import Desk
from pipelines.flow.stored import tables_of

if TYPE_CHECKING:
    import polars as pl

    from pipelines.core.ledger import LedgerRow
    from pipelines.core.settings import Settings

_TABLES = ("child", "episode")
Pairs = Iterable[tuple[str, str]]
"""(return, period)."""
_own: list[Desk] = []
"""Of a settling process: its desk."""


@dataclass(frozen=True)
class Settled:
    """Faults and coverage of one submission as they are stored now."""

    faults: pl.DataFrame
    coverage: pl.DataFrame


def settling_process(settings: Settings) -> Executor:
    """A process that settles what it is given, in turn, on its way up."""
    return beside(_sit, settings)


def _sit(settings: Settings) -> None:
    _own[:] = [Desk(settings)]


def begin(desk: Desk, touched: Pairs) -> Callable[[], dict[str, Settled]]:
    """Settle the pairs as the ledger stands now, in the process for it where the desk has one; what is called for the
    result waits for it."""
    counting, pairs = Ledger(desk.settings.paths).counting(), sorted(touched)
    if desk.hands:
        return desk.hands.settler.submit(_settle, pairs, counting).result
    found = _settled(desk, pairs, counting)
    return lambda: found


def _settle(touched: Pairs, counting: Sequence[LedgerRow]) -> dict[str, Settled]:
    with room():
        return _settled(_own[0], touched, counting)


def settle(desk: Desk, touched: Pairs) -> dict[str, Settled]:
    """Judge anew, by the rules that need others, every counting submission of the (return, period) pairs.

    Both sides are told: a submission that arrives may put a question to one that came before. So may a census to the
    quarters of its year and of the next, and the other way round. Writing again gives the same files.
    """
    return _settled(desk, touched, Ledger(desk.settings.paths).counting())


def _settled(desk: Desk, touched: Pairs, counting: Sequence[LedgerRow]) -> dict[str, Settled]:
    found: dict[str, Settled] = {}
    for return_id, period_id in _concerned(desk, touched):
        series = held.series_of(counting, return_id, period_id)
        if not series.rows:
            continue
        made = held.relations_for(desk, series, counting)
        jobs = [_job(desk, row, made) for row in series.rows]
        outcomes = rules.run_held(desk.catalogue, return_id, period_id, jobs)
        places = [(return_id, period_id, r.authority_code, r.submission_id) for r in series.rows]
        written = write_settled(desk.settings, list(zip(places, outcomes, strict=True)))
        found |= {submission: Settled(*now) for submission, now in written.items()}
    return found


def _job(desk: Desk, row: LedgerRow, made: held.Held) -> rules.RuleJob:
    gss = row.authority_code
    context = rules.RuleContext(gss, reference=made.relations, lacking=made.lacking[gss])
    return rules.RuleJob(tables_of(desk.settings.paths, row, _TABLES), {}, context)


def _concerned(desk: Desk, touched: Pairs) -> list[tuple[str, str]]:
    """The pairs, and those of the other frequency that are held against them, in order of period."""
    found = set(touched)
    for _, period_id in tuple(found):
        period = Period(period_id)
        for other in desk.catalogue.returns.values():
            if period.is_quarter and other.frequency == "annual":
                found.add((other.id, str(period.year)))
            elif not period.is_quarter and other.frequency == "quarterly":
                found.add((other.id, f"{period.next}Q1"))
    return sorted(found, key=lambda pair: (pair[1], pair[0]))
