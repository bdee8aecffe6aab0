"""Which faults belong to one cause, where it lies, and in which order causes stand."""

from __future__ import annotations

from datetime import date

import polars as pl
from made_submissions import Tables

from pipelines.conform.report import Cause, Report
from pipelines.conform.report.causes import MAX_VALUES
from schemas import Catalogue
from schemas.model import SEVERITIES


def two_digits(text: str) -> str:
    """01/05/2018 -> 01/05/18."""
    return f"{text[:6]}{text[8:]}"


def cause_of(report: Report, code: str) -> Cause:
    """The one cause that a rule tells."""
    (found,) = [c for c in report.causes if c.rule_ids[0] == code]
    return found


def test_a_clean_return_has_no_cause(explained, tables):
    report = explained(tables)
    assert report.causes == ()
    assert report.about.verdict == "accepted"
    assert report.n_faults == 0


def test_dates_of_a_stretch_of_rows_are_one_cause_that_names_the_stretch(explained, tables):
    for row in tables["Reviews"][5:15]:
        row["REVIEW"] = two_digits(row["REVIEW"])
    cause = cause_of(explained(tables), "166")
    assert (cause.first_row, cause.last_row) == (7, 16)  # the header is row 1
    assert cause.place.en == "Reviews, column REVIEW, every row from 7 to 16"
    assert cause.place.cy == "Reviews, colofn REVIEW, pob rhes o 7 i 16"
    assert "two digits" in cause.sentence.en
    assert (cause.n_children, cause.n_faults - cause.n_following) == (10, 10)


def test_all_rows_a_pair_and_scattered_rows_are_said_so(explained, tables):
    for row in tables["Header"]:
        row["ETHNIC"] = "QQQQ"
    for number in (3, 9):
        tables["Reviews"][number]["REVIEW_CODE"] = "PN99"
    for number in (1, 4, 20):
        tables["Episodes"][number]["CIN"] = "N99"
    places = {c.rule_ids[0]: c.place.en for c in explained(tables).causes}
    assert places["103"] == "Header, column ETHNIC, all 24 rows"
    assert places["TY14"] == "Reviews, column REVIEW_CODE, rows 5 and 11"
    assert places["145"] == "Episodes, column CIN, 3 rows between 3 and 22"


def test_codes_are_told_apart_by_what_stands_there(explained, tables):
    for number, row in enumerate(tables["Episodes"][:9]):
        row["CIN"] = "N77" if number < 6 else "N88"
    found = [(c.found, c.n_faults - c.n_following) for c in explained(tables).causes]
    assert found == [("N77", 6), ("N88", 3)]


def test_beyond_the_commonest_codes_the_rest_is_one_cause(explained, tables):
    for number, row in enumerate(tables["Episodes"][:40]):
        row["CIN"] = f"N{50 + number // 2}"
    causes = explained(tables).causes
    assert len(causes) == MAX_VALUES + 1
    rest = [c for c in causes if not c.found]
    assert [c.n_faults - c.n_following for c in rest] == [40 - 2 * MAX_VALUES]


def test_a_code_that_left_the_list_is_told_with_its_last_day(catalogue: Catalogue, explained, tables):
    ended = next(
        c
        for c in catalogue.code_lists["legal_status"].codes
        if c.valid_to and c.valid_to < date(2018, 4, 1) and c.jurisdiction in ("wales", "both")
    )
    tables["Episodes"][0]["LS"] = ended.code
    cause = cause_of(explained(tables), "144")
    assert cause.found == ended.code
    assert f"{ended.valid_to:%d/%m/%Y}" in cause.hint.en
    assert f"{ended.valid_to:%d/%m/%Y}" in cause.hint.cy
    assert ended.code not in cause.sentence.en


def test_what_is_allowed_names_the_codes_of_the_period(explained, tables):
    tables["Episodes"][0]["CIN"] = "N99"
    assert " N1, N2, " in cause_of(explained(tables), "145").allowed.en


def test_a_missing_column_takes_the_faults_of_its_cells(explained, tables):
    for row in tables["Header"]:
        del row["ETHNIC"]
    without = {"Header": [dict(r) for r in tables["Header"]]}
    report = explained_without(explained, tables, without)
    (cause,) = report.causes
    assert cause.rule_ids[0] == "LY02"
    assert cause.sentence.en == "The column ETHNIC is missing."
    assert cause.n_faults == cause.n_following + 1
    assert cause.n_children == 24


def explained_without(explained, tables: Tables, changed: Tables) -> Report:
    """Explain with the columns that the changed rows have, and no others."""
    import made_submissions

    held = dict(made_submissions.COLUMNS)
    try:
        for name, rows in changed.items():
            made_submissions.COLUMNS[name] = " ".join(rows[0])
        return explained(tables)
    finally:
        made_submissions.COLUMNS.update(held)


