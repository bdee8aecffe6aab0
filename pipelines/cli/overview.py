"""The state of all submissions in plain words: what is due when, who has sent what, and what stands in the way.

What the state is does not belong here (see `pipelines/flow/standing.py`); nor does any value of a submission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from pipelines.core import messages

if TYPE_CHECKING:
    from pipelines.cli.session import Session
    from pipelines.flow.standing import Standing
    from schemas import Catalogue

NAMED = 8
"""Authorities that are named one by one; of more, those that are not meant are named where they are fewer."""
SENT = ("accepted", "accepted_with_errors", "rejected", "checked", "received", "withdrawn")
ABSENT = ("late", "due")
TO_DO = ("error", "query")


def tell(session: Session, catalogue: Catalogue, found: Sequence[Standing], today: date | None = None) -> None:
    """A paragraph per return and period, the newest last; the record for machines."""
    session.give({"submissions": [asdict(s) for s in found]})
    if not found:
        session.tell("status.nothing")
    day = today or datetime.now(UTC).date()
    for (period, return_id), held in groupby(found, key=lambda s: (s.period_id, s.return_id)):
        session.line(f"{catalogue.returns[return_id].title[session.language]}, {period} ({return_id})")
        _tell_period(session, catalogue, list(held), day)
        session.line()


def _tell_period(session: Session, catalogue: Catalogue, held: list[Standing], today: date) -> None:
    names = {s.authority_code: catalogue.area_name(s.authority_code)[session.language] for s in held}
    session.line(f"  {_due(session, held[0], today)}")
    for status in (*SENT, *ABSENT):
        own = [s for s in held if s.status == status]
        if own:
            told = _listed(session, own, names) if status in ABSENT else _each(session, own, names)
            session.line(f"  {session.say(f'status.head.{status}', n=len(own), of=len(held))} {told}")
    for s in held:
        if s.newer_version:
            word, name = session.say(f"status.{s.newer_status}"), names[s.authority_code]
            told = session.say("status.newer", name=name, version=s.version, newer=s.newer_version, status=word)
            session.line(f"  {told}")
    if len(held) == 1:  # one authority was asked about
        return
    n_counting = sum(s.counts for s in held)
    key = "status.complete" if n_counting == len(held) else "status.waiting"
    session.line("  " + session.say(key, n=n_counting, of=len(held), missing=len(held) - n_counting))


def _due(session: Session, one: Standing, today: date) -> str:
    due = date.fromisoformat(one.due_date)
    days = abs((due - today).days)
    when = "today" if not days else "ahead" if due > today else "past"
    said = session.say(f"status.due.{when}", day=messages.day(due, session.language), n=days)
    basis = session.say("status.due.sourced" if one.due_certainty == "sourced" else "status.due.convention")
    return f"{said} {basis}"


def _listed(session: Session, own: list[Standing], names: dict[str, str]) -> str:
    """The names; where only a few others are left, those."""
    others = [name for code, name in names.items() if code not in {s.authority_code for s in own}]
    if len(own) > NAMED and not others:
        return session.say("status.everybody")
    if len(own) > NAMED and len(others) < len(own):
        return session.say("status.all_but", names=", ".join(others))
    return ", ".join(names[s.authority_code] for s in own)


def _each(session: Session, own: list[Standing], names: dict[str, str]) -> str:
    """The names, each with what there is to do; of many without anything to do, only how many."""
    plain = [s for s in own if not _work(session, s)]
    if len(plain) == len(own):
        return _listed(session, own, names)
    return ", ".join(f"{names[s.authority_code]}{_work(session, s)}" for s in own)


def _work(session: Session, one: Standing) -> str:
    """` (8 errors, 1 query)`, empty where nothing is left to do or nobody has looked."""
    held = one.n_faults or {}
    kinds = ("reject", *TO_DO) if one.status == "rejected" else TO_DO
    told = [f"{session.say(f'receipt.severity.{k}')}: {held[k]:,}" for k in kinds if held.get(k)]
    return f" ({', '.join(told)})" if told else ""
