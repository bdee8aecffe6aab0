"""The steps of a pack: all row-wise rules of a table as one pass, every SQL file by itself, each planned once.

What became of a rule (`outcome.py`) and where the rows come from (`relations.py`) do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import duckdb

from pipelines.conform.rules.compile import (
    Shapes,
    bits_of,
    hits_sql,
    judged_conditions,
    judged_sql,
    mask_columns,
    masks_sql,
    source_sql,
)
from pipelines.conform.rules.records import JOB, CompiledRule
from pipelines.conform.rules.vocabulary import RuleError

FAILED = "fault_row"
"""Relation that gathers code, table_id, row_id."""
BITS = "rule_bit"
"""Relation of the bits of every pass: pass, code, mask, value."""
BROKEN = (duckdb.Error, RuleError)


class Statements:
    """Statements of one connection that are planned once and run often.

    Planning a pass takes longer than running it over a usual return. A statement stays planned until a relation is
    created or dropped, so these stay as they are while the connection lives. `name` tells its statements from those of
    other connections to the same rows.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, name: str = "planned") -> None:
        self.con, self._name = con, name
        self._numbers = count()

    def ready(self, sql: str) -> str:
        """Plan a statement; its name. Raises duckdb.Error where it cannot be planned."""
        name = f"{self._name}_{next(self._numbers)}"
        self.con.execute(f"prepare {name} as {sql}")
        return name

    def forget(self, names: Iterable[str]) -> None:
        """Drop plans that nobody will run again."""
        for name in names:
            self.con.execute(f"deallocate {name}")

    def run(self, name: str) -> list[tuple[object, ...]]:
        """Run a planned statement; its rows."""
        return self.con.execute(f"execute {name}").fetchall()

    @contextmanager
    def as_written(self) -> Iterator[None]:
        """Plan (and run) statements without the optimiser.

        A pass is one scan with a hundred independent expressions, its source a chain of joins already in the right
        order: there is nothing to reorder, and rewriting took ten times as long as evaluating (measured at 2,000 rows).
        """
        self.con.execute("pragma disable_optimizer")
        try:
            yield
        finally:
            self.con.execute("pragma enable_optimizer")


@dataclass(frozen=True)
class Pass:
    """Rules of one table that run as one: its statements by name."""

    table: str
    rules: tuple[CompiledRule, ...]
    masks: str
    counts: str
    hits: tuple[str, ...]


@dataclass
class Tally:
    """What a run found, beside the faults themselves."""

    judged: dict[tuple[int, str], int] = field(default_factory=dict)
    """(job, code) -> rows judged."""
    crashed: dict[str, str] = field(default_factory=dict)
    """code -> class of the error that the rows of this run caused. Its text is not kept: it may quote a value."""

    def add(self, other: Tally) -> None:
        """What another part of the same run found."""
        self.judged |= other.judged
        self.crashed |= other.crashed


def mask_relation(table: str) -> str:
    """Name of the relation that holds the masks of a table's rows."""
    return f"mask_{table}"


def create_masks(con: duckdb.DuckDBPyConnection, table: str, rules: Sequence[CompiledRule]) -> None:
    """The relation for the masks of a table, wide enough for all its rules in one pass."""
    columns = ", ".join(f"{name} bigint" for name in mask_columns(rules))
    con.execute(f"create table {mask_relation(table)} ({JOB} integer, row_id bigint, child_id varchar, {columns})")


def plan_passes(
    statements: Statements, table: str, rules: Sequence[CompiledRule], shapes: Shapes
) -> tuple[list[Pass], dict[str, str]]:
    """The passes of a table (one, if all goes well) and the class of error of each rule that cannot be planned.

    One bad expression spoils the whole statement, so the rules are then planned one by one to name the culprit.
    """
    with statements.as_written():
        try:
            return [_planned(statements, table, rules, shapes)], {}
        except BROKEN:
            alone, broken = _one_by_one(statements, table, rules, shapes)
        try:
            sound = [p.rules[0] for p in alone]
            return ([_planned(statements, table, sound, shapes)] if broken and sound else alone), broken
        except BROKEN:
            return alone, broken


def _one_by_one(
    statements: Statements, table: str, rules: Sequence[CompiledRule], shapes: Shapes
) -> tuple[list[Pass], dict[str, str]]:
    found, broken = [], {}
    for rule in rules:
        try:
            found.append(_planned(statements, table, [rule], shapes))
        except BROKEN as error:
            broken[rule.rule.code] = type(error).__name__
    return found, broken


def _planned(statements: Statements, table: str, rules: Sequence[CompiledRule], shapes: Shapes) -> Pass:
    masked, columns = mask_relation(table), ", ".join((JOB, "row_id", "child_id", *mask_columns(rules)))
    source = source_sql(table, rules, shapes)
    masks = statements.ready(f"insert into {masked} ({columns}) {masks_sql(source, rules)}")
    counts = statements.ready(judged_sql(masked, rules))
    hits = _hits(statements.con, masks, table, rules) if bits_of(rules) else []
    return Pass(table, tuple(rules), masks, counts, tuple(statements.ready(sql) for sql in hits))


def _hits(con: duckdb.DuckDBPyConnection, name: str, table: str, rules: Sequence[CompiledRule]) -> list[str]:
    """Statements that turn masks into faults: of the table itself, then of the tables reported `also`."""
    rows = ", ".join(f"('{name}', '{b.code}', {b.mask}, cast({b.value} as bigint))" for b in bits_of(rules))
    con.execute(f"insert into {BITS} values {rows}")
    own = f"select * from {BITS} where pass = '{name}'"
    found = hits_sql(mask_relation(table), f"({own})", rules)
    made = [f"insert into {FAILED} select code, '{table}', row_id from ({found}) f"]
    for other in sorted({t for r in rules for t in r.also}):
        codes = ", ".join(f"'{r.rule.code}'" for r in rules if other in r.also)
        found = hits_sql(mask_relation(table), f"({own} and code in ({codes}))", rules)
        made.append(
            f"insert into {FAILED} select distinct f.code, '{other}', o.row_id from ({found}) f "
            f"join {other} o on o.child_id = f.child_id"
        )
    return made


def run_passes(statements: Statements, passes: Sequence[Pass], shapes: Shapes, tally: Tally) -> None:
    """Run the passes of a table; where rows break one, its rules run one by one, so that only the culprit crashes."""
    for held in passes:
        try:
            _run_pass(statements, held, tally)
        except duckdb.Error as error:
            if len(held.rules) == 1:
                tally.crashed[held.rules[0].rule.code] = type(error).__name__
                continue
            with statements.as_written():
                alone, broken = _one_by_one(statements, held.table, held.rules, shapes)
            tally.crashed |= broken
            run_passes(statements, alone, shapes, tally)
            statements.forget(name for one in alone for name in (one.masks, one.counts, *one.hits))


def _run_pass(statements: Statements, held: Pass, tally: Tally) -> None:
    """Masks first, in one statement: whatever the rows break, they break there, and nothing is entered yet."""
    statements.con.execute(f"delete from {mask_relation(held.table)}")
    statements.run(held.masks)
    counted = {int(str(row[0])): row[1:] for row in statements.run(held.counts)}
    for name in held.hits:
        statements.run(name)
    place = {condition: n for n, condition in enumerate(judged_conditions(held.rules))}
    for job, counts in counted.items():
        tally.judged |= {(job, r.rule.code): int(str(counts[place[r.judged]])) for r in held.rules}
