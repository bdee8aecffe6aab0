"""Every edition keeps its values, and a changed one says why; `p` and `r` follow from ledger and editions.

Finding causes does not belong here (see `tests/unit/flow/test_evidence.py`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import made_edition
import polars as pl
import pytest
from made_edition import Desk

from pipelines.publish import EditionResult
from pipelines.publish.layout import KEY
from schemas import Catalogue

CELL = ("CLA_STOCK", "W92000004", "2022-23", "total", "T")
IS_CELL = pl.all_horizontal(pl.col(name) == code for name, code in zip(KEY, CELL, strict=True))


def small_desk(folder: Path, catalogue: Catalogue) -> Desk:
    """A desk with two small tables laid out, without workbooks: these tests publish several times."""
    whole = made_edition.publication()
    small = replace(whole, tables=whole.tables[:2], formats=("duckdb", "parquet", "csv", "json"))
    held = made_edition.desk(folder, catalogue, small)
    held.lay(made_edition.disclosed_rows(held.catalogue, small))
    return held


@pytest.fixture
def desk(tmp_path: Path, catalogue: Catalogue) -> Desk:
    return small_desk(tmp_path, catalogue)


def lay(desk: Desk, value: float | None, status: str = "") -> None:
    """The made rows with one cell set."""
    rows = pl.read_parquet(desk.disclosed)
    shown = {"value": value, "numerator": None if value is None else int(value), "status": status}
    desk.lay(rows.with_columns(pl.when(IS_CELL).then(pl.lit(v)).otherwise(c).alias(c) for c, v in shown.items()))


def row(result: EditionResult, table: str) -> dict[str, object]:
    held = pl.read_parquet(result.folder / "parquet" / f"{table}.parquet").filter(IS_CELL)
    return held.row(-1, named=True)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> tuple[EditionResult, ...]:
    """Three editions: 6,845, then 6,835, then the same again with another policy."""
    desk, made = small_desk(tmp_path_factory.mktemp("three"), catalogue), list[EditionResult]()
    for value, cause in ((6845.0, ""), (6835.0, "late_resubmission"), (6835.0, "")):
        lay(desk, value)
        made.append(desk.publish(revision_causes={CELL: cause} if cause else {}, rule_pack=str(len(made))))
    return tuple(made)


def test_a_revised_figure_says_why_and_carries_r_from_then_on(three: tuple[EditionResult, ...]) -> None:
    first, second, third = three
    assert [row(e, "fct_measure_value")["status"] for e in three] == ["", "r", "r"]
    told = row(second, "fct_revision")
    assert [told[c] for c in ("old_value", "new_value", "change", "cause", "causes")] == [
        6845.0, 6835.0, "changed", "late_resubmission", "late_resubmission",
    ]  # fmt: skip
    assert third.n_revisions == {"changed": 0, "added": 0, "removed": 0}, "the mark r alone is no revision"
    assert first.n_revisions["added"] == 0


def test_every_edition_can_be_seen_again_from_the_newest(three: tuple[EditionResult, ...]) -> None:
    with duckdb.connect(str(three[-1].folder / "mart.duckdb"), read_only=True) as mart:
        where = " and ".join(f"{name} = '{code}'" for name, code in zip(KEY, CELL, strict=True))
        seen = mart.execute(f"select edition_id, value from values_by_edition where {where} order by 1").fetchall()
        assert seen == [("2024-25-1", 6845.0), ("2024-25-2", 6835.0), ("2024-25-3", 6835.0)]
        for edition in three:
            shown = pl.read_parquet(edition.folder / "parquet" / "fct_measure_value.parquet")
            held = pl.DataFrame(mart.sql(f"select * from values_as_of('{edition.edition.id}')").to_arrow_table())
            both = shown.join(held, on=KEY, how="full", suffix="_held")
            assert held.height == shown.height
            assert both.filter(pl.col("value").ne_missing(pl.col("value_held"))).is_empty()


def test_a_row_that_is_gone_is_gone_from_then_on(desk: Desk) -> None:
    rows = pl.read_parquet(desk.disclosed)
    desk.publish()
    desk.lay(rows.filter(~IS_CELL))
    result = desk.publish()
    with duckdb.connect(str(result.folder / "mart.duckdb"), read_only=True) as mart:
        counts = dict(mart.execute("select edition_id, count(*) from values_by_edition group by 1").fetchall())
    assert counts["2024-25-1"] - counts["2024-25-2"] == 1
    desk.lay(rows)
    again = desk.publish()
    assert row(again, "fct_vintage")["is_withdrawn"] is False


@pytest.mark.parametrize("now", ["c", "c,p"])
def test_the_cause_of_a_withheld_figure_tells_nothing_of_the_count(desk: Desk, now: str) -> None:
    """Whether a return moved it or only the protection of another did would tell small counts from protecting ones."""
    lay(desk, 6845.0)
    desk.publish()
    lay(desk, None, now)
    result = desk.publish(revision_causes={CELL: "late_resubmission"})
    assert row(result, "fct_revision")["cause"] == "rounding_or_suppression"
    assert set(str(row(result, "fct_measure_value")["status"]).split(",")) == {*now.split(","), "r"}


def test_several_causes_are_all_told(desk: Desk) -> None:
    lay(desk, 6845.0)
    desk.publish()
    lay(desk, 6835.0)
    told = row(desk.publish(revision_causes={CELL: "late_resubmission code_mapping"}), "fct_revision")
    assert (told["cause"], told["causes"]) == ("several", "late_resubmission code_mapping")


def test_a_quarter_that_waits_for_its_census_is_provisional(desk: Desk) -> None:
    result = desk.publish(provisional=frozenset({("W06000001", "2024-25Q1")}))
    held = pl.read_parquet(result.folder / "parquet" / "fct_measure_value.parquet")
    is_place = (pl.col("area_code") == "W06000001") & (pl.col("period_id") == "2024-25Q1")
    codes = pl.col("status").fill_null("").str.split(",").list
    assert held.filter(is_place & ~codes.contains("p")).is_empty()
    assert held.filter(is_place).height > 0
