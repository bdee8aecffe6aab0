"""The contract of a column as Pandera and as SQL: over mutated cells both refuse the same rows.

What a cell is read as before that does not belong here (see `tests/unit/conform/test_casting.py`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandera.errors
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.conform.rules import RuleContext, run_pack
from pipelines.conform.rules.packs import Pack, PackKey, pack_of
from pipelines.conform.rules.relations import Inputs
from schemas import load
from schemas.derive.arrow import typed_schema
from schemas.derive.frames import all_codes, typed_frame_schema
from schemas.model import Rule

CATALOGUE = load()
KEY = PackKey("2023-24", "wales", "lac_census")
MODEL = next(r for r in CATALOGUE.rules if r.check == "in_code_list")


def contract_rules() -> list[Rule]:
    """A rule `in_code_list` for every code column that all years of its list allow, as the contract does."""
    made = []
    for table in CATALOGUE.tables.values():
        names = typed_schema(CATALOGUE, table.id).names
        for held in (i.item for i in table.items if i.item.code_list and i.item.id in names):
            codes = list(all_codes(CATALOGUE.code_lists[str(held.code_list)]))
            about = {"code": f"{table.id}.{held.id}", "table": table.id, "tables": (table.id,), "items": (held.id,)}
            made.append(replace(MODEL, **about, arguments={"codes": codes}, where=None, jurisdictions=("wales",)))
    return [replace(r, returns=("lac_census",), since=None, until=None) for r in made]


RULES = contract_rules()
PACK: Pack = pack_of(RULES, KEY)


def frame_of(rule: Rule, cells: list[str | None]) -> pl.DataFrame:
    """A typed table with these cells in the column of the rule and nothing else."""
    schema = typed_schema(CATALOGUE, rule.table)
    fixed: dict[str, object] = {
        "submission_id": "0" * 16, "return_id": "lac_census", "authority_code": "W06000015", "period_id": "2023-24",
    }  # fmt: skip
    kinds = {"string": pl.String, "date32[day]": pl.Date, "int32": pl.Int32, "int64": pl.Int64, "double": pl.Float64}
    columns = {n: pl.Series(n, [fixed.get(n)] * len(cells), kinds[str(schema.field(n).type)]) for n in schema.names}
    columns["row_number"] = pl.Series("row_number", range(1, len(cells) + 1), pl.Int32)
    columns[rule.items[0]] = pl.Series(rule.items[0], cells, pl.String)
    return pl.DataFrame(list(columns.values()))


def refused_by_pandera(rule: Rule, frame: pl.DataFrame) -> set[int]:
    try:
        typed_frame_schema(CATALOGUE, rule.table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as found:
        return {int(n) + 1 for n in found.failure_cases["index"]}
    return set()


def test_every_code_column_has_a_contract() -> None:
    assert len(RULES) >= 20
    assert date(1900, 1, 1) < date(2100, 1, 1)


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_both_refuse_the_same_rows(data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(RULES))
    codes = list(rule.arguments["codes"])  # type: ignore[call-overload]
    mutated = st.sampled_from(codes).flatmap(
        lambda c: st.sampled_from([c, c.lower(), f"{c} ", f" {c}", c[:-1], c + "1", ""])
    )
    cells = data.draw(st.lists(st.none() | mutated | st.text(max_size=4), min_size=1, max_size=12))
    frame = frame_of(rule, cells)
    alone = pack_of([rule], KEY)
    outcome = run_pack(CATALOGUE, alone, Inputs({rule.table: frame}, {}, {}, {}), RuleContext("W06000015"))
    assert set(outcome.faults["row_number"]) == refused_by_pandera(rule, frame)
