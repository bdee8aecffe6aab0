"""Runs the worked examples that every rule carries: they are tests and, rendered, the documentation.

Cases in the interchange format do not belong here (see `bench.py`); examples use canonical names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.conform.rules.engine import Case, run_cases, setting_of
from pipelines.conform.rules.interchange import read_day
from pipelines.conform.rules.packs import Pack, PackKey, pack_of
from pipelines.conform.rules.records import RAN, RuleContext, RuleOutcome
from pipelines.conform.rules.relations import Inputs, layout_of
from schemas.model import Rule

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

Example = Mapping[str, Any]
Rows = dict[str, list[int]]
USUAL_PERIOD = "2023-24"


def expected(example: Example) -> Rows:
    """Rows (1-based, by table) that the example says must fail; 0 is the return as a whole."""
    return {t: sorted(rows) for t, rows in (example.get("rows") or {}).items() if rows}


def verdict(catalogue: Catalogue, rule: Rule, example: Example) -> Rows | str:
    """Rows that do fail, by table; the status as text where the rule did not run."""
    return verdicts(catalogue, rule, [example])[0]


def verdicts(catalogue: Catalogue, rule: Rule, examples: Sequence[Example]) -> list[Rows | str]:
    """The verdict on each example of a rule; those of one period and country are submissions of one run."""
    runs: dict[tuple[PackKey, int | None], list[int]] = {}
    for n, example in enumerate(examples):
        jurisdiction = example.get("jurisdiction") or rule.jurisdictions[0]
        key = PackKey(str(example.get("period") or rule.since or USUAL_PERIOD), jurisdiction)
        runs.setdefault((key, n if "reference" in example else None), []).append(n)
    found: dict[int, Rows | str] = {}
    for (key, _), together in runs.items():
        told = _told(catalogue, pack_of((rule,), key), [examples[n] for n in together])
        found |= dict(zip(together, told, strict=True))
    return [found[n] for n in range(len(examples))]


def _told(catalogue: Catalogue, pack: Pack, examples: Sequence[Example]) -> list[Rows | str]:
    cases = []
    for example in examples:
        code = example.get("authority")
        own = setting_of(catalogue, pack.key, code).authority_code
        inputs = replace(inputs_of(catalogue, example), authority_code=own)
        cases.append(Case(inputs, RuleContext(authority_code=code)))
    return [_judged(one) for one in run_cases(catalogue, pack, cases, setting_of(catalogue, pack.key, None))]


def _judged(outcome: RuleOutcome) -> Rows | str:
    status = str(outcome.coverage["status"][0]) if outcome.coverage.height else "not in the pack"
    return failed_rows(outcome.faults) if status == RAN else status


def inputs_of(catalogue: Catalogue, example: Example) -> Inputs:
    """The tables of an example as a run takes them."""
    tables, raw = _frames(catalogue, example.get("tables") or {})
    previous, _ = _frames(catalogue, example.get("previous") or {})
    return Inputs(tables, raw, previous, _register(example))


def failed_rows(faults: pl.DataFrame) -> Rows:
    """Rows (1-based) by table, in order; 0 stands for a fault of the whole return."""
    found: Rows = {}
    placed = faults.select("table", pl.col("row_number").fill_null(0)).sort("table", "row_number")
    for table, row in placed.iter_rows():
        found.setdefault(table, []).append(row)
    return found


Frames = dict[str, pl.DataFrame]


def _frames(catalogue: Catalogue, tables: Mapping[str, Sequence[Mapping[str, object]]]) -> tuple[Frames, Frames]:
    """(typed, as received) frames of an example."""
    kinds = layout_of(catalogue).kinds
    typed, raw = {}, {}
    for table, rows in tables.items():
        columns = {item: [_cell(row, item) for row in rows] for item in kinds[table]}
        raw[table] = pl.DataFrame(columns, schema=dict.fromkeys(kinds[table], pl.String))
        dates = [
            pl.Series(i, [read_day(v) for v in columns[i]], pl.Date) for i, k in kinds[table].items() if k == "date"
        ]
        typed[table] = raw[table].with_columns(dates)
    return typed, raw


def _register(example: Example) -> Frames:
    """Further relations of an example, such as a register of providers; columns `..._date` become dates."""
    found = {}
    for name, rows in (example.get("reference") or {}).items():
        frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
        dates = [pl.Series(c, [read_day(v) for v in frame[c]], pl.Date) for c in frame.columns if c.endswith("_date")]
        found[name] = frame.with_columns(dates)
    return found


def _cell(row: Mapping[str, object], item: str) -> str | None:
    value = row.get(item)
    return None if value is None else str(value)
