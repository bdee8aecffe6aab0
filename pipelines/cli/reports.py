"""What a report, the files made of it and a comparison look like on a terminal.

Deciding anything does not belong here, and neither do values of a submission: files hold them, terminals do not.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.session import Session
from pipelines.core.errors import UsageError

if TYPE_CHECKING:
    from pipelines.conform.report import Cause, Report
    from pipelines.flow.comparison import Shift, Side
    from pipelines.flow.desk import Desk

SHOWN_CAUSES = 5
SHOWN_ROWS = 12


def tell(session: Session, report: Report) -> None:
    """The verdict, what to do first, how much there is and what did not run; no value of the submission."""
    from pipelines.conform.report import as_record, words

    lang, identity = session.language, report.identity
    known = [p for p in (identity.return_id, identity.authority_code, identity.period_id, identity.system) if p]
    session.line(" · ".join(known))
    session.tell(f"check.verdict.{report.about.verdict}")
    if report.causes:
        session.line(words.first(report, lang))
    for cause in report.causes[:SHOWN_CAUSES]:
        _tell_cause(session, cause)
    if len(report.causes) > SHOWN_CAUSES:
        session.tell("check.more_causes", n=len(report.causes) - SHOWN_CAUSES)
    session.line()
    if report.n_by_severity:
        found = ", ".join(f"{session.say(f'receipt.severity.{s}')}: {n:,}" for s, n in report.n_by_severity.items())
        session.tell("check.counts", counts=found)
    if waived := words.waived(report, lang):
        session.line(waived)
    session.line(words.coverage(report, lang))
    if session.is_json:
        session.give(as_record(report, lang))


def _tell_cause(session: Session, cause: Cause) -> None:
    from pipelines.conform.report import words

    lang = session.language
    severity = session.say(f"report.severity.{cause.severity}")
    session.line()
    session.tell("check.first", number=cause.number, severity=severity, text=cause.sentence[lang])
    session.tell("check.first.where", where=cause.place[lang], extent=words.extent(cause, lang))
    if cause.fix[lang]:
        session.tell("check.first.fix", text=cause.fix[lang])
    session.tell("check.first.moves", text=words.moves(cause, lang))


def formats_of(asked: str | None) -> tuple[str, ...]:
    """The formats that a list such as `csv,json` names; all of them where nothing is asked.

    Raises:
        UsageError: for a format that is not written.
    """
    from pipelines.conform.report import FORMATS

    wanted = FORMATS if asked is None else tuple(f.strip().lower() for f in asked.split(",") if f.strip())
    if strange := [f for f in wanted if f not in FORMATS]:
        raise UsageError("serve.format_unknown", given=strange[0][:20], allowed=", ".join(FORMATS))
    return wanted


def tell_files(session: Session, made: tuple[Path, ...]) -> None:
    """Where the files are, the one to open first in front."""
    if made:
        session.tell("check.written", folder=str(made[0].parent))
        session.line("  " + ", ".join(path.name for path in made))


def tell_comparison(
    session: Session, desk: Desk, sides: tuple[Side, Side], *, has_figures: bool = True
) -> dict[str, object]:
    """What changed, in counts, columns and rows, then each headline figure before and after; the same as a record."""
    from pipelines.flow import comparison, shifting

    found = comparison.compare(desk, *sides)
    for kind, shifts in (("table", found.tables), ("rule", found.faults)):
        for name, shift in shifts.items():
            if shift.added + shift.removed + shift.changed + shift.same:
                _tell_shift(session, kind, name, shift)
    told: dict[str, object] = asdict(found)
    if has_figures:
        moved = shifting.headlines(desk, *sides)
        told["figures"] = [asdict(m) for m in moved]
        session.tell("compare.figures")
        for m in moved:
            title = desk.catalogue.measures[m.measure_id].title[session.language]
            key = "compare.figure_same" if m.before == m.after else "compare.figure"
            session.tell(key, title=title, period=m.period_id, before=_value(m.before), after=_value(m.after))
    return told


def _tell_shift(session: Session, kind: str, name: str, s: Shift) -> None:
    session.tell(f"compare.{kind}", name=name, added=s.added, removed=s.removed, changed=s.changed, same=s.same)
    if s.columns:
        session.tell("compare.columns", columns=", ".join(f"{c} ({n})" for c, n in s.columns.items()))
    for change, rows in s.rows.items():
        if rows:
            session.tell(f"compare.rows.{change}", rows=_few(rows))


def _few(rows: tuple[int, ...]) -> str:
    return ", ".join(str(n) for n in rows[:SHOWN_ROWS]) + (" …" if len(rows) > SHOWN_ROWS else "")


def _value(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 2):,.10g}"
