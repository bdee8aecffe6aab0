"""The dbt project as dbt has parsed it: for the life of the process, and kept beside the project for the next one.

Running dbt does not belong here. What is kept depends on the project, on dbt and on Python alone, and lies in a folder
that dbt calls its own (`dbt_project/target`): it may be deleted any time.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import files

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

State = tuple[tuple[str, int, int], ...]
JSON, PACKED = "manifest.json", "manifest.msgpack"
_OF_DBT = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb")


@dataclass
class _Held:
    """The manifest of this process, with the state of the project it was made from."""

    state: State = ()
    manifest: Manifest | None = None
    json: bytes = b""


_held = _Held()


def manifest(project: Path, target: Path, parse: Callable[[], Manifest]) -> Manifest:
    """The parsed project, which `parse` gives (it writes `manifest.json` into `target` too) where nobody has parsed
    these files before: parsing takes as long as running all of it on a small data folder."""
    state, path = state_of(project), target / JSON
    if is_new := _held.manifest is None or _held.state != state:
        _held.manifest, _held.json = _kept(project) or _made(project, target, parse)
        _held.state = state
    if is_new or not path.is_file():
        files.atomic_write(path, _held.json)
    assert _held.manifest is not None
    return _held.manifest


def state_of(project: Path) -> State:
    """Every file of the project with its time and size."""
    held = ((p, p.stat()) for p in _files(project))
    return tuple((str(p), stat.st_mtime_ns, stat.st_size) for p, stat in held)


def _files(project: Path) -> list[Path]:
    kinds = (".sql", ".yml", ".csv")
    return [p for p in sorted(project.rglob("*")) if p.suffix in kinds and "target" not in p.parts]


def _made(project: Path, target: Path, parse: Callable[[], Manifest]) -> tuple[Manifest, bytes]:
    from dbt.parser.manifest import extended_mashumaro_encoder

    made = parse()
    told = (target / JSON).read_bytes()
    folder = _folder(project)
    with suppress(OSError):  # a folder that cannot be written to costs time and nothing else
        for old in folder.parent.glob("parsed-*"):
            _forget(old)
        files.atomic_write(folder / JSON, told)
        files.atomic_write(
            folder / "manifest.msgpack", made.to_msgpack(extended_mashumaro_encoder)
        )  # last: it is whole
    return made, told


def _forget(folder: Path) -> None:
    for path in sorted(folder.iterdir(), reverse=True):
        path.unlink()
    folder.rmdir()


def _kept(project: Path) -> tuple[Manifest, bytes] | None:
    """What an earlier process parsed of the same bytes; nothing where there is none or it cannot be read."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    folder = _folder(project)
    with suppress(Exception):  # whatever is wrong with the files: the project is parsed
        packed, told = (folder / PACKED).read_bytes(), (folder / JSON).read_bytes()
        return Manifest.from_msgpack(packed, decoder=extended_mashumuro_decoder), told
    return None


def _folder(project: Path) -> Path:
    """Named by every byte of the project, by where it lies (seeds know it), and by what reads it."""
    told = [sys.version, str(project), *(f"{name} {version(name)}" for name in _OF_DBT)]
    digest = hashlib.sha256("\0".join(told).encode())
    for path in _files(project):
        digest.update(path.relative_to(project).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return project / "target" / f"parsed-{digest.hexdigest()[:16]}"
