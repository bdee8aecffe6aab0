"""Waivers: what an authority says is true although a rule doubts it, as events that only ever add, beside the ledger.

Which fault a waiver speaks of (`pipelines.conform.waiving` makes its mark and looks for it) does not belong here, and
neither does any value of a submission. The reason is free text and may name a person: it stays restricted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from pipelines.core.errors import Place, UnreadableError, UsageError
from pipelines.core.journal import Adding, Journal, Row
from pipelines.core.locks import Patience
from pipelines.core.settings import Settings

GRANTED, WITHDRAWN = "granted", "withdrawn"
WAIVABLE = ("error", "query")
"""Severities that can be explained. What cannot be read as the return (`reject`) is not true; a note needs nothing."""


@dataclass(frozen=True)
class Waiver:
    """One fault that is true, in one event. `sequence` and `recorded_at` are set when it is entered."""

    waiver_id: str
    """First 16 hex digits of a keyed mark of rule, place and row: the same for the same fact in any submission."""
    rule_id: str
    severity: str
    authority_code: str
    return_id: str
    period_id: str
    """Of the submission it was given for first."""
    table: str | None
    item: str | None
    row_number: int | None
    """In the submission it was given for; None for a fault of a whole table or submission."""
    reason: str
    author: str
    expires_on: str
    """Last day (ISO) on which a submission may be received under it."""
    event: str = GRANTED
    sequence: int = 0
    recorded_at: str = ""

    def is_in_force(self, day: date) -> bool:
        """True where a submission received on the day is judged with it."""
        return self.event == GRANTED and day.isoformat() <= self.expires_on


_FIELDS = frozenset(f.name for f in fields(Waiver))


class Waivers:
    """The waivers of one data folder."""

    def __init__(self, settings: Settings) -> None:
        patience = Patience(settings.lock_seconds, settings.language)
        self._journal = Journal(settings.paths.waivers, settings.paths, patience)

    def events(self) -> tuple[Waiver, ...]:
        """Every event, in order."""
        return tuple(_waiver(row) for row in self._journal.rows())

    def held(self) -> dict[str, Waiver]:
        """Waiver id -> its newest event, of those that were not withdrawn; some may have ended."""
        newest = {w.waiver_id: w for w in self.events()}
        return {key: w for key, w in newest.items() if w.event == GRANTED}

    def one(self, waiver_id: str) -> Waiver:
        """The waiver whose id begins so.

        Raises:
            UsageError: where none, or more than one, does.
        """
        found = [w for key, w in self.held().items() if waiver_id and key.startswith(waiver_id)]
        if len(found) != 1:
            raise UsageError("waive.unknown", given=waiver_id[:16])
        return found[0]

    def grant(self, waivers: Iterable[Waiver]) -> tuple[Waiver, ...]:
        """Enter waivers as one event; those that say the same already are left out. Gives what was entered."""
        with self._adding() as adding:
            held = {key: _said(w) for key, w in self.held().items()}
            news = [w for w in waivers if held.get(w.waiver_id) != _said(w)]
            return tuple(_waiver(row) for row in adding.append([asdict(w) for w in news]))

    def withdraw(self, waiver_id: str, author: str, reason: str = "") -> Waiver:
        """Take a waiver back: an event of its own; what was said before stays readable.

        Raises:
            UsageError: where there is no such waiver.
        """
        with self._adding() as adding:
            taken = replace(self.one(waiver_id), event=WITHDRAWN, author=author, reason=reason, recorded_at="")
            return _waiver(adding.append([asdict(taken)])[0])

    @contextmanager
    def _adding(self) -> Iterator[Adding]:
        with self._journal.writing() as adding:
            yield adding


def _said(waiver: Waiver) -> tuple[str, str, str]:
    return waiver.reason, waiver.author, waiver.expires_on


def _waiver(row: Row) -> Waiver:
    known: dict[str, Any] = {k: v for k, v in row.items() if k in _FIELDS}
    try:
        return Waiver(**known)
    except TypeError:
        raise UnreadableError("ledger.damaged", Place(file=f"{row['sequence']:08d}")) from None
