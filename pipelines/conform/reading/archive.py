"""Opens zip archives that strangers send, within limits that are counted while reading and never taken on trust.

What the members hold, and writing archives, do not belong here.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO

from pipelines.conform.reading.source import Problem, SourceFile

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_LITTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError)


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold. `ratio` is unpacked to packed size and counts from `ratio_from` bytes on."""

    entries: int = 500
    total_bytes: int = 512 * 1024 * 1024
    member_bytes: int = 256 * 1024 * 1024
    ratio: int = 200
    ratio_from: int = 16 * 1024 * 1024
    depth: int = 2


@dataclass
class Unpacked:
    """Files of an archive in name order, and a problem for each member that was not taken."""

    files: list[SourceFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def is_archive(content: bytes) -> bool:
    """True for zip bytes that are not themselves a document (workbooks and word files are zips with a part list)."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06")) and not is_office_document(content)


def is_office_document(content: bytes) -> bool:
    """True for an XLSX, DOCX or ODS container."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except _DAMAGE:
        return False
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names


def unpack(source: SourceFile, limits: Limits | None = None) -> Unpacked:
    """Every readable file of an archive, nested archives included down to `limits.depth`.

    Never raises for content. A member that leaves the folder, is encrypted, is a link, or breaks a limit becomes a
    problem and the others are still read; when the whole archive breaks its total, nothing more is unpacked.
    """
    limits = limits or Limits()
    return _unpack(source, limits, _Budget(limits.total_bytes))


def measure(source: SourceFile, limits: Limits | None = None) -> tuple[Problem, ...]:
    """Problems of a container that another library will open (an XLSX), by unpacking it to nowhere first."""
    limits = replace(limits or Limits(), depth=0)
    found = Unpacked()
    budget = _Budget(limits.total_bytes)
    for archive, entry in _entries(source, limits, found):
        problem, _ = _read_member(archive, entry, limits, budget)
        if problem:
            found.problems.append(Problem(problem, source.name))
            break
    return tuple(found.problems)


@dataclass
class _Budget:
    """Bytes that may still be unpacked; shared by an archive and the archives inside it."""

    left: int


def _unpack(source: SourceFile, limits: Limits, budget: _Budget) -> Unpacked:
    found = Unpacked()
    for archive, entry in _entries(source, limits, found):
        name = f"{source.name}/{entry.filename}"
        problem, content = _read_member(archive, entry, limits, budget)
        if problem:
            found.problems.append(Problem(problem, name))
            if problem in ("archive_too_large", "archive_ratio"):
                break
        elif is_archive(content):
            _descend(SourceFile(name, content), limits, budget, found)
        else:
            found.files.append(SourceFile(name, content))
    return found


def _descend(inner: SourceFile, limits: Limits, budget: _Budget, found: Unpacked) -> None:
    if limits.depth <= 1:
        found.problems.append(Problem("archive_nested", inner.name))
        return
    nested = _unpack(inner, replace(limits, depth=limits.depth - 1), budget)
    found.files.extend(nested.files)
    found.problems.extend(nested.problems)


def _entries(source: SourceFile, limits: Limits, found: Unpacked) -> Iterable[tuple[zipfile.ZipFile, zipfile.ZipInfo]]:
    """Members worth reading, in name order; what bars the whole archive is put in `found.problems`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(source.content))
    except _DAMAGE:
        found.problems.append(Problem("archive_damaged", source.name))
        return
    with archive:
        entries = sorted((e for e in archive.infolist() if not _is_litter(e)), key=lambda e: e.filename)
        if len(entries) > limits.entries:
            found.problems.append(Problem("archive_too_many", source.name, count=len(entries)))
            return
        if not entries:
            found.problems.append(Problem("empty", source.name))
        for entry in entries:
            yield archive, entry


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename.casefold()
    return entry.is_dir() or name.startswith(_LITTER) or name.rsplit("/", 1)[-1] in _LITTER


def _read_member(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits, budget: _Budget
) -> tuple[str | None, bytes]:
    """(problem code, b"") or (None, content of the member)."""
    barred = _barred(entry)
    if barred:
        return barred, b""
    try:
        with archive.open(entry) as stream:
            return _drain(stream, entry, limits, budget)
    except NotImplementedError:
        return "archive_method", b""
    except _DAMAGE:
        return "archive_damaged", b""


def _barred(entry: zipfile.ZipInfo) -> str | None:
    if _leaves_folder(entry.filename):
        return "archive_path"
    if entry.flag_bits & _ENCRYPTED:
        return "archive_encrypted"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "archive_link"
    return None


def _leaves_folder(name: str) -> bool:
    """Members are never written to disk under their own names, but a name that tries is a sign of ill will."""
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    return posix.is_absolute() or bool(windows.drive or windows.root) or ".." in posix.parts or ".." in windows.parts


def _drain(stream: IO[bytes], entry: zipfile.ZipInfo, limits: Limits, budget: _Budget) -> tuple[str | None, bytes]:
    parts: list[bytes] = []
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        budget.left -= len(chunk)
        if size > limits.member_bytes or budget.left < 0:
            return "archive_too_large", b""
        if size > limits.ratio_from and size > limits.ratio * max(entry.compress_size, 1):
            return "archive_ratio", b""
        parts.append(chunk)
    return None, b"".join(parts)
