"""Frozen records of a report: what it is about, its causes in order, what they move, its rules and their coverage.

How any of them is found or drawn does not belong here. Whatever may hold a value of the submission says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.model import SEVERITIES, Text

if TYPE_CHECKING:
    import polars as pl

    from pipelines.conform.records import Identity

REJECTING = "reject"
MAX_SHEET_FAULTS = 50_000
"""Faults that a sheet or a page lists one by one; beyond it holds the first of each cause."""


@dataclass(frozen=True)
class Effect:
    """A published figure that a cause may move: at most by the number of children whose rows are concerned."""

    measure_id: str
    name: Text
    """The title, with the id that the framework of the period gave it in front where there is one."""
    n_children: int
    """Distinct children concerned: an upper bound, never an estimate."""
    is_headline: bool
    is_split_only: bool
    """Only a breakdown of the figure may move, not the figure."""


@dataclass(frozen=True)
class Cause:
    """Faults that one act puts right."""

    number: int
    """Place in the order of what to do first, from 1."""
    severity: str
    rule_ids: tuple[str, ...]
    """The rule that tells the cause, then those whose faults follow from it."""
    table: str | None
    place: Text
    """Sheet or file, column and rows, in words; no values."""
    sentence: Text
    allowed: Text
    fix: Text
    n_faults: int
    n_following: int
    """Of these, faults of other rules that probably go when the cause is put right."""
    n_children: int | None
    """None where the whole table or submission is concerned and nobody can be counted."""
    first_row: int | None
    last_row: int | None
    """Lines of the file or rows of the sheet."""
    effects: tuple[Effect, ...]
    is_reach_known: bool = True
    """False where what could not be read cannot be counted."""
    found: str = ""
    """What the cells hold, where it is the same in all of them. A value: for the authority's own files only."""
    child: str = ""
    """The authority's own identifier, where one child is concerned. A value, as `found`."""
    hint: Text = field(default_factory=lambda: Text("", ""))
    """More about the fix that repeats what was received. For the authority's own files only."""

    @property
    def shown(self) -> str:
        """What the cells hold and whose they are. A value: for the authority's own files only."""
        return "; ".join(part for part in (self.child, self.found) if part)

    @property
    def is_moving(self) -> bool:
        """True where it has to be put right and may move a published figure, or nobody can tell."""
        is_reached = bool(self.effects) or not self.is_reach_known or self.severity == REJECTING
        return is_reached and self.severity != "note"

    @property
    def headlines(self) -> tuple[Effect, ...]:
        """Headline figures that may move as a whole."""
        return tuple(e for e in self.effects if e.is_headline and not e.is_split_only)


@dataclass(frozen=True)
class RuleLine:
    """A rule that found something."""

    code: str
    severity: str
    title: Text
    message: Text
    allowed: Text
    guidance: Text
    n_faults: int
    n_children: int


@dataclass(frozen=True)
class CoverageLine:
    """What became of a rule: every rule has one, whether or not it ran."""

    code: str
    title: Text
    severity: str
    status: str
    n_judged: int
    n_failed: int


@dataclass(frozen=True)
class WaivedLine:
    """A fault that a waiver speaks of."""

    waiver_id: str
    rule_id: str
    severity: str
    title: Text
    place: Text
    """Sheet or file, column and row, in words; no values."""
    table: str | None
    line: int | None
    is_offered: bool
    """The waiver has ended or is of another period: the fault is among the others until it is given again."""
    is_carried: bool
    """Given for an earlier period."""
    period_id: str
    expires_on: str
    author: str
    reason: str
    """Free text of a person, which may name somebody. For the authority's own files only."""


@dataclass(frozen=True)
class About:
    """What the report is about."""

    verdict: str
    return_title: Text
    authority: Text
    period_id: str
    system: str
    rule_pack: str
    is_provisional: bool = False
    files: tuple[str, ...] = ()
    """Names as received, for the authority's own files only."""


@dataclass(frozen=True)
class Report:
    """An examination, explained.

    `faults` has one row per fault in the order of causes: `cause`, `follows` and `faults.LOCATED`, with values of the
    submission in `child` and `found`; `kinds` says what each kind of fault is,
    in words of both languages; `sources` where each table came from
    (file and sheet, as received).
    """

    about: About
    identity: Identity
    causes: tuple[Cause, ...]
    kinds: pl.DataFrame
    faults: pl.DataFrame
    sources: Mapping[str, tuple[str, str]]
    rules: tuple[RuleLine, ...]
    coverage: tuple[CoverageLine, ...]
    effects: tuple[Effect, ...]
    """All causes that have to be put right (errors) taken together: a child counts once."""
    n_by_severity: Mapping[str, int]
    n_moving: int
    """Faults that belong to causes which may move a published figure."""
    waived: tuple[WaivedLine, ...] = ()
    """Faults that waivers explain, which are in no other part of the report, then those they may explain again."""

    @property
    def n_waived(self) -> dict[str, int]:
        """Faults that are explained, by severity."""
        told = Counter(line.severity for line in self.waived if not line.is_offered)
        return {severity: told[severity] for severity in SEVERITIES if severity in told}

    @property
    def n_faults(self) -> int:
        """All faults, whatever their severity."""
        return self.faults.height
