"""What causes may move, by how many children at most, and what the advice makes of it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from pipelines.conform.report import Cause, Report, report_of, words
from pipelines.conform.report.book import Book
from pipelines.conform.report.impact import BITS, Figures, name_of
from pipelines.core.messages import say
from schemas import Catalogue, impact


def moved(cause: Cause) -> dict[str, int]:
    """Measure -> children at most, of figures that may move as a whole."""
    return {e.measure_id: e.n_children for e in cause.effects if not e.is_split_only}


def test_a_child_counts_once_however_many_rows_it_has(explained, tables):
    for row in tables["Episodes"][:6]:  # both rows of three children
        row["LS"] = "ZZ"
    (cause,) = explained(tables).causes
    assert cause.n_faults - cause.n_following == 6
    assert moved(cause)["CLA_STOCK"] == 3
    assert max(moved(cause).values()) == 3


def test_only_the_last_row_tells_what_the_placement_is(explained, tables):
    for row in tables["Episodes"][:8:2]:
        row["PLACE"] = "Q9"
    earlier = moved(explained(tables).causes[0])
    assert earlier["CLA_THREE_PLACEMENTS"] == 4
    assert "CLA_FOSTER" not in earlier
    for row in tables["Episodes"][1:4:2]:
        row["PLACE"] = "Q9"
    both = moved(explained(tables).causes[0])
    assert (both["CLA_FOSTER"], both["CLA_THREE_PLACEMENTS"]) == (2, 4)


def test_where_a_start_is_unknown_every_row_may_be_the_last(explained, tables):
    tables["Episodes"][0].update(DECOM="31/02/2018", PLACE="Q9")
    tables["Episodes"][3].update(PLACE="Q9")
    cause = next(c for c in explained(tables).causes if c.rule_ids[0] == "146")
    assert moved(cause)["CLA_FOSTER"] == 2


def test_what_moves_nothing_is_said_to_move_nothing(explained, tables):
    tables["Header"][0]["UPN"] = "!"
    report = explained(tables)
    (cause,) = report.causes
    assert (cause.effects, cause.is_moving, report.n_moving) == ((), False, 0)
    assert words.moves(cause, "en") == "moves no published figure"
    assert words.first(report, "en") == "None of what was found (2 faults) moves a published figure."


def with_column(tables, name: str, without: str = ""):
    """The episodes with a column that no layout names, and without one that it does."""
    for row in tables["Episodes"]:
        row[name] = "5"
        row.pop(without, None)
    return tables


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_a_column_that_nobody_asks_for_moves_nothing_and_is_named(explained, tables, lang):
    (cause,) = explained(with_column(tables, "OUR NOTES")).causes
    assert (cause.rule_ids, cause.effects, cause.n_children) == (("LY05",), (), None)
    assert words.moves(cause, lang) == say("report.moves.strange", lang)
    assert "OUR NOTES" in cause.hint[lang]


def test_where_a_column_is_missing_a_strange_one_may_move_what_that_one_moves(explained, tables):
    causes = {c.rule_ids[0]: c for c in explained(with_column(tables, "AUTHORITY OF HOME", "PL_LA")).causes}
    assert causes["LY05"].effects == causes["LY02"].effects != ()
    assert words.moves(causes["LY05"], "en").startswith("only if it is the column that is missing")
    assert "CLA_STOCK" not in moved(causes["LY05"])


def test_a_column_of_a_near_name_is_named_beside_the_missing_one(explained, tables):
    causes = {c.rule_ids[0]: c for c in explained(with_column(tables, "PLACE_LA", "PL_LA")).causes}
    assert moved(causes["LY06"]) == moved(causes["LY02"])
    assert all("PLACE_LA" in causes[code].hint.en for code in ("LY06", "LY02"))


def test_a_code_of_another_column_says_where_it_belongs(explained, tables):
    tables["Episodes"][3].update(PLACE="PR1")
    tables["Episodes"][5].update(PLACE="Q9")
    hints = {c.found: c.hint.en for c in explained(tables).causes}
    assert "PLACE_PROVIDER" in hints["PR1"]
    assert hints["Q9"] == ""


def test_a_note_asks_for_nothing(explained, tables):
    tables["Header"][0]["SEX"] = "1.0"
    report = explained(tables)
    assert [c.severity for c in report.causes] == ["note"]
    assert report.effects == ()
    assert words.first(report, "en") == "There is nothing to put right."


def test_the_advice_tells_what_moves_from_what_does_not(explained, tables):
    tables["Episodes"][1]["LS"] = "ZZ"
    for row in tables["Header"]:
        row["UPN"] = "!"  # neither a number nor a reason: two rules say so
    report = explained(tables)
    n_moving = next(c.n_faults for c in report.causes if c.is_moving)
    assert report.n_moving == n_moving
    english, welsh = words.first(report, "en"), words.first(report, "cy")
    assert "Children looked after at the period end (up to 1 child)" in english
    assert english.endswith("What else was found (48 faults) moves no published figure.")
    assert "48" in welsh
    assert welsh != english


def test_all_causes_together_count_a_child_once(explained, tables):
    tables["Episodes"][1].update(LS="ZZ", PLACE="Q9")
    tables["Episodes"][3].update(PLACE="Q9")
    report = explained(tables)
    together = {e.measure_id: e.n_children for e in report.effects if not e.is_split_only}
    assert together["CLA_FOSTER"] == 2
    assert together["CLA_STOCK"] == 1


def test_no_figure_may_move_by_more_children_than_there_are(explained, tables):
    for row in tables["Episodes"]:
        row.update(LS="ZZ", PLACE="Q9", DECOM="x", DEC="x")
    for row in tables["Header"]:
        row.update(DOB="x", SEX="9", ETHNIC="QQQQ")
    report = explained(tables)
    assert {e.n_children for c in report.causes for e in c.effects} | {e.n_children for e in report.effects} == {24}


def test_headlines_come_first_and_breakdowns_last(explained, tables):
    tables["Episodes"][1]["LS"] = "ZZ"
    (cause,) = explained(tables).causes
    kinds = [(e.is_split_only, not e.is_headline) for e in cause.effects]
    assert kinds == sorted(kinds)
    assert cause.effects[0].measure_id == "CLA_STOCK"


def test_a_figure_carries_the_id_it_had_in_the_period(catalogue: Catalogue):
    stock = catalogue.measures["CLA_STOCK"]
    assert name_of(catalogue, stock, "2023-24").en.startswith("CH/039 ")
    assert name_of(catalogue, stock, "2023-24").cy.startswith("CH/039 ")
    assert name_of(catalogue, stock, "2018-19") == stock.title


def test_a_reject_counts_nothing_and_says_so(explained, tables):
    tables["Episodes"] = []
    report = explained(tables)
    assert report.about.verdict == "rejected"
    assert words.moves(report.causes[0], "en") == "nothing can be counted until this is put right"
    assert report.causes[0].is_moving


def test_a_file_that_cannot_be_read_has_a_reach_that_nobody_knows(catalogue: Catalogue, examined, tables, tmp_path):
    from made_submissions import PlainTokeniser, write_csvs

    from pipelines.conform import Claim, examine

    folder = write_csvs(tmp_path / "whole", tables)
    (folder / "Notes.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    report = report_of(catalogue, examine(catalogue, PlainTokeniser(), [folder], Claim()))
    unread = [c for c in report.causes if c.rule_ids[0].startswith("FM")]
    assert unread
    assert all(not c.is_reach_known and c.is_moving for c in unread)
    assert words.moves(unread[0], "en").startswith("not known")


def test_masks_hold_every_figure(catalogue: Catalogue, examined, tables):
    figures = Figures(Book(catalogue, examined(tables).identity), impact.load())
    assert len(figures.keys) > BITS, "more than one mask is needed, or the second is never tried"
    for place in impact.load().by_item:
        whole = impact.load().moved(catalogue, place, is_latest=True)
        masks = figures.masks(whole)
        told = {figures.keys[n][0] for n in range(len(figures.keys)) if masks[n // BITS] >> (n % BITS) & 1}
        yearly = {m for m, _ in figures.keys}
        assert told == (whole.totals | {m for m, _ in whole.splits}) & yearly


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_words_are_whole_in_both_languages(explained, tables, lang):
    for row in tables["Episodes"][:7]:
        row.update(LS="ZZ", DECOM="x")
    report: Report = explained(tables)
    for cause in report.causes:
        texts = (cause.sentence, cause.place, cause.fix, cause.allowed)
        said = [t[lang] for t in texts] + [words.moves(cause, lang), words.extent(cause, lang)]
        assert all(said)
        assert not any("{" in text or "report." in text for text in said)
    assert {words.status(s, lang) for s in ("ran", "not_applicable", "crashed")} & {"report.status.ran"} == set()
    assert words.status("skipped: something new", lang) == words.status("skipped", lang)


def test_every_status_of_the_engine_has_its_words():
    from pipelines.conform.rules import records

    known = [v for k, v in vars(records).items() if k.startswith("NO") or k in ("RAN", "CRASHED")]
    for status in known:
        for lang in ("en", "cy"):
            assert "report.status" not in words.status(status, lang)
    assert len({words.status(s, "en") for s in known}) == len(known)


def test_the_order_of_rows_in_a_file_changes_no_number(explained, tables):
    for row in tables["Episodes"][::5]:
        row.update(LS="ZZ")
    one = explained(tables)
    tables["Episodes"].reverse()
    two = explained(tables)
    plain = [[replace(c, place=c.sentence, first_row=0, last_row=0, child="") for c in r.causes] for r in (one, two)]
    assert plain[0] == plain[1]
    assert one.effects == two.effects
    assert one.faults.select(pl.len()).item() == two.faults.select(pl.len()).item()
