"""The tables that let readers compare: what is tested and what is not, funnels, breaks, comparators.

Formulas do not belong here (see `test_statistics.py`).
"""

from __future__ import annotations

import math

import duckdb
import polars as pl
import pytest

from pipelines.publish import EditionResult
from pipelines.publish.quality import breaks, change, definitions, funnel
from pipelines.publish.quality.fixed import TERMS
from schemas import Catalogue
from schemas.comparability import Alternative, Break
from schemas.model import Text

UNITS = {"PC": "percent", "N": "count", "RATE": "rate_per_10000", "MEAN": "mean"}
BROKEN = Break("B", "2020-21", ("sex",), ("PC",), Text("a", "b"), "test", "provisional")
Value = tuple[str, str, str, int | None, int | None, float | None, str]


def values(*rows: Value) -> pl.DataFrame:
    """(measure, area, period, numerator, denominator, value, coverage) as the mart holds them, without a breakdown."""
    names = ("measure_id", "area_code", "period_id", "numerator", "denominator", "value", "coverage_status")
    frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        pl.col("numerator", "denominator").cast(pl.Int64),
        pl.col("value").cast(pl.Float64),
        breakdown_id=pl.lit("total"), area_type=pl.lit("authority"), status=pl.lit(""),
    )  # fmt: skip
    return breaks.with_segments(frame, [BROKEN])


def test_three_words_for_change() -> None:
    found = change.changes(
        values(
            *(
                ("N", "A1", "2017-18", 100, None, 100.0, "complete"),
                ("N", "A1", "2018-19", 200, None, 200.0, "complete"),
            ),
            *(
                ("N", "A2", "2017-18", 200, None, 200.0, "complete"),
                ("N", "A2", "2018-19", 100, None, 100.0, "complete"),
            ),
            *(
                ("N", "A3", "2017-18", 100, None, 100.0, "complete"),
                ("N", "A3", "2018-19", 105, None, 105.0, "complete"),
            ),
        ),
        UNITS,
    )
    told = dict(found.select("area_code", "change").iter_rows())
    assert told == {"A1": "higher", "A2": "lower", "A3": "no_clear_change"}
    assert found["n_tests"].to_list() == [3, 3, 3]
    assert found["lower"].to_list()[0] > 0 > found["upper"].to_list()[1]


@pytest.mark.parametrize(
    ("now", "because"),
    [
        (("PC", "A", "2020-21", 60, 100, 60.0, "complete"), "break"),
        (("PC", "A", "2018-19", None, None, None, "complete"), "withheld"),
        (("PC", "A", "2018-19", 60, 100, 60.0, "partial"), "partial"),
        (("PC", "A", "2018-19", 60, 100, 60.0, "complete"), None),
    ],
)
def test_what_may_not_be_compared_is_not(now: Value, because: str | None) -> None:
    year = str(int(now[2][:4]) - 1)
    before = ("PC", "A", f"{year}-{int(year[2:]) + 1}", 20, 100, 20.0, "complete")
    row = change.changes(values(before, now), UNITS).row(0, named=True)
    assert row["not_tested_because"] == because
    assert (row["p_value"] is None) == (because is not None) == (row["change"] == "not_tested")
    if because in ("break", "withheld"):
        assert row["difference"] is None


def test_averages_tell_their_difference_and_are_not_tested() -> None:
    pair = (
        ("MEAN", "A", "2017-18", None, 50, 800.0, "complete"),
        ("MEAN", "A", "2018-19", None, 50, 900.0, "complete"),
    )
    row = change.changes(values(*pair), UNITS).row(0, named=True)
    assert (row["difference"], row["change"], row["not_tested_because"]) == (100.0, "not_tested", "average")


def test_a_quarter_is_held_against_the_same_quarter() -> None:
    quarters = [("N", "A", p, 50, None, 50.0, "complete") for p in ("2023-24Q1", "2023-24Q2", "2024-25Q1")]
    found = change.changes(values(*quarters), UNITS)
    assert found.select("period_id", "previous_period_id").rows() == [("2024-25Q1", "2023-24Q1")]


def test_the_first_period_after_a_break_is_marked_and_begins_a_segment() -> None:
    found = values(*(("PC", "A", p, 5, 10, 50.0, "complete") for p in ("2019-20", "2020-21", "2020-21Q1", "2021-22")))
    assert found.select("series_segment", "status").rows() == [(1, ""), (2, "b"), (2, "b"), (2, "")]
    later = values(*(("PC", "A", p, 5, 10, 50.0, "complete") for p in ("2020-21", "2021-22")))
    assert later["status"].to_list() == ["", ""], "nothing before it: nothing breaks"


def test_codes_stand_in_the_order_of_their_list() -> None:
    frame = pl.DataFrame({"status": ["u", "", "t,c", "b"]})
    marked = frame.with_columns(breaks.with_code("b").alias("status")).with_columns(
        breaks.in_order(["c", "u", "b", "t"])
    )
    assert marked["status"].to_list() == ["u,b", "b", "c,b,t", "b"]


