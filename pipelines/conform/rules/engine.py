"""Runs a pack over the tables of a return and accounts for every rule.

Choosing rules (`packs.py`), their SQL (`compile.py`) and the shape of tables (`relations.py`) do not belong here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.conform.rules import records
from pipelines.conform.rules.compile import (
    CHILD,
    WORD,
    Shapes,
    bits_of,
    compile_rule,
    judged_conditions,
    judged_sql,
    masks_sql,
    source_sql,
    words_of,
)
from pipelines.conform.rules.packs import Pack, PackKey, pack_of
from pipelines.conform.rules.prelude import listed
from pipelines.conform.rules.records import PREVIOUS, CompiledRule, RuleContext, RuleOutcome, RunSetting
from pipelines.conform.rules.relations import Frames, Inputs, layout_of, open_connection, register
from pipelines.conform.rules.vocabulary import RuleError, Scope
from pipelines.core.periods import Period
from schemas.model import Rule
from schemas.rule_terms import load_views, sql_of

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

FAILED = "fault_row"
"""Relation that gathers code, table_id, row_id."""


@dataclass
class Ledger:
    """What became of each rule so far; filled while a run proceeds."""

    status: dict[str, str] = field(default_factory=dict)
    judged: dict[str, int] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)

    def crashed(self, code: str, error: Exception) -> None:
        """Record a crash. Only the class is kept: the text of an error may quote a value."""
        self.status[code] = records.CRASHED
        self.messages[code] = type(error).__name__


@dataclass(frozen=True)
class Bench:
    """An open connection with the tables of the run, and the ledger."""

    con: duckdb.DuckDBPyConnection
    shapes: Shapes
    ledger: Ledger


def run(  # noqa: PLR0913, PLR0917 (the contract between rooms names these six)
    catalogue: Catalogue, return_id: str, period_id: str, tables: Frames, previous: Frames, context: RuleContext
) -> RuleOutcome:
    """Run the pack of a return over its typed tables.

    `tables` and `previous`: table id -> frame of canonical items (dates as dates), `previous` of the period before.
    Never raises for what the tables hold; a rule that cannot run is a row of the coverage.
    """
    held = catalogue.returns[return_id]
    pack = pack_for(catalogue, PackKey(period_id, held.jurisdiction, return_id))
    inputs = Inputs(tables, context.raw, previous, context.reference)
    return run_pack(catalogue, pack, inputs, context)


@lru_cache(maxsize=32)
def pack_for(catalogue: Catalogue, key: PackKey) -> Pack:
    """The pack for a key, hashed once per process."""
    return pack_of(catalogue.rules, key)


def run_pack(
    catalogue: Catalogue, pack: Pack, inputs: Inputs, context: RuleContext, setting: RunSetting | None = None
) -> RuleOutcome:
    """Run a pack; `setting` replaces the dates that follow from the period (the bench sets odd ones)."""
    setting = setting or setting_of(catalogue, pack.key, context.authority_code)
    layout, ledger = layout_of(catalogue), Ledger()
    compiled = _compile(catalogue, pack, setting, ledger)
    ready = [r for r in compiled if not _kept_out(r, inputs, context, ledger)]
    con = open_connection(setting)
    try:
        used = _relations(ready)
        register(con, inputs, layout, used)
        _define(con, catalogue, setting, used)
        con.execute(f"create table {FAILED} (code varchar, table_id varchar, row_id bigint)")
        _execute(Bench(con, layout.shapes(), ledger), ready)
        return _outcome(con, pack, ledger)
    finally:
        con.close()


def setting_of(catalogue: Catalogue, key: PackKey, authority_code: str | None) -> RunSetting:
    """First and last day of the period of a pack, and the authority in the code that placements use."""
    period = Period(key.period_id)
    held = catalogue.authorities.get(authority_code or "")
    return RunSetting(key.jurisdiction, period.start, period.end, held.la3 if held else authority_code)


def _compile(catalogue: Catalogue, pack: Pack, setting: RunSetting, ledger: Ledger) -> list[CompiledRule]:
    lists = {i.id: i.code_list for i in catalogue.items.values() if i.code_list}
    scope = Scope(setting.jurisdiction, setting.period_start, setting.period_end, catalogue.code_lists, lists)
    found = []
    for rule in pack.rules:
        try:
            found.append(compile_rule(rule, scope, sql_of))
        except (RuleError, FileNotFoundError) as error:
            ledger.crashed(rule.code, error)
    return found


def _kept_out(rule: CompiledRule, inputs: Inputs, context: RuleContext, ledger: Ledger) -> bool:
    """Record why a rule does not run, where it does not."""
    status = _reason(rule, inputs, context)
    if status:
        ledger.status[rule.rule.code] = status
    return bool(status)


def _reason(rule: CompiledRule, inputs: Inputs, context: RuleContext) -> str | None:
    needed = strings(rule.rule, "reference")
    if any(name not in inputs.reference for name in needed):
        return records.NO_REFERENCE
    if any(table not in inputs.tables for table in rule.rule.tables):
        return records.NO_TABLE
    if any(table not in inputs.previous for table in strings(rule.rule, "previous")):
        return records.NO_PREVIOUS
    return None if _collected(rule.rule, context) else records.NOT_APPLICABLE


def strings(rule: Rule, argument: str) -> tuple[str, ...]:
    """A list argument of a rule; empty where it is absent, one entry where it is a single value."""
    value = rule.arguments.get(argument, ())
    return tuple(str(v) for v in value) if isinstance(value, list | tuple) else (str(value),)


def _collected(rule: Rule, context: RuleContext) -> bool:
    """Whether the layout of the period collects every item the rule names."""
    if context.collected is None:
        return True
    named = (i.split(".") if "." in i else [rule.table, i] for i in rule.items)
    return all(item in context.collected.get(table, frozenset()) for table, item in named)


def _relations(rules: Sequence[CompiledRule]) -> frozenset[str]:
    """Every word of the rules' SQL and of the views that they read, plus the tables that a pass joins by itself."""
    own = {r.rule.table for r in rules} | {t for r in rules for t in (*r.also, *r.exists)} | {CHILD}
    read = {a.table for r in rules for a in r.aggregates} | {t for r in rules for t in strings(r.rule, "over")}
    latest = {PREVIOUS + r.rule.table for r in rules if any(w.startswith("l_") for w in words_of([r]))}
    words = words_of(rules) | own | read | latest
    for name, text in reversed(load_views().items()):
        words |= frozenset(WORD.findall(text)) if name in words else frozenset()
    return words


