"""The verbs of the statisticians: build, sample, release, and the console that shows the same work.

Assets and jobs belong to `pipelines.defs`; what is made belongs to the rooms.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pipelines.cli.intake import desk_of
from pipelines.cli.session import Session, verb
from pipelines.core.errors import FINE
from pipelines.flow.desk import Desk

PUBLICATION = "children-looked-after"
IN = click.option("--publication", default=PUBLICATION, metavar="ID", help="which publication / pa gyhoeddiad")
"""For every verb that reads or releases an edition: another publication may be named."""


@verb(
    click.option("--policy", default=None, metavar="strict | end_early | merge | ask"),
    click.option("--inbox", type=click.Path(path_type=Path), default=None),
)
def build(session: Session, policy: str | None, inbox: Path | None) -> int:
    """From what was received to the edition / O'r hyn a dderbyniwyd i'r rhifyn."""
    from pipelines.flow import building, hands

    desk = Desk(session.settings, building.inbox_of(session.settings, inbox), policy, session.progress)
    if desk.inbox == session.settings.paths.sample:
        session.progress("flow.sample")
    with hands.helped(desk) as with_hands:
        from pipelines.defs import execute  # takes seconds, in which the hands come up

        execute.build(with_hands)
    _tell(session, desk)
    return FINE


def _tell(session: Session, desk: Desk) -> None:
    """Where to look, five headline figures, and the reconciliation."""
    from pipelines.flow import editions, reconciliation
    from pipelines.serve import Published

    edition = Published(desk.settings.paths.published).edition(PUBLICATION)
    figures = editions.headlines(edition.folder)
    causes = reconciliation.read_summary(desk)
    session.line()
    session.tell("build.headlines", edition=edition.id)
    for f in figures:
        title = desk.catalogue.measures[f.measure_id].title[session.language]
        session.line(f"  {f.shown:>12}  {title} ({f.period_id})")
    session.tell("build.reconciled", n=sum(causes.values()))
    for cause, n in causes.items():
        session.line(f"  {n:>12,}  {session.say(f'reconciliation.{cause}')}")
    _tell_policies(session, desk)
    session.tell("build.where", folder=_near(edition.folder))
    session.give(
        {
            "edition": edition.id,
            "folder": str(edition.folder),
            "headlines": [asdict(f) for f in figures],
            "reconciliation": causes,
        }
    )


def _tell_policies(session: Session, desk: Desk) -> None:
    """How far the choice of a repair policy moves the headline measures."""
    from pipelines.flow import policies, transform

    moved = policies.newest(policies.read(desk))
    file = desk.settings.paths.policies.relative_to(desk.settings.paths.data)
    session.tell("build.policies", policy=desk.policy or transform.DEFAULT_POLICY, file=file.as_posix())
    session.line("  " + "".join(f"{name:>11}" for name in (*transform.POLICIES, session.say("build.moves"))))
    for one in moved:
        measure = desk.catalogue.measures[one.measure_id]
        values = (*(one.values[p] for p in transform.POLICIES), one.spread)
        shown = "".join(f"{policies.shown(value, measure.unit):>11}" for value in values)
        session.line(f"  {shown}  {measure.title[session.language]} ({one.period_id})")


def _near(folder: Path) -> str:
    """The folder as one would type it from here."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


@verb(
    click.option("--out", type=click.Path(path_type=Path), required=True),
    click.option("--authorities", type=click.IntRange(1, 22), default=22),
    click.option("--children", type=click.IntRange(1), default=None),
    click.option("--from", "first", default="2016-17"),
    click.option("--to", "last", default="2023-24"),
    click.option("--defects", type=click.FloatRange(0, 1), default=0.0),
    click.option("--seed", type=int, default=20160406),
)
def sample(session: Session, out: Path, **options: Any) -> int:  # noqa: ANN401 (fields of SampleSpec, by name)
    """Synthetic returns and exports, calibrated to the published margins / Ffurflenni synthetig."""
    from pipelines import synthetic

    desk = desk_of(session)
    made = synthetic.make(desk.catalogue, synthetic.SampleSpec(**options), out)
    session.tell("sample.made", files=len(made.files), folder=str(out))
    session.give({"files": len(made.files), "folder": str(out)})
    return FINE


@verb(
    click.argument("edition"),
    click.option("--status", type=click.Choice(["provisional", "final", "revised"]), required=True),
    IN,
)
def release(session: Session, edition: str, status: str, publication: str) -> int:
    """Release the latest edition under a status, after its proof is checked again / Rhyddhau rhifyn."""
    from pipelines.flow import releasing

    done = releasing.release(desk_of(session), publication, edition, status)
    session.tell("release.done", edition=done.edition.id, status=session.say(f"release.{status}"))
    session.line(f"  {_near(done.folder)}")
    session.give({"edition": done.edition.id, "status": status, "new": done.is_new})
    sys.stdout.flush()
    return FINE


@verb(click.option("--port", type=click.IntRange(1, 65535), default=3000))
def dagster(session: Session, port: int) -> int:
    """The asset graph in a browser on this machine (dagster dev) / Y graff asedau mewn porwr."""
    from pipelines.defs import console

    address = console.Address(port=port)
    url = f"http://{address.host}:{address.port}"
    session.tell("serve.at", url=url)
    session.give({"url": url})
    sys.stdout.flush()
    return console.develop(session.settings, address)
