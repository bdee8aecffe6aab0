"""The verb `audit`: the outsider's attack on an edition, on any table, or on what others have published.

What the attack does belongs to `pipelines.audit`.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.intake import desk_of
from pipelines.cli.making import IN
from pipelines.cli.session import Session, verb
from pipelines.core.errors import FINE, FOUND, UsageError

if TYPE_CHECKING:
    from pipelines.audit.attack import Attack, HiddenCell, Report, TableShape

SHOWN_GROUPS, SHOWN_CELLS, SHOWN_REASONS = 3, 5, 6
FILE = click.Path(path_type=Path, dir_okay=False)


@verb(
    click.argument("edition", default="latest"),
    click.option("--with", "earlier", multiple=True, metavar="EDITION"),
    click.option("--outside", type=FILE, default=None),
    click.option("--table", type=FILE, default=None),
    click.option("--by", multiple=True, metavar="COLUMN=TOTAL"),
    click.option("--within", multiple=True, metavar="COLUMN=SPLIT"),
    click.option("--value", default="value"),
    click.option("--status", default=None),
    click.option("--separate", default="", metavar="COLUMN,…"),
    click.option("--hierarchy", type=FILE, default=None),
    click.option("--base", type=click.IntRange(1), default=5),
    click.option("--small", type=click.IntRange(1), default=4),
    click.option("--zeros-shown", is_flag=True),
    click.option("--small-only", is_flag=True),
    click.option("--republish", is_flag=True),
    click.option("--out", type=click.Path(path_type=Path), default=None),
    IN,
)
def audit(session: Session, edition: str, out: Path | None, **given: Any) -> int:  # noqa: ANN401 (options by name)
    """Attack an edition or a table as an outsider would / Ymosod fel y byddai rhywun o'r tu allan."""
    from pipelines.audit import attack
    from pipelines.flow import auditing

    if given["republish"]:
        return _republish(session, given["publication"], edition)
    if given["table"] is not None:
        found = auditing.audit_table(given["table"], shape_of(given))
    else:
        ask = auditing.Ask(edition, given["earlier"], given["outside"])
        found = auditing.audit(desk_of(session), given["publication"], ask)
    _tell(session, found)
    if out is not None:
        session.tell("audit.written", files=", ".join(str(path) for path in attack.write(found, out)))
    session.give(attack.as_record(found))
    return FOUND if found.is_open else FINE


def _republish(session: Session, publication: str, edition: str) -> int:
    """Whether an edition narrows what the extracts of others suppressed."""
    from pipelines.flow import auditing

    n_suppressed, narrowed = auditing.republish(desk_of(session), publication, edition)
    session.tell("audit.republish", n=n_suppressed, narrowed=len(narrowed))
    for found in narrowed[: SHOWN_GROUPS * SHOWN_CELLS]:
        session.line(f"  {found.cell}: {found.before} -> {found.after}")
    session.give({"n_suppressed": n_suppressed, "narrowed": [asdict(n) for n in narrowed]})
    return FOUND if narrowed else FINE


def shape_of(given: dict[str, Any]) -> TableShape:
    """The shape of a table from what was typed.

    Raises:
        UsageError: no dimension, or one that is not COLUMN=TOTAL.
        UnreadableError: the hierarchy cannot be read.
    """
    from pipelines.audit.attack import Dimension, Practice, TableShape, read_hierarchy

    by, within = _pairs(given["by"]), _pairs(given["within"])
    if not by:
        raise UsageError("audit.by_missing")
    parents = read_hierarchy(given["hierarchy"]) if given["hierarchy"] else {}
    small = given["small"]
    return TableShape(
        tuple(Dimension(column, total, parents.get(column, {}), within.get(column)) for column, total in by.items()),
        value=given["value"],
        status=given["status"],
        separate=tuple(c for c in given["separate"].split(",") if c),
        practice=Practice(given["base"], small, int(given["zeros_shown"]), small if given["small_only"] else None),
    )


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    held = dict(text.partition("=")[::2] for text in given)
    if strange := next((text for text in given if not all(text.partition("=")[::2])), None):
        raise UsageError("audit.by_unreadable", given=strange[:40])
    return held


def _tell(session: Session, found: Report) -> None:
    """Counts by verdict for both attackers, and the first cells that are open with what opened them."""
    session.tell("audit.subject", subject=found.subject, cells=found.n_cells, hidden=found.n_hidden)
    session.tell("audit.relations", n=found.n_relations)
    for told in found.attacks:
        session.line()
        session.tell(f"audit.attacker.{told.attacker}")
        for verdict, n in told.counts.items():
            session.line(f"  {n:>9,}  {session.say(f'audit.verdict.{verdict}')}")
        if told.contradictions:
            session.tell("audit.contradictions", n=len(told.contradictions))
        _tell_open(session, told)
    if any(cell.lower == 0 and cell.verdict == "narrowed" for cell in found.plain.opened):
        session.tell("audit.may_be_zero")


def _tell_open(session: Session, told: Attack) -> None:
    """The first open cells; cells that the same sums open are told with them once."""
    grouped: dict[tuple[str, ...], list[HiddenCell]] = {}
    for cell in told.opened:
        grouped.setdefault(cell.because, []).append(cell)
    for reasons, cells in list(grouped.items())[:SHOWN_GROUPS]:
        for cell in cells[:SHOWN_CELLS]:
            session.tell("audit.open", cell=cell.name, verdict=session.say(f"audit.verdict.{cell.verdict}"))
        if len(cells) > SHOWN_CELLS:
            session.tell("audit.more", n=len(cells) - SHOWN_CELLS)
        session.tell("audit.by")
        for reason in reasons[:SHOWN_REASONS]:
            session.line(f"      {reason}")
    if len(grouped) > SHOWN_GROUPS:
        session.tell("audit.more", n=sum(len(c) for c in list(grouped.values())[SHOWN_GROUPS:]))
