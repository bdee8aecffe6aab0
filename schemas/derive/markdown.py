"""Tables of Markdown, as every generated page writes them.

What a page says does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def row(cells: Iterable[object]) -> str:
    """One line of a table; bars and line breaks inside a cell would end it."""
    return "| " + " | ".join(str(c).replace("|", "/").replace("\n", " ") for c in cells) + " |"


def grid(head: list[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A table with its header, and the empty line after it."""
    yield row(head)
    yield row("---" for _ in head)
    yield from (row(r) for r in rows)
    yield ""
