"""What lies in the folder after a check: the same faults in every format, readable by people and by machines."""

from __future__ import annotations

import csv
import json
import re
import stat
from itertools import pairwise
from pathlib import Path

import lxml.html
import polars as pl
import pytest
from made_marker import MARK
from made_submissions import PlainTokeniser, Tables, apart, submission, write_csvs
from openpyxl import load_workbook

from pipelines.conform import Claim, examine
from pipelines.conform.report import FORMATS, Report, as_record, report_of, words, write
from pipelines.conform.report import tables as shown_tables
from pipelines.core.messages import say
from pipelines.core.settings import PROJECT
from schemas import Catalogue

SHEETS = ("summary", "first", "figures", "rules", "children", "coverage", "reading")


def spoil(tables: Tables) -> Tables:
    """Faults of every severity but reject, an identifier with zeros, and texts that look like formulas."""
    for number, row in enumerate(tables["Episodes"]):
        row["DECOM"] = f"{row['DECOM'][:6]}{row['DECOM'][8:]}" if number % 9 == 0 else row["DECOM"]
        row["CIN"] = "=1+1" if number % 6 == 1 else row["CIN"]
    tables["Header"][0].update(SEX="1.0", ETHNIC="+44")
    for rows in tables.values():
        for row in rows:
            row["CHILD"] = "00" + row["CHILD"].removeprefix("T00")
    return tables


