"""One pack on a connection that stays: macros, relations and plans are made once, the rows of each run come and go.

Choosing which rules judge whom (`engine.py`) does not belong here.
"""

from __future__ import annotations

import weakref
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import duckdb
import polars as pl

from pipelines.conform.rules import passes, relations
from pipelines.conform.rules.compile import CHILD, WORD, compile_rule, words_of
from pipelines.conform.rules.packs import Pack
from pipelines.conform.rules.passes import BITS, FAILED, Pass, Statements, Tally
from pipelines.conform.rules.prelude import listed
from pipelines.conform.rules.records import PREVIOUS, ROWS_PER_JOB, CompiledRule, RunSetting
from pipelines.conform.rules.relations import Inputs
from pipelines.conform.rules.vocabulary import Arguments, RuleError, Scope
from schemas.rule_terms import load_views, sql_of

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

_WHATEVER_THE_ROWS = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.SyntaxException)
"""Errors that SQL has before it meets a row."""

_ROW_GROUP = 122_880
"""Rows that DuckDB gives to one thread at a time; up to these, one thread is quicker than several."""
_FEW = 20_000
"""Rows up to which the optimiser costs a pass more than it saves; at 500,000 a pass takes six times as long without."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Found:
    """Faults of a run (code, table_id, job, row_ids, in that order) and the counts beside them."""

    failed: pl.DataFrame
    tally: Tally


@dataclass(frozen=True)
class _Run:
    """What the parts of one run share: the rules asked for, and the files of SQL that nobody has run yet."""

    asked: Sequence[CompiledRule]
    n_rows: int
    files: deque[CompiledRule]

    @property
    def is_shared_out(self) -> bool:
        """Whether the parts run side by side; over very many rows DuckDB uses every core by itself."""
        return self.n_rows <= _ROW_GROUP

    def taken(self) -> Iterator[CompiledRule]:
        """Files one by one, each for one taker only, until none waits."""
        while True:
            try:
                yield self.files.popleft()
            except IndexError:
                return


class Workbench:
    """The rules of one pack in one setting, ready to run over any number of jobs, one run at a time."""

    def __init__(self, catalogue: Catalogue, pack: Pack, setting: RunSetting) -> None:
        self.faulty: dict[str, str] = {}
        """code -> class of error, of rules that cannot be compiled."""
        self.broken: dict[str, str] = {}
        """The same of rules whose SQL cannot be planned; known once a run has asked for them."""
        self.rules = {r.rule.code: r for r in _compiled(catalogue, pack, setting, self.faulty)}
        self._layout = relations.layout_of(catalogue)
        self._by_table: dict[str, list[CompiledRule]] = defaultdict(list)
        for rule in self.rules.values():
            self._by_table[rule.rule.table].append(rule)
        self._passes: dict[str, list[Pass]] = {}
        self._plans: dict[str, str] = {}
        """Name of a view -> the planned statement that fills it."""
        self._lock, self._statements = Lock(), Statements(relations.open_connection(setting))
        self._beside = Statements(self._statements.con.cursor(), "beside")
        """A second connection to the same rows, for what runs beside the largest pass."""
        self.close = weakref.finalize(self, _close, self._beside.con, self._statements.con)
        self.close.atexit = False  # type: ignore[misc] # the rows are in memory and go with the process
        words = _words(tuple(self.rules.values()))
        self._relations = relations.relations_of(self._layout, words)
        self._define(_code_lists(catalogue, setting, words))
        self._views = self._create_views(words)
        self._is_view_first = any(r.sql is None and self._views.keys() & _reads(r) for r in self.rules.values())

    def run(self, jobs: Sequence[Inputs], wanted: Collection[str]) -> Found:
        """Run the rules `wanted` over the rows of all jobs; their neighbours in a pass may run along."""
        reference, con = jobs[0].reference, self._statements.con
        files = deque(r for code, r in sorted(self.rules.items()) if code in wanted and r.sql is not None)
        run = _Run([self.rules[code] for code in sorted(wanted)], self._largest(jobs), files)
        with self._lock, ThreadPoolExecutor(1) as pool:
            try:
                con.execute("set threads = 1" if run.is_shared_out else "reset threads")
                self._fill(pool, jobs)
                for name, frame in reference.items():
                    relations.store(con, name, frame)
                tally = self._run(pool, run)
                return Found(_failed(con), tally)
            finally:
                self._clear(reference)

    def _fill(self, pool: ThreadPoolExecutor, jobs: Sequence[Inputs]) -> None:
        """The rows of this period and of the one before, side by side."""
        before = [r for r in self._relations if r.is_previous]
        beside = pool.submit(relations.fill, self._beside.con, before, jobs)
        relations.fill(self._statements.con, [r for r in self._relations if not r.is_previous], jobs)
        beside.result()

    def _largest(self, jobs: Sequence[Inputs]) -> int:
        """Rows of the largest relation."""
        frames = ((relation.frame_of(job) for job in jobs) for relation in self._relations)
        return max((sum(f.height for f in held if f is not None) for held in frames), default=0)

    def _define(self, macros: Sequence[str]) -> None:
        """Everything that has a shape; nothing is created after it, since that would make the plans stale."""
        con = self._statements.con
        con.execute(f"create table {FAILED} (code varchar, table_id varchar, row_id bigint)")
        con.execute(f"create table {BITS} (pass varchar, code varchar, mask integer, value bigint)")
        for macro in macros:
            con.execute(macro)
        relations.create(con, self._relations)
        for table, rules in self._by_table.items():
            passes.create_masks(con, table, rules)

    def _create_views(self, words: frozenset[str]) -> dict[str, str]:
        """The shared relations that rules name, empty; their SQL by name, in an order in which they can be filled.

        A view that fails is left out: the rules that read it then crash, one by one, and say so.
        """
        made = {}
        with self._statements.as_written():
            for name, text in load_views().items():
                if name in words:
                    with suppress(duckdb.Error):
                        self._statements.con.execute(f"create table {name} as select * from (\n{text}\n) v limit 0")
                        made[name] = text
        return made

    def plan(self) -> None:
        """Plan what every run needs, so that the first does not wait for it."""
        with self._lock:
            with self._beside.as_written():
                for name in self._views:
                    with suppress(duckdb.Error):  # the run says so, of the rules that read it
                        self._plan_view(name)
            for table in self._by_table:
                self._passes_of(table)

    def _run(self, pool: ThreadPoolExecutor, run: _Run) -> Tally:
        """The largest pass beside the views and the other passes; the SQL files by whoever is done first."""

        def begun(part: Callable[..., Result], *given: object) -> Future[Result]:
            future = pool.submit(part, *given)
            if not run.is_shared_out:
                wait([future])
            return future

        views, others = begun(self._fill_views), begun(self._run_beside, run)
        if self._is_view_first:
            wait([views])
        tally = self._run_passes(self._statements, run)
        spoiled = views.result()
        tally.crashed |= self._run_files(self._statements.con, run)
        tally.add(others.result())
        for rule in run.asked:
            if held := spoiled.keys() & _reads(rule):
                tally.crashed[rule.rule.code] = spoiled[min(held)]
        return tally

    def _run_beside(self, run: _Run) -> Tally:
        tally = self._run_passes(self._beside, run)
        tally.crashed |= self._run_files(self._beside.con, run)
        return tally

    def _run_passes(self, statements: Statements, run: _Run) -> Tally:
        """DuckDB plans a statement again where relations came or went since: by its optimiser, if rows repay it."""
        tally, shapes = Tally(), self._layout.shapes()
        for table in sorted({r.rule.table for r in run.asked}):
            if self._statements_of(table) is statements:
                held = self._passes_of(table)
                with statements.as_written() if run.n_rows <= _FEW else nullcontext():
                    passes.run_passes(statements, held, shapes, tally)
        return tally

    def _statements_of(self, table: str) -> Statements:
        """The connection on which the pass of a table runs: that of most rules has one for itself."""
        largest = max(self._by_table, key=lambda t: len(self._by_table[t]))
        return self._statements if table == largest else self._beside

    def _fill_views(self) -> dict[str, str]:
        """Views that the rows of this run break, and those that read them: name -> class of error."""
        spoiled: dict[str, str] = {}
        with self._beside.as_written():
            for name, text in self._views.items():
                if held := spoiled.keys() & set(WORD.findall(text)):
                    spoiled[name] = spoiled[min(held)]
                    continue
                try:
                    self._beside.run(self._plan_view(name))
                except duckdb.Error as error:
                    spoiled[name] = type(error).__name__
        return spoiled

    def _plan_view(self, name: str) -> str:
        if name not in self._plans:
            self._plans[name] = self._beside.ready(f"insert into {name} {self._views[name]}")
        return self._plans[name]

    def _passes_of(self, table: str) -> list[Pass]:
        if table not in self._passes:
            rules, statements = self._by_table[table], self._statements_of(table)
            self._passes[table], broken = passes.plan_passes(statements, table, rules, self._layout.shapes())
            self.broken |= broken
        return self._passes[table]

    def _run_files(self, con: duckdb.DuckDBPyConnection, run: _Run) -> dict[str, str]:
        """Run SQL files until none waits; code -> class of error of those that the rows of this run broke."""
        found = ((rule.rule.code, self._run_sql(con, rule)) for rule in run.taken())
        return {code: error for code, error in found if error}

    def _run_sql(self, con: duckdb.DuckDBPyConnection, rule: CompiledRule) -> str:
        """Run the SQL file of a rule; where it fails half way nothing is entered. The class of the error, if any.

        Planned each time: the order of its joins depends on how many rows there are, and planning costs little.
        """
        code = rule.rule.code
        rows = f"select distinct '{code}', table_id, row_id from ({rule.sql}) f where row_id is not null"
        try:
            con.execute(f"insert into {FAILED} {rows}")
        except _WHATEVER_THE_ROWS as error:
            self.broken[code] = type(error).__name__
        except duckdb.Error as error:
            return type(error).__name__
        return ""

    def _clear(self, reference: Mapping[str, pl.DataFrame]) -> None:
        masks = [passes.mask_relation(table) for table in self._by_table]
        held = [FAILED, *masks, *self._views, *(r.name for r in self._relations)]
        self._statements.con.execute("; ".join(f"delete from {name}" for name in held))
        for name in reference:
            self._statements.con.execute(f"drop table if exists {name}")


def _close(*connections: duckdb.DuckDBPyConnection) -> None:
    for con in connections:
        con.close()


def _failed(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Faults in order, the rows of each rule and table in one list, which Python takes over without pyarrow (see
    `relations._Stream`)."""
    held = f"select *, row_id // {ROWS_PER_JOB} as job from {FAILED}"
    sql = f"select code, table_id, job, list(row_id order by row_id) from ({held}) f group by all order by all"
    schema: dict[str, pl.DataType] = {"code": pl.String(), "table_id": pl.String(), "job": pl.Int64()}
    schema["row_ids"] = pl.List(pl.Int64)
    return pl.DataFrame(con.execute(sql).fetchall(), schema=schema, orient="row")