def _define(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, setting: RunSetting, used: frozenset[str]) -> None:
    """Code lists as macros, and the shared relations, where a rule names them.

    A view that fails is left out: the rules that read it then crash, one by one, and say so.
    """
    for held in catalogue.code_lists.values():
        if f"listed_{held.id}" in used:
            codes = held.valid_codes(setting.period_start, setting.period_end, setting.jurisdiction)
            con.execute(listed(held.id, codes))
    for name, text in load_views().items():
        if name in used:
            with suppress(duckdb.Error), _as_written(con):
                con.execute(f"create or replace table {name} as {text}")


def _execute(bench: Bench, rules: Sequence[CompiledRule]) -> None:
    by_table: dict[str, list[CompiledRule]] = defaultdict(list)
    for rule in rules:
        by_table[rule.rule.table].append(rule)
    for table, held in sorted(by_table.items()):
        _pass_or_one_by_one(bench, table, held)
    for rule in rules:
        if rule.sql is not None and rule.rule.code not in bench.ledger.status:
            _run_sql(bench, rule)


def _pass_or_one_by_one(bench: Bench, table: str, rules: Sequence[CompiledRule]) -> None:
    try:
        _pass(bench, table, rules)
    except (duckdb.Error, RuleError):
        # One bad expression spoils the whole statement: run the table's rules one by one and name the culprit.
        _one_by_one(bench, table, rules)


def _one_by_one(bench: Bench, table: str, rules: Sequence[CompiledRule]) -> None:
    for rule in rules:
        try:
            _pass(bench, table, [rule])
        except (duckdb.Error, RuleError) as error:
            bench.ledger.crashed(rule.rule.code, error)


def _pass(bench: Bench, table: str, rules: Sequence[CompiledRule]) -> None:
    """All row-wise rules of a table at once, and the denominators of all its rules. Writes only when all went well."""
    con = bench.con
    has_bits = bool(bits_of(rules))
    with _as_written(con):
        con.execute(f"create or replace table source_row as {source_sql(table, rules, bench.shapes)}")
        counts = con.execute(judged_sql("source_row", rules)).fetchall()[0]
        if has_bits:
            con.execute(f"create or replace table mask_row as {masks_sql('source_row', rules)}")
    if has_bits:
        _unpack(con, table, rules)
    judged = dict(zip(judged_conditions(rules), counts, strict=True))
    for rule in rules:
        bench.ledger.judged[rule.rule.code] = int(judged[rule.judged])
        if rule.sql is None:
            bench.ledger.status[rule.rule.code] = records.RAN


