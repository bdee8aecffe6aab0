"""The new service: CSV in both languages, annotated values, views in pages, row objects, the upload set."""

import json

import pytest

from tests.made_extracts import examine, rules_of, with_card

CSV_EN = """Data values,Data description,Year,Local Authority,Need for care
65 [r] [p],Number of children,2017-18,Isle of Anglesey,Abuse or neglect
[c],Number of children,2017-18,Cardiff,Abuse or neglect
'-,Number of children,2017-18,Newport,Abuse or neglect
"1,335",Number of children,2017-18,Wales,Total
"""
CSV_CY = """Gwerthoedd data,Disgrifiad o’r data,Blwyddyn,Awdurdod Lleol,Angen am ofal,Codau nodiadau
65,Nifer y plant,2017-18,Ynys Môn,Cam-drin neu esgeuluso,"r,p"
,Nifer y plant,2017-18,Caerdydd,Cam-drin neu esgeuluso,c
0,Nifer y plant,2017-18,Casnewydd,Cam-drin neu esgeuluso,
1335,Nifer y plant,2017-18,Mae pob awdurdod lleol yng Nghymru,Cyfanswm,
"""
EXPECTED = [
    ("W06000001", "2017-18", "N1", 65.0, "p,r"),
    ("W06000015", "2017-18", "N1", None, "c"),
    ("W06000022", "2017-18", "N1", 0.0, ""),
    ("W92000004", "2017-18", "T", 1335.0, ""),
]


@pytest.fixture
def known(catalogue):
    return with_card(catalogue)


def rows(found):
    return found.observations.select("area_code", "period_id", "category_code", "value", "status").rows()


@pytest.mark.parametrize("text", [CSV_EN, CSV_CY])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_both_languages_in_any_encoding_give_the_same_figures(known, text, encoding):
    found = examine(known, text.encode(encoding), dataset="care0999")
    assert found.generation == "api_csv"
    assert rows(found) == EXPECTED
    assert found.faults.height == 0


def test_semicolons_are_no_obstacle(known):
    text = CSV_EN.replace('"1,335"', "1335").replace(",", ";")
    assert rows(examine(known, text.encode(), dataset="care0999")) == EXPECTED


def test_without_a_name_or_claim_the_dataset_is_not_known(known):
    assert rules_of(examine(known, CSV_EN.encode())) == ["SW03"]


def test_a_file_called_after_its_dataset_needs_no_claim(known):
    assert examine(known, ("care0999.csv", CSV_EN.encode())).dataset_id == "care0999"


def test_a_download_without_years_sums_over_them(known):
    text = CSV_EN.replace(",Year,", ",Gender,").replace(",2017-18,", ",Boys,")
    found = examine(known, text.encode(), dataset="care0999")
    assert found.verdict == "rejected"
    assert rules_of(found) == ["SW06"]


def test_a_number_beside_a_code_that_hides_it_is_not_kept(known):
    text = CSV_EN.replace("[c]", "3 [c]")
    found = examine(known, text.encode(), dataset="care0999")
    assert ("W06000015", "2017-18", "N1", None, "c") in rows(found)
    assert rules_of(found) == ["SW14"]


def test_an_unknown_note_code_is_told_and_the_number_kept(known):
    found = examine(known, CSV_EN.replace("[r] [p]", "[q]").encode(), dataset="care0999")
    assert rows(found)[0] == ("W06000001", "2017-18", "N1", 65.0, "")
    assert rules_of(found) == ["SW16"]


def test_broken_rows_are_told_and_the_rest_read(known):
    text = CSV_EN.replace("[c],Number of children,", "[c],")
    found = examine(known, text.encode(), dataset="care0999")
    assert [r[0] for r in rows(found)] == ["W06000001", "W06000022", "W92000004"]
    assert found.faults.select("rule_id", "row_number").rows() == [("SW19", 2)]
    assert not found.is_complete


