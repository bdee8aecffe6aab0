"""Rule -> SQL: one rule at a time, and all row-wise rules of a table gathered into one pass.

Executing SQL does not belong here; neither does the meaning of the words (see `vocabulary.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.conform.rules.prelude import literal
from pipelines.conform.rules.records import JOB, OWN_AUTHORITY, PREVIOUS, Aggregate, CompiledRule
from pipelines.conform.rules.vocabulary import Arguments, RuleError, Scope, fault_of
from schemas.model import Rule

MASK_BITS = 60
"""Faults of one row per 64-bit mask; a few bits stay free so that sums never reach the sign."""

WORD = re.compile(r"[a-z_][a-z0-9_]*")
CHILD = "child"
ORDERS = {
    "episode": "episode_start_date nulls last, episode_end_date nulls last, row_id",
    "review": "review_date nulls last, row_id",
    "missing": "missing_start_date nulls last, row_id",
    "placed_adoption": "placed_date nulls last, row_id",
    "social_worker": "worker_start_date nulls last, row_id",
}
"""Order of a child's rows for `prev_` and `next_`; other tables keep the order of the file."""
LATEST = {"episode": "episode_start_date desc nulls last, row_id desc"}
"""Which row of the previous period `l_` shows; other tables show the first of the child."""
_OWN = re.compile(r"\bown_authority\s*\(\s*\)")
_WINDOW = re.compile(r"\bover\s*\(\s*(partition\s+by\s)?", re.IGNORECASE)


@dataclass(frozen=True)
class Shapes:
    """Columns of every relation a run registers, by table id."""

    columns: Mapping[str, tuple[str, ...]]

    def of(self, table: str) -> tuple[str, ...]:
        """Columns of a table without `row_id`; RuleError where the table is not known."""
        if table not in self.columns:
            raise RuleError(f"unknown table {table}")
        return self.columns[table]


def compile_rule(rule: Rule, scope: Scope, sql_of: Callable[[str], str]) -> CompiledRule:
    """SQL of one rule. Raises RuleError (unknown word, missing argument) or FileNotFoundError (no SQL file)."""
    given = Arguments(rule)
    judged = placed(rule.where or "true")
    if rule.check == "sql":
        return CompiledRule(rule, judged, None, placed(_set(sql_of(given.text("file", rule.code)), rule)))
    exists = tuple(t for t in (given.text("other"),)) if rule.check == "exists_in_table" else ()
    return CompiledRule(
        rule,
        judged,
        f"({judged}) and ({placed(fault_of(rule, scope))})",
        also=given.texts("also"),
        aggregates=_aggregates(rule),
        exists=exists + given.texts("exists"),
        windows=_windows(rule),
    )


def placed(sql: str) -> str:
    """`own_authority()` as the column of that name: one pass judges the rows of many authorities."""
    return _OWN.sub(OWN_AUTHORITY, sql)


def _set(sql: str, rule: Rule) -> str:
    """The SQL file with the `settings` of the rule in the place of its `$names`; several rules may share a file."""
    settings = rule.arguments.get("settings", {})
    if not isinstance(settings, Mapping):
        raise RuleError(f"{rule.code}: settings must be a mapping of name to value")
    for name, value in settings.items():
        sql = re.sub(rf"\${name}\b", literal(value) if isinstance(value, str) else str(value), sql)
    return sql


def _aggregates(rule: Rule) -> tuple[Aggregate, ...]:
    values = rule.arguments.get("values", {})
    if not isinstance(values, Mapping):
        raise RuleError(f"{rule.code}: values must be a mapping of name to SQL")
    full = {name: v if isinstance(v, Mapping) else {"of": "episode", "sql": v} for name, v in values.items()}
    return tuple(Aggregate(str(name), str(v["of"]), placed(str(v["sql"]))) for name, v in full.items())


