"""Bytes to text and rows: encodings, delimiters, quotation marks left open, bytes that are not text."""

import os
import time

import pytest

from pipelines.conform.reading.text import decode, read_rows, sniff_delimiter

WELSH = "Enw,Gwerth\nYnys Môn,1\nSir Gâr,2\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso8859-14"]
)
def test_every_encoding_gives_the_same_rows(encoding):
    found = read_rows(WELSH.encode(encoding))
    assert found.records == [["Enw", "Gwerth"], ["Ynys Môn", "1"], ["Sir Gâr", "2"]]
    assert found.lines == [1, 2, 3]
    assert found.problems == ()


def test_welsh_circumflex_letters_of_iso_8859_14_are_not_read_as_eth_and_thorn():
    assert decode("Tŷ ŵyn".encode("iso8859-14")).text == "Tŷ ŵyn"


def test_windows_quotation_marks_decide_for_windows_1252():
    assert decode("it’s Ynys Môn – yes".encode("cp1252")).encoding == "cp1252"


def test_one_stray_byte_does_not_turn_utf_8_into_mojibake():
    found = decode("Môn â ô ŷ ŵ ".encode() + b"\xff" + b" end")
    assert found.text.startswith("Môn â ô ŷ ŵ")
    assert [(p.code, p.count) for p in found.problems] == [("undecodable", 1)]


def test_nul_bytes_are_taken_out_and_told_with_their_line():
    found = read_rows(b"a,b\n1,\x002\n3,4\n")
    assert found.records[1] == ["1", "2"]
    assert [(p.code, p.line, p.count) for p in found.problems] == [("nul_bytes", 2, 1)]


@pytest.mark.parametrize("content", [b"", b"   \n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00" * 40])
def test_nothing_is_empty(content):
    assert [p.code for p in read_rows(content).problems] == ["empty"]


@pytest.mark.parametrize("content", [b"%PDF-1.4 etc", b"PK\x03\x04aaaa", b"\x89PNG\r\n", b"\x1f\x8b\x08"])
def test_known_binary_files_are_refused(content):
    assert [p.code for p in decode(content).problems] == ["binary"]


def test_ten_megabytes_of_garbage_are_refused_quickly():
    content = os.urandom(10_000_000)
    started = time.monotonic()
    assert [p.code for p in read_rows(content).problems] == ["binary"]
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    text = f"a{delimiter}b{delimiter}c\n" + f"1{delimiter}2{delimiter}3\n" * 5
    assert sniff_delimiter(text) == delimiter


def test_decimal_commas_do_not_hide_semicolons():
    assert sniff_delimiter("area;rate\nCardiff;1,5\nPowys;2,5\n") == ";"


def test_a_declared_separator_is_taken_and_is_no_record():
    found = read_rows(b"sep=;\r\na;b\r\n1;2\r\n")
    assert found.records == [["a", "b"], ["1", "2"]]
    assert found.lines == [2, 3]


def test_line_numbers_count_lines_inside_quoted_cells():
    found = read_rows(b'a,b\n1,"two\nlines"\n3,4\n')
    assert found.records == [["a", "b"], ["1", "two\nlines"], ["3", "4"]]
    assert found.lines == [1, 2, 4]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_counts(ending):
    assert read_rows(ending.join(["a,b", "1,2", ""]).encode()).records == [["a", "b"], ["1", "2"]]


def test_an_open_quotation_mark_costs_its_own_line_only():
    found = read_rows(b'a,b\n1,"x\n2,y\n3,z\n')
    assert found.records == [["a", "b"], ["1", '"x'], ["2", "y"], ["3", "z"]]
    assert [(p.code, p.line) for p in found.problems] == [("unclosed_quote", 2)]


def test_open_quotation_marks_on_many_lines_do_not_take_quadratic_time():
    content = b"a,b\n" + b'1,"x,y\n1,2\n1,2\n' * 101 + b"1,2\n" * 60_000
    started = time.monotonic()
    found = read_rows(content)
    assert time.monotonic() - started < 5
    assert len(found.records) > 60_000
