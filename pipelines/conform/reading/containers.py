"""Files of any accepted kind to grids: delimited text, workbooks, XML, and archives and folders of them.

How each kind is read stands in its own module; what the grids mean does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.conform.reading import archive
from pipelines.conform.reading.grids import read_delimited
from pipelines.conform.reading.source import Problem, SourceFile
from pipelines.conform.records import Grid, Opened

FileLike = str | Path | SourceFile


@dataclass
class _Found:
    grids: list[Grid] = field(default_factory=list)
    cover: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    containers: set[str] = field(default_factory=set)


def open_files(files: Sequence[FileLike], expected: Mapping[str, frozenset[str]]) -> Opened:
    """Everything readable in the files; what cannot be read becomes a problem and the rest is still read.

    `expected` as in `reading.xml.read_xml`. Kinds are told by content and never by the name: bytes that were kept
    under their fingerprint have no suffix, and a suffix may lie.
    """
    found = _Found()
    for source in _sources(files, found.problems):
        _open(source, expected, found)
    return Opened(tuple(found.grids), found.cover, tuple(found.problems), frozenset(found.containers))


def _sources(files: Iterable[FileLike], problems: list[Problem]) -> Iterator[SourceFile]:
    for file in files:
        if isinstance(file, SourceFile):
            yield file
            continue
        path = Path(file)
        inside = (
            sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
            if path.is_dir()
            else [path]
        )
        if not inside:
            problems.append(Problem("empty", path.name))
        for held in inside:
            try:
                yield SourceFile.from_path(held)
            except OSError:
                problems.append(Problem("unreadable", held.name))


def _open(source: SourceFile, expected: Mapping[str, frozenset[str]], found: _Found) -> None:
    content = source.content
    if archive.is_archive(content):
        unpacked = archive.unpack(source)
        found.problems.extend(unpacked.problems)
        for member in unpacked.files:
            _open(member, expected, found)
    elif content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        _open_document(source, expected, found)
    elif _is_markup(content):
        _open_markup(source, expected, found)
    else:
        grid, problems = read_delimited(source)
        _take(found, "csv", [grid] if grid else [], problems)


def _is_markup(content: bytes) -> bool:
    from pipelines.conform.reading.xml import looks_like_xml

    return looks_like_xml(content)


def _open_markup(source: SourceFile, expected: Mapping[str, frozenset[str]], found: _Found) -> None:
    from pipelines.conform.reading.xml import read_xml

    grids, cover, problems = read_xml(source, expected)
    _take(found, "xml", grids, problems)
    found.cover |= {k: v for k, v in cover.items() if k not in found.cover}


def _open_document(source: SourceFile, expected: Mapping[str, frozenset[str]], found: _Found) -> None:
    from pipelines.conform.reading import workbook

    barred = workbook.ole_problem(source.content)
    if barred is None and not workbook.is_workbook(source.content):
        barred = "other_document"
    if barred:
        found.problems.append(Problem(barred, source.name))
        return
    grids, problems = workbook.read_workbook(source, frozenset(expected))
    _take(found, "xlsx", grids, problems)


def _take(found: _Found, container: str, grids: Iterable[Grid], problems: Iterable[Problem]) -> None:
    found.containers.add(container)
    found.grids.extend(grids)
    found.problems.extend(problems)
