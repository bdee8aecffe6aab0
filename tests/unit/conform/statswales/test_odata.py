"""OData pages: order, missing and repeated pages, drifting types and names, sentinels, damage."""

import json
from datetime import date

import pytest

from tests.made_extracts import examine, figures, odata_page, odata_row, rules_of, with_card

NEXT_2 = "1!24!MDAwMDAwMDAwMDAwMDAwMg--%7c1!0!"  # row key 2


@pytest.fixture
def known(catalogue):
    return with_card(catalogue)


def pages():
    one = [odata_row(0, "W06000001", 65), odata_row(1, "W06000015", "590.0")]
    two = [odata_row(2, "W92000004", 5615.0)]
    return odata_page(one, NEXT_2), odata_page(two)


def test_pages_come_in_any_order_and_numbers_in_any_type(known):
    first, second = pages()
    found = examine(known, second, first)
    assert found.verdict == "accepted"
    assert found.is_complete
    assert found.generation == "odata"
    assert found.dataset_id == "care0999"
    assert found.observations["row_number"].to_list() == [1, 2, 3]
    assert figures(found) == {
        ("W06000001", "2017-18", date(2018, 3, 31), "N1", 65.0, ""),
        ("W06000015", "2017-18", date(2018, 3, 31), "N1", 590.0, ""),
        ("W92000004", "2017-18", date(2018, 3, 31), "N1", 5615.0, ""),
    }


def test_a_last_page_that_names_another_is_declared_incomplete(known):
    found = examine(known, pages()[0])
    assert rules_of(found) == ["SW08"]
    assert not found.is_complete
    assert found.verdict == "accepted_with_errors"
    assert found.observations.height == 2


@pytest.mark.parametrize("kept", [(0, 2), (1, 2), (0, 1)])
def test_any_missing_page_is_noticed(known, kept):
    all_pages = (
        odata_page([odata_row(0, "W06000001", 1)], "1!24!MDAwMDAwMDAwMDAwMDAwMQ--"),
        odata_page([odata_row(1, "W06000015", 2)], "opaque"),
        odata_page([odata_row(2, "W92000004", 3)]),
    )
    assert rules_of(examine(known, *all_pages)) == []
    assert rules_of(examine(known, *(all_pages[n] for n in kept))) == ["SW08"]


def test_a_page_sent_twice_counts_once(known):
    first, second = pages()
    found = examine(known, first, second, first)
    assert rules_of(found) == ["SW09"]
    assert found.observations.height == 3


@pytest.mark.parametrize("spelling", ["Area", "LocalAuthority", "Localauthority", "Authority"])
def test_the_area_dimension_has_many_names(known, spelling):
    row = {k.replace("LocalAuthority", spelling): v for k, v in odata_row(0, "W06000001", 65).items()}
    assert examine(known, odata_page([row])).observations["area_code"].to_list() == ["W06000001"]


def test_a_renamed_area_dimension_is_found_by_its_members(known):
    row = {k.replace("LocalAuthority", "Geog"): v for k, v in odata_row(0, "W06000001", 65).items()}
    found = examine(known, odata_page([row]))
    assert found.observations["area_code"].to_list() == ["W06000001"]


def test_three_digit_codes_give_way_to_the_alternative_code_or_the_name(known):
    coded = odata_row(0, "512", 1) | {"LocalAuthority_ItemName_ENG": "Isle of Anglesey"}
    opaque = odata_row(1, "10000", 2) | {"LocalAuthority_ItemName_ENG": "Sir y Flint"}
    alternative = odata_row(2, "", 3) | {"LocalAuthority_ItemName_ENG": "", "LocalAuthority_AltCode1": "W06000015"}
    found = examine(known, odata_page([coded, opaque, alternative]))
    assert found.observations["area_code"].to_list() == ["W06000001", "W06000005", "W06000015"]


def test_a_code_and_a_name_of_two_areas_is_a_fault_and_no_area(known):
    row = odata_row(0, "W06000001", 1) | {"LocalAuthority_ItemName_ENG": "Cardiff"}
    found = examine(known, odata_page([row]))
    assert rules_of(found) == ["SW22"]
    assert found.observations["area_code"].to_list() == [None]


def test_welsh_names_serve_where_there_are_no_english_ones(known):
    row = odata_row(0, "", 1)
    del row["LocalAuthority_ItemName_ENG"]
    row |= {"LocalAuthority_ItemName_WEL": "Ynys Môn"}
    assert examine(known, odata_page([row])).observations["area_code"].to_list() == ["W06000001"]


def test_the_year_name_counts_before_the_year_code(catalogue):
    known = with_card(catalogue, period_kind="financial_year")
    row = odata_row(0, "W06000001", 1) | {"Year_Code": "2002", "Year_ItemName_ENG": "2002-03"}
    bare = odata_row(1, "W06000015", 1) | {"Year_Code": "2002", "Year_ItemName_ENG": "2002"}
    found = examine(known, odata_page([row, bare]))
    assert found.observations["period_id"].to_list() == ["2002-03", None]
    assert found.faults.select("rule_id", "row_number", "item").rows() == [("SW13", 2, "Year")]


