"""Which version speaks for an authority, when a return is due, and which periods a person is shown.

How it is worded does not belong here (tests/unit/cli/test_overview.py).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from made_build import settings_of

from pipelines.core.ledger import Ledger, LedgerRow
from pipelines.flow.desk import Desk
from pipelines.flow.standing import Standing, standing

ANGLESEY = "W06000001"


def entered(desk: Desk, *told: tuple[int, str], period: str = "2023-24") -> None:
    """Versions of the census of Ynys Môn, each with its status."""
    rows = [
        LedgerRow(
            f"{period[:4]}{version:012d}", "a.zip", "0" * 64, 1, ANGLESEY, "lac_census", period, None,
            "2024-05-01T00:00:00Z", version, None, status,
        )
        for version, status in told
    ]  # fmt: skip
    Ledger(desk.settings.paths).append(rows)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(settings_of(tmp_path / "data"))


def own(desk: Desk, today: date, period: str = "2023-24") -> Standing:
    return next(s for s in standing(desk, period, today) if s.authority_code == ANGLESEY)


@pytest.mark.parametrize(
    ("told", "speaks", "newer"),
    [
        ([(1, "accepted"), (2, "rejected")], (1, "accepted", True), (2, "rejected")),
        ([(1, "accepted"), (2, "withdrawn")], (1, "accepted", True), (2, "withdrawn")),
        ([(1, "accepted"), (2, "accepted_with_errors")], (2, "accepted_with_errors", True), (0, "")),
        ([(1, "rejected"), (2, "withdrawn")], (1, "rejected", False), (2, "withdrawn")),
        ([(1, "withdrawn")], (1, "withdrawn", False), (0, "")),
        ([], (0, "late", False), (0, "")),
    ],
)
def test_the_version_that_counts_speaks(
    desk: Desk, told: list[tuple[int, str]], speaks: tuple[int, str, bool], newer: tuple[int, str]
) -> None:
    if told:
        entered(desk, *told)
    found = own(desk, date(2024, 6, 1))
    assert (found.version, found.status, found.counts) == speaks
    assert (found.newer_version, found.newer_status) == newer


def test_due_until_its_day_and_late_after_it(desk: Desk) -> None:
    assert own(desk, date(2019, 5, 24), "2018-19").status == "due"
    late = own(desk, date(2019, 5, 25), "2018-19")
    assert (late.status, late.due_date, late.due_certainty) == ("late", "2019-05-24", "sourced")
    assert own(desk, date(2024, 5, 24)).due_certainty == "provisional"


def test_periods_that_have_ended_since_and_the_next_one_are_shown(desk: Desk) -> None:
    entered(desk, (1, "accepted"), period="2021-22")
    shown = standing(desk, None, date(2024, 4, 10))
    assert list(dict.fromkeys(s.period_id for s in shown)) == ["2021-22", "2022-23", "2023-24"]
    assert {s.status for s in shown if s.period_id == "2022-23"} == {"late"}
    assert {s.status for s in shown if s.period_id == "2023-24"} == {"due"}
    assert standing(Desk(settings_of(desk.settings.paths.data / "empty")), None, date(2024, 4, 10)) == []
