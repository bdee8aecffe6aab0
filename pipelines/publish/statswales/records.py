"""Words that the writer of the pack and its dry run share: headings, roles of columns, codes, and a failure.

Neither writing nor judging belongs here. Source of all of it: StatsWales' public guidance for publishers ("Data
preparation": new datasets, updating datasets), read in November 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

DATE, GEOGRAPHY, DIMENSION, MEASURE, DATA, NOTES = "date", "geography", "dimension", "measure", "data", "notes"
"""What a column of a data table is. Whoever uploads says so on the screen; in a pack the manifest says it."""
KEY_ROLES = (DATE, GEOGRAPHY, DIMENSION, MEASURE)

NEW, ADD, REVISE, BOTH, NOTHING = "new", "add", "revise", "add_and_revise", "none"
"""What is to be done with a dataset on StatsWales."""

NOTE_CODES = frozenset(("a", "b", "c", "e", "f", "k", "ns", "p", "r", "s", "ss", "sss", "t", "u", "w", "x", "z"))
REASONS = frozenset("cxzw")
"""Codes that say why there is no value."""
TOTALS = frozenset("ta")
TYPES = frozenset(
    (
        *("count", "percentage", "rate", "rank", "numerator", "denominator", "index value", "mode", "median", "mean"),
        *("standard deviation", "variance", "quartile", "quintile", "decile", "percentile"),
    )
)
FORMATS = frozenset(("decimal", "float", "integer", "long", "percentage", "string", "text", "date", "datetime", "time"))


@dataclass(frozen=True)
class Failure:
    """What StatsWales would refuse: the rule, where, and how many rows with the first few of them (header is row 1)."""

    rule: str
    dataset: str
    file: str
    n: int
    rows: tuple[int, ...] = ()
    what: str = ""
    """Columns, headings or codes concerned: the pack is public, so they may be named."""
