"""Comparisons from published figures: each operation by hand on a few areas, withheld figures, and what is never said.

That the specification's comparisons name things that exist belongs to `tests/unit/schemas`.
"""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.publish.derived.operands import Shelves
from pipelines.publish.derived.operations import worked_out
from schemas import Catalogue
from schemas.catalogue import WALES
from schemas.derived import OPERATIONS, Derived, Operand, answering
from schemas.model import Text

AREAS = [f"W{n:02d}" for n in range(1, 11)]
NOTHING = Text("", "")


def values(*rows: tuple[str, str, str, str, str, float | None, str]) -> pl.DataFrame:
    names = ("measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code", "value", "status")
    return pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"value": pl.Float64})


def total(measure: str, area: str, period: str, value: float | None, status: str = "") -> tuple:
    return (measure, area, period, "total", "T", value, status)


def series(*rows: tuple[str, str, str, float]) -> pl.DataFrame:
    held = [("open", *row[:3], "T", row[3], "") for row in rows]
    names = ("dataset_id", "series_id", "area_code", "period_id", "category_code", "value", "status")
    return pl.DataFrame(held, schema=names, orient="row", schema_overrides={"value": pl.Float64})


def shelves(held: pl.DataFrame, opened: pl.DataFrame | None = None) -> Shelves:
    kinds = {WALES: "wales"} | dict.fromkeys(AREAS, "authority")
    la3 = {f"{500 + n}": area for n, area in enumerate(AREAS)}
    return Shelves(held, series() if opened is None else opened, kinds, la3)


def derived(operation: str, left: str, right: str | None = None, **other: object) -> Derived:
    plain = {"years": 0, "scale": 1.0, "decimals": 3} | other
    sides = (Operand.of(left), Operand.of(right) if right else None)
    return Derived(
        "D", NOTHING, NOTHING, operation, *sides, "", seed_figures=(), source="", certainty="derived", **plain
    )


def found(d: Derived, held: Shelves) -> list[tuple]:
    rows = worked_out(d, held)
    return rows.select("area_code", "period_id", "statistic", "value", "status").sort(pl.all()).rows()


def test_a_change_is_against_the_same_period_years_before() -> None:
    held = values(
        total("A", WALES, "2018-19", 50.0), total("A", WALES, "2019-20", 55.0), total("A", WALES, "2019-20Q1", 7.0)
    )
    assert found(derived("percent_change", "A", years=1), shelves(held)) == [(WALES, "2019-20", "value", 10.0, "")]
    assert found(derived("change", "A", years=1), shelves(held)) == [(WALES, "2019-20", "value", 5.0, "")]


def test_nothing_is_said_where_a_figure_is_withheld_or_absent() -> None:
    held = values(
        total("A", "W01", "2018-19", None, "c"), total("A", "W01", "2019-20", 55.0),
        total("A", "W02", "2018-19", None, "x"), total("A", "W02", "2019-20", 55.0),
        total("A", "W03", "2018-19", 0.0), total("A", "W03", "2019-20", 5.0),
    )  # fmt: skip
    assert found(derived("percent_change", "A", years=1), shelves(held)) == [
        ("W01", "2019-20", "value", None, "c"), ("W02", "2019-20", "value", None, "x"),
        ("W03", "2019-20", "value", None, "x"),
    ]  # fmt: skip


def test_a_share_is_of_the_published_total() -> None:
    held = values(
        total("A", WALES, "2018-19", 200.0), ("A", WALES, "2018-19", "sex", "F", 80.0, ""),
        ("A", WALES, "2018-19", "sex", "M", None, "c"),
    )  # fmt: skip
    rows = worked_out(derived("share", "A/sex"), shelves(held)).select("breakdown_code", "value", "status").rows()
    assert sorted(rows) == [("F", 40.0, ""), ("M", None, "c")]


def test_an_open_series_of_one_year_stands_beside_every_year_and_one_of_several_by_year() -> None:
    held = values(total("A", "W01", "2018-19", 60.0), total("A", "W01", "2019-20", 80.0))
    one = shelves(held, series(("staff", "W01", "2020-21", 20.0)))
    assert found(derived("ratio", "A", "open:staff"), one) == [
        ("W01", "2018-19", "value", 3.0, ""), ("W01", "2019-20", "value", 4.0, ""),
    ]  # fmt: skip
    several = shelves(held, series(("staff", "W01", "2018-19", 20.0), ("staff", "W01", "2021-22", 40.0)))
    assert found(derived("difference", "A", "open:staff"), several) == [("W01", "2018-19", "value", 40.0, "")]


def test_incomplete_returns_are_set_against_nothing() -> None:
    held = values(total("A", WALES, "2018-19", 50.0, "u"), total("B", WALES, "2018-19", 40.0)).with_columns(
        coverage_status=pl.Series(["partial", "complete"])
    )
    assert found(derived("difference", "A", "B"), shelves(held)) == [(WALES, "2018-19", "value", None, "x")]
    assert found(derived("beside", "A"), shelves(held)) == [(WALES, "2018-19", "value", 50.0, "u")]


