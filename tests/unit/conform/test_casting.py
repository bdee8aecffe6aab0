"""Text to typed values, one column at a time."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from pipelines.conform import casting
from pipelines.conform.casting import Cast


def told(cast: Cast) -> dict[str, list[int]]:
    """Cause -> positions."""
    return {f.cause: f.rows.arg_true().to_list() for f in cast.found}


def days(*texts: str | None) -> Cast:
    return casting.cast_days(pl.Series(texts, dtype=pl.String))


@pytest.mark.parametrize(
    "text",
    ["01/04/2018", "1/4/2018", "1.4.2018", "01-04-2018", "1 4 2018", "2018-04-01", "2018-04-01T00:00:00Z",
     "2018-04-01 10:30:00", "01/04/2018 00:00", "1-Apr-2018", "01 APRIL 2018", "1 Ebrill 2018"],
)  # fmt: skip
def test_every_way_of_writing_a_day_is_read(text: str) -> None:
    cast = days(text, None)
    assert cast.values.to_list() == [date(2018, 4, 1), None]
    assert cast.found == ()


@pytest.mark.parametrize(
    ("text", "cause"),
    [("01/04/18", "two_digit_year"), ("1-Apr-18", "two_digit_year"), ("31/02/2018", "impossible_date"),
     ("29/02/2019", "impossible_date"), ("2018-13-01", "impossible_date"), ("soon", "not_a_date"),
     ("20180401", "not_a_date"), ("2018", "not_a_date"), ("01/04/1018", "year_out_of_range"),
     ("01/04/2218", "year_out_of_range"), ("#REF!", "excel_error"), ("n/a", "placeholder"),
     ("12/25/2018", "month_first")],
)  # fmt: skip
def test_what_is_not_a_day_is_null_and_told_once(text: str, cause: str) -> None:
    cast = days("15/04/2018", text)
    assert cast.values.to_list() == [date(2018, 4, 15), None]
    assert told(cast) == {cause: [1]}


def test_serials_of_excel_are_days_with_a_note() -> None:
    cast = days("43191", "43191.5", "99999", "1234")
    assert cast.values.to_list() == [date(2018, 4, 1), date(2018, 4, 1), None, None]
    assert told(cast) == {"excel_serial": [0, 1], "not_a_date": [2, 3]}


def test_a_column_that_shows_months_first_is_not_guessed_at() -> None:
    cast = days("04/13/2018", "05/06/2018", "07/07/2018", "2018-05-06")
    assert cast.values.to_list() == [None, None, date(2018, 7, 7), date(2018, 5, 6)]
    rows = sorted(i for f in cast.found if f.cause == "month_first" for i in f.rows.arg_true())
    assert rows == [0, 1]


def test_one_slip_in_a_column_that_speaks_for_days_first_stays_one_fault() -> None:
    cast = days("04/13/2018", "05/06/2018", "25/06/2018")
    assert cast.values.to_list() == [None, date(2018, 6, 5), date(2018, 6, 25)]
    assert told(cast) == {"month_first": [0]}


KNOWN = {"1": "1", "2": "2", "c2": "C2", "05": "05", "na": "NA"}


@pytest.mark.parametrize(
    ("text", "code", "cause"),
    [("1", "1", None), ("1.0", "1", "decimal_code"), ("c2", "C2", "other_case"), ("5", "05", "lost_zero_code"),
     ("5.0", "05", "lost_zero_code"), ("NA", "NA", None), ("full care order", None, "not_a_code"),
     ("nan", None, "placeholder"), ("#N/A", None, "excel_error")],
)  # fmt: skip
def test_codes_are_mended_where_no_doubt_is_left(text: str, code: str | None, cause: str | None) -> None:
    cast = casting.cast_codes(pl.Series([text, None], dtype=pl.String), KNOWN)
    assert cast.values.to_list() == [code, None]
    assert told(cast) == ({cause: [0]} if cause else {})
    assert cast.unlisted is None


def test_a_code_that_is_not_listed_waits_for_the_rules() -> None:
    cast = casting.cast_codes(pl.Series(["1", "z9", None]), KNOWN)
    assert cast.values.to_list() == ["1", "Z9", None]
    assert cast.unlisted is not None
    assert cast.unlisted.to_list() == [False, True, False]


def test_zeros_are_not_given_back_to_a_code_that_exists_without_them() -> None:
    cast = casting.cast_codes(pl.Series(["5", "6"]), {"05": "05", "5": "5", "06": "06", "006": "006"})
    assert cast.values.to_list() == ["5", "6"]
    assert cast.unlisted is not None
    assert cast.unlisted.to_list() == [False, True]


@pytest.mark.parametrize(
    ("text", "held", "cause"),
    [("A/1-b_2", "A/1-b_2", None), ("123.0", "123", "decimal_identifier"),
     ("1.23E+08", None, "scientific_identifier"), ("Jo Smith", None, "identifier_form"), ("none", None, "placeholder")],
)  # fmt: skip
def test_identifiers(text: str, held: str | None, cause: str | None) -> None:
    cast = casting.cast_identifiers(pl.Series([text]), "[A-Za-z0-9/_-]{1,20}")
    assert cast.values.to_list() == [held]
    assert told(cast) == ({cause: [0]} if cause else {})


def test_the_pupil_number_column_carries_a_number_or_a_reason() -> None:
    texts = pl.Series(["a12345678901b", "un3", "elsewhere", None])
    cast, reasons = casting.cast_pupil_numbers(texts, "[A-Z][0-9]{11}[0-9A-Z]", {"un3": "UN3"})
    assert cast.values.to_list() == ["A12345678901B", None, None, None]
    assert reasons.to_list() == [None, "UN3", None, None]
    assert told(cast) == {"pupil_number_form": [2]}


def test_postcodes_are_checked_and_nothing_of_them_is_kept() -> None:
    found = casting.check_postcodes(pl.Series(["LL77 7AA", "cf101aa", "Wales", None]))
    assert [(f.cause, f.rows.arg_true().to_list()) for f in found] == [("postcode_form", [2])]


def test_labels_become_codes_whatever_their_case_spacing_and_apostrophe() -> None:
    known = {"person’s home": "P1", "full care  order": "C2"}
    cast = casting.cast_labels(pl.Series(["PERSON'S  Home", "p1", "Castle", None]), {**known, "p1": "P1"})
    assert cast.values.to_list() == ["P1", "P1", None, None]
    assert told(cast) == {"unmapped_label": [2]}


def test_numbers(catalogue) -> None:
    from schemas.model import Item, Text

    item = Item("n", Text("n", "n"), Text("n", "n"), "integer", "open")
    cast = casting.cast_numbers(pl.Series(["1", "1.0", "1,234", "1.5", "x", None]), item)
    assert cast.values.to_list() == [1, 1, 1234, None, None, None]
    assert told(cast) == {"not_a_number": [3, 4]}