def test_minus_999_is_not_a_figure(known):
    rows = [odata_row(0, "W06000001", -999), odata_row(1, "W06000015", "-999.0"), odata_row(2, "W92000004", -5)]
    found = examine(known, odata_page(rows))
    assert found.observations["value"].to_list() == [None, None, None]
    assert found.observations["status"].to_list() == ["x", "x", "x"]
    assert found.faults.select("rule_id", "row_number").rows() == [("SW15", 1), ("SW15", 2), ("SW21", 3)]


def test_a_card_can_say_what_a_sentinel_means(catalogue):
    known = with_card(catalogue, missing_values={"-999": "c"})
    assert examine(known, odata_page([odata_row(0, "W06000001", -999)])).observations["status"].to_list() == ["c"]


def test_a_negative_rate_is_a_figure(catalogue):
    known = with_card(catalogue, unit="percent")
    assert examine(known, odata_page([odata_row(0, "W06000001", -5)])).observations["value"].to_list() == [-5.0]


def test_one_key_with_two_values_gives_neither(known):
    rows = [odata_row(0, "W06000001", 1), odata_row(1, "W06000001", 2), odata_row(2, "W06000015", 3)]
    found = examine(known, odata_page(rows))
    assert found.observations["area_code"].to_list() == ["W06000015"]
    assert found.faults.select("rule_id", "row_number").rows() == [("SW10", 1), ("SW10", 2)]


def test_one_key_with_the_same_value_twice_counts_once(known):
    rows = [odata_row(0, "W06000001", 1), odata_row(1, "W06000001", "1.0")]
    found = examine(known, odata_page(rows))
    assert found.observations.height == 1
    assert found.faults.select("rule_id", "severity", "row_number").rows() == [("SW09", "note", 2)]


def test_total_codes_and_labels_become_the_total(known):
    row = odata_row(0, "W06000001", 1) | {
        "Needforcare_Code": "ZZ",
        "Needforcare_ItemName_ENG": "Total children starting to be looked after by need for care",
    }
    assert examine(known, odata_page([row])).observations["category_code"].to_list() == ["T"]


def test_a_label_of_the_card_finds_its_code_and_an_unknown_one_is_told(known):
    told = odata_row(0, "W06000001", 1) | {
        "Needforcare_Code": "8",
        "Needforcare_ItemName_ENG": "Absent parenting (including child given up for adoption)",
    }
    strange = odata_row(1, "W06000015", 1) | {"Needforcare_Code": "Q9", "Needforcare_ItemName_ENG": "Something new"}
    found = examine(known, odata_page([told, strange]))
    assert found.observations["category_code"].to_list() == ["N8", "Q9"]
    assert found.faults.select("rule_id", "row_number").rows() == [("SW17", 2)]


def test_a_dimension_the_card_does_not_know_keeps_figures_apart(known):
    rows = [
        odata_row(0, "W06000001", 1, Gender_Code="1", Gender_ItemName_ENG="Boys"),
        odata_row(1, "W06000001", 2, Gender_Code="2", Gender_ItemName_ENG="Girls"),
    ]
    found = examine(known, odata_page(rows))
    assert found.observations["category_code"].to_list() == ["N1 | 1", "N1 | 2"]
    assert found.observations["category_dimension"].to_list() == ["need | Gender"] * 2
    assert rules_of(found) == ["SW20"]


def test_a_page_cut_short_gives_its_whole_rows_and_says_so(known):
    first = odata_page([odata_row(0, "W06000001", 65), odata_row(1, "W06000015", 590)])
    found = examine(known, first[: first.rindex(b"{") + 30])
    assert rules_of(found) == ["SW08", "SW23"]
    assert found.observations["value"].to_list() == [65.0]
    assert not found.is_complete


def test_an_extra_framework_id_in_a_label_is_the_measure_code(known):
    row = odata_row(0, "W06000001", 1, Measure_Code="1", Measure_ItemName_ENG="CH/015: The number of children")
    assert examine(known, odata_page([row])).observations["measure_code"].to_list() == ["CH/015"]


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"value": [' + b"[" * 100_000, b"{}", b"[]", b"[1, 2]", b"{"])
def test_odd_json_is_refused_without_a_traceback(known, content):
    found = examine(known, content)
    assert found.verdict == "rejected"
    assert found.observations.height == 0


def test_metadata_answers_are_not_figures(known):
    content = {"odata.metadata": "x", "value": [{"DimensionName_ENG": "Year", "Dataset": "care0999"}]}
    assert "SW02" in rules_of(examine(known, json.dumps(content).encode()))


def test_rows_that_are_no_records_are_told(known):
    content = json.loads(odata_page([odata_row(0, "W06000001", 1)]))
    content["value"].append("row")
    assert rules_of(examine(known, json.dumps(content).encode())) == ["SW19"]
