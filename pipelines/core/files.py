"""Writing so that a reader sees the old or the new and never a half, whatever ends the process.

What a file holds, and where it lies, do not belong here.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from pipelines.core.errors import InternalError, Place, RefusedError

RESTRICTED_FILE, RESTRICTED_FOLDER = 0o600, 0o700
PUBLIC_FILE, PUBLIC_FOLDER = 0o644, 0o755
READ_ONLY = 0o400
_TEMPORARY = ".part-"
_STALE_SECONDS = 24 * 3600
_FLUSHERS = 8
"""How many files wait for the disk at once: it settles what waits together in one go."""


def folder(path: Path, *, is_public: bool = False) -> Path:
    """The folder, made where it is absent (restricted to its owner unless it is public).

    Raises:
        InternalError: where the disk refuses.
    """
    if not path.is_dir():
        folder(path.parent, is_public=is_public)
        try:
            path.mkdir(mode=PUBLIC_FOLDER if is_public else RESTRICTED_FOLDER, exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from None
    return path


def temporary_beside(path: Path) -> Path:
    """A free name in the same folder, which readers skip and `sweep` clears."""
    return path.with_name(f"{_TEMPORARY}{path.name}-{os.getpid()}-{secrets.token_hex(4)}")


def is_temporary(path: Path) -> bool:
    """True for a name that an unfinished write may have left behind."""
    return path.name.startswith(_TEMPORARY)


def sweep(path: Path, *, older_than_seconds: float = _STALE_SECONDS) -> int:
    """Remove what killed writers left in a folder; how many were removed."""
    limit, n_removed = time.time() - older_than_seconds, 0
    for left in path.glob(f"{_TEMPORARY}*"):
        with suppress(OSError):
            if left.stat().st_mtime <= limit:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
                n_removed += 1
    return n_removed


def atomic_write(path: Path, content: bytes | str, *, is_public: bool = False) -> None:
    """Write a file whole: temporary name, fsync, rename, fsync of the folder. Text is UTF-8.

    Raises:
        InternalError: where the disk refuses; the file that was there before is untouched.
    """
    with atomic_file(path, is_public=is_public) as temporary:
        temporary.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def atomic_file(path: Path, *, is_public: bool = False) -> Iterator[Path]:
    """Give a temporary path to write; when the block ends well it becomes `path`, else it is removed.

    For writers that want a path of their own (Parquet, workbooks).
    """
    with atomic_files(is_public=is_public) as place:
        yield place(path)


@contextmanager
def atomic_files(*, is_public: bool = False) -> Iterator[Callable[[Path], Path]]:
    """Give a way to ask for temporary paths to write, any number of them; when the block ends well each takes the
    place of the path it was asked for, else all are removed.

    As safe as one `atomic_file` after the other and, for hundreds, many times as fast: every file is on the disk
    before the first is renamed, but they wait for the disk together.

    Raises:
        InternalError: where the disk refuses; it names the first of the files.
    """
    pending: dict[Path, Path] = {}

    def place(path: Path) -> Path:
        folder(path.parent, is_public=is_public)
        return pending.setdefault(path, temporary_beside(path))

    try:
        yield place
        for temporary in pending.values():
            temporary.chmod(PUBLIC_FILE if is_public else RESTRICTED_FILE)
        flush_all(pending.values())
        for path, temporary in pending.items():
            temporary.replace(path)
        flush_all({path.parent for path in pending})
    except OSError as error:
        raise cannot_write(next(iter(pending), Path()), error) from None
    finally:
        for temporary in pending.values():
            with suppress(OSError):
                temporary.unlink()


@contextmanager
def atomic_directory(path: Path, *, is_public: bool = False, may_replace: bool = False) -> Iterator[Path]:
    """Give a temporary folder to fill; when the block ends well it becomes `path`, else it is removed.

    With `may_replace` a folder that is there makes way by a rename and is removed after; without, it is kept.

    Raises:
        RefusedError: if the folder exists and may not be replaced.
        InternalError: where the disk refuses.
    """
    if path.exists() and not may_replace:
        raise RefusedError("file.exists", Place(file=path.name))
    temporary = temporary_beside(path)
    try:
        folder(path.parent, is_public=is_public)
        folder(temporary, is_public=is_public)
        yield temporary
        _settle(temporary, is_public=is_public)
        _move_into_place(temporary, path, may_replace=may_replace)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """Fingerprint of a file, read in pieces."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def make_read_only(path: Path) -> None:
    """Let nobody write the file, its owner included."""
    path.chmod(READ_ONLY)


def _settle(root: Path, *, is_public: bool) -> None:
    """Modes and fsync for everything under a folder, from the leaves up."""
    for at, _, names in os.walk(root, topdown=False):
        for name in names:
            held = Path(at, name)
            held.chmod(PUBLIC_FILE if is_public else RESTRICTED_FILE)
            flush(held)
        Path(at).chmod(PUBLIC_FOLDER if is_public else RESTRICTED_FOLDER)
        flush(Path(at))


def _move_into_place(temporary: Path, path: Path, *, may_replace: bool) -> None:
    retired = temporary_beside(path)
    if path.exists():
        if not may_replace:
            raise RefusedError("file.exists", Place(file=path.name))
        path.rename(retired)
    try:
        temporary.rename(path)
    except OSError as error:
        if retired.exists():
            retired.rename(path)
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
            raise RefusedError("file.exists", Place(file=path.name)) from None
        raise
    flush(path.parent)
    shutil.rmtree(retired, ignore_errors=True)


def flush(path: Path) -> None:
    """Bring a file or folder to the disk; systems that cannot open a folder do without."""
    is_folder = path.is_dir()
    if is_folder and os.name == "nt":
        return
    held = os.open(path, os.O_RDONLY if is_folder or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def flush_all(paths: Iterable[Path]) -> None:
    """Bring many files or folders to the disk (see `flush`); the first refusal is raised."""
    held = list(paths)
    if len(held) < 2:
        for path in held:
            flush(path)
        return
    with ThreadPoolExecutor(min(_FLUSHERS, len(held))) as pool:
        list(pool.map(flush, held))


def cannot_write(path: Path, error: OSError) -> InternalError:
    """What to raise where the disk refuses: the name and the system's code, nothing of the content."""
    code = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return InternalError("file.cannot_write", Place(file=path.name), code=code)