def test_an_unknown_area_and_an_unreadable_year_are_told_and_the_rest_read(known):
    text = CSV_EN.replace("Newport", "Nowhere").replace("2017-18,Cardiff", "last year,Cardiff")
    found = examine(known, text.encode(), dataset="care0999")
    assert found.faults.select("rule_id", "row_number", "item").rows() == [
        ("SW11", 3, "Local Authority"),
        ("SW13", 2, "Year"),
    ]
    assert [r[:2] for r in rows(found)][1:3] == [("W06000015", None), (None, "2017-18")]


def view(start: int, end: int, total: int, cells: list[list[object]]) -> bytes:
    names = ["Data values", "Data description", "Year", "Local Authority", "Local Authority_reference", "Need for care"]
    return json.dumps(
        {
            "dataset": {"id": "d2120b16", "title": "Children looked after by local authority and need"},
            "current_page": start,
            "page_info": {"total_records": total, "start_record": start, "end_record": end},
            "page_size": 1,
            "total_pages": total,
            "headers": [{"index": n, "name": name, "source_type": "dimension"} for n, name in enumerate(names)],
            "data": cells,
        }
    ).encode()


def test_a_view_in_pages_is_joined_in_any_order(known):
    pages = [
        view(2, 2, 2, [["[c]", "Number", "2017-18", "Cardiff", "W06000015", "Abuse or neglect"]]),
        view(1, 1, 2, [[65, "Number", "2017-18", "Anglesey", "512", "Abuse or neglect"]]),
    ]
    found = examine(known, *pages)
    assert found.generation == "api_json"
    assert found.dataset_id == "care0999"
    assert rows(found) == [("W06000001", "2017-18", "N1", 65.0, ""), ("W06000015", "2017-18", "N1", None, "c")]
    assert found.is_complete


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_missing_page_of_a_view_is_noticed(known, missing):
    areas = ["Cardiff", "Newport", "Powys"]
    pages = [view(n, n, 3, [[n, "N", "2017-18", a, None, "Disability"]]) for n, a in enumerate(areas, start=1)]
    assert examine(known, *pages).is_complete
    found = examine(known, *(p for n, p in enumerate(pages) if n != missing))
    assert rules_of(found) == ["SW08"]


def test_row_objects_with_and_without_paging(known):
    row = {"Data values": "65 [r]", "Year": "2017-18", "Local Authority": "Cardiff", "Need for care": "Disability"}
    assert examine(known, json.dumps([row]).encode(), dataset="care0999").is_complete
    paged = {"data": [row], "page_info": {"next_cursor": "abc", "total_records": 5}}
    found = examine(known, json.dumps(paged).encode(), dataset="care0999")
    assert rules_of(found) == ["SW08"]
    assert rows(found) == [("W06000015", "2017-18", "N2", 65.0, "r")]


FACT = "YearCode,AreaCode,Data,RowRef,Measure,NoteCodes\n201718,512,65,1,1,\n201718,552,,1,1,c\n201718,596,1.5,1,2,p\n"
ROWS = "RowRefAlt,Description_en,Description_cy,Notes_en,Notes_cy,sort_order\n1,Abuse or neglect,Cam-drin,,,1\n"
MEASURES = (
    "Description English,Reference Code,Sort,Description Welsh,Decimals\nChildren,1,1,Plant,0\nShare,2,2,Cyfran,1\n"
)


def test_the_upload_set_joins_its_lookups(known):
    found = examine(known, ROWS.encode("utf-8-sig"), FACT.encode(), MEASURES.encode(), dataset="care0999")
    assert found.generation == "upload_csv"
    assert found.verdict == "accepted"
    assert found.observations.select("area_code", "category_code", "measure_label", "value", "status").rows() == [
        ("W06000001", "N1", "Children", 65.0, ""),
        ("W06000015", "N1", "Children", None, "c"),
        ("W92000004", "N1", "Share", 1.5, "p"),
    ]


def test_a_fact_without_lookups_still_gives_its_codes(known):
    found = examine(known, FACT.encode(), dataset="care0999")
    assert found.observations["area_code"].to_list() == ["W06000001", "W06000015", "W92000004"]
    assert rules_of(found) == ["SW17"]


def test_lookups_alone_are_no_table(known):
    assert rules_of(examine(known, ROWS.encode(), dataset="care0999")) == ["SW02"]
