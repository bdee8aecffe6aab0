"""Text that a spreadsheet would take for a formula is made harmless, in every format that a spreadsheet opens.

Escaping for HTML or SQL does not belong here.
"""

from __future__ import annotations

FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def defused(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.startswith(FORMULA_START) else text
