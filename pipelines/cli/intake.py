"""The verbs of an authority: check, receive, status, compare, withdraw, verify.

Reading and judging files belongs to the rooms.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.session import Session, verb
from pipelines.core.errors import FINE, FOUND, UNREADABLE, UsageError
from pipelines.core.periods import Period
from pipelines.flow.desk import Desk
from schemas import Catalogue

if TYPE_CHECKING:
    from pipelines.conform import Claim

WHO = (
    click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path)),
    click.option("--return", "return_id", default=None, metavar="RETURN"),
    click.option("--authority", default=None),
    click.option("--period", default=None, metavar="2018-19 | 2024-25Q1"),
)
EXITS = {"accepted": FINE, "accepted_with_errors": FOUND, "rejected": UNREADABLE}


def desk_of(session: Session) -> Desk:
    """A desk that tells its progress on the terminal."""
    return Desk(session.settings, progress=session.progress)


@verb(
    *WHO,
    click.option("--previous", multiple=True, type=click.Path(path_type=Path)),
    click.option("--out", type=click.Path(path_type=Path), default=None),
    click.option("--format", "formats", default=None, metavar="xlsx,html,json,csv"),
)
def check(
    session: Session,
    files: tuple[Path, ...],
    previous: tuple[Path, ...],
    out: Path | None,
    formats: str | None,
    **who: str,
) -> int:
    """Examine files and keep nothing / Gwirio ffeiliau heb gadw dim."""
    from pipelines.cli import reports

    desk = desk_of(session)
    claim = claim_of(desk, **who)
    with ThreadPoolExecutor(1) as beside:
        beside.submit(_plan, desk, claim)
        from pipelines.conform.report import get_ready, report_of, write
        from pipelines.flow import checking

        wanted = reports.formats_of(formats)
        beside.submit(get_ready, wanted if out else ())
        found = checking.check(desk, files, claim, previous)
    report = report_of(desk.catalogue, found)
    made = write(report, out, wanted, session.language) if out else ()
    reports.tell(session, report)
    reports.tell_files(session, made)
    return EXITS[found.verdict]


def _plan(desk: Desk, claim: Claim) -> None:
    """Plan the rules that the claim names while the readers still load; what fails here is told where it is needed."""
    import duckdb  # noqa: F401 (first, while polars is loaded beside it)

    from pipelines.conform import rules

    if claim.return_id and claim.period:
        rules.prepare(desk.catalogue, claim.return_id, claim.period)


def refuse_unknown_return(catalogue: Catalogue, return_id: str) -> None:
    """Raise UsageError for a return that does not exist, naming those that do."""
    if return_id not in catalogue.returns:
        raise UsageError("claim.unknown_return", given=return_id[:40], allowed=", ".join(catalogue.returns))


def claim_of(desk: Desk, return_id: str | None, authority: str | None, period: str | None) -> Claim:
    """What the options claim, checked against the specification.

    Raises:
        UsageError: for a return, authority or period that does not exist, naming those that do.
    """
    from pipelines.conform import Claim

    if return_id:
        refuse_unknown_return(desk.catalogue, return_id)
    code = desk.catalogue.area_code(authority) if authority else None
    if authority and code not in desk.catalogue.authorities:
        names = ", ".join(a.name[desk.settings.language] for a in desk.catalogue.authorities.values())
        raise UsageError("claim.unknown_authority", given=authority[:40], allowed=names)
    return Claim(return_id, code, str(Period.parse(period)) if period else None, None)


@verb(
    *WHO,
    click.option("--out", type=click.Path(path_type=Path), default=None),
    click.option("--dry-run", is_flag=True),
    click.option("--accept", is_flag=True),
)
def receive(
    session: Session, files: tuple[Path, ...], out: Path | None, dry_run: bool, accept: bool, **who: str
) -> int:
    """Check, then keep, then a receipt / Gwirio, yna cadw, yna derbynneb."""
    from pipelines.cli import reports
    from pipelines.conform.report import report_of
    from pipelines.flow import receipts, submissions

    desk = desk_of(session)
    is_asked = not accept and not session.is_json and sys.stdin.isatty()
    if dry_run or is_asked:
        verdict = _preview(session, desk, (files, claim_of(desk, **who)), is_told=dry_run)
        if dry_run:
            return EXITS[verdict]
        if verdict == DECLINED:
            session.tell("receive.declined")
            return FOUND
    done = submissions.receive(desk, files, claim_of(desk, **who))
    name = desk.catalogue.area_name(done.receipt.authority_code)
    if not session.is_json:
        reports.tell(session, report_of(desk.catalogue, done.examination))
    session.line(done.receipt.as_text(session.language, name[session.language]))
    if not done.receipt.is_pack_released and done.receipt.rule_pack:
        session.tell("receive.pack_not_released", version=done.receipt.rule_pack)
    reports.tell_files(session, receipts.write(done.receipt, out, name) if out else ())
    session.give(json.loads(done.receipt.as_json()))
    return EXITS.get(done.receipt.status, FINE)


DECLINED = "declined"


def _preview(session: Session, desk: Desk, sent: tuple[tuple[Path, ...], Claim], *, is_told: bool) -> str:
    """Show what receiving would change, keeping nothing; the verdict, or `declined` where a person said no.

    Without `is_told` nothing is shown where nothing is replaced, and the person is asked.
    """
    from pipelines.cli import reports
    from pipelines.conform.report import as_record, report_of
    from pipelines.flow import comparison, submissions

    found, counting = submissions.preview(desk, *sent)
    report = report_of(desk.catalogue, found)
    if is_told and not session.is_json:
        reports.tell(session, report)
    told: dict[str, object] = {"would_replace": None}
    if counting and found.verdict != "rejected":
        session.tell("receive.would_replace", submission=counting.submission_id, version=counting.version)
        sides = (comparison.stored(desk, counting.submission_id), comparison.sent(found))
        told = {"would_replace": counting.submission_id, **reports.tell_comparison(session, desk, sides)}
        if not is_told and not click.confirm(session.say("receive.confirm"), default=False):
            return DECLINED
    if is_told:
        session.tell("receive.nothing_kept")
        session.give({"report": as_record(report, session.language), "verdict": found.verdict, **told})
    return found.verdict


@verb(click.option("--period", default=None), click.option("--authority", default=None))
def status(session: Session, period: str | None, authority: str | None) -> int:
    """Who has sent what, what is due / Pwy sydd wedi anfon beth, beth sy'n ddyledus."""
    from pipelines.cli import overview
    from pipelines.flow import standing

    wanted, desk = str(Period.parse(period)) if period else None, desk_of(session)
    own = claim_of(desk, None, authority, None).authority
    found = [s for s in standing.standing(desk, wanted) if own in (None, s.authority_code)]
    overview.tell(session, desk.catalogue, found)
    return FINE


