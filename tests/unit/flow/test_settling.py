"""Rules that need other submissions: both sides are told, nobody is named, and what cannot be judged says why.

What each rule finds in small tables stands in the specification (`tests/spec/rules`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from made_submissions import COVER, Tables, blank, submission, write_zip

from pipelines.conform import Claim
from pipelines.conform.rules import PackKey, quantities
from pipelines.core.ledger import Ledger
from pipelines.core.settings import Settings
from pipelines.flow import checking, settling, submissions, withdrawing
from pipelines.flow.desk import Desk
from pipelines.flow.inbox import Delivery
from schemas import Catalogue

UPN = "A123456789012"
ANGLESEY, GWYNEDD, CARDIFF = "512", "514", "552"
CENSUS, YEAR = ("lac_census",), "2018-19"


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk(settings)


def with_shared_child(start: str, end: str = "", reason: str = "", upn: str = UPN) -> Tables:
    """A small return, its first child with a pupil number and one episode."""
    tables = submission(3)
    tables["Header"][0]["UPN"] = upn
    who = tables["Header"][0]["CHILD"]
    rest = [row for row in tables["Episodes"] if row["CHILD"] != who]
    own = {"CHILD": who, "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "F2", "PL_LA": CARDIFF, "PL_LOCATION": "1"}
    tables["Episodes"] = [blank("Episodes", **own, DECOM=start, DEC=end, REC=reason), *rest]
    return tables


def receive(desk: Desk, folder: Path, authority: str, tables: Tables, year: str = YEAR) -> submissions.Judged:
    cover = {"Collection": "LAC", "Year": year, "Authority": authority}
    return submissions.receive(desk, [write_zip(folder / f"{authority}-{year}.zip", tables, cover)], Claim())


def stored(desk: Desk, what: str, judged: submissions.Judged) -> pl.DataFrame:
    root = getattr(desk.settings.paths, what)
    return pl.read_parquet(next(root.rglob(f"{judged.receipt.submission_id}.parquet")), hive_partitioning=False)


def failed(desk: Desk, judged: submissions.Judged, rule: str) -> list[int | None]:
    return stored(desk, "faults", judged).filter(pl.col("rule_id") == rule)["row_number"].to_list()


def status(desk: Desk, judged: submissions.Judged, rule: str) -> str:
    return stored(desk, "coverage", judged).filter(pl.col("rule_id") == rule)["status"][0]


def test_who_came_first_is_told_when_the_other_comes(desk: Desk, tmp_path: Path) -> None:
    first = receive(desk, tmp_path, ANGLESEY, with_shared_child("01/05/2018"))
    assert status(desk, first, "X001") == "skipped: no other authority"
    second = receive(desk, tmp_path, GWYNEDD, with_shared_child("01/07/2018"))
    assert failed(desk, first, "X001") == [1]
    assert failed(desk, second, "X001") == [1]
    told = second.examination.faults.filter(pl.col("rule_id") == "X001")
    assert told.height == 1  # in the report and on the receipt of the one who sends now
    assert (second.receipt.n_faults or {})["query"] == submissions.outcome(second.examination).n_faults["query"]
    assert set(stored(desk, "faults", first)["severity"].unique()) >= {"query"}
    assert {r.status for r in Ledger(desk.settings.paths).current()} == {first.receipt.status}  # no verdict changed


def test_a_withdrawal_takes_its_questions_back(desk: Desk, tmp_path: Path) -> None:
    first = receive(desk, tmp_path, ANGLESEY, with_shared_child("01/05/2018"))
    second = receive(desk, tmp_path, GWYNEDD, with_shared_child("01/07/2018"))
    assert failed(desk, first, "X001") == [1]
    done = withdrawing.withdraw(desk, second.receipt.submission_id[:8], "sent for the wrong child")
    assert (done.row.status, done.counting, done.n_settled) == ("withdrawn", None, 1)
    assert failed(desk, first, "X001") == []
    assert status(desk, first, "X001") == "skipped: no other authority"
    again = withdrawing.withdraw(desk, second.receipt.submission_id)
    assert (again.was_so_before, again.n_settled) == (True, 0)


def test_no_row_names_the_other_authority_or_the_child(desk: Desk, tmp_path: Path) -> None:
    first = receive(desk, tmp_path, ANGLESEY, with_shared_child("01/05/2018"))
    receive(desk, tmp_path, GWYNEDD, with_shared_child("01/07/2018"))
    held = stored(desk, "faults", first).filter(pl.col("rule_id").str.starts_with("X"))
    assert held.height
    assert not {UPN, GWYNEDD, "W06000002"} & {str(v) for row in held.iter_rows() for v in row}


def test_a_child_who_moves_on_the_same_day_is_no_question(desk: Desk, tmp_path: Path) -> None:
    first = receive(desk, tmp_path, ANGLESEY, with_shared_child("01/05/2018", "01/07/2018", "E3"))
    second = receive(desk, tmp_path, GWYNEDD, with_shared_child("01/07/2018"))
    for judged in (first, second):
        assert status(desk, judged, "X001") == "ran"
        assert failed(desk, judged, "X001") == failed(desk, judged, "X004") == failed(desk, judged, "X005") == []


def test_a_taking_over_waits_for_every_authority(desk: Desk, tmp_path: Path, catalogue: Catalogue) -> None:
    sender = receive(desk, tmp_path, ANGLESEY, with_shared_child("01/05/2018", "01/07/2018", "E3"))
    others = {a.la3: a.gss for a in catalogue.authorities.values() if a.la3 not in (ANGLESEY, CARDIFF)}
    waiting = [
        Delivery((write_zip(tmp_path / f"{gss}.zip", submission(3), COVER | {"Authority": la3}),), *CENSUS, gss, YEAR)
        for la3, gss in others.items()
    ]
    submissions.land(desk, waiting)
    received = submissions.judge_waiting(desk, *CENSUS, {(gss, YEAR) for gss in others.values()})
    assert status(desk, sender, "X002") == "skipped: not every authority"
    assert status(desk, sender, "P002") == "ran"
    last = receive(desk, tmp_path, CARDIFF, with_shared_child("01/05/2018", upn="B123456789012"))
    assert failed(desk, sender, "X002") == [1]
    # The child was last placed in Cardiff, which hears of it as a fault of its whole return: no row, no child.
    assert failed(desk, last, "X003") == [None]
    assert {tuple(failed(desk, judged, "X003")) for judged in received} == {()}


def test_settling_again_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    receive(desk, tmp_path, ANGLESEY, with_shared_child("01/05/2018"))
    receive(desk, tmp_path, GWYNEDD, with_shared_child("01/07/2018"))
    files = list(desk.settings.paths.faults.rglob("*.parquet"))
    before = [p.stat().st_mtime_ns for p in files]
    settling.settle(desk, [("lac_census", "2018-19")])
    assert [p.stat().st_mtime_ns for p in files] == before


def test_without_a_store_the_rules_say_that_they_need_one(desk: Desk, tmp_path: Path, catalogue: Catalogue) -> None:
    path = write_zip(tmp_path / "one.zip", submission(3))
    found = checking.check(desk, [path], Claim())
    codes = [r.code for r in catalogue.rules if r.family in ("cross_authority", "plausibility")]
    held = found.coverage.filter(pl.col("rule_id").is_in(codes))
    assert held.height == len(codes) == 25
    assert set(held["status"]) == {"skipped: other submissions missing"}


def test_quantities_count_children_and_leave_short_breaks_out(catalogue: Catalogue) -> None:
    def day(text: str) -> date:
        return date.fromisoformat(text)

    child = pl.DataFrame(
        {
            "child_id": ["a", "b", "c", "d"],
            "upn_id": ["u", None, None, None],
            "birth_date": [day("2010-01-01"), day("2010-01-01"), day("2022-01-01"), day("2010-01-01")],
            "ethnicity_code": ["WBRI", "NOBT", None, "WBRI"],
        }
    )
    episode = pl.DataFrame(
        {
            "child_id": ["a", "a", "b", "c", "d"],
            "episode_start_date": [day(f"2023-0{n}-01") for n in (5, 6, 5, 5, 5)],
            "episode_end_date": [day("2023-06-01"), None, day("2023-09-01"), None, None],
            "start_reason_code": ["S", "P", "S", "S", "S"],
            "end_reason_code": ["X1", None, "E11", None, None],
            "legal_status_code": ["V2", "C2", "C2", "V2", "V3"],
            "placement_code": ["H1", "F2", "A4", "F1", "F1"],
            "placement_authority_code": ["552", "550", "552", None, "552"],
        }
    )
    found = quantities(
        catalogue, PackKey("2023-24", "wales", "lac_census"), {"W06000015": {"child": child, "episode": episode}}
    )
    counted = {q: (n, d) for _, q, n, d in found.iter_rows()}
    assert counted == {
        "looked_after": (2, None),
        "started": (3, None),
        "left": (1, None),
        "left_share": (1, 3),
        "adopted_share": (1, 1),
        "three_placements_share": (0, 3),
        "care_order_share": (1, 2),
        "foster_share": (2, 2),
        "outside_share": (1, 1),
        "unknown_ethnicity_share": (2, 4),
        "no_pupil_number_share": (2, 3),
    }
    assert found["authority_code"].unique().to_list() == ["552"]