def test_a_funnel_places_each_authority(catalogue: Catalogue) -> None:
    """Wales is the target; one authority far above it is told by plain limits."""
    rows = [("PC", f"A{k}", "2018-19", 100, 200, 50.0, "complete") for k in range(9)]
    far = ("PC", "A9", "2018-19", 160, 200, 80.0, "complete")
    wales = ("PC", "W92000004", "2018-19", 1060, 2000, 53.0, "complete")
    frame = values(*rows, far, wales).with_columns(
        area_type=pl.when(pl.col("area_code") == "W92000004").then(pl.lit("wales")).otherwise("area_type")
    )
    found = funnel.funnels(frame, UNITS)
    assert dict(found.select("area_code", "position").iter_rows()) == {
        **{f"A{k}": "inside" for k in range(9)}, "A9": "above_998",
    }  # fmt: skip
    row = found.row(0, named=True)
    assert row["target"] == 53.0
    assert row["upper_95"] == pytest.approx(53 + 100 * 1.959964 * math.sqrt(0.53 * 0.47 / 200), abs=1e-4)
    without = frame.filter(pl.col("area_code") != "W92000004")
    assert funnel.funnels(without, UNITS).is_empty(), "no target, no funnel"
    partial = frame.with_columns(coverage_status=pl.lit("partial"))
    assert funnel.funnels(partial, UNITS).is_empty(), "an incomplete Wales is no target"


def test_every_authority_has_declared_comparators(edition: EditionResult, catalogue: Catalogue) -> None:
    held = pl.read_parquet(edition.folder / "parquet" / "dim_comparator.parquet")
    similar = held.filter(pl.col("comparator_kind") == "similar")
    n = catalogue.comparing.comparators.n_neighbours
    assert similar.group_by("area_code").len()["len"].to_list() == [n] * 22
    assert similar.filter(pl.col("area_code") == pl.col("comparator_code")).is_empty()
    nearest = similar.sort("area_code", "rank")["distance"].to_list()
    assert all(nearest[i : i + n] == sorted(nearest[i : i + n]) for i in range(0, len(nearest), n))
    assert similar.filter(pl.col("distance") <= 0).is_empty()


def test_every_code_that_occurs_has_its_words(edition: EditionResult) -> None:
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        known = set(mart.execute("select term_set, term_code from dim_term").fetchall())
        assert known == {(column, code) for column, codes in TERMS.items() for code in codes}
        for table, column, named in (
            ("fct_change", "change", "change"),
            ("fct_change", "not_tested_because", "not_tested_because"),
            ("fct_funnel", "position", "position"),
            ("fct_funnel", "adjusted_position", "position"),
            ("dim_comparator", "comparator_kind", "comparator_kind"),
            ("bridge_framework_concept", "comparability", "comparability"),
        ):
            seen = mart.execute(f"select distinct {column} from {table} where {column} is not null").fetchall()
            assert seen, column
            assert {(named, code) for (code,) in seen} <= known
        for lang in ("en", "cy"):
            row = mart.execute(f"select change_label, measure_title, area_name from change_{lang} limit 1").fetchone()
            assert row
            assert all(row)
            assert mart.execute(f"select count(*) from funnel_{lang}").fetchone()[0] > 0
        labels = mart.execute("select term_label_en, term_label_cy from dim_term").fetchall()
    assert all(en and cy and not en.startswith("publish.") for en, cy in labels)


def test_ids_of_frameworks_are_bridged_with_a_verdict(edition: EditionResult) -> None:
    held = pl.read_parquet(edition.folder / "parquet" / "bridge_framework_concept.parquet")
    three = held.filter(pl.col("concept_id") == "THREE_PLACEMENTS").sort("since")
    assert three.select("framework_measure_id", "comparability").rows() == [
        ("SCC/004", None), ("PM33", "same"), ("CH/043", "approximate"),
    ]  # fmt: skip
    schools = held.filter(pl.col("framework_measure_id") == "CH/044").row(0, named=True)
    assert schools["comparability"] == "break"
    assert schools["comparability_reason_cy"]


def _pair(measure: str, alternative: str) -> Alternative:
    return Alternative(measure[:1] + alternative, measure, alternative, Text("a", "b"), "test", "provisional")


def test_what_a_definition_moves_is_the_difference_of_published_figures_with_what_rounding_may_make() -> None:
    """Counts to 5: each may lie 2 away; what stands on both sides cancels. 40 of 200 against 60 of 200 by hand."""
    held = values(
        ("N", "W1", "2020-21", 200, None, 200.0, "complete"), ("M", "W1", "2020-21", 10, None, 10.0, "complete"),
        ("PC", "W1", "2020-21", 40, 200, 20.0, "complete"), ("QC", "W1", "2020-21", 60, 200, 30.0, "complete"),
        ("N", "W2", "2020-21", 100, None, 100.0, "complete"), ("M", "W2", "2020-21", None, None, None, "complete"),
    )  # fmt: skip
    status = pl.when(pl.col("measure_id") == "M").then(pl.lit("p,t")).otherwise(pl.lit("t"))
    pairs = (_pair("N", "N + M"), _pair("N", "N - M"), _pair("PC", "QC"))
    units = UNITS | {"M": "count", "QC": "percent"}
    found = definitions.definitions(held.with_columns(rounding_base=pl.lit(5), status=status), pairs, units)
    names = ("alternative", "area_code", "alternative_value", "difference", "difference_percent", "status")
    assert found.select(names).rows() == [
        ("N + M", "W1", 210.0, 10.0, 5.0, "p"), ("N - M", "W1", 190.0, -10.0, -5.0, "p"),
        ("QC", "W1", 30.0, 10.0, 50.0, ""),
    ], "no row where a figure is withheld"  # fmt: skip
    by_hand = [2.0, 2.0, round((200 + 40) / 198 + (200 + 60) / 198, 1)]
    assert found["rounding_margin"].to_list() == by_hand


def test_every_pair_of_definitions_is_of_figures_that_the_mart_publishes(catalogue: Catalogue) -> None:
    """Otherwise its rows could never be filled."""
    shown = {m for t in catalogue.publications["children-looked-after"].tables for m in t.measures}
    pairs = catalogue.comparing.alternatives
    assert len(pairs) >= 8
    assert {m for a in pairs for m in (a.measure, *(name for _, name in a.terms))} <= shown