def _compiled(catalogue: Catalogue, pack: Pack, setting: RunSetting, faulty: dict[str, str]) -> list[CompiledRule]:
    lists = {i.id: i.code_list for i in catalogue.items.values() if i.code_list}
    scope = Scope(setting.jurisdiction, setting.period_start, setting.period_end, catalogue.code_lists, lists)
    found = []
    for rule in pack.rules:
        try:
            found.append(compile_rule(rule, scope, sql_of))
        except (RuleError, FileNotFoundError) as error:
            faulty[rule.code] = type(error).__name__
    return found


def _words(rules: Sequence[CompiledRule]) -> frozenset[str]:
    """Every word of the rules' SQL and of the views that they read, plus the tables that a pass joins by itself."""
    words = words_of(rules) | {CHILD}
    for rule in rules:
        words |= _reads(rule) | {rule.rule.table, *Arguments(rule.rule).texts("over")}
        words |= {PREVIOUS + rule.rule.table} if any(w.startswith("l_") for w in words_of([rule])) else frozenset()
    for name, text in reversed(load_views().items()):
        words |= frozenset(WORD.findall(text)) if name in words else frozenset()
    return words


def _reads(rule: CompiledRule) -> frozenset[str]:
    """Every word of a rule, and the relations that it names beside its SQL."""
    return words_of([rule]) | {*rule.also, *rule.exists, *(a.table for a in rule.aggregates)}


def _code_lists(catalogue: Catalogue, setting: RunSetting, words: frozenset[str]) -> list[str]:
    """Code lists in force as macros, where a rule names them."""
    return [
        listed(held.id, held.valid_codes(setting.period_start, setting.period_end, setting.jurisdiction))
        for held in catalogue.code_lists.values()
        if f"listed_{held.id}" in words
    ]
