"""Coverage by measure with bounds, and the forecast of 31 March: what follows from published figures and what does not.

How the flow counts reports does not belong here (see `tests/unit/flow/test_reach.py`).
"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from pipelines.core.periods import Period
from pipelines.publish.quality import extent, forecast
from pipelines.publish.records import CoverageRow

WALES, A, B = "W92000004", "W06000001", "W06000002"
MEMBERS = {WALES: (A, B), A: (A,), B: (B,)}
UNITS = {"N": "count", "R": "rate_per_10000"}


def rows(*held: tuple[str, str, str, float | None, str]) -> pl.DataFrame:
    """(measure, area, period, value, coverage) without a breakdown."""
    names = ("measure_id", "area_code", "period_id", "value", "coverage_status")
    return pl.DataFrame(held, schema=names, orient="row").with_columns(breakdown_id=pl.lit("total"))


def found(values: pl.DataFrame, *coverage: CoverageRow) -> dict[tuple[str, str], dict[str, object]]:
    held = extent.extents(values, UNITS, extent.reach_of(MEMBERS, coverage))
    return {(row["area_code"], row["period_id"]): row for row in held.iter_rows(named=True)}


def test_an_absent_authority_is_bounded_by_its_own_history() -> None:
    """B had 100 and 110 a year apart, so it moves by at most 10 a year: 90 to 120 in the year between 100 and 110."""
    values = rows(
        *(("N", B, p, v, "complete") for p, v in (("2015-16", 90.0), ("2016-17", 100.0), ("2018-19", 110.0))),
        ("N", B, "2017-18", None, "missing"), ("N", WALES, "2017-18", 300.0, "partial"),
    )  # fmt: skip
    told = found(values, CoverageRow(B, "2017-18", "lac_census", "missing", 1, 0, "not_received"))
    row = told[WALES, "2017-18"]
    assert (row["coverage_status"], row["reason"]) == ("partial", "not_received")
    assert (row["n_expected"], row["n_received"]) == (2, 1)
    assert row["low"] == pytest.approx(300 + 90, abs=0.1)
    assert row["high"] == pytest.approx(300 + 120, abs=0.1)
    assert told[B, "2017-18"]["low"] is None
    assert told[B, "2016-17"]["reason"] is None


def test_without_a_history_there_is_a_floor_and_no_ceiling() -> None:
    values = rows(("N", B, "2017-18", None, "missing"), ("N", WALES, "2017-18", 300.0, "partial"))
    row = found(values, CoverageRow(B, "2017-18", "lac_census", "missing", 1, 0, "not_received"))[WALES, "2017-18"]
    assert (row["low"], row["high"]) == (300.0, None)


def test_a_report_that_stops_early_says_until_when_and_adds_what_it_may_lack() -> None:
    values = rows(
        *(("N", B, p, v, "complete") for p, v in (("2016-17", 100.0), ("2018-19", 100.0))),
        ("N", B, "2017-18", 60.0, "partial"), ("N", WALES, "2017-18", 300.0, "partial"),
    )  # fmt: skip
    short = CoverageRow(B, "2017-18", "lac_census", "partial", 1, 1, "stops_early", date(2018, 2, 13))
    row = found(values, short)[WALES, "2017-18"]
    assert (row["reason"], row["covered_to"], row["n_received"]) == ("stops_early", date(2018, 2, 13), 2)
    assert row["low"] == pytest.approx(300 + 95 - 60, abs=0.1)
    assert row["high"] == pytest.approx(300 + 105 - 60, abs=0.1)


def test_a_rate_that_waits_says_for_what() -> None:
    told = found(rows(("R", A, "2017-18", None, "complete")))
    assert told[A, "2017-18"]["reason"] == "no_population"


def test_ranges_never_fall_below_zero_and_widen_with_years() -> None:
    near = extent.range_from({Period("2016-17"): 5.0}, Period("2017-18"))
    far = extent.range_from({Period("2012-13"): 5.0}, Period("2017-18"))
    assert near == pytest.approx((0, 10), abs=0.1)
    assert far == pytest.approx((0, 30), abs=0.1)
    assert extent.range_from({Period("2016-17Q1"): 5.0}, Period("2017-18")) is None, "a quarter is no year"


def test_a_forecast_drifts_as_years_did() -> None:
    """Changes of 10, 20 and 30: half a year to go adds half of their mean."""
    told = forecast.outlook(100.0, 0.5, [10.0, 20.0, 30.0])
    assert told is not None
    assert (told.value, told.drift, told.n_changes) == (110.0, 20.0, 3)
    half = 4.302653 * 10 * (0.5 * (1 + 1 / 3)) ** 0.5
    assert (told.lower, told.upper) == pytest.approx((110 - half, 110 + half))
    assert forecast.outlook(100.0, 0.5, [10.0, 20.0]) is None, "two changes are too few"
    settled = forecast.outlook(100.0, 0.0, [10.0, 20.0, 30.0])
    assert settled is not None
    assert settled.lower == settled.value == settled.upper == 100.0


def test_the_method_is_tried_on_the_years_that_are_known() -> None:
    """2015 to 2020 by tens: three changes are known first before 2019, and the forecasts of 2019 and 2020 are exact."""
    series = {2015 + k: 100.0 + 10 * k for k in range(6)}
    assert forecast.backtest(series) == (2, 0.0, 2)
    assert forecast.backtest(series | {2020: 200.0}) == (2, 25.0, 1)
    assert forecast.backtest({2015: 1.0, 2016: 2.0}) == (0, None, 0)


def test_only_a_year_without_its_own_figure_is_forecast() -> None:
    years = [("N", A, f"{y}-{y - 1999:02d}", 100.0 + 10 * (y - 2015), "complete") for y in range(2015, 2020)]
    quarter = ("N", A, "2020-21Q2", 150.0, "complete")
    row = forecast.forecasts(rows(*years, quarter), ["N"]).row(0, named=True)
    columns = ("period_id", "from_period_id", "from_value", "forecast", "lower", "upper", "n_backtested")
    assert tuple(row[c] for c in columns) == ("2020-21", "2020-21Q2", 150.0, 155.0, 155.0, 155.0, 1)
    census = ("N", A, "2020-21", 152.0, "complete")
    assert forecast.forecasts(rows(*years, quarter, census), ["N"]).is_empty()
    assert forecast.forecasts(rows(*years, quarter), []).is_empty()
