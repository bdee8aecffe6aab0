"""The bench for rule authors: runs rules over small tables given in the public interchange format.

The packs and the engine are the real ones; judging a return as a whole does not belong here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.conform.rules.engine import run_pack, setting_of
from pipelines.conform.rules.interchange import LAST, read_day, read_reference, read_table, table_of
from pipelines.conform.rules.packs import Pack, PackKey, pack_of
from pipelines.conform.rules.records import CRASHED, RAN, RuleContext, RunSetting
from pipelines.conform.rules.relations import RAW, Inputs

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

Case = Mapping[str, Any]
UNKNOWN = "unknown_rule"


class CasesError(ValueError):
    """The file of cases cannot be read; says what is wrong with it, never what it holds."""


@dataclass(frozen=True)
class Tables:
    """The tables of one case, and the index labels of their rows."""

    inputs: Inputs
    labels: dict[str, tuple[str, list[object]]]
    """table id -> (interchange name, labels in row order)."""


def try_cases(catalogue: Catalogue, cases: Sequence[Case], code: str | None = None) -> dict[str, object]:
    """Results of every case (only those of one rule where `code` is given), by position in the file.

    Each result: `case`, `rule`, `status` (`ran`, `unknown_rule`, `skipped`, `crashed`), `failed`: table -> labels.
    """
    held = [(n, c) for n, c in enumerate(cases) if code is None or str(c.get("rule")) == code]
    return {"results": [try_case(catalogue, n, case) for n, case in held]}


def read_cases(path: Path) -> list[Case]:
    """Cases of a JSON file. Raises CasesError where it is not a list of cases."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise CasesError("the file of cases is not readable JSON") from None
    if not isinstance(held, list) or not all(isinstance(c, dict) and "rule" in c and "in" in c for c in held):
        raise CasesError("the file of cases must be a list of objects with `rule`, `in` and `out`")
    return held


def try_case(catalogue: Catalogue, number: int, case: Case) -> dict[str, object]:
    """Run one case in the pack of its year."""
    code = str(case["rule"])
    pack = _pack(catalogue, code, str(case.get("year", "")))
    base: dict[str, object] = {"case": number, "rule": code}
    if pack is None:
        return base | {"status": UNKNOWN, "failed": {}}
    metadata = case["in"].get("metadata") or {}
    tables = _tables(case["in"])
    context = RuleContext(authority_code=metadata.get("localAuthority"))
    outcome = run_pack(catalogue, pack, tables.inputs, context, _setting(catalogue, pack.key, metadata))
    status = outcome.coverage["status"][0]
    return base | {"status": _word(status), "failed": _labelled(outcome.faults, tables)}


def _word(status: str) -> str:
    if status in (RAN, CRASHED):
        return status
    return "skipped"


def _pack(catalogue: Catalogue, code: str, year: str) -> Pack | None:
    """The pack of one rule. English cases name their year (`lac2022_23`); others give a period and are Welsh."""
    is_english = year.startswith("lac")
    period = f"{year[3:7]}-{year[8:10]}" if is_english else (year or "2023-24")
    held = tuple(r for r in catalogue.rules if r.code == code)
    pack = pack_of(held, PackKey(period, "england" if is_english else "wales"))
    return pack if pack.rules else None


def _setting(catalogue: Catalogue, key: PackKey, metadata: Mapping[str, object]) -> RunSetting:
    usual = setting_of(catalogue, key, None)
    start = read_day(metadata.get("collection_start")) or usual.period_start
    end = read_day(metadata.get("collection_end")) or usual.period_end
    authority = metadata.get("localAuthority")
    own = str(authority) if authority is not None else None
    return RunSetting(key.jurisdiction, start, end, own, metadata.get("file_format") == "xml")


def _tables(given: Mapping[str, Any]) -> Tables:
    tables: dict[str, pl.DataFrame] = {}
    raw: dict[str, pl.DataFrame] = {}
    previous: dict[str, pl.DataFrame] = {}
    labels: dict[str, tuple[str, list[object]]] = {}
    for name, content in given.items():
        entry = table_of(name)
        if entry is None:
            continue
        typed, as_given = read_table(entry, content)
        if name.endswith(LAST):
            previous[entry.table] = typed.with_columns(as_given[c].alias(f"{c}{RAW}") for c in as_given.columns)
        else:
            tables[entry.table], raw[entry.table] = typed, as_given
            labels[entry.table] = (name, list(content["index"]))
    reference = read_reference(given.get("metadata") or {})
    return Tables(Inputs(tables, raw, previous, reference), labels)


def _labelled(faults: pl.DataFrame, tables: Tables) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    placed = faults.drop_nulls("row_number")  # a fault of the whole return has no label
    for table, row in placed.select("table", "row_number").unique(maintain_order=True).iter_rows():
        name, labels = tables.labels[table]
        found.setdefault(name, []).append(labels[row - 1])
    return found