@pytest.fixture(scope="module")
def report(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Report:
    sent = write_csvs(tmp_path_factory.mktemp("sent"), spoil(apart(submission(24))))
    return report_of(catalogue, examine(catalogue, PlainTokeniser(), [sent], Claim()))


@pytest.fixture(scope="module", params=["en", "cy"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(report: Report, lang: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "report"
    made = write(report, out, FORMATS, lang)
    assert {path.name for path in made} == {path.name for path in out.iterdir()}
    return out


def csv_rows(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def sheet_rows(folder: Path, name: str, lang: str) -> list[tuple[object, ...]]:
    """Header and rows of a sheet, blank cells as empty texts."""
    book = load_workbook(folder / "report.xlsx")
    rows = book[say(f"report.sheet.{name}", lang)].iter_rows(values_only=True)
    return [tuple("" if cell is None else cell for cell in row) for row in rows]


def page(folder: Path) -> lxml.html.HtmlElement:
    return lxml.html.fromstring((folder / "report.html").read_text("utf-8"))


def page_rows(root: lxml.html.HtmlElement, caption: str) -> list[list[str]]:
    """Cells of the body of the table with a caption."""
    (table,) = [t for t in root.iter("table") if t.findtext("caption") == caption]
    return [[cell.text_content() for cell in row] for row in table.find("tbody")]


def test_the_workbook_opens_with_headers_in_view_and_filters(folder, lang):
    book = load_workbook(folder / "report.xlsx")
    assert book.sheetnames == [say(f"report.sheet.{name}", lang) for name in SHEETS]
    for name in ("first", "figures", "rules", "children", "coverage"):
        sheet = book[say(f"report.sheet.{name}", lang)]
        assert sheet.freeze_panes, name
        assert sheet.auto_filter.ref == sheet.dimensions, name
        widths = [sheet.column_dimensions[letter].width for letter in "ABCDEF"[: sheet.max_column]]
        assert min(widths) >= 6, name
        assert sheet.print_title_rows, name
    assert book.active.title == say("report.sheet.summary", lang)


def test_the_summary_says_the_outcome_and_what_to_do_first(report, folder, lang):
    said = {cell for row in sheet_rows(folder, "summary", lang) for cell in row}
    assert say("report.verdict.accepted_with_errors", lang) in said
    assert words.first(report, lang) in said
    assert words.coverage(report, lang) in said
    rows = sheet_rows(folder, "summary", lang)
    assert sum(row[0] in {e.name[lang] for e in report.effects} for row in rows) == shown_tables.SUMMARY_FIGURES
    assert len(rows) < 40  # a page
    assert len(sheet_rows(folder, "figures", lang)) == 1 + len(report.effects)


def test_identifiers_stay_text_and_nothing_runs_as_a_formula(folder, lang):
    book = load_workbook(folder / "report.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert "00000" in {cell.value for cell in cells}
    assert {"'=1+1", "'+44"} <= {cell.value for cell in cells}
    rows = csv_rows(folder / "faults.csv")
    assert {"'=1+1", "'+44"} <= {row["found"] for row in rows}
    assert not [v for row in rows for v in row.values() if v.startswith(("=", "+", "-", "@"))]


def test_all_formats_hold_the_same_faults(report, folder, lang):
    listed = csv_rows(folder / "faults.csv")
    held = json.loads((folder / "examination.json").read_text("utf-8"))
    assert len(listed) == len(held["faults"]) == report.n_faults
    for row, fault in zip(listed, held["faults"], strict=True):
        for key in ("cause", "rule_id", "severity", "table", "row_number", "line", "column", "child"):
            assert row[key] == ("" if fault[key] is None else str(fault[key])), key
        assert row["found"].removeprefix("'") == (fault["found"] or "").removeprefix("'")
    header, *sheet = sheet_rows(folder, "children", lang)
    shown = page_rows(page(folder), say("report.caption.children", lang))
    assert [[str(c) for c in row] for row in sheet] == [
        [f"'{c}" if c[:1] in ("=", "+") else c for c in row] for row in shown
    ]
    child, cause, rule, line = (header.index(say(f"report.head.{k}", lang)) for k in ("child", "cause", "rule", "row"))
    assert sorted((str(r[child]), str(r[cause]), str(r[rule]), str(r[line])) for r in sheet) == sorted(
        (row["child"], row["cause"], row["rule_id"], row["line"]) for row in listed
    )


def test_all_formats_hold_the_same_causes_in_the_same_order(report, folder, lang):
    sentences = [c.sentence[lang] for c in report.causes]
    assert [row["message"] for row in csv_rows(folder / "causes.csv")] == sentences
    held = json.loads((folder / "examination.json").read_text("utf-8"))
    assert [c["message"] for c in held["causes"]] == sentences
    header, *rows = sheet_rows(folder, "first", lang)
    assert [row[header.index(say("report.head.what", lang))] for row in rows] == sentences
    headings = [h.text_content() for h in page(folder).iter("h3")]
    assert len(headings) == len(sentences)
    assert all(said in heading for said, heading in zip(sentences, headings, strict=True))
    moves = [row[header.index(say("report.head.moves", lang))] for row in rows]
    assert moves == [words.moves(c, lang) for c in report.causes]
    assert [row["moves"] for row in csv_rows(folder / "causes.csv")] == moves


def test_every_rule_is_accounted_for_in_every_format(report, folder, lang):
    codes = [line.code for line in report.coverage]
    assert len(codes) > 200
    assert [row["rule_id"] for row in csv_rows(folder / "coverage.csv")] == codes
    held = json.loads((folder / "examination.json").read_text("utf-8"))
    assert [row["rule_id"] for row in held["coverage"]] == codes
    assert [row[0] for row in sheet_rows(folder, "coverage", lang)[1:]] == codes
    assert [row[0] for row in page_rows(page(folder), say("report.caption.coverage", lang))] == codes


def test_the_page_stands_alone(folder):
    text = (folder / "report.html").read_text("utf-8")
    root = lxml.html.fromstring(text)
    assert not list(root.iter("script", "img", "link", "iframe", "object", "form"))
    targets = [value for element in root.iter() for key, value in element.attrib.items() if key in ("href", "src")]
    assert targets
    assert all(target.startswith("#") for target in targets)
    assert not re.search(r"https?:|url\(|@import|javascript:", text)
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]


def test_the_page_can_be_read_by_everybody(folder, lang):
    root = page(folder)
    assert root.get("lang") == lang
    assert root.findtext(".//title")
    levels = [int(h.tag[1]) for h in root.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    assert {a.get("href").removeprefix("#") for a in root.iter("a")} <= ids
    assert next(root.iter("a")).get("class") == "skip"
    for table in root.iter("table"):
        assert table.findtext("caption")
        assert all(th.get("scope") in ("col", "row") for th in table.iter("th"))
        assert all(row[0].tag == "th" for row in table.find("tbody"))
    assert root.find(".//main") is not None


def test_colours_of_the_page_have_contrast(folder):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1 for text on its ground."""
    style = page(folder).findtext(".//style")
    grounds = ["#ffffff", "#eef4f8", "#f1f3f4", *re.findall(r"background: (#[0-9a-f]{6})", style)]
    for text in ("#1a1a1a", "#3d4a52", "#00449e"):
        worst = min(contrast(text, ground) for ground in grounds[:1])
        assert worst >= 4.5
    assert min(contrast("#1a1a1a", ground) for ground in grounds) >= 4.5


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_nothing_of_one_language_stands_in_the_other(report, tmp_path):
    texts = {}
    for lang in ("en", "cy"):
        write(report, tmp_path / lang, ("html",), lang)
        texts[lang] = page(tmp_path / lang).text_content()
    for key in ("report.own_data", "report.sheet.first", "report.head.fix", "report.reading.moves"):
        assert say(key, "en") in texts["en"]
        assert say(key, "cy") in texts["cy"]
        assert say(key, "en") not in texts["cy"]
        assert say(key, "cy") not in texts["en"]
    assert "report." not in texts["en"].replace("report.html", "")


def test_beyond_the_limit_the_sheet_holds_the_first_of_each_cause_and_says_where_the_rest_is(
    report, tmp_path, monkeypatch, lang
):
    limit = len(report.causes) + 1
    assert report.n_faults > limit
    monkeypatch.setattr(shown_tables, "MAX_SHEET_FAULTS", limit)
    listed = shown_tables.details(report, lang)
    write(report, tmp_path, ("xlsx",), lang)
    note, header, *rows = sheet_rows(tmp_path, "children", lang)
    assert "faults.csv" in note[0]
    assert f"{report.n_faults:,}" in note[0]
    assert sorted(r[header.index(say("report.head.cause", lang))] for r in rows) == [c.number for c in report.causes]
    sheet = load_workbook(tmp_path / "report.xlsx")[say("report.sheet.children", lang)]
    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref.startswith("A2:")
    told = listed.group_by("cause", maintain_order=True).first()
    assert not told["follows"].any(), "the first of a cause is one that tells it"


def test_files_are_for_their_owner_only(folder):
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_only_what_was_asked_for_is_written(report, tmp_path):
    write(report, tmp_path / "one", ("csv",), "en")
    assert {p.name for p in (tmp_path / "one").iterdir()} == {"causes.csv", "faults.csv", "coverage.csv"}


def test_writing_again_gives_the_same_text(report, tmp_path):
    for name in ("a", "b"):
        write(report, tmp_path / name, ("html", "json", "csv"), "en")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_clean_return_gives_a_readable_report(explained, tables, tmp_path, lang):
    write(explained(tables), tmp_path, FORMATS, lang)
    assert len(sheet_rows(tmp_path, "first", lang)) == 1
    assert len(sheet_rows(tmp_path, "children", lang)) == 1
    assert csv_rows(tmp_path / "faults.csv") == []
    assert json.loads((tmp_path / "examination.json").read_text("utf-8"))["faults"] == []
    assert say("report.first.clean", lang) in page(tmp_path).text_content()


def test_what_machines_are_told_holds_no_value(explained, tables):
    """The marker stands in every column of some row, and in the names of a column and a file; it goes nowhere."""
    from made_marker import planted

    spoilt = planted()
    report = explained(spoilt)
    assert report.n_faults > 20
    said = json.dumps(as_record(report, "en"), default=str) + json.dumps(as_record(report, "cy"), default=str)
    assert MARK not in said
    born = {row["DOB"] for row in spoilt["Header"]}
    assert not [day for day in born if day in said]
    assert MARK in "".join(report.faults["found"].drop_nulls().to_list()), "the mark must be there to be left out"


def test_hostile_text_stays_text(explained, tables, tmp_path):
    tables["Header"][0]["ETHNIC"] = "<script>alert(1)</script>"
    tables["Header"][1]["ETHNIC"] = "a&b\x07]]>\u202e\U0001f600"
    tables["Header"][2]["ETHNIC"] = "x" * 5_000
    write(explained(tables), tmp_path, FORMATS, "en")
    assert not list(page(tmp_path).iter("script"))
    found = {row["found"] for row in csv_rows(tmp_path / "faults.csv")}
    assert "<script>alert(1)</script>" in found
    column = [row[5] for row in sheet_rows(tmp_path, "children", "en")]
    assert "<script>alert(1)</script>" in column
    assert any(str(cell).startswith("a&b") for cell in column)
    assert max(len(str(cell)) for cell in column) <= 200


def test_an_export_and_its_system_are_named(catalogue, tmp_path):
    path = PROJECT / "data" / "sample" / "exports" / "2024-25Q1" / "W06000002.xlsx"
    report = report_of(catalogue, examine(catalogue, PlainTokeniser(), [path], Claim()))
    assert report.n_faults
    assert report.about.system
    write(report, tmp_path, FORMATS, "cy")
    listed = pl.read_csv(tmp_path / "faults.csv")
    assert set(listed["file"].drop_nulls()) <= {path.name}
    assert listed["line"].drop_nulls().min() > 1
