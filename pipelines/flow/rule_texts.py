"""The rules in full, kept for every version of a pack that ever gave a verdict, under `packs/texts/`.

Judging and releasing rules do not belong here; neither does what a pack says (see `conform.rules.pack_text`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipelines.conform.rules import PackKey, pack_for, pack_text
from pipelines.core.files import atomic_write
from pipelines.core.settings import Paths
from pipelines.flow.desk import Desk

Judgement = tuple[str, str, str]
"""(version of the pack, return, period)."""


def keep(desk: Desk, judgements: Iterable[Judgement]) -> None:
    """Write the packs that gave these judgements, each version once; one that the rules no longer give cannot be."""
    for version, return_id, period_id in sorted(set(judgements)):
        path = _path(desk.settings.paths, version)
        if not version or path.is_file():
            continue
        key = PackKey(period_id, desk.catalogue.returns[return_id].jurisdiction, return_id)
        pack = pack_for(desk.catalogue, key)
        if pack.version == version:
            atomic_write(path, pack_text(pack))


def kept(paths: Paths, versions: Iterable[str]) -> tuple[Path, ...]:
    """The files of the versions that are kept, in the order of their names."""
    return tuple(path for v in sorted(set(versions)) if (path := _path(paths, v)).is_file())


def all_kept(paths: Paths) -> tuple[Path, ...]:
    """The files of every version."""
    return tuple(sorted(_path(paths, "*").parent.glob("*.json")))


def _path(paths: Paths, version: str) -> Path:
    return paths.packs / "texts" / f"{version}.json"
