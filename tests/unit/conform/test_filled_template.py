"""A template that was filled in is a return without a fault: what the template says and what is checked are the same.

How a template looks does not belong here (tests/unit/schemas/test_derive.py).
"""

from __future__ import annotations

import io
from datetime import date

import pytest
from made_submissions import PlainTokeniser
from openpyxl import load_workbook

from pipelines.conform import Claim, SourceFile, examine
from schemas import Catalogue
from schemas.derive import templates

CHILD = {"CHILD": "A1", "UPN": "UN1", "SEX": "1", "DOB": date(2012, 5, 4), "ETHNIC": "WBRI"}
CARE = {"CHILD": "A1", "DECOM": date(2023, 6, 1), "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "F2"}
WHERE = {"PLACE_PROVIDER": "PR1", "HOME_POST": "LL77 7TW", "PL_POST": "LL65 1AA", "PL_LA": "512", "PL_LOCATION": "1"}
REVIEW = {"CHILD": "A1", "DOB": date(2012, 5, 4), "REVIEW": date(2023, 6, 25), "REVIEW_CODE": "PN1"}
RECORDS = {"Header": CHILD, "Episodes": CARE | WHERE, "Reviews": REVIEW}


def filled(catalogue: Catalogue, lang: str, authority: str) -> bytes:
    """The template of 2023-24 with one child, as a person fills it in."""
    book = load_workbook(io.BytesIO(templates.workbook(catalogue, "lac_census", "2023-24", lang)))
    book["Return"]["B3"] = authority
    for name, record in RECORDS.items():
        headings = {cell.value: cell.column for cell in book[name][1]}
        for column, value in record.items():
            book[name].cell(2, headings[column], value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("lang", "authority"), [("en", "Isle of Anglesey"), ("cy", "Ynys Môn")])
def test_good_records_are_accepted_and_the_sheet_of_codes_is_no_stranger(
    catalogue: Catalogue, lang: str, authority: str
) -> None:
    sent = SourceFile("filled.xlsx", filled(catalogue, lang, authority))
    found = examine(catalogue, PlainTokeniser(), [sent], Claim())
    assert (found.identity.authority_code, found.identity.period_id) == ("W06000001", "2023-24")
    assert found.faults["rule_id"].to_list() == []
    assert found.verdict == "accepted"
    assert found.tables["episode"]["legal_status_code"].to_list() == ["C2"]


def test_a_mistake_in_the_authority_is_seen(catalogue: Catalogue) -> None:
    found = examine(catalogue, PlainTokeniser(), [SourceFile("f.xlsx", filled(catalogue, "en", "Anglesea"))], Claim())
    assert found.verdict == "rejected"
