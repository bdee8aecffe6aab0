"""The whole way of a submission, rules included."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from made_submissions import COVER, PlainTokeniser, Tables, sizes, submission, write_csvs

from pipelines.conform import Claim, Examination, examine
from pipelines.conform.faultlog import reader_rules
from schemas import Catalogue


def whole(catalogue: Catalogue, folder: Path, previous: tuple[Path, ...] = ()) -> Examination:
    return examine(catalogue, PlainTokeniser(), [folder], Claim(), previous)


def test_every_rule_is_accounted_for_and_none_crashes(catalogue: Catalogue, tables: Tables, tmp_path: Path) -> None:
    held = whole(catalogue, write_csvs(tmp_path / "sent", tables))
    assert held.crashes == {}
    assert held.rule_pack
    assert held.coverage["rule_id"].is_unique().all()
    assert set(held.coverage["rule_id"]) > set(reader_rules(catalogue))
    failed = dict(held.faults.group_by("rule_id").len().iter_rows())
    counted = {r: n for r, n in held.coverage.select("rule_id", "n_failed").iter_rows() if n}
    assert set(failed) == set(counted)


def test_a_date_that_cannot_be_read_is_told_once_under_its_official_code(catalogue: Catalogue, tables: Tables,
                                                                        tmp_path: Path) -> None:  # fmt: skip
    tables["Episodes"][4]["DECOM"] = "05/05/18"
    tables["Episodes"][6]["LS"] = "Q9"
    held = whole(catalogue, write_csvs(tmp_path / "sent", tables))
    cells = held.faults.filter(pl.col("cause_group") != "").select("rule_id", "row_number", "item", "cause_group")
    assert cells.rows() == [
        ("141", 5, "episode_start_date", "two_digit_year:DECOM"),
        ("144", 7, "legal_status_code", "not_in_list:LS"),
    ]
    assert held.tables["episode"]["legal_status_code"][6] is None


def test_the_year_before_is_read_and_compared(catalogue: Catalogue, tmp_path: Path) -> None:
    before = write_csvs(tmp_path / "before", _a_year_earlier(submission(24)), COVER | {"Year": "2017-18"})
    now = write_csvs(tmp_path / "now", submission(24))
    skipped = "skipped: previous period missing"
    alone, compared = whole(catalogue, now), whole(catalogue, now, (before,))
    assert alone.coverage.filter(pl.col("status") == skipped).height > 0
    assert compared.coverage.filter(pl.col("status") == skipped).height == 0
    assert compared.faults.filter(pl.col("rule_id") == "ID12").height == 0


def test_a_previous_return_of_another_year_is_not_compared_with(catalogue: Catalogue, tables: Tables,
                                                                tmp_path: Path) -> None:  # fmt: skip
    now = write_csvs(tmp_path / "now", tables)
    held = whole(catalogue, now, (now,))
    assert held.faults.filter(pl.col("rule_id") == "ID12")["cause_group"].to_list() == ["previous_not_usable:2017-18"]
    assert sizes(held)["child"] == 24


def _a_year_earlier(tables: Tables) -> Tables:
    for rows in tables.values():
        for row in rows:
            row.update({column: value.replace("/2018", "/2017") for column, value in row.items()})
    return tables
