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
    assert (row["low"], row["high"]) == (300 + 90, 300 + 120)
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
    assert row["low"] % 5 == row["high"] % 5 == 0
    assert 300 + 95 - 60 - 5 <= row["low"] <= 300 + 95 - 60
    assert 300 + 105 - 60 <= row["high"] <= 300 + 105 - 60 + 5


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
    assert told.limits(1.0) == pytest.approx((110 - half, 110 + half))
    assert told.limits(2.0) == pytest.approx((110 - 2 * half, 110 + 2 * half))
    assert told.limits(9.0)[0] == 0.0, "no count is below zero"
    assert forecast.outlook(100.0, 0.5, [10.0, 20.0]) is None, "two changes are too few"
    settled = forecast.outlook(100.0, 0.0, [10.0, 20.0, 30.0])
    assert settled is not None
    assert (settled.value, settled.limits(1.0)) == (100.0, (95.0, 105.0)), "never finer than a step of rounding"


def test_the_method_is_tried_on_the_years_that_are_known() -> None:
    """2015 to 2020 by tens: three changes are known first before 2019, and the forecasts of 2019 and 2020 are exact."""
    series = {2015 + k: 100.0 + 10 * k for k in range(6)}
    assert forecast.backtest(series) == [forecast.Past(0.0, 0.0)] * 2
    assert forecast.backtest(series | {2020: 200.0}) == [forecast.Past(0.0, 0.0), forecast.Past(50.0, 10.0)]
    assert forecast.backtest({2015: 1.0, 2016: 2.0}) == []


def test_limits_are_widened_until_they_would_have_held_95_of_100_years() -> None:
    """Scores 0.1, 0.2 ... 4.0: of 40, the 39th is the first that leaves no more than one in twenty outside."""
    assert forecast.widening([n / 10 for n in range(40, 0, -1)]) == 3.9
    assert forecast.widening([0.1] * 40) == 1.0, "never narrower"
    assert forecast.widening([1.5, 2.5]) == 2.5
    assert forecast.widening([]) == 1.0


def test_an_area_is_not_judged_by_limits_that_its_own_past_has_widened() -> None:
    """A went by tens and then leapt; B went by tens: A's leap widens B's limits and not its own."""

    def years(area: str, last: float) -> list[tuple[str, str, str, float | None, str]]:
        told = [("N", area, f"{y}-{y - 1999:02d}", 100.0 + 10 * (y - 2015), "complete") for y in range(2015, 2020)]
        return [*told, ("N", area, "2020-21", last, "complete"), ("N", area, "2021-22Q2", last, "complete")]

    held = forecast.forecasts(rows(*years(A, 200.0), *years(B, 150.0)), ["N"])
    told = {r["area_code"]: r for r in held.iter_rows(named=True)}
    assert (told[A]["widening"], told[B]["widening"]) == (1.0, 10.0)
    assert (told[A]["n_backtested"], told[A]["n_backtested_within"], told[B]["n_backtested_within"]) == (2, 1, 2)
    assert {(r["n_pooled"], r["n_pooled_within"]) for r in told.values()} == {(4, 3)}


def test_only_a_year_without_its_own_figure_is_forecast() -> None:
    years = [("N", A, f"{y}-{y - 1999:02d}", 100.0 + 10 * (y - 2015), "complete") for y in range(2015, 2020)]
    quarter = ("N", A, "2020-21Q2", 150.0, "complete")
    row = forecast.forecasts(rows(*years, quarter), ["N"]).row(0, named=True)
    columns = ("period_id", "from_period_id", "from_value", "forecast", "lower", "upper", "n_backtested")
    assert tuple(row[c] for c in columns) == ("2020-21", "2020-21Q2", 150.0, 155.0, 150.0, 160.0, 1)
    census = ("N", A, "2020-21", 152.0, "complete")
    assert forecast.forecasts(rows(*years, quarter, census), ["N"]).is_empty()
    assert forecast.forecasts(rows(*years, quarter), []).is_empty()