@contextmanager
def _as_written(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run statements without the optimiser.

    A pass is one scan with a hundred independent expressions, its source a chain of joins already in the right order:
    there is nothing to reorder, and rewriting took ten times as long as evaluating (measured at 2,000 rows).
    """
    con.execute("pragma disable_optimizer")
    try:
        yield
    finally:
        con.execute("pragma enable_optimizer")


def _unpack(con: duckdb.DuckDBPyConnection, table: str, rules: Sequence[CompiledRule]) -> None:
    bits = bits_of(rules)
    rows = ", ".join(f"('{b.code}', {b.mask}, cast({b.value} as bigint))" for b in bits)
    con.execute(f"create or replace table rule_bit as select * from (values {rows}) v(code, mask, value)")
    masks = sorted({b.mask for b in bits})
    chosen = "case b.mask " + " ".join(f"when {m} then m.m{m}" for m in masks) + " end"
    hit = f"mask_row m join rule_bit b on ({chosen} & b.value) <> 0"
    con.execute(f"insert into {FAILED} select b.code, '{table}', m.row_id from {hit}")
    for other in sorted({t for r in rules for t in r.also}):
        codes = ", ".join(f"'{r.rule.code}'" for r in rules if other in r.also)
        con.execute(
            f"insert into {FAILED} select distinct b.code, '{other}', o.row_id from {hit} "
            f"join {other} o on o.child_id = m.child_id where b.code in ({codes})"
        )


def _run_sql(bench: Bench, rule: CompiledRule) -> None:
    code = rule.rule.code
    try:
        rows = f"select distinct '{code}', table_id, row_id from ({rule.sql}) f where row_id is not null"
        bench.con.execute(f"insert into {FAILED} {rows}")
        bench.ledger.status[code] = records.RAN
        if tables := strings(rule.rule, "over"):
            counts = " + ".join(f"(select count(*) from {t})" for t in tables)
            bench.ledger.judged[code] = int(bench.con.execute(f"select {counts}").fetchall()[0][0])
    except duckdb.Error as error:
        bench.ledger.crashed(code, error)


def _outcome(con: duckdb.DuckDBPyConnection, pack: Pack, ledger: Ledger) -> RuleOutcome:
    about = pl.DataFrame(
        [(r.code, r.severity) for r in pack.rules],
        schema={"code": pl.String, "severity": pl.String},
        orient="row",
    )
    failed = (
        con.sql(f"select code, table_id, row_id from {FAILED} order by all").pl().join(about, on="code", how="left")
    )
    faults = failed.join(_items_named(pack.rules), on=["code", "table_id"], how="left").select(
        pl.col("code").alias("rule_id"),
        "severity",
        pl.col("table_id").alias("table"),
        pl.col("row_id").cast(pl.Int32).alias("row_number"),
        "item",
    )
    counts = _failed_counts(failed, pack.rules)
    coverage = pl.DataFrame(
        [_coverage_row(r.code, ledger, counts) for r in pack.rules],
        schema={"rule_id": pl.String, "status": pl.String, "n_judged": pl.Int64, "n_failed": pl.Int64},
        orient="row",
    )
    return RuleOutcome(faults, coverage, pack.version, dict(ledger.messages))


def _failed_counts(failed: pl.DataFrame, rules: Sequence[Rule]) -> dict[str, int]:
    """Rows failed per rule, in the tables in which its rows are judged (its own, or those under `over`)."""
    tables = {r.code: strings(r, "over") or (r.table,) for r in rules}
    pairs = [(code, table) for code, held in tables.items() for table in held]
    judged = pl.DataFrame(pairs, schema={"code": pl.String, "table_id": pl.String}, orient="row")
    return dict(failed.join(judged, on=["code", "table_id"], how="semi").group_by("code").len().iter_rows())


def _coverage_row(code: str, ledger: Ledger, counts: Mapping[str, int]) -> tuple[str, str, int, int]:
    status = ledger.status.get(code, records.CRASHED)
    ran = status == records.RAN
    return (code, status, ledger.judged.get(code, 0) if ran else 0, counts.get(code, 0) if ran else 0)


def _items_named(rules: Sequence[Rule]) -> pl.DataFrame:
    """The item that a fault names, per rule and table: the first that the rule lists for the table."""
    rows: dict[tuple[str, str], str] = {}
    for rule in rules:
        for named in rule.items:
            table, _, item = named.rpartition(".")
            rows.setdefault((rule.code, table or rule.table), item)
    schema = {"code": pl.String, "table_id": pl.String, "item": pl.String}
    return pl.DataFrame([(*key, item) for key, item in sorted(rows.items())], schema=schema, orient="row")
