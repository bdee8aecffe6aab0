"""The verbs of whoever hands an edition on: `statswales check`.

Making an edition belongs to `making.py`; reading one to `reading.py`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pipelines.cli.making import IN
from pipelines.cli.session import HELP, Session, verb
from pipelines.core.errors import FINE, FOUND


@click.group(context_settings=HELP)
def statswales() -> None:
    """Dry run of a StatsWales upload / Prawf o lanlwytho i StatsCymru."""


@verb(
    click.argument("folder", type=click.Path(path_type=Path), required=False),
    click.option("--edition", default="latest"),
    click.option("--before", type=click.Path(path_type=Path), default=None),
    IN,
)
def check(session: Session, folder: Path | None, edition: str, before: Path | None, publication: str) -> int:
    """Every failure of a pack at once: of an edition, or of any folder with a pack.json / Pob methiant ar unwaith."""
    from pipelines.publish import statswales as packs

    if folder is None:
        folder, before = _packs_of(session, (publication, edition), before)
    failures = packs.check(folder, before=before)
    told = json.loads((folder / packs.MANIFEST).read_text(encoding="utf-8"))["datasets"]
    session.tell("statswales.datasets", n=len(told))
    for d in told:
        if all(k in d for k in ("action", "added", "revised", "removed")):
            session.line("  " + _plan(session, d))
    session.tell("statswales.failures" if failures else "statswales.fine", n=len(failures))
    for f in failures:
        rows = ", ".join(map(str, f.rows)) + (", …" if f.n > len(f.rows) else "")
        where = f"{f.dataset}/{f.file}" + (f", {session.say('place.row', value=rows)}" if f.rows else "")
        what = f" ({f.what})" if f.what else ""
        session.line(f"  {where}: {session.say(f'publish.statswales.rule.{f.rule}')}{what} [{f.n}]")
    session.give({"datasets": told, "failures": [asdict(f) for f in failures]})
    return FOUND if failures else FINE


def _packs_of(session: Session, asked: tuple[str, str], before: Path | None) -> tuple[Path, Path | None]:
    """The packs of an edition and of the one it follows."""
    from pipelines.publish.statswales import FOLDER
    from pipelines.serve import Published

    held = Published(session.settings.paths.published).edition(*asked)
    previous = held.record["previous_edition"]
    earlier = held.folder.parent / str(previous) / FOLDER if previous else None
    return held.folder / FOLDER, before or (earlier if earlier and earlier.is_dir() else None)


def _plan(session: Session, d: dict[str, Any]) -> str:
    action = session.say(f"statswales.action.{d['action']}")
    counts = {name: d[name] for name in ("added", "revised", "removed")}
    return session.say("statswales.plan", dataset=d["id"], action=action, **counts)


statswales.add_command(check, "check")
