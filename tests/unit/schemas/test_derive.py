"""What derives from the specification: Arrow and Pandera schemas, templates, dictionary."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pandera.errors
import polars as pl
import pyarrow as pa
import pytest

from schemas.catalogue import Catalogue
from schemas.derive import arrow, dictionary, frames, templates

GOOD = {
    "submission_id": "0123456789abcdef",
    "row_number": 1,
    "return_id": "lac_census",
    "authority_code": "W06000015",
    "period_id": "2018-19",
    "child_id": "0" * 32,
    "episode_start_date": date(2018, 5, 1),
    "legal_status_code": "C2",
}


def frame(catalogue: Catalogue, **changes: object) -> pl.DataFrame:
    schema = arrow.typed_schema(catalogue, "episode")
    row = dict.fromkeys(schema.names) | GOOD | changes
    types = {pa.date32(): pl.Date, pa.int32(): pl.Int32}
    return pl.DataFrame([row], schema={f.name: types.get(f.type, pl.String) for f in schema}, strict=False)


def test_a_good_row_passes(catalogue: Catalogue) -> None:
    frames.typed_frame_schema(catalogue, "episode").validate(frame(catalogue))


@pytest.mark.parametrize(
    "change",
    [
        {"child_id": "4711"},
        {"legal_status_code": "C9"},
        {"authority_code": "552"},
        {"period_id": "2018"},
        {"episode_start_date": date(1018, 5, 1)},
        {"row_number": 0},
    ],
)
def test_a_bad_value_is_caught(catalogue: Catalogue, change: dict[str, object]) -> None:
    with pytest.raises(pandera.errors.SchemaError):
        frames.typed_frame_schema(catalogue, "episode").validate(frame(catalogue, **change))


def test_postcodes_have_no_place_in_typed_tables(catalogue: Catalogue) -> None:
    assert "home_postcode" not in arrow.typed_schema(catalogue, "episode").names
    assert "placement_postcode" not in arrow.typed_schema(catalogue, "episode").names


def test_arrow_and_pandera_agree_on_columns(catalogue: Catalogue) -> None:
    for table in catalogue.tables:
        assert list(frames.typed_frame_schema(catalogue, table).columns) == arrow.typed_schema(catalogue, table).names


def offered(book: openpyxl.Workbook, sheet: str, cell: str) -> list[object]:
    """What the drop-down of a cell offers."""
    (rule,) = [v for v in book[sheet].data_validations.dataValidation if cell in v.cells]
    name, _, span = rule.formula1.partition("!")
    return [row[0].value for row in book[name.strip("'")][span.replace("$", "")]]


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_a_template_opens_with_headings_dropdowns_and_notes(catalogue: Catalogue, lang: str) -> None:
    made = templates.workbook(catalogue, "lac_census", "2018-19", lang)
    book = openpyxl.load_workbook(io.BytesIO(made))
    sheet = book["Episodes"]
    headings = [c.value for c in sheet[1]]
    assert headings == list(catalogue.returns["lac_census"].columns("episode", "2018-19").values())
    assert all(c.comment for c in sheet[1])
    assert sheet.data_validations.dataValidation
    assert book["Return"]["B2"].value == "2018-19"
    assert book.sheetnames[-1] == {"en": "Codes", "cy": "Codau"}[lang]
    assert offered(book, "Return", "B3") == [a.name[lang] for a in catalogue.authorities.values()]
    held = catalogue.code_lists["legal_status"]
    assert offered(book, "Episodes", "D2") == list(held.valid_codes(date(2018, 4, 1), date(2019, 3, 31), "wales"))
    said = " ".join(str(cell.value) for row in book["Return"].iter_rows() for cell in row if cell.value)
    assert "mesur check" in said
    assert made == templates.workbook(catalogue, "lac_census", "2018-19", lang)


def test_the_dictionary_names_every_item_and_measure(catalogue: Catalogue) -> None:
    for lang in ("en", "cy"):
        text = dictionary.dictionary(catalogue, lang)
        missing = [i for i in (*catalogue.items, *catalogue.measures) if f"`{i}`" not in text]
        assert missing == []


def test_confirmed_welsh_is_not_in_the_translators_list(catalogue: Catalogue) -> None:
    held = {where for where, _, _ in dictionary.unconfirmed_welsh(catalogue)}
    assert "area W92000004" not in held
    assert "message status.accepted" in held


@pytest.mark.parametrize("lang", ["en", "cy"])
@pytest.mark.parametrize("profile", ["carefirst_status_changes", "wccis_snapshot"])
def test_a_template_of_an_export_has_every_column_of_its_profile(catalogue: Catalogue, profile: str, lang: str) -> None:
    made = templates.export_workbook(catalogue, profile, lang)
    assert made == templates.export_workbook(catalogue, profile, lang)
    book = openpyxl.load_workbook(io.BytesIO(made))
    held = catalogue.export_profiles[profile]
    assert book.sheetnames[0] == "Export"
    assert len(book.sheetnames) == 1 + len({c.table for c in held.columns} - {"child", "episode"})
    written = {cell.value for sheet in book for cell in sheet[1]}
    assert {c.column for c in held.columns} <= written
    assert book["Visits"]["B1"].comment.text.startswith(catalogue.items["visit_due_date"].label[lang])
