"""On-screen exports: filters, carried parents, symbols and legends, and captures that must be refused."""

import pytest

from tests.made_extracts import examine, rules_of, with_card

HEAD = "Health > Social services > Table\nChildren looked after by local authority and need\n\nFilters:\n{filters}\n"
BODY = """,,Abuse or neglect ,Disability (1) ,Total
Wales ,,"1,335",*,5615 (r)
Wales ,Isle of Anglesey ,65,.,90
,Ynys Mon ,,..,-
"""
TAIL = """
Footnotes:
1,A note
.,The data item is not applicable.
*,The data item is disclosive or not sufficiently robust for publication
Metadata:
Title,A title
Last update,30 October 2019
"""


@pytest.fixture
def known(catalogue):
    return with_card(catalogue)


def capture(filters: str = "Year: 2018\n", body: str = BODY, tail: str = TAIL) -> bytes:
    return (HEAD.format(filters=filters) + body + tail).encode()


def cells(found):
    return found.observations.select("area_code", "category_code", "value", "status").rows()


def test_a_capture_with_its_filter_is_read(known):
    found = examine(known, capture(body=BODY.replace("Ynys Mon", "Cardiff")))
    assert found.generation == "screen_csv"
    assert found.dataset_id == "care0999"
    assert found.vintage == "30 October 2019"
    assert set(found.observations["period_id"]) == {"2017-18"}
    assert cells(found) == [
        ("W92000004", "N1", 1335.0, ""),
        ("W92000004", "N2", None, "c"),
        ("W92000004", "T", 5615.0, "r"),
        ("W06000001", "N1", 65.0, ""),
        ("W06000001", "N2", None, "z"),
        ("W06000001", "T", 90.0, ""),
        ("W06000015", "N1", None, "x"),
        ("W06000015", "N2", None, "x"),
        ("W06000015", "T", 0.0, ""),
    ]
    assert found.faults.height == 0


def test_faults_name_row_and_column(known):
    found = examine(known, capture(body=BODY.replace("65", "6S")))
    told = found.faults.filter(found.faults["rule_id"] == "SW14")
    assert told.select("row_number", "item").rows() == [(2, "column 3")]


def test_the_files_own_legend_says_what_a_symbol_means(known):
    tail = TAIL.replace(
        "Metadata:", "-,The data item is not exactly zero but less than half the final digit\nMetadata:"
    )
    found = examine(known, capture(body=BODY.replace("Ynys Mon", "Cardiff"), tail=tail))
    assert ("W06000015", "T", None, "k") in cells(found)


@pytest.mark.parametrize(
    ("symbol", "value", "status"),
    [
        ("*", None, "c"),
        (".", None, "z"),
        ("..", None, "x"),
        ("~", None, "k"),
        ("65 (r)", 65.0, "r"),
        ("65 (p) (r)", 65.0, "p,r"),
        ("65 (!)", 65.0, "u"),
        ("", None, "x"),
    ],
)
def test_old_symbols(known, symbol, value, status):
    body = f",,Disability\nWales ,Cardiff ,{symbol}\n"
    found = examine(known, capture(body=body, tail=""))
    assert cells(found) == [("W06000015", "N2", value, status)]


def test_an_unknown_symbol_is_told_and_gives_no_figure(known):
    found = examine(known, capture(body=",,Disability\nWales ,Cardiff ,@\n", tail=""))
    assert rules_of(found) == ["SW16"]
    assert cells(found) == [("W06000015", "N2", None, "x")]


def test_a_capture_without_its_filters_is_refused(known):
    found = examine(known, capture().replace(b"Filters:\nYear: 2018\n", b""))
    assert found.verdict == "rejected"
    assert rules_of(found) == ["SW06"]
    assert found.observations.height == 0


@pytest.mark.parametrize("filters", ["", "Gender: All\n"])
def test_filters_that_name_no_year_are_refused(known, filters):
    assert rules_of(examine(known, capture(filters))) == ["SW06"]


@pytest.mark.parametrize("year", ["All years", "2018-19, 2019-20", "Multiple", "2018;2019", "Pob blwyddyn", ""])
def test_a_pivot_that_sums_over_years_is_refused(known, year):
    assert rules_of(examine(known, capture(f"Year: {year}\n"))) == ["SW07"]


def test_a_bare_pivot_is_refused(known):
    body = ",,Abuse or neglect\nWales ,,14390\nWales ,Cardiff ,2095\n"
    assert rules_of(examine(known, body.encode(), dataset="care0999")) == ["SW06"]


def test_years_in_the_columns_need_no_filter(known):
    body = ",2017-18 ,,2018-19 ,\n,Disability ,Total ,Disability ,Total \nCardiff ,1,2,3,4\n"
    found = examine(known, capture("Gender: All\n", body))
    assert found.observations.select("period_id", "category_code", "value").rows() == [
        ("2017-18", "N2", 1.0),
        ("2017-18", "T", 2.0),
        ("2018-19", "N2", 3.0),
        ("2018-19", "T", 4.0),
    ]


def test_years_in_the_rows_carry_the_area_down(known):
    body = ",,Disability\nCardiff ,2017 ,1\n,2018 ,2\nNewport ,2017 ,3\n"
    found = examine(known, capture("", body))
    assert found.observations.select("area_code", "period_id", "value").rows() == [
        ("W06000015", "2016-17", 1.0),
        ("W06000015", "2017-18", 2.0),
        ("W06000022", "2016-17", 3.0),
    ]


def test_health_boards_are_not_authorities(known):
    body = """,,,Disability
Wales ,,,9
Wales ,Powys Teaching ,,4
,Powys Teaching ,Powys ,4
,Swansea Bay ,,5
,Swansea Bay ,Swansea ,5
,Not stated ,Not stated ,1
"""
    found = examine(known, capture(body=body))
    assert found.observations["area_code"].to_list() == ["W92000004", None, "W06000023", None, "W06000011", None]
    assert rules_of(found) == ["SW12"]
    assert found.verdict == "accepted"


def test_a_row_above_the_deepest_level_is_never_an_authority(known):
    body = ",,,Disability\nWales ,Powys ,,4\n,Powys ,Powys ,4\n,Swansea ,,5\n,Swansea ,Swansea ,5\n"
    found = examine(known, capture(body=body))
    assert found.observations["area_code"].to_list() == [None, "W06000023", None, "W06000011"]


def test_the_title_tells_the_dataset_in_welsh_too(known):
    content = capture().replace(
        b"Children looked after by local authority and need", "Plant sy'n derbyn gofal yn ôl awdurdod ac angen".encode()
    )
    assert examine(known, content).dataset_id == "care0999"


def test_an_unknown_title_needs_a_claim(known):
    content = capture().replace(b"Children looked after by", b"Lambs looked after by")
    assert rules_of(examine(known, content)) == ["SW03"]
    assert examine(known, content, dataset="care0999").verdict != "rejected"


def test_a_cut_capture_without_a_body_gives_nothing(known):
    found = examine(known, HEAD.format(filters="Year: 2018\n").encode())
    assert found.verdict == "rejected"