@verb(
    click.argument("before"),
    click.argument("after"),
    click.option("--figures/--no-figures", default=True),
    click.option("--out", type=click.Path(path_type=Path), default=None, metavar="FILE.csv"),
)
def compare(session: Session, before: str, after: str, figures: bool, out: Path | None) -> int:
    """What changed between two submissions / Beth a newidiodd rhwng dau gyflwyniad."""
    from pipelines.cli import reports
    from pipelines.core.files import atomic_write
    from pipelines.flow import comparison, stored

    desk = desk_of(session)
    sides = [comparison.stored(desk, one) for one in (before, after)]
    told = reports.tell_comparison(session, desk, (sides[0], sides[1]), has_figures=figures)
    if out:
        own = stored.own_identifiers(desk, [row for side in sides if (row := side.row)])
        atomic_write(out, comparison.children(desk, sides[0], sides[1], own).write_csv().encode())
        session.tell("compare.out", file=out.name)
    session.give(told)
    return FINE


@verb(click.argument("submission"), click.option("--note", default=""))
def withdraw(session: Session, submission: str, note: str) -> int:
    """Take a submission back; the version before it counts again / Tynnu cyflwyniad yn ôl."""
    from pipelines.flow import withdrawing

    desk = desk_of(session)
    done = withdrawing.withdraw(desk, submission, note)
    row, counting = done.row, done.counting
    session.tell("withdraw.already" if done.was_so_before else "withdraw.done", submission=row.submission_id)
    if counting:
        session.tell("withdraw.counts_now", version=counting.version, submission=counting.submission_id)
    else:
        name = desk.catalogue.area_name(row.authority_code)[session.language]
        session.tell("withdraw.nothing_counts", name=name, period=row.period_id or row.system or "")
    if done.n_settled:
        session.tell("withdraw.settled", n=done.n_settled)
    counts = counting.submission_id if counting else None
    session.give({"submission_id": row.submission_id, "status": row.status, "counts_now": counts})
    return FINE


@verb(
    click.argument("receipt", type=click.Path(path_type=Path)),
    click.argument("files", nargs=-1, type=click.Path(path_type=Path)),
    click.option("--key", "keys", multiple=True, type=click.Path(path_type=Path), metavar="receipts-….pem"),
)
def verify(session: Session, receipt: Path, files: tuple[Path, ...], keys: tuple[Path, ...]) -> int:
    """Hold a receipt against its signature, the ledger, the kept bytes and files / Dilysu derbynneb."""
    from pipelines.flow import receipts

    told = receipts.read(receipt)
    wrong = receipts.verify(session.settings, told, receipts.Beside(files, keys))
    for finding in wrong:
        session.tell(f"verify.{finding.key}", what=finding.what or session.say("verify.not_told"))
    if not wrong:
        session.tell("verify.good")
    found = [asdict(finding) for finding in wrong]
    session.give({"is_valid": not wrong, "wrong": [f.key for f in wrong], "findings": found})
    return FOUND if wrong else FINE
