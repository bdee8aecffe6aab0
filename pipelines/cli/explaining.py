"""The verb of explanations: waive add | list | again | withdraw.

Deciding which fault is meant, and keeping waivers, belong to `pipelines.flow.waiving` and `pipelines.core.waivers`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.intake import WHO, claim_of, desk_of
from pipelines.cli.session import HELP, Session, verb
from pipelines.core.defuse import defused
from pipelines.core.errors import FINE, UsageError
from pipelines.core.waivers import Waiver, Waivers

if TYPE_CHECKING:
    from pipelines.core.ledger import LedgerRow
    from pipelines.flow.desk import Desk

COLUMNS = (
    "waiver_id", "state", "authority_code", "return_id", "period_id", "rule_id", "severity", "table", "item",
    "row_number", "expires_on", "author", "reason", "recorded_at",
)  # fmt: skip
BY = (click.option("--author", default=""), click.option("--reason", default=""))
UNTIL = click.option("--until", default=None, metavar="2025-03-31")


@click.group(context_settings=HELP)
def waive() -> None:
    """Say that something unusual is true / Dweud bod rhywbeth anarferol yn wir."""


@verb(
    *WHO,
    click.option("--rule", "rule_id", required=True),
    click.option("--row", "rows", type=click.IntRange(1), multiple=True),
    click.option("--table", default=None),
    click.option("--previous", multiple=True, type=click.Path(path_type=Path)),
    *BY,
    UNTIL,
)
def add(session: Session, files: tuple[Path, ...], rows: tuple[int, ...], until: str | None, **given: str) -> int:
    """Explain faults of a file or of a submission that was received / Egluro diffygion ffeil neu gyflwyniad."""
    from pipelines.flow import submissions, waiving

    desk = desk_of(session)
    words = {name: given.pop(name) for name in ("rule_id", "table", "reason", "author")}
    asked = waiving.Asked(rows=rows, until=_day(until), **words)
    session.tell("waive.notice")
    previous = tuple(Path(p) for p in given.pop("previous"))
    stored = _stored(desk, files)
    found = (
        submissions.unexplained_again(desk, stored)
        if stored
        else submissions.unexplained_files(desk, files, claim_of(desk, **given), previous)
    )
    made = waiving.waivers_for(desk, found, asked)
    entered = Waivers(session.settings).grant(made)
    session.tell("waive.added" if entered else "waive.nothing_new", n=len(entered), rule=asked.rule_id,
                 until=made[0].expires_on)  # fmt: skip
    told: dict[str, object] = {"waivers": [_public(w) for w in made], "n_added": len(entered)}
    if stored:
        told["status"] = status = submissions.judge_again(desk, stored).receipt.status
        session.tell("waive.judged", submission=stored[0].submission_id, status=session.say(f"status.{status}"))
    session.give(told)
    return FINE


def _stored(desk: Desk, files: tuple[Path, ...]) -> tuple[LedgerRow, ...]:
    """The rows of the submission that is named instead of a file; none where files are given."""
    if len(files) != 1 or files[0].exists():
        return ()
    from pipelines.flow.stored import rows_of

    return rows_of(desk, str(files[0])) if all(c in "0123456789abcdef" for c in str(files[0])) else ()


def _day(given: str | None) -> date | None:
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise UsageError("waive.bad_date", given=given[:20]) from None


@verb(
    click.option("--authority", default=None),
    click.option("--out", type=click.Path(path_type=Path), default=None),
)
def list_(session: Session, authority: str | None, out: Path | None) -> int:
    """Waivers, those that have ended first / Hepgoriadau, y rhai a ddaeth i ben yn gyntaf."""
    from pipelines.core.files import atomic_write
    from pipelines.flow import waiving

    code = claim_of(desk_of(session), None, authority, None).authority
    held = [w for w in Waivers(session.settings).held().values() if code in (None, w.authority_code)]
    told = waiving.standing(held, waiving.today())
    session.give({"waivers": [_public(w) | {"state": state} for w, state in told]})
    if not told:
        session.tell("waive.none")
    for w, state in told:
        place = " ".join(p for p in (w.authority_code, w.return_id, w.period_id, w.rule_id, w.table) if p)
        session.line(f"{w.waiver_id}  {session.say(f'waive.{state}'):<10} {w.expires_on}  {place}  {w.author}")
    if out:
        atomic_write(out, _table(told))
        session.tell("waive.list_out", file=out.name)
    return FINE


def _public(waiver: Waiver) -> dict[str, object]:
    """A waiver for the terminal: all but the free text."""
    return {key: value for key, value in asdict(waiver).items() if key not in ("reason", "sequence")}


def _table(told: list[tuple[Waiver, str]]) -> bytes:
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    rows.writeheader()
    for waiver, state in told:
        held = asdict(waiver) | {"state": state}
        rows.writerow({k: defused(v) if isinstance(v, str) else v for k, v in held.items()})
    return b"\xef\xbb\xbf" + text.getvalue().encode()


@verb(click.argument("waiver_id", metavar="WAIVER"), *BY, UNTIL)
def again(session: Session, waiver_id: str, author: str, reason: str, until: str | None) -> int:
    """Give a waiver anew, with another last day / Rhoi hepgoriad eto."""
    from pipelines.flow import waiving

    asked = waiving.Asked("", (), None, reason, author, _day(until))
    held = waiving.again(Waivers(session.settings), waiver_id, asked)
    session.tell("waive.again", waiver=held.waiver_id, until=held.expires_on)
    session.give(_public(held))
    return FINE


@verb(click.argument("waiver_id", metavar="WAIVER"), *BY)
def withdraw(session: Session, waiver_id: str, author: str, reason: str) -> int:
    """Take a waiver back / Tynnu hepgoriad yn ôl."""
    if not author.strip():
        raise UsageError("waive.no_author")
    done = Waivers(session.settings).withdraw(waiver_id, author.strip(), reason.strip())
    session.tell("waive.withdrawn", waiver=done.waiver_id)
    session.give(_public(done))
    return FINE


for _name, _command in (("add", add), ("list", list_), ("again", again), ("withdraw", withdraw)):
    waive.add_command(_command, _name)
