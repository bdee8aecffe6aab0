"""Runs the worked examples that every rule carries: they are tests and, rendered, the documentation.

Cases in the interchange format do not belong here (see `bench.py`); examples use canonical names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.conform.rules.engine import run_pack
from pipelines.conform.rules.interchange import read_day
from pipelines.conform.rules.packs import PackKey, pack_of
from pipelines.conform.rules.records import RAN, RuleContext
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
    jurisdiction = example.get("jurisdiction") or rule.jurisdictions[0]
    pack = pack_of((rule,), PackKey(str(example.get("period") or rule.since or USUAL_PERIOD), jurisdiction))
    context = RuleContext(authority_code=example.get("authority"))
    outcome = run_pack(catalogue, pack, inputs_of(catalogue, example), context)
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
