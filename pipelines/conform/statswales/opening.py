"""Opens the files of an extract and tells each one's generation from its content, whatever it is called.

Joining pages into one table, and judging what a table says, do not belong here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pipelines.conform.reading.archive import is_archive, unpack
from pipelines.conform.reading.source import FATAL, SourceFile
from pipelines.conform.reading.text import Rows, decode, read_rows
from pipelines.conform.statswales import odata, screen, service, tidy, upload, zipped
from pipelines.conform.statswales.areas import AreaIndex
from pipelines.conform.statswales.flat import has_type_suffixes, is_flat
from pipelines.conform.statswales.records import Found, RawTable


@dataclass
class Opened:
    """Tables by file name, lookups that go with them, and faults of whole files."""

    tables: list[tuple[str, RawTable]] = field(default_factory=list)
    lookups: list[upload.Lookup] = field(default_factory=list)
    facts: list[tuple[str, Rows]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    n_files: int = 0
    n_unreadable: int = 0


def open_files(files: Iterable[SourceFile], areas: AreaIndex) -> Opened:
    """Every table in the files. Never raises for content: what cannot be read is counted and told."""
    opened = Opened()
    for source in sorted(files, key=lambda f: f.name):
        members = _members(source, opened) if is_archive(source.content) else [source]
        for member in members:
            opened.n_files += 1
            _open_one(member, areas, opened)
    for name, rows in opened.facts:
        opened.tables.append((name, upload.read_fact(rows, opened.lookups)))
    return opened


def _members(source: SourceFile, opened: Opened) -> list[SourceFile]:
    unpacked = unpack(source)
    for problem in unpacked.problems:
        opened.n_files += 1
        opened.n_unreadable += 1
        opened.found.append(Found("SW23", item=_extension(problem.file), cause=problem.code))
    return unpacked.files


def _open_one(source: SourceFile, areas: AreaIndex, opened: Opened) -> None:
    if _looks_json(source.content):
        _open_json(source, opened)
        return
    rows = read_rows(source.content, source.name)
    fatal = [p.code for p in rows.problems if p.code in FATAL]
    if fatal:
        opened.n_unreadable += 1
        opened.found.append(Found("SW23", item=_extension(source.name), cause=fatal[0]))
        return
    opened.found += [Found("SW24", row=None, item=f"line {p.line}", cause=p.code) for p in rows.problems]
    table = _read_delimited(_from_first_record(rows), source.name, areas, opened)
    if table is not None:
        opened.tables.append((source.name, table))


def _read_delimited(rows: Rows, name: str, areas: AreaIndex, opened: Opened) -> RawTable | None:
    header = rows.records[0]
    if tidy.is_tidy(header):
        return tidy.read_tidy(rows)
    if has_type_suffixes(header) or is_flat(header):
        return zipped.read_zip_csv(rows, name)
    if service.has_service_headings(header):
        return service.read_service_csv(rows)
    if upload.is_fact(header):
        opened.facts.append((name, rows))
    elif upload.is_lookup(header):
        opened.lookups.append(upload.read_lookup(rows))
    elif screen.is_screen(rows.records):
        return screen.read_screen(rows, areas)
    else:
        opened.found.append(Found("SW18", item=_extension(name), cause="shape not known"))
    return None


def _from_first_record(rows: Rows) -> Rows:
    first = next(i for i, record in enumerate(rows.records) if any(cell.strip() for cell in record))
    return Rows(rows.records[first:], rows.lines[first:], rows.delimiter, rows.encoding, rows.problems)


def _looks_json(content: bytes) -> bool:
    return bool(re.match(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*[\[{]", content[:64]))


def _open_json(source: SourceFile, opened: Opened) -> None:
    decoded = decode(source.content, source.name)
    opened.found += [Found("SW24", item=f"line {p.line}", cause=p.code) for p in decoded.problems]
    content, is_cut = _parse(decoded.text)
    table = _read_json(content) if content is not None else None
    if is_cut:
        opened.found.append(Found("SW23", item="json", cause="cut short or damaged"))
        opened.n_unreadable += table is None
    if table is not None:
        opened.tables.append((source.name, table))
    elif not is_cut:
        opened.found.append(Found("SW18", item="json", cause="shape not known"))


def _read_json(content: object) -> RawTable | None:
    if odata.is_page(content):
        return odata.read_page(content)  # type: ignore[arg-type]
    if service.is_view(content):
        return service.read_view(content)  # type: ignore[arg-type]
    if service.is_row_objects(content):
        return service.read_row_objects(content)
    return None


def _parse(text: str) -> tuple[object | None, bool]:
    """(content, whether it is damaged). Numbers stay as written; of a page that was cut short the whole rows count."""
    try:
        return _LOADER.decode(text), False
    except (json.JSONDecodeError, RecursionError):
        return _salvaged(text), True


_LOADER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def _salvaged(text: str) -> object | None:
    """The rows of an OData page up to where it breaks off, with the mark that a further page must follow."""
    start = re.search(r'"value"\s*:\s*\[', text)
    if not start:
        return None
    rows: list[object] = []
    position = start.end()
    while match := re.compile(r"[\s,]*(?=\{)").match(text, position):
        try:
            row, position = _LOADER.raw_decode(text, match.end())
        except (json.JSONDecodeError, RecursionError):
            break
        rows.append(row)
    said = re.search(r'"odata\.metadata"\s*:\s*"([^"]*)"', text[: start.start()])
    return {"odata.metadata": said.group(1) if said else "", "odata.nextLink": "cut", "value": rows} if rows else None


def _extension(name: str) -> str:
    """Only the kind of the file: a file name may say more than a fault should."""
    return PurePosixPath(name).suffix.lstrip(".").casefold() or "file"
