"""Sheets as text, and what their text does not show."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl

from pipelines.conform.reading import workbook
from pipelines.conform.reading.source import SourceFile
from pipelines.conform.records import CellMark, Grid

NAMES = frozenset({"header", "episodes"})


def saved(book: openpyxl.Workbook) -> SourceFile:
    out = io.BytesIO()
    book.save(out)
    return SourceFile("made.xlsx", out.getvalue())


def one_sheet(rows: list[list[object]], name: str = "Header") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    return book


def only(grids: tuple[Grid, ...]) -> Grid:
    assert len(grids) == 1
    return grids[0]


def test_numbers_dates_and_blank_rows_come_as_the_sender_sees_them() -> None:
    from datetime import date, datetime

    rows = [
        ["CHILD", "SEX", "DOB"],
        ["001", 1, date(2010, 4, 1)],
        [None, None, None],
        ["A", 1.5, datetime.fromisoformat("2010-04-01T09:00")],
    ]
    grids, problems = workbook.read_workbook(saved(one_sheet(rows)), NAMES)
    grid = only(grids)
    assert problems == ()
    assert grid.cells.rows() == [
        ("CHILD", "SEX", "DOB"),
        ("001", "1", "2010-04-01"),
        ("A", "1.5", "2010-04-01 09:00:00"),
    ]
    assert grid.lines.to_list() == [1, 2, 4]


def test_rows_and_columns_that_start_elsewhere_keep_their_place() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["C5"], sheet["D5"], sheet["C6"], sheet["D6"] = "CHILD", "SEX", "A", "=1+1"
    grid = only(workbook.read_workbook(saved(book), NAMES)[0])
    assert grid.lines.to_list() == [5, 6]
    assert [(m.kind, m.first_line, m.column) for m in grid.marks] == [(workbook.NO_VALUE, 6, 1)]


def test_of_a_formula_the_stored_value_counts() -> None:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Header")
    sheet.write_row(0, 0, ["CHILD", "SEX"])
    sheet.write_string(1, 0, "A")
    sheet.write_formula(1, 1, "=3-1", None, 2)
    book.close()
    grid = only(workbook.read_workbook(SourceFile("f.xlsx", out.getvalue()), NAMES)[0])
    assert grid.cells.row(1) == ("A", "2")
    assert [(m.kind, m.first_line, m.column) for m in grid.marks] == [(workbook.FORMULA, 2, 1)]


def test_merged_cells_are_marked() -> None:
    book = one_sheet([["CHILD", "SEX"], ["A", "1"], ["B", "1"]])
    book.active.merge_cells("B2:B3")
    grid = only(workbook.read_workbook(saved(book), NAMES)[0])
    assert grid.marks == (CellMark(workbook.MERGED, 2, 3, 1, 1),)


def test_hidden_sheets_are_not_read_and_told_only_where_they_bear_the_name_of_a_table() -> None:
    book = one_sheet([["CHILD"], ["A"]])
    for name in ("Episodes", "Codes"):
        book.create_sheet(name).append(["CHILD"])
        book[name].sheet_state = "hidden"
    grids, problems = workbook.read_workbook(saved(book), NAMES)
    assert [g.names[0] for g in grids] == ["Header"]
    assert [(p.code, p.file) for p in problems] == [("hidden_sheet", "made.xlsx/Episodes")]


def test_a_workbook_that_unpacks_to_far_more_is_not_opened(tmp_path: Path) -> None:
    source = saved(one_sheet([["CHILD"]]))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source.content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry))
        new.writestr("xl/media/bomb.bin", b"\0" * 30_000_000)
    grids, problems = workbook.read_workbook(SourceFile("bomb.xlsx", out.getvalue()), NAMES)
    assert grids == ()
    assert [p.code for p in problems] == ["archive_ratio"]


def test_damage_inside_the_container_is_one_problem() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("xl/workbook.xml", "<workbook><sheets/></workbook>")
        parts.writestr("[Content_Types].xml", "")
    grids, problems = workbook.read_workbook(SourceFile("d.xlsx", out.getvalue()), NAMES)
    assert (grids, [p.code for p in problems]) == ((), ["workbook_damaged"])


def test_two_cells_in_opposite_corners_do_not_end_the_process() -> None:
    book = one_sheet([["CHILD"], ["A"]])
    book.active["XFD1048576"] = "x"
    book.create_sheet("Episodes").append(["CHILD"])
    grids, problems = workbook.read_workbook(saved(book), NAMES)
    assert [g.names[0] for g in grids] == ["Episodes"]
    assert [(p.code, p.file) for p in problems] == [("too_large", "made.xlsx/Header")]


def test_formats_down_to_the_last_line_of_a_sheet_are_not_data() -> None:
    from openpyxl.styles import Font

    book = one_sheet([["CHILD"], ["A"]])
    book.active["XFD1048576"].font = Font(bold=True)
    grids, problems = workbook.read_workbook(saved(book), NAMES)
    assert only(grids).cells.rows() == [("CHILD",), ("A",)]
    assert problems == ()


def test_old_and_locked_workbooks_are_told_apart() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    assert workbook.ole_problem(ole) == "legacy_workbook"
    assert workbook.ole_problem(ole + "EncryptedPackage".encode("utf-16-le")) == "password"
    assert workbook.ole_problem(b"CHILD,SEX") is None
