"""Golden queries: a change of shape, a missing id, rows told apart no longer, a value out of bounds: each is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_edition import Desk

from pipelines.serve.golden import findings
from schemas import golden
from schemas.model import Text
from schemas.sources import SpecError

QUERY = golden.GoldenQuery(
    id="stock",
    consumer=Text("a test", "prawf"),
    question=Text("stock", "stoc"),
    publication="test-release",
    sql="select area_code, period_id, value from measure_values_en "
    "where measure_id = 'CLA_STOCK' and breakdown_id = 'total'",
    columns={"area_code": "VARCHAR", "period_id": "VARCHAR", "value": "DOUBLE"},
    key=("area_code", "period_id"),
    must_have={"area_code": ("W92000004",)},
    tolerance={"value": 300.0},
)


def kinds(desk: Desk, one: golden.GoldenQuery) -> set[str]:
    found = findings(desk.settings, [one], desk.root / "2024-25-2", desk.root / "2024-25-1")
    return {f.kind for f in found}


def test_what_holds_is_silent(desk: Desk) -> None:
    assert kinds(desk, QUERY) == set()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"columns": {**QUERY.columns, "value": "BIGINT"}}, "shape"),
        ({"columns": dict(reversed(QUERY.columns.items()))}, "shape"),
        ({"sql": "select nothing from nowhere"}, "shape"),
        ({"must_have": {"area_code": ("W06000099",)}}, "missing_id"),
        ({"key": ("period_id",)}, "double"),
        ({"tolerance": {"value": 0.0}}, "value"),
    ],
)
def test_what_breaks_is_named(desk: Desk, change: dict, kind: str) -> None:
    assert kind in kinds(desk, replace(QUERY, **change))


def test_a_row_that_was_there_before_is_missed(desk: Desk) -> None:
    is_newer = "(select max(edition_sequence) from dim_edition) = 2"
    one = replace(QUERY, sql=f"select * from ({QUERY.sql}) where not (area_code = 'W06000001' and {is_newer})")
    assert kinds(desk, one) == {"missing_row"}


def test_without_an_edition_before_nothing_is_compared(desk: Desk) -> None:
    one = replace(QUERY, tolerance={"value": 0.0})
    assert not findings(desk.settings, [one], desk.root / "2024-25-1", None)


def test_registered_queries_are_whole() -> None:
    held = golden.load()
    assert len(held) >= 5
    assert all(one.must_have for one in held)


def test_a_faulty_registration_is_told(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text("sql: select 1\ncolumns: {a: INTEGER}\nkey: [b]\npublication: x\n"
                                      "consumer: {en: a, cy: a}\nquestion: {en: a, cy: a}\n")  # fmt: skip
    with pytest.raises(SpecError, match="b is no column"):
        golden.load(tmp_path)
    (tmp_path / "one.yml").write_text("sql: select 1\nsurprise: 2\n")
    with pytest.raises(SpecError, match="surprise"):
        golden.load(tmp_path)
