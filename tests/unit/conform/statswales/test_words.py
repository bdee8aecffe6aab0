"""Names, periods and cells: the small readers behind every generation."""

from datetime import date

import pytest

from pipelines.conform.statswales.areas import build_index
from pipelines.conform.statswales.names import fold, is_total, squash, without_mark
from pipelines.conform.statswales.periods import covers_several, is_period_like, read_period
from pipelines.conform.statswales.symbols import read_cell, symbols_of


@pytest.fixture(scope="module")
def areas(catalogue):
    return build_index(catalogue)


def test_every_authority_is_found_by_each_of_its_names_and_codes(catalogue, areas):
    for a in catalogue.authorities.values():
        for name in (a.gss, a.la3, a.name.en, a.name.cy, *a.aliases, a.name.en.upper(), f" {a.name.cy}  (1) "):
            assert areas.resolve(None, name).code == a.gss, name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Ynys Mon", "W06000001"),
        ("Sir Y Fflint", "W06000005"),
        ("Sir y Flint", "W06000005"),
        ("The Vale of Glamorgan", "W06000014"),
        ("Rhondda, Cynon, Taf", "W06000016"),
        ("Rhondda Cynon Taff", "W06000016"),
        ("Pen y bont ar Ogwr", "W06000013"),
        ("Castell-nedd Port Talbot", "W06000012"),
        ("All Welsh local authorities", "W92000004"),
        ("Total Welsh local authorities", "W92000004"),
        ("Mae pob awdurdod lleol yng Nghymru", "W92000004"),
        ("596", "W92000004"),
        ("North Wales", "R3_NORTH"),
        ("Canolbarth a De-orllewin Cymru", "R3_MIDSW"),
    ],
)
def test_spellings_seen_in_official_files(areas, name, code):
    assert areas.resolve(None, name).code == code


@pytest.mark.parametrize(
    "name",
    ["Betsi Cadwaladr University", "Powys Teaching", "Cardiff & Vale University", "Swansea Bay", "England", "7A3"],
)
def test_real_areas_that_are_not_published_here(areas, name):
    assert areas.resolve(None, name).kind == "other"


@pytest.mark.parametrize("name", ["Nowhere", "Cardif", "999", "W06999999", ""])
def test_unknown_areas_stay_unknown(areas, name):
    assert areas.resolve(name, name).kind == "unknown"


def test_names_fold_together():
    assert fold("Pen-y-bont ar Ogwr") == fold("PEN Y BONT AR OGWR ")
    assert fold("Cardiff & Vale") == fold("Cardiff and Vale")
    assert fold("o’r Fro") == fold("o'r fro")
    assert squash("Local Authority") == squash("Localauthority") == squash("LOCAL_AUTHORITY")
    assert fold("<2000g") != fold("2000g")


def test_footnote_marks_go_and_other_brackets_stay():
    assert without_mark("Not stated (1) ") == "Not stated"
    assert without_mark("Total [r]") == "Total"
    assert without_mark("Family stress (acute)") == "Family stress (acute)"


def test_totals_in_both_languages():
    assert all(is_total(label) for label in ("Total", "total ", "Cyfanswm", "All ages", "Pob oedran", "Total (2)"))
    assert not any(is_total(label) for label in ("Totality", "Allocated", "Disability"))


MARCH_2018 = ("2017-18", date(2018, 3, 31))


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("2017-18", "financial_year", MARCH_2018),
        ("2017-2018", "financial_year", MARCH_2018),
        ("2017/18", "at_31_march", MARCH_2018),
        ("201718", "financial_year", MARCH_2018),
        ("2018", "at_31_march", MARCH_2018),
        ("31 March 2018", "at_31_march", MARCH_2018),
        ("Year ending 31 Mar 2018", "financial_year", MARCH_2018),
        ("blwyddyn yn gorffen 31 Mawrth 2018", "financial_year", MARCH_2018),
        ("2018-03-31", "financial_year", MARCH_2018),
        ("1999-00", "financial_year", ("1999-00", date(2000, 3, 31))),
        ("1999-2000", "financial_year", ("1999-00", date(2000, 3, 31))),
        ("Mid-year 1996", "mid_year", ("1996-97", date(1996, 6, 30))),
        ("1996", "mid_year", ("1996-97", date(1996, 6, 30))),
        ("2019-06-30", "mid_year", ("2019-20", date(2019, 6, 30))),
        ("30 Mehefin 2019", "mid_year", ("2019-20", date(2019, 6, 30))),
        ("2018", "financial_year", None),
        ("2017-19", "financial_year", None),
        ("30 September 2018", "at_31_march", None),
        ("Year ending 30 Sep 2018", "financial_year", None),
        ("2018 Q1", "at_31_march", None),
        ("2018-01-01", "at_31_march", None),
        ("31 March 2018", "mid_year", None),
        ("last year", "at_31_march", None),
        ("2017 and 2018", "at_31_march", None),
        ("", "at_31_march", None),
    ],
)
def test_periods(text, kind, expected):
    found = read_period(None, text, kind)
    assert (found and (found.period_id, found.reference_date)) == expected


def test_a_code_serves_where_the_label_says_nothing():
    assert read_period("201718", "latest", "financial_year").period_id == "2017-18"


def test_filters_that_cover_several_years():
    assert all(covers_several(text) for text in ("All", "2017, 2018", "2017 + 2018", "", "Pob blwyddyn", "Sawl"))
    assert not any(covers_several(text) for text in ("2018", "2017-18", "31 March 2018", "Mid-year 2018"))


def test_period_columns_are_told_from_others():
    assert is_period_like(["2017-18", "2018-19"])
    assert is_period_like(["201718"])
    assert not is_period_like(["<2000g", "2000-2499g", "4000+g"])
    assert not is_period_like(["W06000001"])
    assert not is_period_like([])


@pytest.mark.parametrize(
    ("text", "notes", "value", "status", "trouble"),
    [
        ("65", None, 65.0, "", ""),
        ("65.0", "", 65.0, "", ""),
        ("1,335 ", None, 1335.0, "", ""),
        ("−5.5", None, -5.5, "", ""),
        ("1e3", None, 1000.0, "", ""),
        ("45%", None, 45.0, "", ""),
        ("'-5", None, -5.0, "", ""),
        ("65", "p, r", 65.0, "p,r", ""),
        ("65 [r] [p]", None, 65.0, "p,r", ""),
        ("65 [u]", "e", 65.0, "e,u", ""),
        ("c", None, None, "c", ""),
        ("[c]", None, None, "c", ""),
        ("", "k", None, "k", ""),
        (None, None, None, "x", ""),
        ("-999", None, None, "x", "sentinel"),
        ("-999.00", None, None, "x", "sentinel"),
        ("1,33", None, None, "x", "number"),
        ("12abc", None, None, "x", "number"),
        ("nan", None, None, "x", "symbol"),
        ("inf", None, None, "x", "symbol"),
        ("1e999", None, None, "x", "number"),
        ("65 [zz]", None, 65.0, "", "symbol"),
    ],
)
def test_cells(text, notes, value, status, trouble):
    found = read_cell((text, notes), symbols_of({}), {"-999": "x"})
    assert (found.value, found.status, found.trouble) == (value, status, trouble)


def test_a_legend_overrides_the_usual_meaning():
    held = symbols_of({"-": "The data item is not exactly zero", "*": "Ddim ar gael", "?": "Amherthnasol"})
    assert (held["-"], held["*"], held["?"], held["."]) == ("k", "x", "z", "z")
