"""Two submissions side by side: children and episodes added, removed and changed; faults fixed, left and new.

Judging which of the two is right does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.core.errors import UsageError
from pipelines.core.ledger import LedgerRow
from pipelines.flow.desk import Desk
from pipelines.flow.stored import Tables, rows_of, typed_tables

CONTEXT = ("submission_id", "row_number", "return_id", "authority_code", "period_id")


@dataclass(frozen=True)
class Shift:
    """How many rows of one kind were added, removed, changed and left as they were."""

    added: int
    removed: int
    changed: int
    same: int


@dataclass(frozen=True)
class Comparison:
    """What changed from one submission to another; no identifiers, only counts."""

    tables: dict[str, Shift]
    faults: dict[str, Shift]
    """rule id -> faults new (added), fixed (removed) and left (same)."""


def compare(desk: Desk, before_id: str, after_id: str) -> Comparison:
    """Compare two submissions of the same authority and return.

    Raises:
        UsageError: for an id the ledger does not hold, or submissions of different authorities or returns.
    """
    before, after = (rows_of(desk, wanted)[0] for wanted in (before_id, after_id))
    if (before.authority_code, before.return_id) != (after.authority_code, after.return_id):
        raise UsageError("compare.different_series")
    held = [typed_tables(desk, row) for row in (before, after)]
    names = [t for t in desk.catalogue.tables if any(t in h for h in held)]
    shifts = {t: _shift(desk, t, held) for t in names}
    return Comparison(shifts, _fault_shifts(*(_faults(desk, row) for row in (before, after))))


def _shift(desk: Desk, table: str, held: list[Tables]) -> Shift:
    keys = list(desk.catalogue.tables[table].keys)
    frames = [h[table].drop(CONTEXT, strict=False) if table in h else None for h in held]
    before, after = frames
    if before is None or after is None:
        n_before, n_after = (0 if f is None else f.height for f in frames)
        return Shift(n_after, n_before, 0, 0)
    order = before.columns
    kept = after.join(before, on=keys, how="semi", nulls_equal=True).select(order)
    same = kept.join(before, on=order, how="semi", nulls_equal=True).height
    added = after.join(before, on=keys, how="anti", nulls_equal=True).height
    removed = before.join(after, on=keys, how="anti", nulls_equal=True).height
    return Shift(added, removed, kept.height - same, same)


def _faults(desk: Desk, row: LedgerRow) -> dict[str, int]:
    place = f"{row.return_id}/period={row.period_id}/authority={row.authority_code}/{row.submission_id}.parquet"
    path = desk.settings.paths.faults / place
    if not path.is_file():
        return {}
    return dict(pl.read_parquet(path, hive_partitioning=False).group_by("rule_id").len().iter_rows())


def _fault_shifts(before: dict[str, int], after: dict[str, int]) -> dict[str, Shift]:
    """By number: rows move between submissions, so a fault that is left may stand in another row."""
    found = {}
    for rule in sorted({*before, *after}):
        was, now = before.get(rule, 0), after.get(rule, 0)
        found[rule] = Shift(max(0, now - was), max(0, was - now), 0, min(was, now))
    return found
