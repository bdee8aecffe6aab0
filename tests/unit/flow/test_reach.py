"""Who reported how far: authorities that changed their system in a year, and reports that stop before their period.

What readers see of it does not belong here (see `tests/unit/publish/test_extent.py`); how a silence is found is told by
the unit test of the model `int_reports__reach`.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from pipelines.core.ledger import LedgerRow
from pipelines.core.settings import Settings
from pipelines.flow import editions, reach
from pipelines.flow.desk import Desk
from schemas import Catalogue
from schemas.catalogue import WALES

CARDIFF, NEWPORT = "W06000015", "W06000022"


def lay(settings: Settings, *rows: tuple[str, str, str | None, date | None]) -> None:
    """What the warehouse found: (authority, period, system, the day reached where a report stops early)."""
    names = ("authority_code", "period_id", "system", "covered_to")
    types = {"authority_code": pl.String, "period_id": pl.String, "system": pl.String, "covered_to": pl.Date}
    frame = pl.DataFrame(rows, schema=names, orient="row", schema_overrides=types)
    path = settings.paths.cells.with_name("reach.parquet")
    path.parent.mkdir(parents=True)
    frame.with_columns(year_id=pl.col("period_id").str.slice(0, 7)).write_parquet(path)


def counting(*places: tuple[str, str]) -> tuple[LedgerRow, ...]:
    return tuple(
        LedgerRow(a + p, "f", "0", 1, a, "quarterly_export", p, None, "2024-07-01T09:00:00Z", 1, None, "accepted")
        for a, p in places
    )


def test_a_change_of_system_and_an_early_stop_are_declared(settings: Settings) -> None:
    lay(
        settings,
        (CARDIFF, "2024-25Q1", "carefirst_status_changes", None),
        (CARDIFF, "2024-25Q2", "wccis_snapshot", None),
        (NEWPORT, "2024-25Q1", "wccis_snapshot", None),
        (NEWPORT, "2024-25Q2", "wccis_snapshot", date(2024, 8, 13)),
    )
    places = [(a, p) for a in (CARDIFF, NEWPORT) for p in ("2024-25Q1", "2024-25Q2")]
    found = editions.coverage(Desk(settings), counting(*places), ["2024-25Q1", "2024-25Q2"])
    told = {(r.area_code, r.period_id): (r.status, r.reason, r.covered_to) for r in found}
    assert told[CARDIFF, "2024-25Q2"] == ("complete", "system_changed", None)
    assert told[NEWPORT, "2024-25Q1"] == ("complete", "", None)
    assert told[NEWPORT, "2024-25Q2"] == ("partial", "stops_early", date(2024, 8, 13))
    assert told[WALES, "2024-25Q2"] == ("partial", "stops_early", date(2024, 8, 13))
    assert told[WALES, "2024-25Q1"] == ("partial", "not_received", None)
    assert told["W06000001", "2024-25Q1"] == ("missing", "not_received", None)


def test_a_quarter_is_provisional_until_the_census_of_its_year_counts(catalogue: Catalogue) -> None:
    quarters = counting((CARDIFF, "2023-24Q4"), (NEWPORT, "2023-24Q4"), (CARDIFF, "2023-24"))
    found = editions.provisional(catalogue, quarters, ["2023-24Q4", "2023-24"])
    assert (NEWPORT, "2023-24Q4") in found
    assert (WALES, "2023-24Q4") in found
    assert (CARDIFF, "2023-24Q4") not in found
    assert not [place for place in found if place[1] == "2023-24"]


def test_before_the_first_build_nothing_is_known(settings: Settings) -> None:
    assert reach.read(settings) == reach.Reports({}, frozenset())
