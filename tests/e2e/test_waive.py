"""What is true although a rule doubts it: given, counted apart, kept for later years, offered again; never a reject.

How waivers are stored does not belong here (tests/unit/core/test_waivers.py).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from made_build import SAMPLE, Mesur
from made_submissions import COVER, Tables, submission, write_csvs, write_xlsx, write_xml

from pipelines.core import messages
from pipelines.flow import waiving

RULE, ROW = "142", 3
"""An episode that ends and is followed by none of the same child: an error of the pack, in a row of its own."""
SAYS = ("--reason", "seen by the team", "--author", "An Officer")
NEXT_YEAR = COVER | {"Year": "2019-20"}
Change = Callable[[Tables], None]


def doubted(n: int = 6) -> Tables:
    """A clean census in which one episode, the second row of the table, ends before anything follows it."""
    tables = submission(n)
    first, second = tables["Episodes"][:2]
    first["DEC"], first["REC"] = "", ""
    assert second["CHILD"] == first["CHILD"]
    return tables


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    return write_xlsx(tmp_path / "sent.xlsx", doubted())


def errors(record: dict) -> set[tuple[str, int]]:
    return {(f["rule_id"], f["line"]) for f in record["faults"] if f["severity"] == "error"}


def given(mesur: Mesur, what: object, found: set[tuple[str, int]]) -> None:
    """A waiver for each of the errors found."""
    for rule, line in sorted(found):
        assert mesur("waive", "add", what, "--rule", rule, "--row", line, *SAYS).code == 0


def test_an_explained_error_no_longer_stands_in_the_way_and_is_counted(
    mesur: Mesur, sent: Path, tmp_path: Path
) -> None:
    found = errors(mesur("check", sent, "--json").record)
    assert found
    given(mesur, sent, found)
    told = mesur("check", sent, "--out", tmp_path / "out", "--json")
    assert (told.code, told.record["verdict"]) == (0, "accepted")
    assert told.record["n_waived"] == {"error": len(found)}
    assert errors(told.record) == set()
    assert {(w["rule_id"], w["line"], w["state"]) for w in told.record["waivers"]} == {(*f, "explained") for f in found}
    received = mesur("receive", sent, "--json").record
    assert (received["status"], received["n_waived"]["error"], received["n_faults"]["error"]) == (
        "accepted", len(found), 0,
    )  # fmt: skip
    for lang in ("en", "cy"):
        assert messages.say("receipt.waived", lang) in mesur("receive", sent, lang=lang).out


def test_every_form_of_the_report_tells_it(mesur: Mesur, sent: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    found = errors(mesur("check", sent, "--json").record)
    given(mesur, sent, found)
    for lang in ("en", "cy"):
        told = mesur("check", sent, "--out", tmp_path / lang, lang=lang)
        counts = f"{messages.say('receipt.severity.error', lang)}: {len(found)}"
        assert messages.say("report.waived", lang, counts=counts) in told.out
        assert "seen by the team" not in told.out
        page = (tmp_path / lang / "report.html").read_text("utf-8")
        assert "seen by the team" in page
        assert messages.say("report.sheet.waivers", lang) in page
        sheet = load_workbook(tmp_path / lang / "report.xlsx")[messages.say("report.sheet.waivers", lang)]
        assert sheet.max_row == 1 + len(found)
        with (tmp_path / lang / "waivers.csv").open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
        assert {(r["rule_id"], int(r["line"]), r["reason"]) for r in rows} == {(*f, "seen by the team") for f in found}
        assert json.loads((tmp_path / lang / "examination.json").read_text("utf-8"))["waivers"][0]["author"]


@pytest.mark.parametrize("write", [write_csvs, write_xml], ids=["csv", "xml"])
def test_it_holds_for_the_same_fact_in_another_file(mesur: Mesur, sent: Path, tmp_path: Path, write: Callable) -> None:
    """Other rows, another form, one child more: the fact is the same."""
    given(mesur, sent, errors(mesur("check", sent, "--json").record))
    tables = doubted(7)
    tables["Episodes"] = tables["Episodes"][2:] + tables["Episodes"][:2]
    again = mesur("check", write(tmp_path / "again", tables), "--json").record
    assert (again["verdict"], errors(again)) == ("accepted", set())


def test_another_fact_is_not_explained_by_it(mesur: Mesur, sent: Path, tmp_path: Path) -> None:
    found = errors(mesur("check", sent, "--json").record)
    given(mesur, sent, found)
    tables = doubted()
    tables["Episodes"][0]["DECOM"] = "02/05/2018"
    other = mesur("check", write_xlsx(tmp_path / "other.xlsx", tables), "--json").record
    assert other["verdict"] == "accepted_with_errors"
    assert other["n_waived"].get("error", 0) < len(found)


def test_it_is_carried_to_the_next_year_and_offered_again_when_it_has_ended(
    mesur: Mesur, sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import date

    given(mesur, sent, errors(mesur("check", sent, "--json").record))
    late = write_xlsx(tmp_path / "next.xlsx", doubted(), NEXT_YEAR)
    carried = {w["state"] for w in mesur("check", late, "--json").record["waivers"]}
    assert carried == {"carried"}
    monkeypatch.setattr(waiving, "today", lambda: date(2099, 1, 1))
    told = mesur("check", late, "--json").record
    offered = [w for w in told["waivers"] if w["state"] == "offered"]
    assert len(offered) == len(told["waivers"]) > 0
    assert told["n_waived"] == {}
    assert {(w["rule_id"], w["line"]) for w in offered} <= {(f["rule_id"], f["line"]) for f in told["faults"]}
    assert "mesur waive again" in mesur("check", late).out
    again = mesur("waive", "again", offered[0]["waiver_id"][:8], "--author", "Another Officer", "--json")
    assert (again.code, again.record["expires_on"]) == (0, "2100-01-01")
    states = [w["state"] for w in mesur("check", late, "--json").record["waivers"]]
    assert states.count("carried") == 1


def test_a_stored_submission_is_judged_again(mesur: Mesur, sent: Path) -> None:
    found = errors(mesur("check", sent, "--json").record)
    first = mesur("receive", sent, "--json").record
    assert first["status"] == "accepted_with_errors"
    given(mesur, first["submission_id"][:10], found)
    held = mesur("status", "--json").record["submissions"]
    assert {s["status"] for s in held if s["submission_id"]} == {"accepted"}
    state = mesur("waive", "list", "--json").record["waivers"]
    assert len(state) == len(found)
    taken = mesur("waive", "withdraw", state[0]["waiver_id"], "--author", "An Officer")
    assert taken.code == 0
    assert mesur("receive", sent, "--json").record["status"] == "accepted_with_errors"


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_a_reject_a_note_and_an_unread_cell_cannot_be_explained(mesur: Mesur, tmp_path: Path, lang: str) -> None:
    tables = doubted()
    tables["Header"][1]["SEX"], tables["Episodes"][4]["DECOM"] = "1.0", "31/02/2018"
    sent = write_csvs(tmp_path / "sent", tables)
    told = mesur("check", sent, "--json").record["faults"]
    note = next(f for f in told if f["severity"] == "note")
    unread = next(f for f in told if f["severity"] == "error" and f["cause_group"])
    for fault, key in ((note, "note"), (unread, "unread")):
        ended = mesur("waive", "add", sent, "--rule", fault["rule_id"], "--row", fault["line"], *SAYS, lang=lang)
        assert ended.code == 4
        assert messages.say(f"waive.{key}", lang, rule=fault["rule_id"]) in ended.err
    rejected = mesur("check", sent, "--authority", "W06000002", "--json").record["faults"]
    code = next(f["rule_id"] for f in rejected if f["severity"] == "reject")
    ended = mesur("waive", "add", sent, "--authority", "W06000002", "--rule", code, *SAYS, lang=lang)
    assert (ended.code, messages.say("waive.reject", lang, rule=code) in ended.err) == (4, True)
    assert mesur("waive", "list", "--json").record == {"waivers": []}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("--author", " "), "waive.no_author"),
        (("--reason", "x"), "waive.no_reason"),
        (("--until", "2199-01-01"), "waive.bad_day"),
        (("--until", "soon"), "waive.bad_date"),
        (("--row", "99"), "waive.no_fault"),
        (("--rule", "NOPE"), "rules.unknown"),
    ],
)
def test_what_cannot_be_used_is_said(mesur: Mesur, sent: Path, change: tuple[str, str], error: str) -> None:
    rule, line = min(errors(mesur("check", sent, "--json").record))
    asked = {"--rule": rule, "--row": str(line), "--reason": "it is so", "--author": "An Officer"} | dict([change])
    told = mesur("waive", "add", sent, *(part for pair in asked.items() for part in pair), "--json")
    assert (told.code, json.loads(told.out)["error"]) == (2, error)


def test_reasons_are_written_only_where_asked(mesur: Mesur, sent: Path, tmp_path: Path) -> None:
    rule, line = min(errors(mesur("check", sent, "--json").record))
    mesur("waive", "add", sent, "--rule", rule, "--row", line, "--reason", "=1+1 and more", "--author", "An Officer")
    out = tmp_path / "list.csv"
    told = mesur("waive", "list", "--out", out)
    assert "1+1" not in told.out
    assert "'=1+1 and more" in out.read_text("utf-8-sig")
    assert out.stat().st_mode & 0o077 == 0
    assert mesur("waive", "list", "--authority", "W06000002", "--json").record == {"waivers": []}
    assert messages.say("waive.none", "cy") in mesur("waive", "list", "--authority", "W06000002", lang="cy").out


def test_a_check_without_waivers_makes_no_key(mesur: Mesur, tmp_path: Path) -> None:
    mesur("check", SAMPLE / "returns" / "2022-23" / "W06000008.xml")
    assert not (tmp_path / "data").exists()