def _windows(rule: Rule) -> tuple[tuple[str, str], ...]:
    """(name, SQL) of the windows that a rule brings along, each kept within the rows of one submission."""
    values = rule.arguments.get("windows", {})
    if not isinstance(values, Mapping):
        raise RuleError(f"{rule.code}: windows must be a mapping of name to SQL")
    return tuple((str(name), _WINDOW.sub(_within_job, placed(str(sql)))) for name, sql in values.items())


def _within_job(found: re.Match[str]) -> str:
    return f"over (partition by {JOB}" + (", " if found[1] else " ")


def words_of(rules: Sequence[CompiledRule]) -> frozenset[str]:
    """Every lower-case word in the SQL of the rules: the candidates for column names."""
    return frozenset[str]().union(*(_words_in(rule.text) for rule in rules))


@lru_cache(maxsize=2048)
def _words_in(sql: str) -> frozenset[str]:
    return frozenset(WORD.findall(sql.lower()))


def source_sql(table: str, rules: Sequence[CompiledRule], shapes: Shapes) -> str:
    """The rows of a table with every further column that the rules read, one row per row of the table.

    `prev_x`, `next_x`: the child's neighbouring rows; `h_x`: the child's header; `l_x`: the previous period's row;
    `has_t`: the child has a row in t; `same_x`: rows of the table with the same x; aggregates by their names.
    """
    words = words_of(rules)
    joins = [
        _header_join(words, shapes),
        _previous_join(table, words, shapes),
        *(_exists_join(t) for t in sorted({t for r in rules for t in r.exists})),
        *_aggregate_joins(rules),
    ]
    columns = ["e.*", *_window_columns(table, words, shapes), *_same_columns(rules)]
    order = ORDERS.get(table, "row_id")
    rank = f"partition by e.{JOB}, e.child_id order by {order}"  # rows without a child id meet within their job only
    window = f" window o as ({rank})" if " over o " in " ".join(columns) else ""
    rows = f"(select {', '.join(columns)} from {table} e{window}) s"
    return f"select * from {rows} " + " ".join(j for j in joins if j)


def _window_columns(table: str, words: frozenset[str], shapes: Shapes) -> list[str]:
    held = ("row_id", *shapes.of(table))
    found = [(p, c) for p in ("prev", "next") for c in held if f"{p}_{c}" in words]
    function = {"prev": "lag", "next": "lead"}
    return [f"{function[p]}(e.{c}) over o as {p}_{c}" for p, c in found]


def _same_columns(rules: Sequence[CompiledRule]) -> list[str]:
    keys = {Arguments(r.rule).texts("items") for r in rules if r.rule.check == "unique_in_table"}
    own = {name: sql for r in rules for name, sql in r.windows}
    counts = [f"count(*) over (partition by {JOB}, {', '.join(k)}) as same_{'_and_'.join(k)}" for k in sorted(keys)]
    return counts + [f"{sql} as {name}" for name, sql in sorted(own.items())]


def _header_join(words: frozenset[str], shapes: Shapes) -> str:
    held = [c for c in ("row_id", *shapes.of(CHILD)) if f"h_{c}" in words]
    if not held:
        return ""
    picked = ", ".join(f"min_by({c}, row_id) as h_{c}" if c != "row_id" else "min(row_id) as h_row_id" for c in held)
    return f"left join (select child_id as h_key, {picked} from {CHILD} group by child_id) h on h.h_key = s.child_id"


def _previous_join(table: str, words: frozenset[str], shapes: Shapes) -> str:
    held = [c for c in ("row_id", *shapes.of(table)) if f"l_{c}" in words]
    if not held:
        return ""
    picked = ", ".join(f"{c} as l_{c}" for c in held)
    order = LATEST.get(table, "row_id")
    latest = f"select *, row_number() over (partition by child_id order by {order}) as l_place from {PREVIOUS}{table}"
    return (
        f"left join (select child_id as l_key, {picked} from ({latest}) p where l_place = 1) l on l.l_key = s.child_id"
    )


