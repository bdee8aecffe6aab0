"""Tables, columns and workbooks as people send them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_submissions import (
    CLEAN,
    Look,
    Tables,
    causes,
    edited,
    first_line,
    sizes,
    submission,
    write_csvs,
    write_xlsx,
)


@pytest.mark.parametrize(
    ("old", "new", "expected", "verdict"),
    [
        ("LS", "XYZ", {"missing_column:LS": 1, "extra_columns:1": 1}, "accepted_with_errors"),
        ("DECOM", "DECOMM", {"missing_column:DECOM": 1, "near_column:DECOM": 1}, "accepted_with_errors"),
        ("PL_LOCATION", "Pl Location", {"renamed_column:PL_LOCATION": 1}, None),
        ("CIN", "Angen am ofal", {"renamed_column:CIN": 1}, None),
        ("CHILD", "ID", {"missing_column:CHILD": 1, "extra_columns:1": 1}, "rejected"),
        ("LS", "DECOM", {"missing_column:LS": 1, "duplicate_column:DECOM": 1}, "accepted_with_errors"),
        ("HOME_POST", "XYZ", {"missing_column:HOME_POST": 1, "extra_columns:1": 1}, None),
        ("PL_LOCATION", "PL_LOCATION,NOTES", {"extra_columns:1": 1}, None),
    ],
)
def test_columns(look: Look, tables: Tables, tmp_path: Path, old: str, new: str, expected: dict[str, int],
                 verdict: str | None) -> None:  # fmt: skip
    folder = write_csvs(tmp_path / "sent", tables)
    edited(folder, "Episodes", first_line(old, new))
    held = look(folder)
    assert causes(held, "LY") == expected
    assert sizes(held) == CLEAN
    if verdict:
        assert held.verdict == verdict


def test_the_report_to_the_authority_may_name_what_the_faults_may_not(
    look: Look, tables: Tables, tmp_path: Path
) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    edited(folder, "Episodes", first_line("DECOM", "DECOMM"))
    note = next(n for n in look(folder).notes if n.table == "episode")
    assert dict(note.near) == {"DECOM": "DECOMM"}
    assert note.unknown == ("DECOMM",)


def test_a_header_below_titles_is_found(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    edited(folder, "Header", lambda text: "Census 2018-19,,\r\n\r\nprepared by,,\r\n" + text)
    held = look(folder)
    assert causes(held) == {"late_header": 1}
    assert held.raw["child"]["source_line"].to_list()[:2] == [5, 6]
    assert held.raw["child"]["row_number"].to_list()[:2] == [1, 2]


def test_a_header_repeated_among_the_rows_is_left_out(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    edited(folder, "Header", lambda text: text + text.split("\r\n")[0] + "\r\n")
    held = look(folder)
    assert causes(held) == {"repeated_header:1": 1}
    assert sizes(held) == CLEAN


def test_rows_longer_than_the_header_are_told(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    edited(folder, "Reviews", lambda text: text.replace("PN1\r\n", "PN1,,spill\r\n", 1))
    held = look(folder)
    assert causes(held) == {"cells_beyond_header": 1}
    assert held.faults.filter(pl.col("rule_id") == "LY15")["row_number"].to_list() == [1]


def test_a_table_sent_twice(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    (folder / "Reviews (1).csv").write_bytes((folder / "Reviews.csv").read_bytes())
    held = look(folder)
    assert causes(held) == {"table_sent_twice": 1}
    assert sizes(held) == CLEAN


def test_a_table_under_the_name_of_another(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    (folder / "Reviews.csv").rename(folder / "OC3.csv")
    held = look(folder)
    assert causes(held) == {"name_and_columns_disagree": 1}
    assert sizes(held) == CLEAN


def test_files_under_names_of_their_own_are_told_by_their_columns(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    for n, path in enumerate(sorted(folder.glob("[!R]*.csv"))):
        path.rename(folder / f"export {n}.csv")
    held = look(folder)
    assert causes(held) == {}
    assert sizes(held) == CLEAN


@pytest.mark.parametrize("name", ["Header", "Episodes"])
def test_a_required_table_that_is_absent_or_empty_is_refused(
    look: Look, tables: Tables, tmp_path: Path, name: str
) -> None:
    folder = write_csvs(tmp_path / "sent", tables | {name: []})
    held = look(folder)
    assert causes(held) == {f"table_empty:{name}": 1}
    (folder / f"{name}.csv").unlink()
    held = look(folder)
    assert causes(held) == {f"table_missing:{name}": 1}
    assert held.verdict == "rejected"


def test_something_else_beside_the_return_is_a_note(look: Look, tables: Tables, tmp_path: Path) -> None:
    folder = write_csvs(tmp_path / "sent", tables)
    (folder / "readme.txt").write_text("Dear team,\nplease find the census here.\n")
    held = look(folder)
    assert causes(held) == {"not_a_table_of_the_return": 1}
    assert held.faults["severity"].to_list().count("error") == 0


def test_merged_hidden_and_calculated_cells_of_a_workbook(look: Look, tables: Tables, tmp_path: Path) -> None:
    import openpyxl

    path = write_xlsx(tmp_path / "a.xlsx", tables)
    book = openpyxl.load_workbook(path)
    book["Header"].merge_cells("B2:B3")
    book["Episodes"]["D2"] = "=1+1"
    book["Reviews"].sheet_state = "hidden"
    book.save(path)
    held = look(path)
    assert causes(held) == {"merged_cells:SEX": 1, "formula_without_value:LS": 1, "hidden_sheet": 1}
    assert sizes(held) == {"child": 24, "episode": 48}


def test_numbers_in_place_of_text(look: Look, tmp_path: Path) -> None:
    """What Excel makes of a pasted file: numbers for codes and identifiers, serials for dates, zeros gone."""
    import openpyxl

    tables = submission(24)
    for rows in tables.values():
        for row in rows:
            row["CHILD"] = "00" + row["CHILD"][1:]
    path = write_xlsx(tmp_path / "a.xlsx", tables)
    book = openpyxl.load_workbook(path)
    for row in book["Episodes"].iter_rows(min_row=2):
        row[0].value = int(row[0].value)
        row[1].value = 43191 + row[0].row
        row[12].value = 1.0
    book.save(path)
    held = look(path)
    assert causes(held) == {"excel_serial:DECOM": 48, "lost_zero_identifier": 48}
    children = set(held.tables["child"]["child_id"])
    assert set(held.tables["episode"]["child_id"]) == children
    assert held.tables["episode"]["placement_location_code"].unique().to_list() == ["1"]
