"""Tables that are worked out from published figures: each row is worked out again, and one that tells more is found."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.audit.verifier import following
from pipelines.audit.verifier.ledger import Ledger, ledger_of
from pipelines.publish.quality.change import changes
from schemas import load
from tests.made_verified import Made, sign

CHANGE = ("difference", "lower", "upper", "p_value", "p_adjusted")
LIMITS = tuple(f"{end}_{label}" for end in ("lower", "upper") for label in ("95", "998"))
FUNNEL = ("value", "size", "target", "overdispersion", *LIMITS, *(f"adjusted_{limit}" for limit in LIMITS))
PERIODS = pl.DataFrame(schema={"period_id": pl.String})
UNITS = {"CLA_FOSTER_PC": "percent", "CLA_RATE": "rate_per_10000", "CLA_STOCK": "count"}
PER = {"percent": 100, "rate_per_10000": 10_000}
COUNTS = {"2022-23": (0, 5, 65, 120), "2023-24": (5, 20, 55, 120)}


def two_years() -> pl.DataFrame:
    """A share, a rate and a count of four authorities in two years, as published."""
    rows = [
        (measure, f"W0600000{at + 1}", period, n, None if unit == "count" else d, PER.get(unit, d) * n / d)
        for measure, unit in UNITS.items()
        for period, counts in COUNTS.items()
        for at, n in enumerate(counts)
        for d in [12_000 if unit == "rate_per_10000" else 150]
    ]
    held = pl.DataFrame(rows, schema=["measure_id", "area_code", "period_id", "numerator", "denominator", "value"],
                        orient="row")  # fmt: skip
    fixed = {"breakdown_id": "total", "breakdown_code": "T", "area_type": "authority", "coverage_status": "complete"}
    texts = {"status": "", "series_segment": "", "table_id": "stock"}
    return held.with_columns(
        pl.col("value").cast(pl.Float64), *(pl.lit(v).alias(k) for k, v in (fixed | texts).items())
    )


def ledger(rows: pl.DataFrame) -> Ledger:
    catalogue = load()
    return ledger_of(catalogue, catalogue.publications["children-looked-after"], rows, PERIODS)


def moved(held: pl.DataFrame, column: str) -> pl.DataFrame:
    """A thousandth more in one row of each measure that has the figure."""
    picked = held.with_row_index("at").filter(pl.col(column).is_not_null()).group_by("measure_id").agg(pl.last("at"))
    here = pl.int_range(pl.len()).is_in(picked["at"].to_list())
    return held.with_columns(pl.when(here).then(pl.col(column) + 0.001).otherwise(pl.col(column)).alias(column))


def test_changes_follow_and_a_thousandth_more_is_found() -> None:
    rows = two_years()
    held, known = changes(rows, UNITS), ledger(rows)
    assert held.height == 12
    assert held["test"].null_count() == 0
    assert following.check(known, "fct_change", held) == {}
    for column in CHANGE:
        found = following.check(known, "fct_change", moved(held, column))
        assert {name: wrong.height for name, wrong in found.items()} == {column: len(UNITS)}


def test_a_change_that_was_not_tested_is_the_difference_of_what_is_shown() -> None:
    rows = two_years()
    held = changes(rows, dict.fromkeys(UNITS, "mean"))
    assert held["test"].null_count() == held.height
    assert following.check(ledger(rows), "fct_change", held) == {}
    assert set(following.check(ledger(rows), "fct_change", moved(held, "difference"))) == {"difference"}
    told = held.with_columns(lower=pl.col("difference") - 1)
    assert following.check(ledger(rows), "fct_change", told)["lower"].height == held.height


def test_funnels_follow_and_a_thousandth_more_is_found(made: Made) -> None:
    known = ledger_of(made.catalogue, made.catalogue.publications[made.desk.publication_id], made.rows, PERIODS)
    held = pl.read_parquet(made.folder / "parquet" / "fct_funnel.parquet")
    units = {known.units[m] for m in held["measure_id"].unique()}
    assert units == {"percent", "rate_per_10000"}
    assert following.check(known, "fct_funnel", held) == {}
    n = held["measure_id"].n_unique()
    for column in FUNNEL:
        found = following.check(known, "fct_funnel", moved(held, column))
        assert {name: wrong.height for name, wrong in found.items()} == {column: n}


@pytest.mark.parametrize(
    ("low", "high", "status", "wrong"),
    [
        (65.0, None, "partial", set()),
        (65.0, 80.0, "partial", set()),
        (None, None, "partial", set()),
        (66.0, None, "partial", {"low"}),
        (60.0, None, "partial", {"low"}),
        (65.0, 81.0, "partial", {"high"}),
        (65.0, 80.0, "complete", {"low", "high"}),
    ],
)
def test_bounds_of_an_incomplete_count_are_steps_beside_what_is_published(
    low: float | None, high: float | None, status: str, wrong: set[str]
) -> None:
    place = {"measure_id": "CLA_STOCK", "area_code": "W06000003", "period_id": "2022-23", "coverage_status": status}
    kinds = {**dict.fromkeys(place, pl.String), "low": pl.Float64, "high": pl.Float64}
    held = pl.DataFrame([{**place, "low": low, "high": high}], schema=kinds)
    assert set(following.check(ledger(two_years()), "fct_extent", held)) == wrong


def test_what_does_not_follow_is_found_in_the_edition(made: Made, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Also a table that lacks what it is worked out by."""
    copy = made.copy(tmp_path_factory.mktemp("planted") / "edition")
    funnels, extents = (copy / "parquet" / f"{name}.parquet" for name in ("fct_funnel", "fct_extent"))
    moved(pl.read_parquet(funnels), "target").write_parquet(funnels)
    pl.read_parquet(extents).drop("coverage_status").write_parquet(extents)
    sign(copy)
    found = {(f.check, f.where[0].split(":")[0]) for f in made.verify(copy).findings}
    assert found == {("not_from_published", "fct_funnel.target"), ("not_from_published", "fct_extent.coverage_status")}


def test_the_distribution_of_a_poisson_count() -> None:
    """With mean 100: 0.0226 up to 80 and 0.9651 up to 118, added up by hand from exp(-100) on."""
    counts, reached = following._poisson(100.0)
    known = dict(zip(counts.tolist(), reached.tolist(), strict=True))
    assert (round(known[80], 4), round(known[118], 4), round(max(known.values()), 6)) == (0.0226, 0.9651, 1.0)
