"""Registering: a submission gets its id, its version and its place in the ledger, once per set of bytes.

Deciding whether a submission is accepted does not belong here: the decision is given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from pipelines.core.errors import UsageError
from pipelines.core.journal import utc_now
from pipelines.core.ledger import Ledger, LedgerRow, Series, View, Writer
from pipelines.core.locks import Patience
from pipelines.core.settings import Settings
from pipelines.landing.keeping import KeptFile

SUBMISSION_ID_LENGTH = 16


@dataclass(frozen=True)
class Identity:
    """Whose submission it is, of what, and for when. `period_id` is None for data sets that span periods; their
    `system` (the data set) then tells one series of versions from another."""

    return_id: str
    authority_code: str
    period_id: str | None
    system: str | None = None

    @property
    def series(self) -> Series:
        """What its versions are counted within (see `LedgerRow.series`)."""
        return (self.return_id, self.authority_code, self.period_id or self.system or "")


@dataclass(frozen=True)
class Decision:
    """What is said of a submission: a status of the ledger, by which rule pack, and why."""

    status: str
    rule_pack: str = ""
    note: str = ""
    system: str | None = None
    """Export profile that the content showed; what was claimed stands where it shows none."""


RECEIVED = Decision("received")
Rows = tuple[LedgerRow, ...]
Sent = tuple[Sequence[KeptFile], Identity, Decision]


@dataclass(frozen=True)
class Registration:
    """A submission as the ledger holds it; `is_repeat` where the same bytes and decision were there already."""

    rows: tuple[LedgerRow, ...]
    is_repeat: bool

    @property
    def submission_id(self) -> str:
        return self.rows[0].submission_id

    @property
    def version(self) -> int:
        return self.rows[0].version

    @property
    def supersedes(self) -> str | None:
        return self.rows[0].supersedes

    @property
    def status(self) -> str:
        return self.rows[0].status


def submission_id(identity: Identity, kept: Iterable[KeptFile]) -> str:
    """The id that these bytes have for this return, authority and period, whenever and however often sent."""
    content = "\n".join((*identity.series, *sorted(k.sha256 for k in kept)))
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:SUBMISSION_ID_LENGTH]


def register(
    settings: Settings, kept: Sequence[KeptFile], identity: Identity, decision: Decision = RECEIVED
) -> Registration:
    """Enter a submission, or a new decision on one that is there.

    Nothing is entered where the ledger says the same already, and a bare `received` takes back no decision.

    Raises:
        BusyError: if another process keeps the ledger for too long.
    """
    return register_all(settings, [(tuple(kept), identity, decision)])[0]


def register_all(settings: Settings, submissions: Iterable[Sent]) -> tuple[Registration, ...]:
    """Enter many submissions under one hold of the lock, in the order given.

    Those that follow each other and belong to different series are one event: it is there whole or not at all, and
    the disk is waited for once.
    """
    with _ledger(settings).writing() as writer:
        return tuple(chain.from_iterable(_entered(writer, group) for group in _independent(submissions)))


def _independent(submissions: Iterable[Sent]) -> Iterator[list[Sent]]:
    """Runs of submissions none of which says anything about another: versions are counted within a series."""
    group: dict[Series, Sent] = {}
    for one in submissions:
        if one[1].series in group:
            yield list(group.values())
            group = {}
        group[one[1].series] = one
    yield list(group.values())


def withdraw(settings: Settings, submission: str, note: str = "") -> Registration:
    """Take a submission back; the version before it counts again. Once withdrawn it stays so until sent again.

    Raises:
        UsageError: if the ledger holds no such submission.
    """
    with _ledger(settings).writing() as writer:
        known = writer.view.latest.get(submission)
        if not known:
            raise UsageError("ledger.unknown_submission", submission=submission[:SUBMISSION_ID_LENGTH])
        rows = _decided(known, Decision("withdrawn", known[0].rule_pack, note))
        return _registered(writer, [rows or known], [not rows])[0]


def _ledger(settings: Settings) -> Ledger:
    return Ledger(settings.paths, Patience(settings.lock_seconds, settings.language))


def _entered(writer: Writer, group: Sequence[Sent]) -> list[Registration]:
    """Enter what is news among submissions of different series, as one event."""
    view, told, is_repeat = writer.view, list[Rows](), list[bool]()
    for kept, identity, decision in group:
        known = view.latest.get(submission_id(identity, kept))
        rows = _decided(known, decision) if known else _first_rows(view, kept, identity, decision)
        told.append(rows or known or ())
        is_repeat.append(known is not None and not rows)
    return _registered(writer, told, is_repeat)


def _registered(writer: Writer, told: Sequence[Rows], is_repeat: Sequence[bool]) -> list[Registration]:
    """The registrations, once the rows of those that are no repeats are entered."""
    news = chain.from_iterable(rows for rows, known in zip(told, is_repeat, strict=True) if not known)
    entered = iter(writer.append(news))
    return [
        Registration(rows if known else tuple(islice(entered, len(rows))), known)
        for rows, known in zip(told, is_repeat, strict=True)
    ]


def _decided(known: Rows, decision: Decision) -> Rows:
    """The rows of a further event on a submission that is there; none if it says nothing new."""
    held = known[0]
    is_news = (decision.status, decision.rule_pack) != (held.status, held.rule_pack)
    if decision.status == "received":
        is_news = held.status == "withdrawn"
    status, rule_pack, note = decision.status, decision.rule_pack, decision.note
    found = (replace(row, system=decision.system or row.system) for row in known)
    told = (replace(row, status=status, rule_pack=rule_pack, note=note, recorded_at="") for row in found)
    return tuple(told) if is_news else ()


def _first_rows(view: View, kept: Sequence[KeptFile], identity: Identity, decision: Decision) -> Rows:
    before, now = view.newest(identity.series), utc_now()
    return tuple(
        LedgerRow(
            submission_id=submission_id(identity, kept),
            file_name=one.name,
            sha256=one.sha256,
            bytes=one.bytes,
            authority_code=identity.authority_code,
            return_id=identity.return_id,
            period_id=identity.period_id,
            system=identity.system,
            received_at=now,
            version=view.next_version(identity.series),
            supersedes=before.submission_id if before else None,
            status=decision.status,
            rule_pack=decision.rule_pack,
            note=decision.note,
        )
        for one in kept
    )
