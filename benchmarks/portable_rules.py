"""The SQL of a whole pack as one script, for running it unchanged in DuckDB-WASM and in DuckDB 1.4.3.

    python -m benchmarks.portable_rules > rules.json
    duckdb14/bin/python benchmarks/portable_run.py rules.json          (an environment with duckdb==1.4.3)
    node benchmarks/portable_run.cjs rules.json          (beside it: npm install @duckdb/duckdb-wasm)

The rows are the worked examples of the rules, a submission each. Nothing of the script is written for an engine: the
statements are those that `Workbench` runs, caught on their way. What was found: `rules_elsewhere.md`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from pipelines.conform.rules import engine, relations
from pipelines.conform.rules.examples import Example, inputs_of
from pipelines.conform.rules.packs import READER, Pack, PackKey, pack_of
from pipelines.conform.rules.relations import Inputs
from pipelines.conform.rules.workbench import Workbench
from schemas import Catalogue, load

KEYS = tuple(PackKey(year, country) for country in ("wales", "england") for year in ("2022-23", "2023-24", "2025-26"))


class Caught:
    """A connection that writes down every statement; rows given as a frame become `values`."""

    def __init__(self, con: Any, said: list[str] | None = None) -> None:
        self.con, self.said, self._incoming = con, [] if said is None else said, ""

    def cursor(self) -> Caught:
        """A second connection to the same rows; what it does is written down in the order in which it is begun."""
        return Caught(self.con.cursor(), self.said)

    def execute(self, sql: str) -> Any:
        self.said.append(sql.replace("from incoming", f"from ({self._incoming}) i") if "from incoming" in sql else sql)
        return self.con.execute(sql)

    def register(self, name: str, stream: Any) -> None:
        self._incoming = _values(stream.frame)
        self.con.register(name, stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.con, name)


def _values(frame: pl.DataFrame) -> str:
    kinds = {pl.Date: "date", pl.String: "varchar", pl.Int32: "integer", pl.Int64: "bigint", pl.Boolean: "boolean"}
    casts = [f"cast(c{n} as {kinds[type(t)]}) as {name}" for n, (name, t) in enumerate(frame.schema.items())]
    rows = ", ".join("(" + ", ".join(_literal(v) for v in row) + ")" for row in frame.iter_rows())
    return f"select {', '.join(casts)} from (values {rows}) v({', '.join(f'c{n}' for n in range(frame.width))})"


def _literal(value: object) -> str:
    if value is None:
        return "null"
    text = value.isoformat() if isinstance(value, date) else str(value)
    return "'" + text.replace("'", "''") + "'"


def scripts(catalogue: Catalogue) -> Iterator[dict[str, object]]:
    """Every pack over the examples of its rules; rules with relations of their own one by one, an example each."""
    for key in KEYS:
        yield script(catalogue, pack_of(catalogue.rules, key), list(_jobs(catalogue, key)))
    for rule in (r for r in catalogue.rules if "reference" in r.arguments):
        for example in rule.examples:
            country = str(example.get("jurisdiction") or rule.jurisdictions[0])
            key = PackKey(str(example.get("period") or rule.since or "2023-24"), country)
            yield script(catalogue, pack_of((rule,), key), [_job(catalogue, key, example)])


def script(catalogue: Catalogue, pack: Pack, jobs: list[Inputs]) -> dict[str, object]:
    """Statements of one pack over some rows, and the faults that they find here: [code, table, row]."""
    key = pack.key
    said: list[str] = []
    opened = relations.open_connection
    relations.open_connection = lambda setting: _catching(opened(setting), setting, said)  # type: ignore[assignment, return-value]
    try:
        bench = Workbench(catalogue, pack, engine.setting_of(catalogue, key, None))
    finally:
        relations.open_connection = opened
    caught = bench._statements.con
    found = bench.run(
        jobs, [c for c, r in bench.rules.items() if jobs[0].reference or "reference" not in r.rule.arguments]
    )
    crashed = bench.faulty | bench.broken | found.tally.crashed
    statements = caught.said if isinstance(caught, Caught) else []
    last = next(n for n, s in enumerate(statements) if s.startswith("select code, table_id"))
    faults = found.failed.select("code", "table_id", "row_ids").explode("row_ids")
    return {
        "pack": f"{key.jurisdiction} {key.period_id}" + ("" if len(pack.rules) > 1 else f" {pack.rules[0].code}"),
        "rules": len(bench.rules),
        "crashed_here": crashed,
        "statements": [*said, *statements[:last]],
        "query": "select code, table_id, row_id from fault_row order by all",
        "faults": [list(row) for row in faults.iter_rows()],
    }


def _catching(con: Any, setting: Any, said: list[str]) -> Caught:
    from pipelines.conform.rules.prelude import prelude
    from schemas.rule_terms import load_terms

    said += prelude(setting, load_terms(setting.jurisdiction))
    return Caught(con)


def _jobs(catalogue: Catalogue, key: PackKey) -> Iterator[Inputs]:
    for rule in pack_of(catalogue.rules, key).rules:
        for example in rule.examples if rule.check != READER else ():
            if "reference" not in example:
                yield _job(catalogue, key, example)


def _job(catalogue: Catalogue, key: PackKey, example: Example) -> Inputs:
    own = engine.setting_of(catalogue, key, str(example.get("authority") or "")).authority_code
    return replace(inputs_of(catalogue, example), authority_code=own)


if __name__ == "__main__":
    json.dump(list(scripts(load())), sys.stdout)
