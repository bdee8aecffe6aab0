"""The verbs of rule authors: rules list | show | try | replay, and submission templates.

Running rules belongs to `pipelines.conform.rules`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.intake import desk_of, refuse_unknown_return
from pipelines.cli.session import HELP, Session, verb
from pipelines.core.errors import FINE, FOUND, Place, UnreadableError, UsageError

if TYPE_CHECKING:
    from pipelines.flow.replaying import Replay


@click.group(context_settings=HELP)
def rules() -> None:
    """Rule catalogue, bench and replay / Catalog, mainc a phrawf y rheolau."""


@verb(click.option("--return", "return_id", default=None))
def list_(session: Session, return_id: str | None) -> int:
    """Every rule with its severity and title / Pob rheol."""
    catalogue = desk_of(session).catalogue
    if return_id:
        refuse_unknown_return(catalogue, return_id)
    held = [r for r in catalogue.rules if not return_id or return_id in r.returns or not r.returns]
    session.give({"rules": [{"code": r.code, "severity": r.severity, "title": asdict(r.title)} for r in held]})
    for r in held:
        session.line(f"{r.code:<8} {r.severity:<7} {r.title[session.language]}")
    return FINE


@verb(click.argument("code"))
def show(session: Session, code: str) -> int:
    """One rule whole / Un rheol yn gyfan."""
    held = [r for r in desk_of(session).catalogue.rules if r.code == code]
    if not held:
        raise UsageError("rules.unknown", given=code[:20])
    from schemas.derive.rule_pages import CERTAINTY, denominator, page_of

    session.give({"rules": [asdict(r) | {"page": page_of(r, session.language)} for r in held]})
    for r in held:
        session.line(f"{r.code} ({session.say(f'severity.{r.severity}')}): {r.title[session.language]}")
        for word in ("message", "allowed", "guidance"):
            session.line(f"  {getattr(r, word)[session.language]}")
        session.tell("rules.out_of", rows=denominator(r, session.language))
        session.line(f"  {r.origin} · {CERTAINTY[session.language][r.certainty]}")
        session.tell("rules.page", page=page_of(r, session.language))
    return FINE


@verb(
    click.argument("code", required=False),
    click.option("--cases", type=click.Path(path_type=Path), required=True),
)
def try_(session: Session, code: str | None, cases: Path) -> int:
    """Run rules on small tables and print which rows fail / Rhedeg rheolau ar dablau bach."""
    from pipelines.conform.rules import bench

    catalogue = desk_of(session).catalogue
    if code and not any(r.code == code for r in catalogue.rules):
        raise UsageError("rules.unknown", given=code[:20])
    try:
        found = bench.try_cases(catalogue, bench.read_cases(cases), code)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        # A case that is put together wrongly breaks wherever it is first used; the file is what has to change.
        raise UnreadableError("rules.cases_unreadable", Place(file=cases.name)) from None
    session.give(found)
    if not session.is_json:
        session.line(json.dumps(found, ensure_ascii=False, indent=1))
    return FINE


@verb()
def replay(session: Session) -> int:
    """The present rules in shadow over every stored submission: what would change / Ailchwarae'r rheolau."""
    from pipelines.flow import replaying
    from pipelines.flow.released import released

    desk = desk_of(session)
    found = replaying.replay(desk)
    _tell_replay(session, found)
    held = released(desk)
    waiting = [pack for pack, version in found.packs.items() if held.get(pack) != version]
    session.tell("rules.waiting", n=len(waiting), of=len(found.packs))
    session.give(asdict(found) | {"authorities": found.authorities, "not_released": waiting})
    return FOUND if found.flips else FINE


def _tell_replay(session: Session, found: Replay) -> None:
    session.tell("rules.replayed", n=found.n_submissions, flips=len(found.flips))
    session.tell("rules.replayed_others", n=found.n_judged_by_others, authorities=len(found.authorities))
    for f in found.flips:
        before, after = (session.say(f"status.{status}") for status in (f.before, f.after))
        session.line(f"  {f.submission_id}  {f.authority_code}  {f.return_id} {f.period_id:<10} {before} -> {after}")


@verb(
    click.option("--override", "is_override", is_flag=True),
    click.option("--author", default=""),
    click.option("--reason", default=""),
)
def release(session: Session, **word: Any) -> int:  # noqa: ANN401 (fields of Word, by name)
    """Replay, then enter the present rules as released / Rhyddhau'r rheolau presennol."""
    from pipelines.flow import replaying

    found, n_new = replaying.release(desk_of(session), replaying.Word(**word))
    _tell_replay(session, found)
    session.tell("rules.released", n=n_new, of=len(found.packs))
    session.give({"packs": dict(found.packs), "n_new": n_new, "n_flips": len(found.flips), **word})
    return FINE


for _name, _command in (("list", list_), ("show", show), ("try", try_), ("replay", replay), ("release", release)):
    rules.add_command(_command, _name)


@verb(
    click.argument("return_id", metavar="RETURN"),
    click.argument("period"),
    click.option("--out", type=click.Path(path_type=Path), required=True),
)
def templates(session: Session, return_id: str, period: str, out: Path) -> int:
    """Empty submission workbooks and CSV headers / Templedi gwag i'w llenwi."""
    from pipelines.core.files import atomic_write
    from pipelines.core.periods import Period
    from schemas.derive import templates as derive

    catalogue = desk_of(session).catalogue
    refuse_unknown_return(catalogue, return_id)
    wanted = str(Period.parse(period))
    profiles = () if catalogue.returns[return_id].layout else tuple(catalogue.export_profiles)
    for lang in ("en", "cy"):
        for profile in profiles:  # an export has the columns of its system, not of a form
            made = derive.export_workbook(catalogue, profile, lang)
            atomic_write(out / f"{profile}-{lang}.xlsx", made, is_public=True)
        if not profiles:
            made = derive.workbook(catalogue, return_id, wanted, lang)
            atomic_write(out / f"{return_id}-{wanted}-{lang}.xlsx", made, is_public=True)
    for name, header in derive.csv_headers(catalogue, return_id, wanted).items():
        atomic_write(out / name, header, is_public=True)
    session.tell("templates.done", folder=str(out))
    session.give({"folder": str(out)})
    return FINE
