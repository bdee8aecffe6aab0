"""Whose a submission is, what it is, and when: read from the content, and contradictions refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_submissions import (
    CLEAN,
    COVER,
    Look,
    Tables,
    causes,
    sizes,
    write_csvs,
)

from pipelines.conform import SourceFile


@pytest.mark.parametrize(
    ("claim", "cause"),
    [
        ({"period": "2017-18"}, "period:2017-18:2018-19"),
        ({"period": "2018-19Q1"}, "period:2018-19Q1:2018-19"),
        ({"authority": "Gwynedd"}, "authority:W06000002:W06000001"),
        ({"authority": "Atlantis"}, "authority_unknown:claim"),
        ({"period": "last year"}, "period_unreadable:claim"),
        ({"return_id": "ssda903"}, "return:ssda903:lac_census"),
        ({"return_id": "quarterly_export"}, "return:quarterly_export:lac_census"),
    ],
)
def test_a_claim_that_the_content_contradicts_is_refused(look: Look, tables: Tables, tmp_path: Path,
                                                         claim: dict[str, str], cause: str) -> None:  # fmt: skip
    held = look(write_csvs(tmp_path / "sent", tables), **claim)
    assert causes(held) == {cause: 1}
    assert held.verdict == "rejected"
    assert sizes(held) == CLEAN


@pytest.mark.parametrize("claim", [{"authority": "Ynys Môn"}, {"authority": "W06000001", "period": "2018/19"},
                                   {"return_id": "lac_census", "period": "2019"}])  # fmt: skip
def test_a_claim_that_agrees_in_another_spelling_is_fine(look: Look, tables: Tables, tmp_path: Path, claim) -> None:
    held = look(write_csvs(tmp_path / "sent", tables), **claim)
    assert causes(held) == {}


def test_the_year_is_read_from_the_dates_where_nothing_says_it(look: Look, tables: Tables, tmp_path: Path) -> None:
    held = look(write_csvs(tmp_path / "sent", tables, cover=None), authority="512")
    assert causes(held) == {}
    assert (held.identity.period_id, held.identity.sources["period_id"]) == ("2018-19", "dates")
    assert held.identity.return_id == "lac_census"


def test_a_bare_year_on_the_cover_is_settled_by_the_dates(look: Look, tables: Tables, tmp_path: Path) -> None:
    held = look(write_csvs(tmp_path / "sent", tables, COVER | {"Year": "2019"}))
    assert causes(held) == {}
    assert held.identity.period_id == "2018-19"


def test_the_authority_is_asked_for(look: Look, tables: Tables, tmp_path: Path) -> None:
    held = look(write_csvs(tmp_path / "sent", tables, cover=None))
    assert causes(held) == {"authority_missing": 1}
    assert held.verdict == "rejected"
    assert sizes(held) == CLEAN


@pytest.mark.parametrize("year", ["2017-18", "2020-21"])
def test_the_dates_of_another_year_are_refused_with_both_named(
    look: Look, tables: Tables, tmp_path: Path, year: str
) -> None:
    held = look(write_csvs(tmp_path / "sent", tables, COVER | {"Year": year}))
    assert causes(held, "ID") == {f"period:{year}:2018-19": 1}
    assert held.verdict == "rejected"


def test_a_return_that_was_not_collected_then(look: Look, tables: Tables, tmp_path: Path) -> None:
    held = look(write_csvs(tmp_path / "sent", tables, COVER | {"Collection": "SSDA903"}))
    assert causes(held, "ID") == {"not_collected:ssda903:2018-19": 1}
    assert held.verdict == "rejected"


def test_a_file_of_another_collection_is_told(look: Look) -> None:
    text = "Localauthority_Code,Year_Code,Data\nW06000001,2019,145\nW06000002,2019,280\n"
    held = look(SourceFile("care0001.csv", text.encode()), authority="512", period="2018-19")
    assert held.verdict == "rejected"
    assert causes(held) == {"return_unrecognised": 1}


def test_a_census_of_nobody(look: Look, tables: Tables, tmp_path: Path) -> None:
    held = look(write_csvs(tmp_path / "sent", {name: [] for name in tables}))
    assert causes(held, "LY") == {"table_empty:Header": 1, "table_empty:Episodes": 1}
