"""The finished ODS files, read by odfpy: sheet by sheet and cell by cell what the XLSX of the same language says."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from odf import dc, teletype
from odf.opendocument import OpenDocument, load
from odf.style import TextProperties
from odf.table import DatabaseRange, Table, TableCell, TableHeaderRows, TableRow
from odf.text import A
from openpyxl.utils.cell import coordinate_to_tuple

from pipelines.publish import EditionResult

Cell = tuple[str, float | None]
"""(text as shown, value of a figure)."""


def path_of(edition: EditionResult, lang: str, suffix: str = "ods") -> Path:
    return edition.folder / f"mesur-test-release-{edition.edition.id}-{lang}.{suffix}"


@pytest.fixture(scope="module", params=["en", "cy"])
def held(request: pytest.FixtureRequest, edition: EditionResult) -> tuple[str, OpenDocument]:
    return request.param, load(str(path_of(edition, request.param)))


def rows(table: Table) -> Iterator[list[Cell]]:
    for row in table.getElementsByType(TableRow):
        yield [(teletype.extractText(c), _value(c)) for c in row.getElementsByType(TableCell)]


def _value(cell: TableCell) -> float | None:
    value = cell.getAttribute("value")
    return None if value is None else float(value)


def test_it_says_what_the_other_workbook_says(held: tuple[str, OpenDocument], edition: EditionResult) -> None:
    lang, document = held
    book = openpyxl.load_workbook(path_of(edition, lang, "xlsx"))
    tables = document.spreadsheet.getElementsByType(Table)
    assert [t.getAttribute("name") for t in tables] == book.sheetnames
    n_figures = 0
    for table in tables:
        sheet = book[table.getAttribute("name")]
        found = list(rows(table))
        assert len(found) == sheet.max_row
        for cells, there in zip(found, sheet.iter_rows(), strict=True):
            said = [c for c in there if c.value is not None]
            assert len(cells) == len(said)
            for (text, value), cell in zip(cells, said, strict=True):
                if value is None:
                    assert text == cell.value
                else:
                    n_figures += 1
                    mark = cell.number_format.partition('" ')[2].rstrip('"')
                    assert (value, text.partition(" ")[2]) == (float(cell.value), mark)
                    assert float(text.partition(" ")[0].replace(",", "")) == value
    assert n_figures > 1000


def test_tables_are_marked_up_and_nothing_is_merged_or_blank(held: tuple[str, OpenDocument]) -> None:
    _, document = held
    tables = {t.getAttribute("name"): t for t in document.spreadsheet.getElementsByType(Table)}
    ranges = {r.getAttribute("name"): r for r in document.spreadsheet.getElementsByType(DatabaseRange)}
    assert len(ranges) == len(tables) - 1, "every sheet but the cover is one table"
    for name, table in list(tables.items())[1:]:
        (header,) = table.getElementsByType(TableHeaderRows)
        heads = [text for text, _ in next(rows(header))]
        assert len({h.casefold() for h in heads}) == len(heads)
        address = next(r.getAttribute("targetrangeaddress") for r in ranges.values() if f"'{name}'." in
                       r.getAttribute("targetrangeaddress"))  # fmt: skip
        n_rows = len(table.getElementsByType(TableRow))
        assert address.endswith(str(n_rows)), "nothing stands below the table"
        assert all(text for row in rows(table) for text, _ in row)
    for cell in document.spreadsheet.getElementsByType(TableCell):
        assert cell.getAttribute("numbercolumnsspanned") is None
        assert cell.getAttribute("formula") is None


def test_its_language_title_and_links(held: tuple[str, OpenDocument]) -> None:
    lang, document = held
    assert [str(e) for e in document.meta.getElementsByType(dc.Language)] == [f"{lang}-GB"]
    title = {"en": "Children looked after (test)", "cy": "Plant sy’n derbyn gofal (prawf)"}[lang]
    assert str(document.meta.getElementsByType(dc.Title)[0]).startswith(title)
    assert {t.getAttribute("language") for t in document.styles.getElementsByType(TextProperties)} - {None} == {lang}
    names = {t.getAttribute("name") for t in document.spreadsheet.getElementsByType(Table)}
    targets = {a.getAttribute("href") for a in document.spreadsheet.getElementsByType(A)}
    assert targets
    assert all(t.startswith("#'") and t[2:].split("'")[0] in names for t in targets)


def test_its_container_is_settled(edition: EditionResult) -> None:
    with zipfile.ZipFile(path_of(edition, "en")) as held:
        first = held.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert {i.date_time for i in held.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any("macro" in n.lower() or "Basic" in n for n in held.namelist())


def test_the_same_panes_stay_as_in_the_other_workbook(edition: EditionResult) -> None:
    """Sheet by sheet the rows and columns above and left of the cell that XLSX names."""
    config = "{urn:oasis:names:tc:opendocument:xmlns:config:1.0}"
    with zipfile.ZipFile(path_of(edition, "en")) as held:
        told = ElementTree.fromstring(held.read("settings.xml"))
        assert b"settings.xml" in held.read("META-INF/manifest.xml")
    found = {}
    for entry in told.iter(f"{config}config-item-map-entry"):
        items = {i.get(f"{config}name"): i.text for i in entry.findall(f"{config}config-item")}
        if name := entry.get(f"{config}name"):
            assert items["VerticalSplitMode"] == "2"
            found[name] = (int(items["VerticalSplitPosition"] or 0), int(items["HorizontalSplitPosition"] or 0))
    book = openpyxl.load_workbook(path_of(edition, "en", "xlsx"))
    cells = {sheet.title: coordinate_to_tuple(sheet.freeze_panes) for sheet in book if sheet.freeze_panes}
    assert found == {name: (row - 1, column - 1) for name, (row, column) in cells.items()}
    assert "5" in found
