"""The finished workbooks, read by openpyxl and as XML: accessible, bilingual, and the disclosed figures."""

from __future__ import annotations

import re
import zipfile

import openpyxl
import polars as pl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.publish import EditionResult

FIRST = {"en": ["Cover", "Contents", "Notes", "Definitions"], "cy": ["Clawr", "Cynnwys", "Nodiadau", "Diffiniadau"]}
HEADER = 5
"""Row of the header of a table sheet: title, three lines, header."""


def opened(edition: EditionResult, lang: str) -> Workbook:
    return openpyxl.load_workbook(edition.folder / f"mesur-test-release-{edition.edition.id}-{lang}.xlsx")


@pytest.fixture(scope="session", params=["en", "cy"])
def book(request: pytest.FixtureRequest, edition: EditionResult) -> tuple[str, Workbook]:
    return request.param, opened(edition, request.param)


def tables(book: Workbook) -> list[Worksheet]:
    return [sheet for sheet in book.worksheets if sheet.title.isdigit()]


def test_front_sheets_are_in_the_language(book: tuple[str, Workbook]) -> None:
    lang, held = book
    assert held.sheetnames[:4] == FIRST[lang]
    assert held.sheetnames[4:] == [str(n) for n in range(1, 9)], "years and quarters of four tables"


def test_every_sheet_but_the_cover_is_one_marked_up_table(book: tuple[str, Workbook]) -> None:
    for sheet in book[1].worksheets[1:]:
        assert len(sheet.tables) == 1, sheet.title
        (table,) = sheet.tables.values()
        assert table.headerRowCount != 0
        assert table.ref.startswith("A"), "the table stands at the left edge"
        assert table.ref.endswith(str(sheet.max_row)), "nothing stands below the table"
        assert table.autoFilter is None


def test_no_sheet_hides_merges_or_leaves_blank(book: tuple[str, Workbook]) -> None:
    for sheet in book[1].worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet.sheet_state == "visible"
        assert not any(d.hidden for d in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values()))
        assert isinstance(sheet["A1"].value, str)
        for row in sheet.iter_rows(values_only=True):
            assert row[0] not in (None, ""), sheet.title
    for sheet in tables(book[1]):
        for row in sheet.iter_rows(min_row=HEADER, values_only=True):
            assert None not in row


def test_table_names_are_unique(book: tuple[str, Workbook]) -> None:
    names = [t for sheet in book[1].worksheets for t in sheet.tables]
    assert len(names) == len({n.casefold() for n in names})


def test_figures_are_numbers_and_withheld_cells_are_text(book: tuple[str, Workbook], rows: pl.DataFrame) -> None:
    sheet = book[1]["1"]
    measure = {"CLA_STOCK": 0, "CLA_RATE": 1}
    periods = [cell.value for cell in sheet[HEADER][4:]]
    wanted = rows.filter((pl.col("table_id") == "stock") & (pl.col("period_type") == "year"))
    said = {
        (m, a, p): (v, s)
        for m, a, p, v, s in wanted.select("measure_id", "area_code", "period_id", "value", "status").rows()
    }
    found = {}
    titles = list(dict.fromkeys(r[0].value for r in sheet.iter_rows(min_row=HEADER + 1)))
    by_title = {titles[n]: m for m, n in measure.items()}
    for row in sheet.iter_rows(min_row=HEADER + 1, values_only=True):
        for period, value in zip(periods, row[4:], strict=True):
            found[by_title[row[0]], row[2], period] = value
    assert set(found) == set(said)
    for key, (value, status) in said.items():
        if value is None:
            assert found[key] == f"[{status}]"
        else:
            assert isinstance(found[key], int | float)
            assert found[key] == value


def test_low_reliability_is_shown_and_the_cell_stays_a_number(edition: EditionResult, rows: pl.DataFrame) -> None:
    row = rows.filter((pl.col("measure_id") == "CLA_FOSTER_PC") & (pl.col("status") == "u")).row(0, named=True)
    sheet = opened(edition, "en")["3"]
    column = [c.value for c in sheet[HEADER]].index(row["period_id"])
    (cell,) = [r[column] for r in sheet.iter_rows(min_row=HEADER + 1) if r[0].value == row["area_code"]]
    assert cell.data_type == "n"
    assert cell.value == row["value"]
    assert cell.number_format.endswith('" [u]"')


def test_wales_first_then_regions_then_authorities(book: tuple[str, Workbook]) -> None:
    codes = [row[0] for row in book[1]["3"].iter_rows(min_row=HEADER + 1, values_only=True)]
    assert codes[0] == "W92000004"
    assert all(c.startswith("R3_") for c in codes[1:4])
    assert codes[4] == "W06000001"
    assert len(codes) == 26


def test_provisional_periods_are_marked_once(edition: EditionResult) -> None:
    sheet = opened(edition, "en")["2"]
    assert [c.value for c in sheet[HEADER]][2:] == ["April to June 2024 [p]", "July to September 2024 [p]"]
    assert not any("[p]" in str(v) for row in sheet.iter_rows(min_row=HEADER + 1, values_only=True) for v in row)
    assert not any("[p]" in c.number_format for row in sheet.iter_rows(min_row=HEADER + 1) for c in row)


def test_shorthand_of_a_sheet_is_named_and_explained(book: tuple[str, Workbook]) -> None:
    lang, held = book
    explained = {row[0] for row in held[FIRST[lang][2]].iter_rows(values_only=True)}
    for sheet in tables(held):
        named = set(re.findall(r"\[\w\]", sheet["A3"].value))
        in_cells = {v for row in sheet.iter_rows(min_row=HEADER, values_only=True) for v in row if isinstance(v, str)}
        shown = {mark for text in in_cells for mark in re.findall(r"\[\w\]", text)}
        shown |= {
            m for row in sheet.iter_rows(min_row=HEADER) for c in row for m in re.findall(r"\[\w\]", c.number_format)
        }
        assert shown == named
        assert named <= explained


def test_contents_links_to_every_sheet(book: tuple[str, Workbook]) -> None:
    lang, held = book
    contents = held[FIRST[lang][1]]
    targets = {c.hyperlink.location for row in contents.iter_rows() for c in row if c.hyperlink}
    assert targets == {f"'{name}'!A1" for name in held.sheetnames[2:]}


def test_long_tables_keep_their_header_in_view(edition: EditionResult) -> None:
    held = opened(edition, "en")
    assert held["5"].freeze_panes == "D6", "period, area code and area stay"
    assert held["3"].freeze_panes is None, "26 lines fit on a screen; freezing hinders readers who zoom"


def test_document_properties_and_language(edition: EditionResult) -> None:
    for lang, title in (("en", "Children looked after (test)"), ("cy", "Plant sy’n derbyn gofal (prawf)")):
        held = opened(edition, lang)
        assert held.properties.language == f"{lang}-GB"
        assert held.properties.title.startswith(title)
        assert held.properties.created.isoformat() == "2024-11-27T09:30:00"


def test_no_formula_no_macro_no_outside_link(edition: EditionResult) -> None:
    for path in edition.folder.glob("*.xlsx"):
        with zipfile.ZipFile(path) as held:
            names = held.namelist()
            assert not any("vba" in n or "external" in n.lower() or "comments" in n for n in names)
            for name in names:
                assert b"<f>" not in held.read(name)
            assert {i.date_time for i in held.infolist()} == {(1980, 1, 1, 0, 0, 0)}
