"""Files as people and attackers send them, through the command: a message, an exit code, and the rest is examined.

How each is recognised does not belong here (tests/unit/conform).
"""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from made_build import Ended, Mesur
from made_submissions import COVER, cover_csv, edited, first_line, submission, write_csvs, write_xlsx, write_xml

from pipelines.core.files import sha256_of
from schemas import load

N_CHILDREN = 6
ROWS = {"child": N_CHILDREN, "episode": 2 * N_CHILDREN, "review": N_CHILDREN}
ALL = tuple(ROWS)
FINE, FOUND, UNREADABLE = 0, 1, 3
CLAIM = ("--return", "lac_census", "--authority", "512", "--period", "2018-19")
STATUS = {FINE: "accepted", FOUND: "accepted_with_errors", UNREADABLE: "rejected"}


@dataclass(frozen=True)
class Spoilt:
    """How a clean submission is spoilt, what is then found, and which tables cannot be examined."""

    name: str
    spoil: Callable[[Path], Path]
    cause: str | None
    code: int
    without: tuple[str, ...] = ()


def folder(change: Callable[[Path], object]) -> Callable[[Path], Path]:
    def make(at: Path) -> Path:
        made = write_csvs(at / "sent", submission(N_CHILDREN))
        change(made)
        return made

    return make


def book(change: Callable[[openpyxl.Workbook], object]) -> Callable[[Path], Path]:
    def make(at: Path) -> Path:
        path = write_xlsx(at / "sent.xlsx", submission(N_CHILDREN))
        held = openpyxl.load_workbook(path)
        change(held)
        held.save(path)
        return path

    return make


def recoded(encoding: str, mark: bytes = b"") -> Callable[[Path], Path]:
    def change(at: Path) -> None:
        for path in at.iterdir():
            path.write_bytes(mark + path.read_text("utf-8").encode(encoding))

    return folder(change)


def replaced(name: str, old: str, new: str, count: int = 1) -> Callable[[Path], Path]:
    return folder(lambda at: edited(at, name, lambda text: text.replace(old, new, count)))


def columns(change: Callable[[list[str]], list[str]]) -> Callable[[Path], Path]:
    """Change every line of the episodes alike (no cell of them holds a comma)."""

    def spoil(text: str) -> str:
        return "".join(",".join(change(line.split(","))) + "\r\n" for line in text.splitlines())

    return folder(lambda at: edited(at, "Episodes", spoil))


def header(old: str, new: str) -> Callable[[Path], Path]:
    return folder(lambda at: edited(at, "Episodes", first_line(old, new)))


def cover(**changed: str) -> Callable[[Path], Path]:
    return folder(lambda at: (at / "Return.csv").write_text(cover_csv(COVER | changed), "utf-8"))


