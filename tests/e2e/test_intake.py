"""From a file to a receipt and what can be done with it after: receive, status, compare, withdraw.

How submissions are kept and entered does not belong here (tests/unit/landing).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from made_build import SAMPLE, Mesur, settings_of
from made_submissions import submission, write_csvs, write_xlsx

from pipelines.core import messages
from pipelines.core.ledger import Ledger

RETURN = SAMPLE / "returns" / "2022-23" / "W06000008.xml"


@pytest.fixture
def two_versions(mesur: Mesur, tmp_path: Path) -> tuple[str, str]:
    """The same census sent twice: 12 children, then 11 of them and another form of the file."""
    first = write_xlsx(tmp_path / "first.xlsx", submission(12))
    second = write_csvs(tmp_path / "second", submission(11))
    return tuple(mesur("receive", path, "--json").record["submission_id"] for path in (first, second))  # type: ignore[return-value]


def ledger(tmp_path: Path) -> Ledger:
    return Ledger(settings_of(tmp_path / "data").paths)


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_a_receipt_in_the_senders_language(mesur: Mesur, lang: str) -> None:
    told = mesur("receive", RETURN, lang=lang)
    assert told.code == 0
    for key in ("receipt.title", "receipt.submission", "check.verdict.accepted", "status.accepted"):
        assert messages.say(key, lang) in told.out
    assert "Ceredigion" in told.out
    assert told.out.rstrip().endswith("mesur rules release")  # nobody has released these rules, and it is said


def test_the_same_bytes_twice_are_one_submission(mesur: Mesur, tmp_path: Path) -> None:
    first, again = (mesur("receive", RETURN, "--json") for _ in range(2))
    assert (first.code, again.code) == (0, 0)
    assert first.record["submission_id"] == again.record["submission_id"]
    assert (first.record["version"], again.record["version"]) == (1, 1)
    assert len({r.submission_id for r in ledger(tmp_path).rows()}) == 1
    assert len(list((tmp_path / "data" / "landing" / "files").iterdir())) == 1
    assert messages.say("receipt.already", "en") in mesur("receive", RETURN).out


def test_status_names_who_has_sent_what(mesur: Mesur, two_versions: tuple[str, str]) -> None:
    held = mesur("status", "--json").record["submissions"]
    sent = [s for s in held if s["submission_id"]]
    assert [(s["authority_code"], s["period_id"], s["version"]) for s in sent] == [("W06000001", "2018-19", 2)]
    assert sent[0]["submission_id"] == two_versions[1]
    assert sum(s["status"] == "late" and s["period_id"] == "2018-19" for s in held) == 21
    told = mesur("status", "--period", "2018-19").out
    assert "24 May 2019" in told
    assert "all but Isle of Anglesey" in told
    welsh = mesur("status", "--authority", "Ynys Môn", lang="cy").out
    assert "24 Mai 2019" in welsh
    assert "Ynys Môn" in welsh
    assert "Caerdydd" not in welsh
    assert mesur("status", "--authority", "nowhere").code == 2


def test_status_of_an_empty_folder_and_of_a_period_without_a_return(mesur: Mesur) -> None:
    assert messages.say("status.nothing", "cy") in mesur("status", lang="cy").out
    assert mesur("status", "--json").record == {"submissions": []}
    assert mesur("status", "--period", "1998-99").code == 2


def test_compare_counts_what_changed(mesur: Mesur, two_versions: tuple[str, str]) -> None:
    held = mesur("compare", *two_versions, "--no-figures", "--json").record
    assert held["tables"]["child"].items() >= {"added": 0, "removed": 1, "changed": 0, "same": 11}.items()
    assert held["tables"]["episode"]["removed"] == 2
    assert "figures" not in held
    told = mesur("compare", two_versions[0][:8], two_versions[1][:8], "--no-figures")
    assert "child: 0 added, 1 removed, 0 changed, 11 the same" in told.out
    assert mesur("compare", *two_versions, "--no-figures", lang="cy").out != told.out


def test_compare_refuses_different_authorities(mesur: Mesur, two_versions: tuple[str, str]) -> None:
    other = mesur("receive", RETURN, "--json").record["submission_id"]
    assert mesur("compare", two_versions[0], other).code == 2
    assert mesur("compare", two_versions[0], "0000000000000000").code == 2


def test_withdrawing_brings_the_version_before_back(
    mesur: Mesur, two_versions: tuple[str, str], tmp_path: Path
) -> None:
    assert {r.submission_id for r in ledger(tmp_path).counting()} == {two_versions[1]}
    told = mesur("withdraw", two_versions[1], "--note", "sent by mistake", "--json")
    assert (told.code, told.record["status"]) == (0, "withdrawn")
    assert told.record["counts_now"] == two_versions[0]
    assert {r.submission_id for r in ledger(tmp_path).counting()} == {two_versions[0]}
    again = mesur("withdraw", two_versions[1][:8], lang="cy")
    assert messages.say("withdraw.already", "cy", submission=two_versions[1]) in again.out
    last = mesur("withdraw", two_versions[0][:8])
    assert "Nothing of Isle of Anglesey counts for 2018-19" in last.out
    assert ledger(tmp_path).counting() == ()
    assert mesur("withdraw", "0123456789abcdef").code == 2


def test_what_cannot_be_placed_is_kept_and_the_answer_says_what_is_needed(mesur: Mesur, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", submission(3), cover=None)
    told = mesur("receive", folder, "--json")
    assert (told.code, told.record["error"]) == (2, "receive.cannot_place")
    assert "--authority" in told.record["what_to_do"]
    assert len(list((tmp_path / "data" / "landing" / "files").iterdir())) == len(list(folder.iterdir()))
    assert ledger(tmp_path).rows() == ()
    placed = mesur("receive", folder, "--authority", "512", "--period", "2018-19", "--return", "lac_census", "--json")
    assert placed.record["authority_code"] == "W06000001"


def test_a_rejected_submission_has_a_receipt_and_does_not_count(mesur: Mesur, tmp_path: Path) -> None:
    told = mesur("receive", RETURN, "--authority", "W06000001", "--json")
    assert (told.code, told.record["status"]) == (3, "rejected")
    assert ledger(tmp_path).counting() == ()
    assert len(ledger(tmp_path).current()) == 1


@pytest.mark.parametrize("name", ["W06000008.xml", "W06000001.zip"])
def test_the_ledger_and_the_typed_tables_hold_the_same_submission(mesur: Mesur, tmp_path: Path, name: str) -> None:
    made = mesur("receive", SAMPLE / "returns" / "2022-23" / name, "--json").record
    typed = sorted((tmp_path / "data" / "typed" / "lac_census").glob(f"*/*/*/{made['submission_id']}.parquet"))
    assert {p.parts[-4] for p in typed} >= {"child", "episode", "review"}