def test_marks_of_the_figures_go_with_what_is_worked_out_from_them() -> None:
    held = values(
        total("A", WALES, "2018-19", 50.0, "p,t"), total("B", WALES, "2018-19", 40.0, "e"),
        total("A", WALES, "2017-18", 40.0, "r"),
    )  # fmt: skip
    assert found(derived("sum", "A", "B"), shelves(held)) == [(WALES, "2018-19", "value", 90.0, "e,p")]
    assert found(derived("change", "A", years=1), shelves(held)) == [(WALES, "2018-19", "value", 10.0, "p,r")]


def test_no_change_is_computed_across_a_break() -> None:
    held = values(total("A", WALES, "2015-16", 50.0), total("A", WALES, "2016-17", 60.0, "b"))
    across = held.with_columns(series_segment=pl.Series([1, 2], dtype=pl.Int32))
    assert found(derived("change", "A", years=1), shelves(across)) == [(WALES, "2016-17", "value", None, "x")]
    alike = held.with_columns(series_segment=pl.Series([2, 2], dtype=pl.Int32))
    assert found(derived("change", "A", years=1), shelves(alike)) == [(WALES, "2016-17", "value", 10.0, "b")]


def test_the_year_to_date_adds_its_quarters_and_waits_for_one_that_is_not_shown() -> None:
    held = values(
        total("A", WALES, "2023-24Q4", 65.0), total("A", WALES, "2024-25Q1", 20.0), total("A", WALES, "2023-24", 90.0),
        total("A", WALES, "2024-25Q2", 25.0, "p"), total("A", WALES, "2024-25Q3", None, "c"),
    )  # fmt: skip
    assert found(derived("year_to_date", "A"), shelves(held)) == [
        (WALES, "2023-24Q4", "value", None, "x"), (WALES, "2024-25Q1", "value", 20.0, ""),
        (WALES, "2024-25Q2", "value", 45.0, "p"), (WALES, "2024-25Q3", "value", None, "c"),
    ]  # fmt: skip


def test_rank_and_extremes_leave_out_what_is_withheld() -> None:
    held = values(
        total("A", "W01", "2018-19", 9.0), total("A", "W02", "2018-19", 9.0), total("A", "W03", "2018-19", 4.0),
        total("A", "W04", "2018-19", None, "c"), total("A", WALES, "2018-19", 99.0),
    )  # fmt: skip
    assert found(derived("rank", "A"), shelves(held)) == [
        ("W01", "2018-19", "value", 1.0, ""), ("W02", "2018-19", "value", 1.0, ""),
        ("W03", "2018-19", "value", 3.0, ""), ("W04", "2018-19", "value", None, "c"),
    ]  # fmt: skip
    rows = worked_out(derived("extremes", "A"), shelves(held))
    assert sorted(rows.select("statistic", "value", "related_area_code", "status").rows()) == [
        ("maximum", 9.0, "W02", "u"), ("minimum", 4.0, "W03", "u"),
    ], "where one is withheld, the range is of the others only"  # fmt: skip


def test_a_line_is_fitted_through_eight_authorities_or_none() -> None:
    """y = 3 + 2x through every point: slope, intercept and correlation by hand."""
    held = values(*(total("A", area, "2018-19", 3.0 + 2.0 * n) for n, area in enumerate(AREAS)))
    opened = series(*(("poor", area, "2020-21", float(n)) for n, area in enumerate(AREAS)))
    assert found(derived("fit", "A", "open:poor"), shelves(held, opened)) == [
        (WALES, "2018-19", "correlation", 1.0, ""), (WALES, "2018-19", "intercept", 3.0, ""),
        (WALES, "2018-19", "n_areas", 10.0, ""), (WALES, "2018-19", "slope", 2.0, ""),
    ]  # fmt: skip
    assert found(derived("fit", "A", "open:poor"), shelves(held.head(7), opened)) == []


def test_children_from_elsewhere_are_the_column_less_the_own_row() -> None:
    held = values(
        ("A", WALES, "2018-19", "host", "500", 30.0, ""), ("A", "W01", "2018-19", "host", "500", 20.0, ""),
        ("A", "W02", "2018-19", "host", "500", 10.0, ""), ("A", WALES, "2018-19", "host", "501", 5.0, ""),
        ("A", "W02", "2018-19", "host", "501", None, "c"), ("A", WALES, "2018-19", "host", "ENG", 5.0, ""),
    )  # fmt: skip
    assert found(derived("from_elsewhere", "A/host"), shelves(held)) == [
        ("W01", "2018-19", "value", 10.0, ""), ("W02", "2018-19", "value", None, "c"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "A/", "a b", "x:"])
def test_an_operand_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="operand"):
        Operand.of(text)


def test_every_operation_is_used_and_every_figure_is_answered_or_says_why(catalogue: Catalogue) -> None:
    assert {d.operation for d in catalogue.deriving.derived.values()} == set(OPERATIONS)
    held = answering(catalogue)
    for f in catalogue.deriving.figures.values():
        assert held[f.id] or f.tables or f.why, f.id
    assert len(catalogue.measures) >= 120
