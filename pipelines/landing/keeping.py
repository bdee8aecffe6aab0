"""Keeping: every file as received, once per fingerprint, read-only, before anything looks inside.

Unpacking and reading do not belong here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from pipelines.core import files
from pipelines.core.errors import MesurError, Place, RefusedError, UnreadableError
from pipelines.core.settings import Settings

_PIECE = 1 << 20


@dataclass(frozen=True)
class KeptFile:
    """A received file that is safe: its name as sent (within the folder sent), its fingerprint and where it lies."""

    name: str
    sha256: str
    bytes: int
    path: Path


@dataclass(frozen=True)
class _Copy:
    """A file that has arrived under a temporary name."""

    kept: KeptFile
    temporary: Path


def keep(settings: Settings, paths: Iterable[Path]) -> tuple[KeptFile, ...]:
    """Keep files and the files of folders, in order of name; the same bytes are stored once.

    Raises:
        UnreadableError: for a file that is missing, is no ordinary file, may not be read, or changes meanwhile.
        RefusedError: for a file over `settings.max_file_bytes`.
        InternalError: where the disk refuses. Whatever arrived by then stays kept.
    """
    return keep_each(settings, [paths])[0]


def keep_each(settings: Settings, deliveries: Iterable[Iterable[Path]]) -> list[tuple[KeptFile, ...]]:
    """Keep many deliveries (see `keep`), waiting for the disk once for all of them."""
    found = [sorted({item for given in paths for item in _sources(Path(given))}) for paths in deliveries]
    store = files.folder(settings.paths.landing_files)
    files.sweep(store)
    copies: list[_Copy] = []
    try:
        for name, source in chain.from_iterable(found):
            copies.append(_copy_of(source, name, store, settings.max_file_bytes))
    finally:
        _settle(copies, store)
    kept = (copy.kept for copy in copies)
    return [tuple(islice(kept, len(sources))) for sources in found]


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


def _copy_of(source: Path, name: str, store: Path, limit: int) -> _Copy:
    before = _measured(source, name, limit)
    temporary = files.temporary_beside(store / "received")
    try:
        sha256, n_bytes = _copied(source, name, temporary, limit)
        if _stamp(_measured(source, name, limit)) != _stamp(before) or n_bytes != before.st_size:
            raise UnreadableError("file.changed", Place(file=name))
    except OSError as error:
        _discard(temporary)
        raise files.cannot_write(store, error) from None
    except MesurError:
        _discard(temporary)
        raise
    return _Copy(KeptFile(name, sha256, n_bytes, store / sha256), temporary)


def _discard(temporary: Path) -> None:
    with suppress(OSError):
        temporary.unlink()


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
    """Copy and fingerprint on the way; (sha256, bytes)."""
    fingerprint, n_bytes = hashlib.sha256(), 0
    with _opened(source, name) as incoming, target.open("xb") as outgoing:
        while piece := _piece(incoming, name):
            n_bytes += len(piece)
            if n_bytes > limit:
                raise UnreadableError("file.changed", Place(file=name))
            fingerprint.update(piece)
            outgoing.write(piece)
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


def _settle(copies: Sequence[_Copy], store: Path) -> None:
    """Bring the copies to the disk itself and give each its name for good, unless the same bytes are there."""
    news = {copy.kept.path: copy for copy in copies if not _is_stored(copy.kept)}
    try:
        files.flush_all(copy.temporary for copy in news.values())
        for path, copy in news.items():
            files.make_read_only(copy.temporary)
            copy.temporary.replace(path)
        if news:
            files.flush(store)
    except OSError as error:
        raise files.cannot_write(store, error) from None
    finally:
        for copy in copies:
            _discard(copy.temporary)


def _is_stored(kept: KeptFile) -> bool:
    return kept.path.is_file() and kept.path.stat().st_size == kept.bytes
