"""Bytes of every kind: each ends in a clear fault, and the rest of the submission is still examined."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
from made_submissions import (
    CLEAN,
    Look,
    Tables,
    causes,
    csv_text,
    sizes,
    write_csvs,
    write_xlsx,
    write_xml,
    write_zip,
    xml_text,
)

from pipelines.conform import SourceFile


@pytest.mark.parametrize("write", [write_csvs, write_zip, write_xlsx, write_xml])
def test_a_clean_submission_has_no_fault_in_any_container(look: Look, tables: Tables, tmp_path: Path, write) -> None:
    held = look(write(tmp_path / "sent", tables))
    assert causes(held) == {}
    assert sizes(held) == CLEAN
    assert (held.identity.return_id, held.identity.authority_code, held.identity.period_id) == (
        "lac_census", "W06000001", "2018-19",
    )  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"   \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused_as_such(look: Look, content: bytes) -> None:
    held = look(SourceFile("Episodes.csv", content), authority="512", period="2018-19")
    assert held.verdict == "rejected"
    assert causes(held) == {"empty": 1, "nothing_to_read": 1}


def test_an_empty_file_among_others_does_not_hide_them(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    (folder / "Reviews.csv").write_bytes(b"")
    held = look(folder)
    assert causes(held) == {"empty": 1}
    assert sizes(held) == {"child": 24, "episode": 48}
    assert held.verdict == "accepted_with_errors"
    assert [(p.code, p.file) for p in held.problems] == [("empty", "Reviews.csv")]


def test_ten_megabytes_of_garbage(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    (folder / "garbage.csv").write_bytes(random.Random(1).randbytes(10_000_000))
    held = look(folder)
    assert causes(held) == {"binary": 1}
    assert sizes(held) == CLEAN


def test_garbage_alone_is_refused(look: Look) -> None:
    held = look(SourceFile("a", random.Random(2).randbytes(100_000)))
    assert held.verdict == "rejected"
    assert causes(held) == {"binary": 1, "nothing_to_read": 1}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252", "utf-32"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_encodings_marks_and_line_ends(look: Look, tables: Tables, encoding: str, newline: str) -> None:
    cover = "Collection,Year,Authority\r\nLAC,2018-19,Ynys Môn\r\n"
    files = [
        SourceFile(f"{n}.csv", csv_text(n, rows).replace("\r\n", newline).encode(encoding))
        for n, rows in tables.items()
    ]
    held = look(*files, SourceFile("Return.csv", cover.replace("\r\n", newline).encode(encoding)))
    assert causes(held) == {}
    assert sizes(held) == CLEAN
    assert held.identity.authority_code == "W06000001"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters(look: Look, tables: Tables, delimiter: str) -> None:
    held = look(*(SourceFile(f"{n}.csv", csv_text(n, r, delimiter).encode()) for n, r in tables.items()),
                authority="512", period="2018-19")  # fmt: skip
    assert causes(held) == {}
    assert sizes(held) == CLEAN


def test_nul_bytes_are_taken_out_and_told(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    path = folder / "Episodes.csv"
    path.write_bytes(path.read_bytes().replace(b"C2", b"C\x002", 1))
    held = look(folder)
    assert causes(held) == {"nul_bytes": 1}
    assert held.tables["episode"]["legal_status_code"].unique().to_list() == ["C2"]


def test_a_zip_bomb_is_refused(look: Look) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Episodes.csv", b"\0" * 60_000_000)
    held = look(SourceFile("bomb.zip", out.getvalue()))
    assert held.verdict == "rejected"
    assert causes(held) == {"archive_ratio": 1, "nothing_to_read": 1}


def test_entities_in_xml_are_refused(look: Look, tables: Tables) -> None:
    text = xml_text(tables).replace(
        "<Message>", '<!DOCTYPE Message [<!ENTITY x SYSTEM "file:///etc/passwd">]><Message>', 1
    )
    held = look(SourceFile("m.xml", text.encode()))
    assert held.verdict == "rejected"
    assert causes(held) == {"xml_dtd": 1, "nothing_to_read": 1}


def test_xml_that_breaks_off_is_not_taken_for_a_small_return(look: Look, tables: Tables) -> None:
    text = xml_text(tables)
    held = look(SourceFile("m.xml", text[: len(text) // 2].encode()))
    assert held.verdict == "rejected"
    assert held.tables == {}
    assert causes(held) == {"xml_broken": 1, "nothing_to_read": 1}


@pytest.mark.parametrize(
    ("content", "cause"),
    [(b"%PDF-1.7 ...", "binary"), (b"\xd0\xcf\x11\xe0" + bytes(600), "legacy_workbook"),
     (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
     (b"PK\x03\x04 broken", "archive_damaged")],
)  # fmt: skip
def test_other_documents(look: Look, content: bytes, cause: str) -> None:
    held = look(SourceFile("x.xlsx", content))
    assert held.verdict == "rejected"
    assert causes(held) == {cause: 1, "nothing_to_read": 1}


def test_an_unclosed_quotation_mark_costs_one_line(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    path = folder / "Reviews.csv"
    lines = path.read_text().splitlines(keepends=True)
    lines[3] = '"' + lines[3]
    path.write_text("".join(lines), newline="")
    held = look(folder)
    assert causes(held, "FM") == {"unclosed_quote": 1}
    assert sizes(held) == CLEAN
