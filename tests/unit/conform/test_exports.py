"""Exports of case-management systems become children and episodes."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from made_submissions import Look, causes

from pipelines.conform import SourceFile
from schemas import Catalogue

Row = dict[str, str]


def sheet(rows: list[Row]) -> SourceFile:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return SourceFile("export.csv", out.getvalue().encode())


def change(person: str, day: str, **values: str) -> Row:
    plain = {
        "RESPONSIBLE AUTHORITY": "Ynys Môn", "PERSON REF": person, "UPN": "", "GENDER": "Male",
        "DATE OF BIRTH": "05-Jun-2012", "ETHNIC ORIGIN": "White British", "CHANGE DATE": day,
        "REASON FOR CHANGE": "Started to be looked after", "LEGAL STATUS": "FCO - Full Care Order",
        "CATEGORY OF NEED": "Abuse or neglect",
        "PLACEMENT TYPE": "Placed with own parents or person with parental responsibility",
        "PLACEMENT AREA": "Inside the local authority", "PLACEMENT AUTHORITY": "Isle of Anglesey",
        "PLACEMENT POSTCODE": "LL77 7AA", "END DATE": "", "END REASON": "",
    }  # fmt: skip
    return plain | {k.replace("_", " "): v for k, v in values.items()}


def ending(person: str, day: str, reason: str) -> Row:
    return change(person, day, LEGAL_STATUS="", PLACEMENT_TYPE="", REASON_FOR_CHANGE="", END_REASON=reason)


def test_changes_of_status_become_episodes(look: Look) -> None:
    held = look(
        sheet(
            [
                change("7", "20-May-2024", REASON_FOR_CHANGE="Change of placement and carer",
                       PLACEMENT_TYPE="Carer inside the authority, relative or friend"),
                change("7", "10-Apr-2024"),
                change("8", "01-Mar-2024", END_DATE="02-Jun-2024", END_REASON="Died"),
                ending("7", "30-Jun-2024", "Adopted, application unopposed"),
                change("9", "03-May-2024"),
            ]
        )
    )  # fmt: skip
    assert causes(held) == {}
    identity = held.identity
    assert (identity.return_id, identity.authority_code, identity.period_id, identity.system) == (
        "quarterly_export", "W06000001", "2024-25Q1", "carefirst_status_changes",
    )  # fmt: skip
    columns = ("row_number", "episode_start_date", "placement_code", "episode_end_date", "end_reason_code")
    assert held.tables["episode"].select(columns).rows() == [
        (1, date(2024, 5, 20), "F1", date(2024, 6, 30), "E11"),
        (2, date(2024, 4, 10), "P1", date(2024, 5, 20), "X1"),
        (3, date(2024, 3, 1), "P1", date(2024, 6, 2), "E2"),
        (5, date(2024, 5, 3), "P1", None, None),
    ]
    assert held.raw["episode"]["row_number"].to_list() == [1, 2, 3, 5]
    assert held.tables["child"].select("sex_code", "birth_date", "ethnicity_code").unique().rows() == [
        ("M", date(2012, 6, 5), "WBRI")
    ]
    assert held.tables["child"].height == 3
    assert set(held.tables["episode"]["child_id"]) == set(held.tables["child"]["child_id"])


def snapshot(person: str, taken: str, start: str, **values: str) -> Row:
    return {
        "SnapshotDate": taken, "LocalAuthorityName": "Gwynedd", "PersonId": person, "UniquePupilNumber": "",
        "Gender": "Benyw", "DateOfBirth": "2012-06-05T00:00:00", "Ethnicity": "Gwyn Prydeinig",
        "EpisodeStartDate": start, "EpisodeStartReason": "Dechrau derbyn gofal",
        "LegalStatus": "Gorchymyn gofal llawn", "PrimaryNeed": "Disability", "PlacementType": "Cartref plant diogel",
        "PlacementLocation": "Outside Wales", "PlacementAuthority": "Lloegr", "PlacementPostcode": "CH1 1AA",
    } | values  # fmt: skip


def test_snapshots_become_open_episodes(look: Look) -> None:
    held = look(
        sheet(
            [
                snapshot("1", "2024-08-31", "2022-03-01T00:00:00"),
                snapshot("2", "2024-08-31", "2024-02-01"),
                snapshot("1", "2024-09-30", "2024-09-10"),
                snapshot("2", "2024-09-30", "2024-02-01", PlacementType="Ysgol breswyl"),
            ]
        )
    )
    assert causes(held) == {}
    assert (held.identity.authority_code, held.identity.period_id, held.identity.system) == (
        "W06000002", "2024-25Q2", "wccis_snapshot",
    )  # fmt: skip
    columns = ("row_number", "episode_start_date", "placement_code", "placement_authority_code", "episode_end_date")
    assert held.tables["episode"].select(columns).rows() == [
        (1, date(2022, 3, 1), "K1", "ENG", date(2024, 9, 10)),
        (3, date(2024, 9, 10), "K1", "ENG", None),
        (4, date(2024, 2, 1), "S1", "ENG", None),
    ]


def test_labels_without_a_code_are_told_and_null(look: Look) -> None:
    held = look(sheet([change("7", "20-May-2024", LEGAL_STATUS="Ward of Court"), change("8", "21-May-2024")]))
    assert causes(held) == {"unmapped_label:LEGAL STATUS": 1}
    assert held.tables["episode"]["legal_status_code"].to_list() == [None, "C2"]
    assert held.raw["episode"]["legal_status_code"].to_list() == ["Ward of Court", "FCO - Full Care Order"]


def test_a_child_with_two_birthdays_is_told_and_counted_once(look: Look) -> None:
    rows = [change("7", "20-May-2024"), change("7", "21-May-2024", DATE_OF_BIRTH="06-Jun-2012")]
    held = look(sheet(rows))
    assert causes(held) == {"details_differ": 1}
    assert held.tables["child"]["birth_date"].to_list() == [date(2012, 6, 6)]


def test_two_authorities_in_one_export_are_refused(look: Look) -> None:
    held = look(sheet([change("7", "20-May-2024"), change("8", "20-May-2024", RESPONSIBLE_AUTHORITY="Gwynedd")]))
    assert causes(held, "ID") == {"authorities:2": 1}
    assert held.verdict == "rejected"


@pytest.mark.parametrize(
    ("claim", "cause"),
    [({"authority": "514"}, "authority:W06000002:W06000001"),
     ({"return_id": "lac_census"}, "return:lac_census:quarterly_export"),
     ({"period": "2024-25"}, "not_collected:quarterly_export:2024-25")],
)  # fmt: skip
def test_contradictions_of_an_export(look: Look, claim: dict[str, str], cause: str) -> None:
    held = look(sheet([change("7", "20-May-2024")]), **claim)
    assert causes(held, "ID") == {cause: 1}
    assert held.verdict == "rejected"


def test_a_snapshot_of_another_quarter_than_claimed_is_refused(look: Look) -> None:
    held = look(sheet([snapshot("1", "2024-09-30", "2024-02-01")]), period="2024-25Q1")
    assert causes(held, "ID") == {"period:2024-25Q1:2024-25Q2": 1}


def test_a_missing_column_of_an_export_is_told_for_its_item(look: Look) -> None:
    row = change("7", "20-May-2024")
    del row["CATEGORY OF NEED"]
    held = look(sheet([row]))
    assert held.faults.select("rule_id", "table", "item", "cause_group").rows() == [
        ("LY02", "episode", "need_code", "missing_column:CATEGORY OF NEED")
    ]
    assert held.tables["episode"]["need_code"].to_list() == [None]


@pytest.mark.parametrize("name", ["carefirst_status_changes", "wccis_snapshot"])
def test_an_export_in_a_workbook_is_the_same_as_in_text(look: Look, tmp_path: Path, name: str) -> None:
    import xlsxwriter

    rows = (
        [change(str(n), f"{n + 1:02d}-May-2024") for n in range(9)]
        if name.startswith("care")
        else [snapshot(str(n), "2024-09-30", f"2024-08-{n + 1:02d}") for n in range(9)]
    )
    book = xlsxwriter.Workbook(tmp_path / "e.xlsx")
    page = book.add_worksheet("Report")
    for y, cells in enumerate([list(rows[0]), *(list(r.values()) for r in rows)]):
        page.write_row(y, 0, cells)
    book.close()
    one, other = look(sheet(rows)), look(tmp_path / "e.xlsx")
    assert one.identity.system == other.identity.system == name
    for table, frame in one.tables.items():
        assert frame.equals(other.tables[table])
    assert one.faults.equals(other.faults)


def test_every_label_of_a_profile_leads_to_a_code_of_the_welsh_list(catalogue: Catalogue) -> None:
    for profile in catalogue.export_profiles.values():
        for column in profile.columns:
            if not column.values:
                continue
            listed = catalogue.code_lists[catalogue.items[column.item].code_list or ""]
            held = {c.code for c in listed.codes if c.jurisdiction in ("both", "wales")}
            assert set(column.values.values()) <= held
            assert profile.certainty == "unverified"


def test_a_profile_is_not_recognised_by_half_of_its_columns(look: Look) -> None:
    text = "PERSON REF,GENDER,DATE OF BIRTH,SCHOOL,YEAR GROUP,ATTENDANCE,EXCLUSIONS\n1,Male,05-Jun-2012,x,7,90,0\n"
    held = look(SourceFile("e.csv", text.encode()), authority="512", period="2024-25Q1")
    assert causes(held) == {"return_unrecognised": 1}
    assert isinstance(held.faults, pl.DataFrame)


def further(name: str, *rows: Row) -> SourceFile:
    return SourceFile(f"{name}.csv", sheet(list(rows)).content)


def test_further_tables_lie_beside_the_report_in_the_words_of_the_system(look: Look) -> None:
    held = look(
        sheet([change("7", "10-Apr-2024")]),
        further("Visits", {"PERSON REF": "7", "VISIT DUE DATE": "22-May-2024", "VISIT HELD DATE": ""}),
        further("Carers", {"CARER KIND": "Relatives or friends", "N CARERS": "12", "N PLACES": "17"}),
        further("Allocations", {"PERSON REF": "7", "WORKER KIND": "Qualified social worker",
                                "ALLOCATION START DATE": "11-Apr-2024"}),
    )  # fmt: skip
    assert causes(held) == {}
    assert set(held.tables) == {"child", "episode", "visit", "carer_capacity", "allocation"}
    assert held.tables["visit"].select("visit_due_date", "visit_held_date").rows() == [(date(2024, 5, 22), None)]
    assert held.tables["carer_capacity"].select("carer_kind_code", "n_carers", "n_places").rows() == [("KIN", 12, 17)]
    assert held.tables["allocation"]["worker_kind_code"].to_list() == ["S"]
    assert held.tables["allocation"]["child_id"].to_list() == held.tables["child"]["child_id"].to_list()


def test_a_further_table_without_a_telling_name_is_known_by_its_columns(look: Look) -> None:
    row = {"PERSON REF": "7", "VISIT DUE DATE": "22-May-2024", "VISIT HELD DATE": "20-May-2024"}
    held = look(sheet([change("7", "10-Apr-2024")]), further("Sheet3", row))
    assert held.tables["visit"]["visit_held_date"].to_list() == [date(2024, 5, 20)]


def test_a_sheet_that_is_no_table_of_the_export_is_told(look: Look) -> None:
    held = look(sheet([change("7", "10-Apr-2024")]), further("Notes", {"WRITTEN BY": "x", "ABOUT": "y"}))
    assert causes(held, "LY11") == {"not_a_table_of_the_return": 1}
