"""Financial years and quarters. What is collected when does not belong here."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import UsageError
from pipelines.core.periods import Period

DAYS = st.dates(date(1950, 4, 1), date(2090, 3, 31))


def test_a_year_runs_from_april_to_march() -> None:
    year = Period("2018-19")
    assert (year.start, year.end) == (date(2018, 4, 1), date(2019, 3, 31))
    assert not year.is_quarter
    assert year.year == "2018-19"


@pytest.mark.parametrize(
    ("quarter", "start", "end"),
    [
        ("2024-25Q1", date(2024, 4, 1), date(2024, 6, 30)),
        ("2024-25Q2", date(2024, 7, 1), date(2024, 9, 30)),
        ("2024-25Q3", date(2024, 10, 1), date(2024, 12, 31)),
        ("2024-25Q4", date(2025, 1, 1), date(2025, 3, 31)),
    ],
)
def test_quarters_of_a_financial_year(quarter: str, start: date, end: date) -> None:
    held = Period(quarter)
    assert (held.start, held.end, held.is_quarter, held.year) == (start, end, True, "2024-25")


def test_neighbours_cross_the_year_and_the_century() -> None:
    assert Period("2024-25Q4").next == "2025-26Q1"
    assert Period("2025-26Q1").previous == "2024-25Q4"
    assert Period("1999-00").next == "2000-01"
    assert Period("1998-99").next == "1999-00"


def test_periods_sort_in_time_with_a_year_before_its_quarters() -> None:
    held = [Period(p) for p in ("2024-25Q2", "2025-26", "2024-25", "1999-00", "2024-25Q1")]
    assert sorted(held) == ["1999-00", "2024-25", "2024-25Q1", "2024-25Q2", "2025-26"]


@pytest.mark.parametrize("said", ["2018-19", "2018/19", " 2018-2019 ", "2018/2019"])
def test_ways_people_write_a_year(said: str) -> None:
    assert Period.parse(said) == "2018-19"


@pytest.mark.parametrize("said", ["2024-25Q1", "2024/25 q1", "2024-25 - Q1", "2024-2025Q1"])
def test_ways_people_write_a_quarter(said: str) -> None:
    assert Period.parse(said) == "2024-25Q1"


@pytest.mark.parametrize("said", ["2018-20", "2018", "", "Q1", "2024-25Q5", "٢٠١٨-١٩", "2018-19; drop", "x" * 500])
def test_what_is_no_period_is_refused_without_repeating_long_text(said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Period.parse(said)
    assert caught.value.key == "period.unreadable"
    assert len(str(caught.value.params["given"])) <= 20


@given(DAYS)
def test_a_day_lies_in_its_year_and_its_quarter(day: date) -> None:
    year, quarter = Period.year_of(day), Period.quarter_of(day)
    assert year.start <= day <= year.end
    assert quarter.start <= day <= quarter.end
    assert quarter.year == year


@given(DAYS)
def test_periods_tile_time(day: date) -> None:
    for held in (Period.year_of(day), Period.quarter_of(day)):
        assert held.next.start == held.end + timedelta(days=1)
        assert held.next.previous == held
    quarters = Period.year_of(day).quarters
    assert (quarters[0].start, quarters[-1].end) == (Period.year_of(day).start, Period.year_of(day).end)
