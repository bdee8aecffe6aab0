"""Frozen records that pass between the parts of the rule engine.

Behaviour does not belong here: choosing, compiling and running rules each have a module of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from schemas.model import Rule

if TYPE_CHECKING:
    import polars as pl

FAULT_SCHEMA = ("rule_id", "severity", "table", "row_number", "item")
RAN, CRASHED, NOT_APPLICABLE = "ran", "crashed", "not_applicable"
NO_TABLE = "skipped: table missing"
NO_PREVIOUS = "skipped: previous period missing"
NOT_ASKED_BEFORE = "skipped: item not in previous period"
NO_REFERENCE = "skipped: reference missing"
NO_OTHERS = "skipped: other submissions missing"
HELD = (
    *("peer_child", "peer_complete", "quarter_episode", "census_episode"),
    *("held_quantity", "peers_enough", "past_enough", "quarter_last"),
)
"""Relations made of stored submissions. Who holds none (`mesur check`) cannot run the rules that read them."""
PREVIOUS = "last_"
"""Prefix of the relation that holds a table of the previous period."""
ROWS_PER_JOB = 1 << 32
"""`row_id` counts on from so many for each job: unique in the run, in the order of the file within a job."""
JOB = "job"
"""Column of every relation: which submission of a run the row belongs to."""
OWN_AUTHORITY = "own_authority_code"
"""Column for `own_authority()`: the submission's own authority in the code that `placement_authority_code` uses."""


@dataclass(frozen=True)
class RuleContext:
    """What a run knows beside the tables themselves."""

    authority_code: str | None = None
    raw: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """table id -> cells as received (strings under canonical item names), in the row order of the typed table."""
    collected: Mapping[str, frozenset[str]] | None = None
    """table id -> items that the layout of the period collects; None: everything."""
    reference: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """Extra relations that `sql` rules may read, by name (for example a register of providers)."""
    lacking: Mapping[str, str] = field(default_factory=dict)
    """Relation -> status of the rules that read it, where this submission cannot be held against it."""


@dataclass(frozen=True)
class RuleJob:
    """One submission as the rules meet it: its typed tables, those of the period before, and what else is known."""

    tables: Mapping[str, pl.DataFrame]
    previous: Mapping[str, pl.DataFrame]
    context: RuleContext


@dataclass(frozen=True)
class RunSetting:
    """Dates and place of one run, which the SQL reads through macros (the authority through a column)."""

    jurisdiction: str
    period_start: date
    period_end: date
    authority_code: str | None = None
    """In the code that `placement_authority_code` uses (three digits in Wales)."""
    has_uasc_flag: bool = False
    """The format marks unaccompanied children by a flag of its own (England's XML), not only by a table."""


@dataclass(frozen=True)
class RuleOutcome:
    """Faults and coverage of one run.

    `faults`: rule_id, severity, table, row_number, item; no values. `coverage`: rule_id, status, n_judged, n_failed,
    one row for every rule of the pack. `messages` holds, for crashed rules, the class of what went wrong.
    """

    faults: pl.DataFrame
    coverage: pl.DataFrame
    pack_version: str
    messages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Aggregate:
    """A named value per child, computed over one table and joined back."""

    name: str
    table: str
    sql: str


@dataclass(frozen=True)
class CompiledRule:
    """A rule as SQL: which rows are judged and, among them, which fail.

    `fault` is None for a rule with a SQL file; then `sql` returns `table_id, row_id` of the failing rows.
    """

    rule: Rule
    judged: str
    fault: str | None
    sql: str | None = None
    also: tuple[str, ...] = ()
    """Further tables in which the rows of the same child are reported."""
    aggregates: tuple[Aggregate, ...] = ()
    exists: tuple[str, ...] = ()
    """Tables for which a column `has_<table>` is needed."""
    windows: tuple[tuple[str, str], ...] = ()
    """(name, SQL) of further columns computed over windows."""

    @property
    def text(self) -> str:
        """All expressions, for finding the columns that they read."""
        parts = [self.judged, self.fault or "", self.sql or "", *(a.sql for a in self.aggregates)]
        return " ".join((*parts, *(sql for _, sql in self.windows)))
