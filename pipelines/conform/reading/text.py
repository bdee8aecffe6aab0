"""Bytes to text and text to rows: encodings, NUL bytes, delimiters, quoting gone wrong.

What the rows mean (headers, types, rules) and how archives are opened do not belong here.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.conform.reading.source import Problem

MAX_BYTES = 512 * 1024 * 1024
"""A text file beyond this is refused unread: the largest Welsh return is some 20 MB."""

DELIMITERS = (",", ";", "\t", "|")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_BINARY_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b")
_SAMPLE = 64 * 1024
_MAX_CONTROL_SHARE = 0.05
_MAX_STRANGE_SHARE = 0.3
_MAX_RECORD_LINES = 60
"""In lines. A quoted cell may hold line breaks; a record longer than this is a quotation mark that was never closed."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")
"""Control characters that no text holds; tabs, line ends, NUL, form feed and the old end mark do occur."""


@dataclass(frozen=True)
class Decoded:
    """Text of a file, the encoding it was found to be in, and what had to be mended to get it."""

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Rows:
    """Records of a delimited file in file order.

    `lines[i]` is the 1-based physical line on which `records[i]` begins, so that a fault can name a place the
    sender finds in any editor. Empty lines are records of no cells. Cells are exactly as received (no stripping).
    """

    records: list[list[str]]
    lines: list[int]
    delimiter: str
    encoding: str
    problems: tuple[Problem, ...] = ()


@dataclass
class _Collected:
    records: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def decode(content: bytes, name: str = "") -> Decoded:
    """Text of a file in UTF-8, UTF-16, UTF-32, Windows-1252 or ISO 8859-14, with or without byte-order mark.

    Never raises for content: an empty or binary file gives empty text and one fatal problem. NUL bytes are taken
    out and counted (`nul_bytes`), bytes without a meaning become U+FFFD and are counted (`undecodable`).
    """
    if len(content) > MAX_BYTES:
        return Decoded("", "", (Problem("too_large", name),))
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        return Decoded("", "", (Problem("empty", name),))
    if content.startswith(_BINARY_MAGIC):
        return Decoded("", "", (Problem("binary", name),))
    encoding, body = _detect(content)
    text = body.decode(encoding, errors="replace")
    if _looks_binary(text):
        return Decoded("", encoding, (Problem("binary", name),))
    return _without_mishaps(text, encoding, name)


def sniff_delimiter(text: str) -> str:
    """The delimiter whose columns agree best over the first lines; a comma where nothing separates anything."""
    declared = re.match(r"sep=(.)\r?\n", text, flags=re.IGNORECASE)
    if declared:
        return declared.group(1)
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    scored = [(_agreement(sample, delimiter), -i, delimiter) for i, delimiter in enumerate(DELIMITERS)]
    (lines_agreeing, _), _, best = max(scored)
    return best if lines_agreeing else ","


def split_rows(text: str, delimiter: str, name: str = "") -> tuple[list[list[str]], list[int], tuple[Problem, ...]]:
    """Records, their line numbers and problems of a delimited text.

    A quotation mark that is never closed would swallow the rest of the file: that line is read again without
    quoting, told as `unclosed_quote`, and reading goes on with the next line.
    """
    csv.field_size_limit(MAX_BYTES)
    lines = list(io.StringIO(text, newline=""))
    plain = _one_record_a_line(lines, delimiter)
    if plain is not None:
        return plain, list(range(1, len(lines) + 1)), ()
    found = _Collected()
    start = 0
    while start < len(lines):
        start = _read_until_mishap(lines, start, delimiter, (found, name))
    return found.records, found.lines, tuple(found.problems)


def read_rows(content: bytes, name: str = "", delimiter: str | None = None) -> Rows:
    """Decode, find the delimiter and split: the whole way from bytes to records.

    Never raises for content. A `sep=;` line that Excel writes first is not a record.
    """
    decoded = decode(content, name)
    if not decoded.text:
        return Rows([], [], delimiter or ",", decoded.encoding, decoded.problems)
    chosen = delimiter or sniff_delimiter(decoded.text)
    records, lines, problems = split_rows(decoded.text, chosen, name)
    if lines and re.match(r"sep=.\r?\n", decoded.text, flags=re.IGNORECASE):
        records, lines = records[1:], lines[1:]
    if not any(any(cell.strip() for cell in record) for record in records):
        problems = (*problems, Problem("no_rows", name))
    return Rows(records, lines, chosen, decoded.encoding, (*decoded.problems, *problems))