def test_a_column_of_another_name_is_offered(explained, tables):
    changed = {"Header": [{("ETHNICC" if k == "ETHNIC" else k): v for k, v in r.items()} for r in tables["Header"]]}
    tables |= changed
    report = explained_without(explained, tables, changed)
    cause = cause_of(report, "LY02")
    assert "ETHNICC" in cause.hint.en
    assert "ETHNICC" not in cause.sentence.en + cause.place.en + cause.fix.en


def test_what_follows_from_an_unreadable_date_goes_with_it(explained, tables):
    tables["Episodes"][2]["DECOM"] = two_digits(tables["Episodes"][2]["DECOM"])
    report = explained(tables)
    cause = cause_of(report, "141")
    assert len(report.causes) == 1
    assert cause.n_following == cause.n_faults - 1 > 0
    assert cause.n_children == 1


def test_the_same_rule_in_another_child_is_a_cause_of_its_own(explained, tables):
    tables["Episodes"][4]["DECOM"] = two_digits(tables["Episodes"][4]["DECOM"])
    followed = {code for c in explained(tables).causes for code in c.rule_ids[1:]}
    assert "142" in followed, "the rule must be one that can follow from the date"
    tables["Episodes"][8].update(DEC="", REC="")  # another child's episode left open before a later one
    report = explained(tables)
    assert {c.rule_ids[0] for c in report.causes} == {"141", "142"}
    assert cause_of(report, "142").n_faults == 1
    assert cause_of(report, "142").child == tables["Episodes"][8]["CHILD"]


def test_rules_that_fail_in_one_child_only_are_one_cause(explained, tables):
    first, second = tables["Episodes"][6], tables["Episodes"][7]
    first["DEC"], second["DECOM"] = second["DECOM"], first["DECOM"]  # both begin on one day
    first["REC"] = "E4"
    report = explained(tables)
    (cause,) = report.causes
    assert len(cause.rule_ids) > 1
    assert cause.n_children == 1
    assert cause.child == first["CHILD"]
    assert f"{len(cause.rule_ids)} checks fail for one child" in cause.sentence.en


def test_a_rule_that_fails_in_many_children_is_not_taken_for_a_child(explained, tables):
    for row in tables["Episodes"][::2]:
        row["REC"] = "E4"  # care ends, and goes on the same day
    codes = [c.rule_ids for c in explained(tables).causes]
    assert all(len(c) == 1 or c[0] == "388" for c in codes)
    assert not any("for one child" in c.sentence.en for c in explained(tables).causes)


def test_every_fault_belongs_to_one_cause_and_is_counted_once(explained, tables):
    for number, row in enumerate(tables["Episodes"]):
        row["DECOM"] = two_digits(row["DECOM"]) if number % 5 == 0 else row["DECOM"]
        row["LS"] = "" if number % 7 == 0 else row["LS"]
        row["PLACE"] = "Q9" if number % 4 == 0 else row["PLACE"]
    tables["Header"][0]["CHILD"] = ""
    report = explained(tables)
    per_cause = dict(report.faults.group_by("cause").len().iter_rows())
    assert per_cause == {c.number: c.n_faults for c in report.causes}
    assert sum(report.n_by_severity.values()) == report.n_faults == report.faults.height
    assert sum(r.n_faults for r in report.rules) == report.n_faults
    following = report.faults.group_by("cause").agg(pl.col("follows").sum())
    assert dict(following.iter_rows()) == {c.number: c.n_following for c in report.causes}


def test_rows_without_an_identifier_count_as_children_of_their_own(explained, tables):
    for row in tables["Header"][:3]:
        row.update(CHILD="", ETHNIC="QQQQ")
    assert cause_of(explained(tables), "103").n_children == 3


def test_grave_causes_stand_first_and_headline_figures_before_numbers(explained, tables):
    for row in tables["Header"]:
        row["ETHNIC"] = "QQQQ"  # 24 faults, and only a breakdown
    tables["Episodes"][1]["PLACE"] = "Q9"  # one fault in a headline figure
    for row in tables["Header"][:9]:
        row["SEX"] = row["SEX"] + ".0"  # notes
    report = explained(tables)
    assert [c.rule_ids[0] for c in report.causes] == ["146", "103", "TY10"]
    assert [c.number for c in report.causes] == [1, 2, 3]


def test_rejects_come_before_everything(explained, tables):
    tables["Header"][0]["ETHNIC"] = "QQQQ"
    tables["Episodes"] = []
    severities = [SEVERITIES.index(c.severity) for c in explained(tables).causes]
    assert severities[0] == 0
    assert severities == sorted(severities)


def test_the_order_is_the_same_every_time(explained, tables):
    for number, row in enumerate(tables["Episodes"]):
        row["CIN"], row["LS"] = f"N{60 + number % 5}", "ZZ" if number % 3 else "QQ"
    one, two = explained(tables), explained(tables)
    assert one.causes == two.causes
    assert one.faults.equals(two.faults)