def bomb(at: Path) -> None:
    with zipfile.ZipFile(at / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Episodes.csv", b"\0" * 60_000_000)


def entities(at: Path) -> Path:
    path = write_xml(at / "sent.xml", submission(N_CHILDREN))
    text = path.read_text("utf-8")
    path.write_text(text.replace("<Message>", '<!DOCTYPE Message [<!ENTITY x "y">]><Message>', 1), "utf-8")
    return path


def alone(content: bytes, name: str = "sent.csv") -> Callable[[Path], Path]:
    def make(at: Path) -> Path:
        (at / name).write_bytes(content)
        return at / name

    return make


def serial_dates(held: openpyxl.Workbook) -> None:
    for row in held["Episodes"].iter_rows(min_row=2):
        row[1].value = 43191 + row[0].row


def lost_zeros(held: openpyxl.Workbook) -> None:
    for sheet in ("Header", "Reviews"):
        for row in held[sheet].iter_rows(min_row=2):
            row[0].value = f"00{row[0].row}"
    for row in held["Episodes"].iter_rows(min_row=2):
        row[0].value = row[0].row // 2 + 1


GARBAGE = random.Random(20261122).randbytes(10_000_000)
OTHER = b"LAchildID,PersonBirthDate,CINplanStartDate\r\n1,2010-01-01,2018-05-01\r\n"
CASES = [
    Spoilt("an empty file among others", folder(lambda at: (at / "Reviews.csv").write_bytes(b"")), "empty", FOUND,
           without=("review",)),
    Spoilt("an empty file alone", alone(b""), "empty", UNREADABLE, without=ALL),
    Spoilt("another return by its columns", alone(OTHER), "return_unrecognised", UNREADABLE, without=ALL),
    Spoilt("another return by its cover", cover(Collection="CIN Census"), "collection_unknown", FOUND),
    Spoilt("a year in which it was not collected", cover(Year="2011-12"), "not_collected", UNREADABLE, without=ALL),
    Spoilt("another year", cover(Year="2021-22"), "period", UNREADABLE),
    Spoilt("an authority that is none", cover(Authority="999"), "authority_unknown", UNREADABLE),
    Spoilt("a column too few", columns(lambda cells: cells[:3] + cells[4:]), "missing_column", FOUND),
    Spoilt("a column too many", columns(lambda cells: [*cells, "x"]), "extra_columns", FINE),
    Spoilt("a column renamed", header("DECOM", "DECOMM"), "near_column", FOUND),
    Spoilt("a column under another spelling", header("PL_LOCATION", "Pl Location"), "renamed_column", FINE),
    Spoilt("a column twice", header("LS", "DECOM"), "duplicate_column", FOUND),
    Spoilt("UTF-16", recoded("utf-16"), None, FINE),
    Spoilt("Windows-1252", recoded("windows-1252"), None, FINE),
    Spoilt("a byte-order mark", recoded("utf-8", b"\xef\xbb\xbf"), None, FINE),
    Spoilt("other line ends", replaced("Episodes", "\r\n", "\n", -1), None, FINE),
    Spoilt("semicolons", replaced("Episodes", ",", ";", -1), None, FINE),
    Spoilt("NUL bytes", replaced("Episodes", "C2", "C\x002"), "nul_bytes", FINE),
    Spoilt("a year of two digits", replaced("Episodes", "/2018", "/18"), "two_digit_year", FOUND),
    Spoilt("serial numbers for dates", book(serial_dates), "excel_serial", FOUND),
    Spoilt("1.0 for 1", replaced("Episodes", ",1\r\n", ",1.0\r\n", -1), "decimal_code", FINE),
    Spoilt("leading zeros lost", book(lost_zeros), "lost_zero_identifier", FINE),
    Spoilt("merged cells", book(lambda held: held["Header"].merge_cells("B2:B3")), "merged_cells", FOUND),
    Spoilt("a hidden sheet", book(lambda held: setattr(held["Reviews"], "sheet_state", "hidden")), "hidden_sheet",
           FINE, without=("review",)),
    Spoilt("a formula", book(lambda held: held["Episodes"].__setitem__("D2", "=1+1")), "formula_without_value", FOUND),
    Spoilt("a zip bomb among others", folder(bomb), "archive_ratio", FOUND),
    Spoilt("entities in XML", entities, "xml_dtd", UNREADABLE, without=ALL),
    Spoilt("10 MB of garbage among others", folder(lambda at: (at / "x.csv").write_bytes(GARBAGE)), "binary", FOUND),
    Spoilt("10 MB of garbage alone", alone(GARBAGE), "binary", UNREADABLE, without=ALL),
    Spoilt("half a workbook", alone(b"PK\x03\x04 broken", "sent.xlsx"), "archive_damaged", UNREADABLE, without=ALL),
    Spoilt("something else", alone(b"%PDF-1.7 ...", "sent.pdf"), "binary", UNREADABLE, without=ALL),
]  # fmt: skip


def examined(told: Ended) -> set[str]:
    """Tables of which some rule of the packs looked at every row."""
    by_rule = {rule.code: rule.table for rule in load().rules if rule.check != "reader"}
    ran = (row for row in told.record["coverage"] if row["status"] == "ran" and row["n_judged"])
    return {t for row in ran if (t := by_rule.get(row["rule_id"])) in ROWS and row["n_judged"] == ROWS[t]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_spoilt_file_ends_in_a_message_and_an_exit_code(mesur: Mesur, tmp_path: Path, case: Spoilt) -> None:
    path = case.spoil(tmp_path)
    held = mesur("check", path, "--json")
    causes = {fault["cause_group"].partition(":")[0] for fault in held.record["faults"]}
    assert case.cause is None or case.cause in causes
    assert held.code == case.code
    assert examined(held) == set(ROWS) - set(case.without), "the rest was not examined"
    told = mesur("check", path, lang="cy")
    assert (told.code, told.err) == (case.code, "")
    assert "{" not in told.out, "a sentence with a gap"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_of_a_spoilt_file_is_lost_when_it_is_received(mesur: Mesur, tmp_path: Path, case: Spoilt) -> None:
    """Whatever it is, its bytes are kept; where it can be placed it has a receipt, else the answer says what lacks."""
    path = case.spoil(tmp_path)
    told = mesur("receive", path, *CLAIM, "--json")
    sent = path.iterdir() if path.is_dir() else [path]
    kept = {p.name for p in (tmp_path / "data" / "landing" / "files").iterdir()}
    assert kept == {sha256_of(p) for p in sent}
    assert told.code == case.code
    assert {f["sha256"] for f in told.record["files"]} == kept
    assert told.record["status"] == STATUS[case.code]


def test_one_bad_file_of_several_does_not_hide_the_others(mesur: Mesur, tmp_path: Path) -> None:
    """Everything at once: each fault is told, and the tables that can be read are examined."""
    made = write_csvs(tmp_path / "sent", submission(N_CHILDREN))
    (made / "Missing.csv").write_bytes(GARBAGE[:100_000])
    (made / "OC3.csv").write_bytes(b"")
    bomb(made)
    held = mesur("check", made, "--json")
    causes = {fault["cause_group"].partition(":")[0] for fault in held.record["faults"]}
    assert {"binary", "empty", "archive_ratio"} <= causes
    assert examined(held) == set(ROWS)