def _exists_join(table: str) -> str:
    rows = f"select child_id as k_{table}, true as has_{table} from {table} group by child_id"
    return f"left join ({rows}) x_{table} on x_{table}.k_{table} = s.child_id"


def _aggregate_joins(rules: Sequence[CompiledRule]) -> list[str]:
    wanted = {a.name: a for r in rules for a in r.aggregates}
    joins = []
    for table in sorted({a.table for a in wanted.values()}):
        picked = ", ".join(f"{a.sql} as {a.name}" for a in wanted.values() if a.table == table)
        rows = f"select child_id as g_{table}, {picked} from {table} group by child_id"
        joins.append(f"left join ({rows}) y_{table} on y_{table}.g_{table} = s.child_id")
    return joins


@dataclass(frozen=True)
class Bit:
    """The place of a rule in the masks of a pass."""

    code: str
    mask: int
    value: int


def bits_of(rules: Sequence[CompiledRule]) -> tuple[Bit, ...]:
    """Mask number and bit value of every rule with a fault condition, in order."""
    with_fault = [r for r in rules if r.fault is not None]
    return tuple(Bit(r.rule.code, i // MASK_BITS, 1 << (i % MASK_BITS)) for i, r in enumerate(with_fault))


def mask_columns(rules: Sequence[CompiledRule]) -> tuple[str, ...]:
    """Names of the masks that the rules need: m0, m1 ... of faults, j0, j1 ... of rows judged."""
    n_faults, n_judged = sum(r.fault is not None for r in rules), len(judged_conditions(rules))
    return (*(f"m{i}" for i in range(_n_masks(n_faults))), *(f"j{i}" for i in range(_n_masks(n_judged))))


def _n_masks(n_bits: int) -> int:
    return -(-n_bits // MASK_BITS)


def masks_sql(source: str, rules: Sequence[CompiledRule]) -> str:
    """Every row of `source` (a query) with its masks, in the order of `mask_columns`.

    A bit of m is one rule of `bits_of`, a bit of j one of `judged_conditions`. The source is materialised first: at the
    end of its joins the masks, which are long, would be made ready several times over.
    """
    faults = [r.fault for r in rules if r.fault is not None]
    masks = [*_masks(faults), *_masks(judged_conditions(rules))]
    columns = ", ".join((JOB, "row_id", "child_id", *masks))
    return f"with source_row as materialized ({source}) select {columns} from source_row"


def _masks(conditions: Sequence[str]) -> list[str]:
    groups = [conditions[i : i + MASK_BITS] for i in range(0, len(conditions), MASK_BITS)]
    return [
        " + ".join(f"(case when {held} then cast({1 << i} as bigint) else 0 end)" for i, held in enumerate(group))
        for group in groups
    ]


def judged_sql(masked: str, rules: Sequence[CompiledRule]) -> str:
    """One row per job: its number and, for each of `judged_conditions`, how many of its rows are judged."""
    n_conditions = len(judged_conditions(rules))
    counts = [f"count_if((j{i // MASK_BITS} & {1 << (i % MASK_BITS)}) <> 0)" for i in range(n_conditions)]
    return f"select {', '.join((JOB, *counts))} from {masked} group by {JOB}"


def judged_conditions(rules: Sequence[CompiledRule]) -> tuple[str, ...]:
    """The distinct denominators, in order of first use."""
    return tuple(dict.fromkeys(r.judged for r in rules))


def hits_sql(masked: str, bits: str, rules: Sequence[CompiledRule]) -> str:
    """code, row_id, child_id of every fault of a pass; `bits` is a relation of `bits_of`."""
    return " union all ".join(
        "select b.code, m.row_id, m.child_id "
        f"from (select row_id, child_id, m{n} as held from {masked} where m{n} <> 0) m "
        f"join (select code, value from {bits} where mask = {n}) b on (m.held & b.value) <> 0"
        for n in sorted({b.mask for b in bits_of(rules)})
    )
