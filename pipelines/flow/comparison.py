"""Two versions of a return side by side: children and episodes added, removed and changed, faults fixed, left and new.

What that does to the figures belongs to `shifting.py`; judging which of the two is right does not belong here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from pipelines.conform import Examination
from pipelines.core.errors import UsageError
from pipelines.core.ledger import LedgerRow
from pipelines.flow.desk import Desk
from pipelines.flow.stored import Tables, faults_of, rows_of, typed_tables

CONTEXT = ("submission_id", "row_number", "return_id", "authority_code", "period_id")


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two: whose it is, its typed tables and its faults. `row` is None where it was not received yet."""

    return_id: str
    authority_code: str
    period_id: str
    tables: Tables
    faults: pl.DataFrame
    row: LedgerRow | None = None


@dataclass(frozen=True)
class Shift:
    """How many rows of one kind were added, removed, changed and left as they were."""

    added: int
    removed: int
    changed: int
    same: int
    columns: Mapping[str, int] = field(default_factory=dict)
    """item -> in how many of the changed rows it differs, the commonest first."""
    rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """`added` and `changed`: data rows of the later one; `removed`: of the earlier one."""


@dataclass(frozen=True)
class Comparison:
    """What changed from one version to another; no identifiers, only counts, columns and row numbers."""

    tables: dict[str, Shift]
    faults: dict[str, Shift]
    """rule id -> faults new (added), fixed (removed) and left (same)."""


def stored(desk: Desk, submission_id: str) -> Side:
    """A submission that was received.

    Raises:
        UsageError: for an id the ledger does not hold.
    """
    row = rows_of(desk, submission_id)[0]
    tables = typed_tables(desk, row)
    return Side(row.return_id, row.authority_code, row.period_id or "", tables, faults_of(desk, row), row)


def sent(examination: Examination) -> Side:
    """A submission that was examined and not received."""
    i = examination.identity
    place = (str(i.return_id), str(i.authority_code), str(i.period_id))
    return Side(*place, examination.tables, examination.faults)


def compare(desk: Desk, before: Side, after: Side) -> Comparison:
    """Compare two versions of a return of the same authority.

    Raises:
        UsageError: for those of different authorities or returns.
    """
    if (before.authority_code, before.return_id) != (after.authority_code, after.return_id):
        raise UsageError("compare.different_series")
    names = [t for t in desk.catalogue.tables if t in before.tables or t in after.tables]
    shifts = {t: _shift(desk, t, before.tables.get(t), after.tables.get(t)) for t in names}
    return Comparison(shifts, _fault_shifts(_facts(desk, before), _facts(desk, after)))


def _shift(desk: Desk, table: str, before: pl.DataFrame | None, after: pl.DataFrame | None) -> Shift:
    if before is None or after is None:
        n_before, n_after = (0 if f is None else f.height for f in (before, after))
        return Shift(n_after, n_before, 0, 0)
    keys = list(desk.catalogue.tables[table].keys)
    order = [c for c in before.columns if c not in CONTEXT and c in after.columns]
    kept = after.join(before, on=keys, how="semi", nulls_equal=True)
    changed = kept.join(before, on=order, how="anti", nulls_equal=True)
    added = after.join(before, on=keys, how="anti", nulls_equal=True)
    removed = before.join(after, on=keys, how="anti", nulls_equal=True)
    found = {"added": added, "removed": removed, "changed": changed}
    rows = {kind: tuple(sorted(frame["row_number"].to_list())) for kind, frame in found.items()}
    n_same = kept.height - changed.height
    columns = _columns(changed, before, (keys, order))
    return Shift(added.height, removed.height, changed.height, n_same, columns, rows)


def _columns(changed: pl.DataFrame, before: pl.DataFrame, names: tuple[list[str], list[str]]) -> dict[str, int]:
    """In how many changed rows each column differs; rows whose key stands twice before are left out."""
    keys, order = names
    single = before.filter(pl.struct(keys).is_unique()) if keys else before
    beside = changed.join(single.select(order), on=keys, how="inner", nulls_equal=True, suffix=" before")
    counts = {c: (~beside[c].eq_missing(beside[f"{c} before"])).sum() for c in order if c not in keys}
    return {c: int(n) for c, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if n}


def _facts(desk: Desk, side: Side) -> Counter[tuple[object, ...]]:
    """Faults by rule, place and the keys of their row: rows move between versions, children and dates stay."""
    found = []
    for (table,), own in side.faults.group_by("table"):
        frame = side.tables.get(str(table))
        if frame is None:
            named = own.with_columns(pl.lit(None, pl.String).alias("key"))
        else:
            keys = [pl.col(k).cast(pl.String).fill_null("") for k in desk.catalogue.tables[str(table)].keys]
            named = own.join(
                frame.select("row_number", pl.concat_str(keys, separator="|").alias("key")), on="row_number", how="left"
            )
        found += named.select("rule_id", "table", "item", "key").rows()
    return Counter(found)


def _fault_shifts(before: Counter[tuple[object, ...]], after: Counter[tuple[object, ...]]) -> dict[str, Shift]:
    parts = {"added": after - before, "removed": before - after, "same": before & after}
    by_rule = {kind: _by_rule(held) for kind, held in parts.items()}
    rules = sorted({rule for held in by_rule.values() for rule in held})
    return {r: Shift(by_rule["added"][r], by_rule["removed"][r], 0, by_rule["same"][r]) for r in rules}


def _by_rule(held: Counter[tuple[object, ...]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for fact, n in held.items():
        counts[str(fact[0])] += n
    return counts


def children(desk: Desk, before: Side, after: Side, own: Mapping[str, str]) -> pl.DataFrame:
    """What changed of whom, for the authority's own file: `table`, `change`, `row`, `child` (its own identifier).

    `own`: token -> identifier, as the authority wrote it.
    """
    rows = []
    for table, shift in compare(desk, before, after).tables.items():
        for kind, numbers in shift.rows.items():
            frame = (before if kind == "removed" else after).tables[table]
            held = dict(frame.select("row_number", "child_id").iter_rows()) if "child_id" in frame.columns else {}
            rows += [(table, kind, n, own.get(str(held.get(n)), "")) for n in numbers]
    schema = {"table": pl.String, "change": pl.String, "row": pl.Int64, "child": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")
