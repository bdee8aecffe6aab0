"""The rules in full, kept for every version of a pack that ever gave a verdict, under `packs/texts/`.

Judging and releasing rules do not belong here; neither does what a pack says (see `conform.rules.pack_text`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipelines.conform import Examination
from pipelines.conform.rules import PackKey, pack_for, pack_text
from pipelines.core.files import atomic_write
from pipelines.core.settings import Paths
from pipelines.flow.desk import Desk


def keep(desk: Desk, found: Iterable[Examination]) -> None:
    """Write the packs by which submissions were just judged, each version once."""
    for version, key in {_asked(desk, e) for e in found if e.rule_pack}:
        path = _path(desk.settings.paths, version)
        pack = pack_for(desk.catalogue, key)
        if not path.is_file() and pack.version == version:
            atomic_write(path, pack_text(pack))


def kept(paths: Paths, versions: Iterable[str]) -> tuple[Path, ...]:
    """The files of the versions that are kept, in the order of their names."""
    return tuple(path for v in sorted(set(versions)) if (path := _path(paths, v)).is_file())


def all_kept(paths: Paths) -> tuple[Path, ...]:
    """The files of every version."""
    return tuple(sorted(_path(paths, "*").parent.glob("*.json")))


def _asked(desk: Desk, found: Examination) -> tuple[str, PackKey]:
    return_id, period_id = str(found.identity.return_id), str(found.identity.period_id)
    return found.rule_pack, PackKey(period_id, desk.catalogue.returns[return_id].jurisdiction, return_id)


def _path(paths: Paths, version: str) -> Path:
    return paths.packs / "texts" / f"{version}.json"
