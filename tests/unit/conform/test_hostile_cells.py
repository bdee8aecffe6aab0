"""Cells that cannot be typed, and what becomes of their values."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_submissions import (
    CLEAN,
    COVER,
    Look,
    Tables,
    causes,
    edited,
    first_line,
    sizes,
    submission,
    write_csvs,
)

from schemas import Catalogue


@pytest.mark.parametrize(
    ("name", "column", "value", "cause"),
    [
        ("Episodes", "DECOM", "01/05/18", "two_digit_year:DECOM"),
        ("Header", "DOB", "31/02/2010", "impossible_date:DOB"),
        ("Header", "SEX", "1.0", "decimal_code:SEX"),
        ("Header", "ETHNIC", "wbri", "other_case:ETHNIC"),
        ("Header", "UPN", "12345", "pupil_number_form:UPN"),
        ("Episodes", "PL_POST", "unknown", "postcode_form:PL_POST"),
        ("Episodes", "DEC", "#N/A", "excel_error:DEC"),
        ("Episodes", "DEC", "n/a", "placeholder:DEC"),
        ("Reviews", "REVIEW_CODE", "they came, and spoke", "not_a_code:REVIEW_CODE"),
    ],
)
def test_a_cell_that_cannot_be_typed_is_null_and_a_fault_with_its_row(look: Look, tables: Tables, tmp_path: Path,
                                                                      name: str, column: str, value: str,
                                                                      cause: str) -> None:  # fmt: skip
    tables[name][2][column] = value
    held = look(write_csvs(tmp_path / "sent", tables))
    found = held.faults.filter(pl.col("cause_group") == cause)
    assert found["row_number"].to_list() == [3]
    assert value not in held.faults.write_csv() if len(value) > 4 else True
    assert sizes(held) == CLEAN


def test_a_code_in_no_list_is_a_fault_and_leaves_the_typed_table(look: Look, tables: Tables, tmp_path: Path) -> None:
    tables["Episodes"][4]["LS"] = "Q9"
    held = look(write_csvs(tmp_path / "sent", tables))
    cell = (pl.col("table") == "episode") & (pl.col("row_number") == 5) & (pl.col("item") == "legal_status_code")
    told = held.faults.filter(cell)
    assert told["cause_group"].to_list()[:1] == ["not_in_list:LS"]
    assert held.tables["episode"]["legal_status_code"][4] is None
    assert held.raw["episode"]["legal_status_code"][4] == "Q9"


def test_one_table_on_which_we_fail_does_not_take_the_others_down(look: Look, tables: Tables, tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    from pipelines.conform import annual

    real = annual.cast_table

    def broken(grid, placed, casting):
        if placed.table == "review":
            raise ValueError("T00001 is the child's name")
        return real(grid, placed, casting)

    monkeypatch.setattr(annual, "cast_table", broken)
    held = look(write_csvs(tmp_path / "sent", tables))
    assert causes(held, "FM") == {"table_not_examined": 1}
    assert sizes(held) == {"child": 24, "episode": 48}
    assert held.verdict == "rejected"


MARKER = "Zebedee99"


def test_a_planted_value_passes_into_no_fault_coverage_or_log(look: Look, tmp_path: Path,
                                                              caplog: pytest.LogCaptureFixture) -> None:  # fmt: skip
    """The marker stands in every place a name could: each column in turn, headers, sheet, element and file names."""
    tables = submission(24)
    for rows in tables.values():
        for n, row in enumerate(rows):
            column = list(row)[n % len(row)]
            row[column] = f"{MARKER} {row[column]}"
    folder = write_csvs(tmp_path / "sent", tables, COVER | {"Authority": MARKER, "Year": MARKER})
    edited(folder, "Reviews", first_line("REVIEW_CODE", f"REVIEW_COD,{MARKER}"))
    (folder / f"{MARKER}.csv").write_text(f"{MARKER},x\n1,2\n")
    (folder / f"{MARKER}.xml").write_text(f"<{MARKER}><{MARKER}>")
    held = look(folder, period=MARKER, authority=MARKER, return_id=MARKER)
    assert held.faults.height > 20
    assert MARKER.lower() not in (held.faults.write_csv() + held.coverage.write_csv()).lower()
    assert MARKER.lower() not in caplog.text.lower()
    assert MARKER.lower() not in str(held.crashes).lower()


def test_every_reader_rule_is_accounted_for_once(
    look: Look, tables: Tables, tmp_path: Path, catalogue: Catalogue
) -> None:
    from pipelines.conform.faultlog import reader_rules

    tables["Header"][0]["DOB"] = "?"
    held = look(write_csvs(tmp_path / "sent", tables))
    own = held.coverage.filter(pl.col("rule_id").is_in(list(reader_rules(catalogue))))
    assert own["rule_id"].to_list() == sorted(reader_rules(catalogue))
    assert own.filter(pl.col("n_failed") > pl.col("n_judged")).height == 0
    by_rule = {r: n for r, n in own.select("rule_id", "n_failed").iter_rows() if n}
    assert by_rule == {"TY51": 1}
    assert own.filter(pl.col("rule_id") == "FM15")["status"].to_list() == ["not_applicable"]
