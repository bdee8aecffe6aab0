"""Zip archives from strangers: bombs, nesting, paths that leave the folder, damage."""

import io
import zipfile

import pytest

from pipelines.conform.reading.archive import Limits, is_archive, measure, unpack
from pipelines.conform.reading.source import SourceFile
from tests.made_extracts import zip_of


def codes(content: bytes, limits: Limits | None = None) -> list[str]:
    return [p.code for p in unpack(SourceFile("a.zip", content), limits).problems]


def test_members_come_in_name_order_without_litter():
    found = unpack(SourceFile("a.zip", zip_of({"b.csv": b"2", "a.csv": b"1", "__MACOSX/._a": b"x", "Thumbs.db": b"y"})))
    assert [(f.name, f.content) for f in found.files] == [("a.zip/a.csv", b"1"), ("a.zip/b.csv", b"2")]
    assert found.problems == []


def test_a_bomb_is_refused_and_what_came_before_is_kept():
    bomb = zip_of({"a.csv": b"fine", "b.csv": b"\0" * 100_000_000, "c.csv": b"never reached"})
    found = unpack(SourceFile("a.zip", bomb))
    assert [f.name for f in found.files] == ["a.zip/a.csv"]
    assert [p.code for p in found.problems] == ["archive_ratio"]


def test_a_bomb_in_a_bomb_shares_one_budget():
    inner = zip_of({f"{n}.csv": os_like(n) for n in range(5)})
    outer = zip_of({f"{n}.zip": inner for n in range(5)})
    assert "archive_too_large" in codes(outer, Limits(total_bytes=100_000))


def os_like(seed: int) -> bytes:
    """Bytes that do not compress, without chance."""
    import random

    return random.Random(seed).randbytes(10_000)


def test_nesting_ends_somewhere():
    content = b"a,b"
    for n in range(4):
        content = zip_of({f"level{n}.zip" if n else "a.csv": content})
    assert codes(content) == ["archive_nested"]


def test_one_archive_inside_another_is_read():
    found = unpack(SourceFile("a.zip", zip_of({"in.zip": zip_of({"x.csv": b"1"})})))
    assert [f.name for f in found.files] == ["a.zip/in.zip/x.csv"]


@pytest.mark.parametrize("name", ["../x.csv", "/etc/x.csv", "C:\\x.csv", "a\\..\\..\\x.csv", "a/../../x.csv"])
def test_a_path_that_leaves_the_folder_is_refused(name):
    assert codes(zip_of({name: b"1"})) == ["archive_path"]


def test_links_are_refused():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    assert codes(held.getvalue()) == ["archive_link"]


def test_a_cut_archive_is_damaged():
    assert codes(zip_of({"a.csv": b"1" * 5000})[:60]) == ["archive_damaged"]


def test_a_member_whose_bytes_were_changed_is_damaged_and_the_others_are_read():
    content = bytearray(zip_of({"a.csv": os_like(1), "b.csv": b"fine"}))
    content[200] ^= 0xFF
    found = unpack(SourceFile("a.zip", bytes(content)))
    assert [f.name for f in found.files] == ["a.zip/b.csv"]
    assert [p.code for p in found.problems] == ["archive_damaged"]


def test_too_many_members():
    assert codes(zip_of({str(n): b"" for n in range(30)}), Limits(entries=20)) == ["archive_too_many"]


def test_an_empty_archive_is_empty():
    assert codes(zip_of({})) == ["empty"]


def test_a_workbook_is_no_archive_and_can_be_measured():
    workbook = zip_of({"[Content_Types].xml": b"<x/>", "xl/sheet.xml": b"\0" * 50_000_000})
    assert not is_archive(workbook)
    assert [p.code for p in measure(SourceFile("a.xlsx", workbook))] == ["archive_ratio"]
    assert measure(SourceFile("a.xlsx", zip_of({"[Content_Types].xml": b"<x/>"}))) == ()