def _detect(content: bytes) -> tuple[str, bytes]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return encoding, content[len(mark) :]
    wide = _wide_encoding(content[:_SAMPLE])
    if wide:
        return wide, content
    return _narrow_encoding(content), content


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 without a mark shows as a NUL in every second byte of Latin text."""
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    even, odd = sample[0::2].count(0) / pairs, sample[1::2].count(0) / pairs
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    if even > 0.4 and odd < 0.05:
        return "utf-16-be"
    return None


def _narrow_encoding(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    replaced = content.decode("utf-8", errors="replace")
    n_bad = replaced.count(_REPLACEMENT)
    n_good = sum(1 for char in replaced if char > "\x7f") - n_bad
    if n_good > n_bad:
        return "utf-8"
    return _single_byte_encoding(content)


def _single_byte_encoding(content: bytes) -> str:
    """ISO 8859-14 holds the Welsh letters with circumflex where Windows-1252 holds eth and thorn.

    Neither Welsh nor English writes eth or thorn, and 8859-14 has no printable character at 0x80 to 0x9F.
    """
    held = set(content)
    has_windows_marks = any(0x80 <= byte <= 0x9F for byte in held)
    has_circumflex_place = bool(held & {0xD0, 0xF0, 0xDE, 0xFE})
    return "iso8859-14" if has_circumflex_place and not has_windows_marks else "cp1252"


def _looks_binary(text: str) -> bool:
    sample = text[:_SAMPLE]
    n_control = len(_CONTROL.findall(sample))
    n_strange = sample.count(_REPLACEMENT) + sample.count("\x00")
    return n_control > _MAX_CONTROL_SHARE * len(sample) or n_strange > _MAX_STRANGE_SHARE * len(sample)


def _without_mishaps(text: str, encoding: str, name: str) -> Decoded:
    problems = []
    for code, char in (("nul_bytes", "\x00"), ("undecodable", _REPLACEMENT)):
        n_found = text.count(char)
        if n_found:
            line = text.count("\n", 0, text.index(char)) + 1
            problems.append(Problem(code, name, line, n_found))
    return Decoded(text.replace("\x00", "").lstrip("\ufeff").rstrip("\x1a"), encoding, tuple(problems))


def _agreement(sample: str, delimiter: str) -> tuple[int, int]:
    """(lines that share the commonest column count, that count); (0, 0) where nothing is separated."""
    records, _, _ = split_rows(sample, delimiter)
    counts = Counter(len(record) for record in records[:200] if len(record) > 1)
    if not counts:
        return 0, 0
    columns, n_lines = max(counts.items(), key=lambda entry: (entry[1], entry[0]))
    return n_lines, columns


def _one_record_a_line(lines: list[str], delimiter: str) -> list[list[str]] | None:
    """All records at once where each is one line, as in nearly every file (three times as fast); else None."""
    if lines and _is_open(["", lines[-1]]):
        return None
    try:
        records = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return None
    return records if len(records) == len(lines) else None


class _Runaway(Exception):
    """A record went on for longer than any record does."""


class _Feed:
    """Lines for the csv module from an index on, which stops a record that never ends after a bounded look ahead.

    Without the bound, a file with a stray quotation mark on every line would be read once per line to its end.
    """

    def __init__(self, lines: list[str], start: int) -> None:
        self.lines, self.begin, self.next_line = lines, start, start

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.next_line >= len(self.lines):
            raise StopIteration
        if self.next_line - self.begin >= _MAX_RECORD_LINES:
            raise _Runaway
        self.next_line += 1
        return self.lines[self.next_line - 1]


def _read_until_mishap(lines: list[str], start: int, delimiter: str, into: tuple[_Collected, str]) -> int:
    """Read records from line index `start`; returns the index to go on from (the end where all went well)."""
    found, name = into
    feed = _Feed(lines, start)
    for record in _records(csv.reader(feed, delimiter=delimiter)):
        begin, end = feed.begin, feed.next_line
        if record is None or (end == len(lines) and _is_open(lines[begin:end])):
            found.problems.append(Problem("unclosed_quote", name, begin + 1))
            found.records.append(lines[begin].rstrip("\r\n").split(delimiter))
            found.lines.append(begin + 1)
            return begin + 1
        found.records.append(record)
        found.lines.append(begin + 1)
        feed.begin = end
    return len(lines)


def _records(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """Records of a reader; None where the csv module gives up on one."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except (csv.Error, _Runaway):
            yield None


def _is_open(record_lines: list[str]) -> bool:
    """True where the last record of several lines has an odd number of quotation marks: it was cut off inside one."""
    return len(record_lines) > 1 and sum(line.count('"') for line in record_lines) % 2 == 1
