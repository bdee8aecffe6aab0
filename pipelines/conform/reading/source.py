"""What a reader is handed (`SourceFile`) and how it says what is wrong with the bytes (`Problem`).

Decoding, unpacking and every rule about content do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SourceFile:
    """One file as received: its name for the sender's eye and its bytes, unchanged."""

    name: str
    content: bytes

    @classmethod
    def from_path(cls, path: Path) -> SourceFile:
        """Read a file whole. Raises OSError where the path cannot be read."""
        return cls(path.name, path.read_bytes())


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the bytes of a file. It carries places and counts, never content.

    `code` is a word of the reader that found it (`empty`, `binary`, `archive_ratio` ...), `file` the name of
    the file or archive member, `line` the first line concerned (1-based), `count` how many times.
    """

    code: str
    file: str = ""
    line: int | None = None
    count: int = 1


FATAL = frozenset(
    {
        "empty",
        "binary",
        "too_large",
        "no_rows",
        "archive_damaged",
        "archive_too_large",
        "archive_ratio",
        "archive_too_many",
        "archive_nested",
        "archive_path",
        "archive_encrypted",
        "archive_link",
        "archive_method",
    }
)
"""Problems after which the file (or the member) gave nothing to read; the others leave rows that count."""
