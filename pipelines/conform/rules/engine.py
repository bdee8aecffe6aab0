"""Runs a pack over the tables of one submission or many, and accounts for every rule of each.

Choosing rules (`packs.py`), their SQL (`compile.py`, `passes.py`) and the connection that they run on (`workbench.py`)
do not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from pipelines.conform.rules import records
from pipelines.conform.rules.outcome import Account, outcomes
from pipelines.conform.rules.packs import Pack, PackKey, pack_of
from pipelines.conform.rules.records import RuleContext, RuleJob, RuleOutcome, RunSetting
from pipelines.conform.rules.relations import Frames, Inputs
from pipelines.conform.rules.vocabulary import Arguments
from pipelines.conform.rules.workbench import Workbench
from pipelines.core.periods import Period
from schemas.model import Rule

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

_MAKING = Lock()


@dataclass(frozen=True)
class Case:
    """One submission: its rows and what its layout collects."""

    inputs: Inputs
    context: RuleContext


def run(  # noqa: PLR0913, PLR0917 (the contract between rooms names these six)
    catalogue: Catalogue, return_id: str, period_id: str, tables: Frames, previous: Frames, context: RuleContext
) -> RuleOutcome:
    """Run the pack of a return over its typed tables.

    `tables` and `previous`: table id -> frame of canonical items (dates as dates), `previous` of the period before.
    Never raises for what the tables hold; a rule that cannot run is a row of the coverage.
    """
    return run_many(catalogue, return_id, period_id, [RuleJob(tables, previous, context)])[0]


def run_many(catalogue: Catalogue, return_id: str, period_id: str, jobs: Sequence[RuleJob]) -> list[RuleOutcome]:
    """Run the pack of a return over many submissions of one period at once; the outcome of each, as `run` gives it.

    Planning the rules costs more than running them over a usual return, so it is done once for all. No row of one
    submission is ever compared with a row of another.
    """
    return _run_jobs(catalogue, PackKey(period_id, catalogue.returns[return_id].jurisdiction, return_id), jobs)


def prepare(catalogue: Catalogue, return_id: str, period_id: str) -> None:
    """Plan the pack of a return ahead of its first run in this process, while its rows are still being read."""
    _workbench_for(catalogue, PackKey(period_id, catalogue.returns[return_id].jurisdiction, return_id)).plan()


def run_held(catalogue: Catalogue, return_id: str, period_id: str, jobs: Sequence[RuleJob]) -> list[RuleOutcome]:
    """Of the pack of a return only the rules that need stored submissions, which `context.reference` brings along."""
    key = PackKey(period_id, catalogue.returns[return_id].jurisdiction, return_id, is_held=True)
    return _run_jobs(catalogue, key, jobs)


def _run_jobs(catalogue: Catalogue, key: PackKey, jobs: Sequence[RuleJob]) -> list[RuleOutcome]:
    cases = [Case(_inputs(catalogue, key, job), job.context) for job in jobs]
    bench = _workbench_for(catalogue, key)
    done: dict[int, RuleOutcome] = {}
    for together in _sharing_reference(cases):
        found = _run(bench, pack_for(catalogue, key), [cases[n] for n in together])
        done |= dict(zip(together, found, strict=True))
    return [done[n] for n in range(len(cases))]


@lru_cache(maxsize=32)
def pack_for(catalogue: Catalogue, key: PackKey) -> Pack:
    """The pack for a key, hashed once per process."""
    return pack_of(catalogue.rules, key)


def _workbench_for(catalogue: Catalogue, key: PackKey) -> Workbench:
    """The workbench of a pack, kept for the next submission of the same return and period; made once, whoever asks."""
    with _MAKING:
        return _workbench(catalogue, key)


@lru_cache(maxsize=4)
def _workbench(catalogue: Catalogue, key: PackKey) -> Workbench:
    return Workbench(catalogue, pack_for(catalogue, key), setting_of(catalogue, key, None))


def run_pack(
    catalogue: Catalogue, pack: Pack, inputs: Inputs, context: RuleContext, setting: RunSetting | None = None
) -> RuleOutcome:
    """Run any pack; `setting` replaces the dates that follow from the period (the bench sets odd ones)."""
    setting = setting or setting_of(catalogue, pack.key, context.authority_code)
    return run_cases(catalogue, pack, [Case(replace(inputs, authority_code=setting.authority_code), context)], setting)[
        0
    ]


def run_cases(catalogue: Catalogue, pack: Pack, cases: Sequence[Case], setting: RunSetting) -> list[RuleOutcome]:
    """Run any pack over submissions that read the same further relations, or none; the outcome of each."""
    bench = Workbench(catalogue, pack, setting)
    try:
        return _run(bench, pack, cases)
    finally:
        bench.close()


def setting_of(catalogue: Catalogue, key: PackKey, authority_code: str | None) -> RunSetting:
    """First and last day of the period of a pack, and the authority in the code that placements use."""
    period = Period(key.period_id)
    held = catalogue.authorities.get(authority_code or "")
    return RunSetting(key.jurisdiction, period.start, period.end, held.la3 if held else authority_code)


def _inputs(catalogue: Catalogue, key: PackKey, job: RuleJob) -> Inputs:
    own = setting_of(catalogue, key, job.context.authority_code).authority_code
    return Inputs(job.tables, job.context.raw, job.previous, job.context.reference, own)


def _sharing_reference(cases: Sequence[Case]) -> list[list[int]]:
    """Positions of the cases that may run together: those that read the very same further relations."""
    found: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for n, case in enumerate(cases):
        read = tuple(sorted((name, id(frame)) for name, frame in case.inputs.reference.items()))
        found.setdefault(read, []).append(n)
    return list(found.values())


def _run(bench: Workbench, pack: Pack, cases: Sequence[Case]) -> list[RuleOutcome]:
    kept = [{code: s for code, r in bench.rules.items() if (s := _reason(r.rule, case))} for case in cases]
    wanted = {code for code in bench.rules if any(code not in idle for idle in kept)}
    found = bench.run([case.inputs for case in cases], wanted)
    if found.tally.crashed and len(cases) > 1:
        # What the rows of one submission do to a rule must not take the rule from the others.
        return [one for case in cases for one in _run(bench, pack, [case])]
    accounts = []
    for n, (case, idle) in enumerate(zip(cases, kept, strict=True)):
        crashed = bench.faulty | {c: e for c, e in (bench.broken | found.tally.crashed).items() if c not in idle}
        status = dict.fromkeys(wanted, records.RAN) | idle | dict.fromkeys(crashed, records.CRASHED)
        judged = {code: found.tally.judged.get((n, code), 0) for code in wanted}
        accounts.append(Account(status, judged | _rows_over(pack, case.inputs), crashed))
    return outcomes(pack, found.failed, accounts)


def _rows_over(pack: Pack, inputs: Inputs) -> dict[str, int]:
    """Rows judged by the rules that say themselves over which tables they look."""
    held = {r.code: Arguments(r).texts("over") for r in pack.rules}
    return {code: sum(_height(inputs, t) for t in tables) for code, tables in held.items() if tables}


def _height(inputs: Inputs, table: str) -> int:
    held = inputs.tables.get(table)
    return held.height if held is not None and held.width else 0


def _reason(rule: Rule, case: Case) -> str | None:
    """Why a rule does not run for a submission; None where it does."""
    given, inputs = Arguments(rule), case.inputs
    for name in given.texts("reference"):
        if name not in inputs.reference:
            return records.NO_OTHERS if name in records.HELD else records.NO_REFERENCE
        if name in case.context.lacking:
            return case.context.lacking[name]
    if any(table not in inputs.tables for table in rule.tables):
        return records.NO_TABLE
    if any(table not in inputs.previous for table in given.texts("previous")):
        return records.NO_PREVIOUS
    if any(_is_new(item, table, inputs) for table in given.texts("previous") for item in rule.items):
        return records.NOT_ASKED_BEFORE
    return None if _collected(rule, case.context) else records.NOT_APPLICABLE


def _is_new(item: str, table: str, inputs: Inputs) -> bool:
    """Whether a form asks for an item that the form of the period before did not: then no row carries it on."""
    before = inputs.previous[table]
    return bool(before.width) and item in inputs.tables[table].columns and item not in before.columns


def _collected(rule: Rule, context: RuleContext) -> bool:
    """Whether the layout of the period collects every item the rule names."""
    if context.collected is None:
        return True
    named = (i.split(".") if "." in i else [rule.table, i] for i in rule.items)
    return all(item in context.collected.get(table, frozenset()) for table, item in named)
