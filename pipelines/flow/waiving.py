"""Waivers at the desk: which fault is meant, who says that it is true and until when, and what that changes.

How a fault is known again belongs to `pipelines.conform.waiving`, keeping waivers to `pipelines.core.waivers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.faultlog import reader_rules
from pipelines.conform.records import Examination
from pipelines.conform.waiving import Judge, marks
from pipelines.core.errors import RefusedError, UsageError
from pipelines.core.waivers import WAIVABLE, Waiver, Waivers
from schemas import desk as desk_spec

if TYPE_CHECKING:
    from pipelines.flow.desk import Desk

MAX_REASON = 500
SHOWN_ROWS = 12


@dataclass(frozen=True)
class Asked:
    """What a person says of faults: which ones (`rows` as a report numbers them), why, who, until when."""

    rule_id: str
    rows: tuple[int, ...]
    table: str | None
    reason: str
    author: str
    until: date | None = None


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def explain(desk: Desk, examination: Examination, day: date | None = None) -> Examination:
    """The examination with what the waivers of this installation say of it, for the day on which it was received."""
    held = Waivers(desk.settings).held()
    if not held or examination.explained is not None:
        return examination
    return Judge(desk.catalogue, desk.tokeniser, held, day or today()).explain(examination)


def waivers_for(desk: Desk, examination: Examination, asked: Asked) -> tuple[Waiver, ...]:
    """A waiver for each fault that is meant.

    Raises:
        UsageError: where no such fault is there, or reason, author or day cannot be used.
        RefusedError: for a fault that no word can make true: a reject, a cell that could not be read, a note.
    """
    until = _checked(asked)
    faults = _meant(desk, examination, asked)
    _refuse_unwaivable(desk, faults)
    ids = marks(desk.catalogue, desk.tokeniser, examination, faults)
    identity = examination.identity
    made = {
        mark: Waiver(
            waiver_id=mark,
            rule_id=asked.rule_id,
            severity=severity,
            authority_code=str(identity.authority_code),
            return_id=str(identity.return_id),
            period_id=str(identity.period_id),
            table=table,
            item=item,
            row_number=row,
            reason=asked.reason.strip(),
            author=asked.author.strip(),
            expires_on=until.isoformat(),
        )
        for mark, severity, table, item, row in zip(
            ids, *(faults[c] for c in ("severity", "table", "item", "row_number")), strict=True
        )
    }
    return tuple(made.values())


def again(waivers: Waivers, waiver_id: str, asked: Asked) -> Waiver:
    """A waiver given anew, with another last day (and another reason where one is given).

    Raises:
        UsageError: where there is no such waiver, or author or day cannot be used.
    """
    held = waivers.one(waiver_id)
    told = replace(asked, reason=asked.reason or held.reason)
    until = _checked(told).isoformat()
    news = replace(held, reason=told.reason, author=told.author, expires_on=until, recorded_at="", sequence=0)
    waivers.grant([news])
    return waivers.one(held.waiver_id)


def _checked(asked: Asked) -> date:
    """The last day. Every part of a waiver is a person's word for something, so none may be empty."""
    if not asked.author.strip():
        raise UsageError("waive.no_author")
    if not 3 <= len(asked.reason.strip()) <= MAX_REASON:
        raise UsageError("waive.no_reason", longest=MAX_REASON)
    limits, now = desk_spec.load(), today()
    until = asked.until or now + timedelta(days=limits.usual_days)
    latest = now + timedelta(days=limits.longest_days)
    if not now <= until <= latest:
        raise UsageError("waive.bad_day", first=now.isoformat(), last=latest.isoformat())
    return until


def _meant(desk: Desk, examination: Examination, asked: Asked) -> pl.DataFrame:
    """The faults of the rule in those rows; every row that was named must have one."""
    if not any(rule.code == asked.rule_id for rule in desk.catalogue.rules):
        raise UsageError("rules.unknown", given=asked.rule_id[:20])
    faults = examination.faults.filter(pl.col("rule_id") == asked.rule_id)
    faults = faults.filter(pl.col("table") == asked.table) if asked.table else faults
    lines = _lines(examination, faults)
    held = faults.with_columns(lines)
    found = held.filter(pl.col("line").is_in(asked.rows) if asked.rows else pl.col("row_number").is_null())
    if found.is_empty() or set(asked.rows) - set(found["line"].to_list()):
        known = sorted(set(lines.drop_nulls().to_list()))
        shown = ", ".join(str(n) for n in known[:SHOWN_ROWS]) + (" …" if len(known) > SHOWN_ROWS else "")
        raise UsageError("waive.no_fault", rule=asked.rule_id, rows=shown or "–")
    return found.drop("line")


def _lines(examination: Examination, faults: pl.DataFrame) -> pl.Series:
    """For each fault the row of the sheet or line of the file, as the report tells it."""
    rows = {
        (table, row): line
        for table in faults["table"].drop_nulls().unique()
        if table in examination.raw
        for row, line in examination.raw[table].select("row_number", "source_line").iter_rows()
    }
    return pl.Series("line", [rows.get(place) for place in faults.select("table", "row_number").iter_rows()], pl.Int64)


def _refuse_unwaivable(desk: Desk, faults: pl.DataFrame) -> None:
    readers = reader_rules(desk.catalogue)
    for code, severity, cause in faults.select("rule_id", "severity", "cause_group").unique().iter_rows():
        if severity == "reject":
            raise RefusedError("waive.reject", rule=code)
        if severity not in WAIVABLE:
            raise RefusedError("waive.note", rule=code)
        if severity == "error" and (code in readers or cause):  # a cause is always a reader's: the cell is null now
            raise RefusedError("waive.unread", rule=code)


def counted(examination: Examination) -> dict[str, int]:
    """Faults that are explained, by severity."""
    if examination.explained is None:
        return {}
    return dict(examination.explained.waived.group_by("severity").len().sort("severity").iter_rows())


def standing(waivers: Sequence[Waiver], day: date) -> list[tuple[Waiver, str]]:
    """Each waiver with `in_force` or `ended`, those that ended last."""
    told = [(w, "in_force" if w.is_in_force(day) else "ended") for w in waivers]
    return sorted(told, key=lambda pair: (pair[1] != "in_force", pair[0].authority_code, pair[0].expires_on))
