"""Keeping: every file as received, once per fingerprint, read-only, before anything looks inside.

Unpacking and reading do not belong here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipelines.core import files
from pipelines.core.errors import Place, RefusedError, UnreadableError
from pipelines.core.settings import Settings

_PIECE = 1 << 20


@dataclass(frozen=True)
class KeptFile:
    """A received file that is safe: its name as sent (within the folder sent), its fingerprint and where it lies."""

    name: str
    sha256: str
    bytes: int
    path: Path


def keep(settings: Settings, paths: Iterable[Path]) -> tuple[KeptFile, ...]:
    """Keep files and the files of folders, in order of name; the same bytes are stored once.

    Raises:
        UnreadableError: for a file that is missing, is no ordinary file, may not be read, or changes meanwhile.
        RefusedError: for a file over `settings.max_file_bytes`.
        InternalError: where the disk refuses. Whatever was kept by then stays kept.
    """
    found = sorted({item for given in paths for item in _sources(Path(given))})
    store = files.folder(settings.paths.landing_files)
    files.sweep(store)
    return tuple(_kept(source, name, store, settings.max_file_bytes) for name, source in found)


def _sources(given: Path) -> list[tuple[str, Path]]:
    """(name, path) of a file, or of every file below a folder except hidden ones."""
    try:
        if not given.is_dir():
            return [(given.name, given)]
        below = (p for p in given.rglob("*") if p.is_file())
        held = [(p.relative_to(given).as_posix(), p) for p in below]
    except OSError:
        raise UnreadableError("file.not_readable", Place(file=given.name)) from None
    shown = [(name, path) for name, path in held if not any(part.startswith(".") for part in name.split("/"))]
    if not shown:
        raise UnreadableError("folder.empty", Place(file=given.name))
    return shown


def _kept(source: Path, name: str, store: Path, limit: int) -> KeptFile:
    before = _measured(source, name, limit)
    temporary = files.temporary_beside(store / "received")
    try:
        sha256, n_bytes = _copied(source, name, temporary, limit)
        if _stamp(_measured(source, name, limit)) != _stamp(before) or n_bytes != before.st_size:
            raise UnreadableError("file.changed", Place(file=name))
        _settled(temporary, store / sha256, n_bytes)
    except OSError as error:
        raise files.cannot_write(store, error) from None
    finally:
        with suppress(OSError):
            temporary.unlink()
    return KeptFile(name, sha256, n_bytes, store / sha256)


def _measured(source: Path, name: str, limit: int) -> os.stat_result:
    """Size and time of an ordinary file within the limit."""
    place = Place(file=name)
    try:
        found = source.stat()
    except PermissionError:
        raise UnreadableError("file.not_readable", place) from None
    except OSError:
        raise UnreadableError("file.not_found", place) from None
    if not source.is_file():
        raise UnreadableError("file.not_regular", place)
    if found.st_size > limit:
        raise RefusedError("file.too_large", place, bytes=found.st_size, limit=limit)
    return found


def _stamp(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns


def _copied(source: Path, name: str, target: Path, limit: int) -> tuple[str, int]:
    """Copy to the disk itself and fingerprint on the way; (sha256, bytes)."""
    fingerprint, n_bytes = hashlib.sha256(), 0
    with _opened(source, name) as incoming, target.open("xb") as outgoing:
        while piece := _piece(incoming, name):
            n_bytes += len(piece)
            if n_bytes > limit:
                raise UnreadableError("file.changed", Place(file=name))
            fingerprint.update(piece)
            outgoing.write(piece)
        outgoing.flush()
        os.fsync(outgoing.fileno())
    return fingerprint.hexdigest(), n_bytes


def _opened(source: Path, name: str) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError:
        raise UnreadableError("file.not_readable", Place(file=name)) from None


def _piece(incoming: BinaryIO, name: str) -> bytes:
    try:
        return incoming.read(_PIECE)
    except OSError:
        raise UnreadableError("file.not_readable", Place(file=name)) from None


def _settled(temporary: Path, target: Path, n_bytes: int) -> None:
    """Give the copy its name for good, unless the same bytes are there."""
    if target.is_file() and target.stat().st_size == n_bytes:
        return
    files.make_read_only(temporary)
    temporary.replace(target)
    files.flush(target.parent)
