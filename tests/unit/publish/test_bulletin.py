"""The bulletin: every number in it stands in the edition, its words follow the tests, and every reader can read it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import made_edition
import polars as pl
import pytest
from lxml import etree, html
from made_edition import Desk

from pipelines.core.messages import say
from pipelines.publish import EditionResult
from pipelines.publish.bulletin import charts
from pipelines.publish.bulletin.findings import Finding, sentence

LANGS = ("en", "cy")
NUMBER = re.compile(r"(?<![\w.,])[−-]?\d[\d,]*(?:\.\d+)?(?![\w])")


def name(edition: EditionResult, lang: str, suffix: str) -> Path:
    return edition.folder / f"bulletin-{made_edition.PUBLICATION}-2024-25-1-{lang}.{suffix}"


def read(edition: EditionResult, lang: str) -> html.HtmlElement:
    return html.fromstring(name(edition, lang, "html").read_text(encoding="utf-8"))


def numbers(text: str) -> set[float]:
    return {abs(float(n.replace(",", "").replace("−", "-"))) for n in NUMBER.findall(text)}


def in_the_mart(mart: duckdb.DuckDBPyConnection) -> set[float]:
    """Every number of every table, rounded to each number of places that is shown, and those within its texts."""
    held: set[float] = set()
    for (table,) in mart.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        frame = mart.sql(f"SELECT * FROM {table}").pl()
        for column in frame.iter_columns():
            if column.dtype.is_numeric():
                seen = [abs(v) for v in column.drop_nulls().unique() if v == v]
                held |= {round(v, places) for v in seen for places in (0, 1, 2)}
            else:
                held |= {n for v in column.drop_nulls().unique() for n in numbers(re.sub(r"[-:]", " ", str(v)))}
    for code in ("c", "u", "x"):
        counted = f"SELECT count(*) FROM fct_measure_value WHERE list_contains(str_split(status, ','), '{code}')"
        held |= {float(mart.execute(counted).fetchall()[0][0])}
    return held


def in_the_proof(edition: EditionResult) -> set[float]:
    """What the proof says of the use of tables: figures, those shown in a hundred, mean rounding errors."""
    proof = json.loads((edition.folder / "proof" / "proof.json").read_text(encoding="utf-8"))
    told = [*proof["tables"], {"n_cells": proof["quality"]["figures"], "n_hidden": 0, **proof["quality"]}]
    shares = {round(100 * (t["n_cells"] - t["n_hidden"]) / t["n_cells"]) for t in told} | {
        99,
        proof["quality"]["shown"],
    }
    return {float(t["n_cells"]) for t in told} | shares | {t["mean_rounding_error"] or 0.0 for t in told}


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_of_the_text_stands_in_the_edition(edition: EditionResult, lang: str) -> None:
    page = read(edition, lang)
    for drawn in page.xpath("//*[local-name()='style' or local-name()='svg']"):
        drawn.drop_tree()
    fixed = {5.0, 95.0} | {float(n) for n in range(1, 7)}
    """The level of the test, that of the intervals, and the numbers of the charts."""
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        known = in_the_mart(mart) | in_the_proof(edition) | fixed
    said = re.sub(r"(\d{4})-(\d{2})", r"\1 \2", re.sub(r"\b\d{4}-\d{2}-\d+\b", "", " ".join(page.itertext())))
    found = numbers(said)
    assert len(found) > 50
    assert found - known == set()


@pytest.mark.parametrize("lang", LANGS)
def test_each_table_tells_how_much_of_it_is_shown(edition: EditionResult, desk: Desk, lang: str) -> None:
    """Counted here from the protected rows, which is all that a reader could count."""
    publication = desk.catalogue.publications[made_edition.PUBLICATION]
    caption = say("publish.bulletin.utility_table", lang)
    (table,) = [t for t in read(edition, lang).xpath("//table") if caption in t.xpath("string(caption)")]
    said = [[cell.text_content().strip() for cell in row.xpath("th|td")] for row in table.xpath("tbody/tr")]
    rows, wanted = pl.read_parquet(desk.disclosed), []
    for one in publication.tables:
        own = rows.filter(pl.col("table_id") == one.id)
        n_shown = own.filter(~pl.col("status").str.split(",").list.contains("c")).height
        share = round(100 * n_shown / own.height)
        wanted.append([one.title[lang], f"{own.height:,}", str(share if n_shown == own.height else min(share, 99))])
    assert [row[:3] for row in said] == wanted
    assert any(row[2] not in ("99", "100") for row in said)


def test_a_number_of_its_own_would_be_found(edition: EditionResult) -> None:
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        assert numbers("7,196.5 (+3,333.25)") - in_the_mart(mart) == {7196.5, 3333.25}


@pytest.mark.parametrize("lang", LANGS)
def test_the_words_are_those_of_the_test(edition: EditionResult, lang: str) -> None:
    points = [li.text_content() for li in read(edition, lang).xpath("//section[@aria-labelledby='main_points']//li")]
    with duckdb.connect(str(edition.folder / "mart.duckdb"), read_only=True) as mart:
        sql = f"""SELECT m.measure_title_{lang}, coalesce(c.change, 'not_tested') FROM fct_headline h
            JOIN dim_measure m USING (measure_id)
            LEFT JOIN fct_change c USING (measure_id, area_code, period_id) ORDER BY h.sort_order"""
        told = mart.execute(sql).fetchall()
    assert len(points) == len(told) == 3
    for point, (title, change) in zip(points, told, strict=True):
        assert point.startswith(title)
        assert say(f"publish.bulletin.word.{change}", lang) in point


def test_each_word_has_its_sentence() -> None:
    held = dict.fromkeys(("measure_id", "unit", "because", "difference", "interval"), "")
    shown = {"title": "T", "period": "P", "shown": "5", "is_shown": True, "is_count": True, "places": 0}
    made = Finding(**held, **shown, before="4", before_period="B", change="")  # type: ignore[arg-type]
    told = {c: sentence(replace(made, change=c), "en") for c in ("higher", "lower", "no_clear_change")}
    assert told == {
        "higher": "T: 5 in P, higher than in B (4).",
        "lower": "T: 5 in P, lower than in B (4).",
        "no_clear_change": "T: 5 in P, no clear change from B (4).",
    }


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_is_whole_by_itself_and_marked_up(edition: EditionResult, lang: str) -> None:
    text = name(edition, lang, "html").read_text(encoding="utf-8")
    page = read(edition, lang)
    assert page.get("lang") == {"en": "en-GB", "cy": "cy-GB"}[lang]
    assert not page.xpath("//script | //link | //img | //iframe | //object | //@onclick")
    targets = set(page.xpath("//@href")) | set(re.findall(r"url\(([^)]*)\)", text))
    other = {"en": "cy", "cy": "en"}[lang]
    outside = {t for t in targets if not t.startswith("#")}
    assert outside == {name(edition, other, "html").name}, "the other language, and nothing else, is linked to"
    assert all(page.xpath(f"//*[@id='{t[1:]}']") for t in targets if t.startswith("#"))
    assert page.xpath("//body/*[1][self::a]/@href") == ["#main"]
    assert len(page.xpath("//h1")) == 1
    for table in page.xpath("//table"):
        assert table.xpath("./caption")
        assert all(th.get("scope") == "col" for th in table.xpath("./thead//th"))
        assert all(row.xpath("./th/@scope") == ["row"] for row in table.xpath("./tbody/tr"))
        n = len(table.xpath("./thead//th"))
        assert all(len(row) == n and all(c.text_content().strip() for c in row) for row in table.xpath("./tbody/tr"))
    for figure in page.xpath("//figure"):
        alternative = figure.xpath("./div[@role='img']/@aria-label")[0]
        assert len(alternative) > 40
        assert figure.xpath(".//table"), "the data stand beside the chart"


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_not_shown_is_a_named_gap_in_every_chart(edition: EditionResult, lang: str) -> None:
    n_gaps = 0
    for figure in read(edition, lang).xpath("//figure"):
        cells = [td.text_content() for td in figure.xpath(".//td")]
        drawn = figure.xpath(".//*[local-name()='svg']")[0]
        written = [t.text_content() for t in drawn.xpath(".//*[local-name()='text']")]
        n_bars = len(drawn.xpath(".//*[local-name()='path'][@aria-roledescription='bar']"))
        assert not set(cells) - set(written), "every figure is written on its chart"
        gaps = [c for c in cells if c.startswith("[")]
        n_gaps += len(gaps)
        assert n_bars == len(cells) - len(gaps), "a hidden figure has no bar"
    assert n_gaps


def test_a_break_is_drawn_and_uncertain_bars_are_hollow() -> None:
    held = (charts.Bar("2015-16", 5.0, "5 [u]", is_uncertain=True), charts.Bar("2016-17", None, "[c]"),
            charts.Bar("2017-18", 7.0, "7 [b]", begins_anew=True))  # fmt: skip
    for is_lying in (False, True):
        svg = charts.bars(held, charts.Axes("Period", "number", is_lying))
        assert svg == charts.bars(held, charts.Axes("Period", "number", is_lying))
        tree = etree.fromstring(svg.encode())
        drawn = tree.xpath(".//*[@aria-roledescription='bar']")
        assert [d.get("fill") for d in drawn] == [charts.PALE, charts.FILL]
        assert "stroke-dasharray" in svg
        assert [t for t in ("5 [u]", "[c]", "7 [b]") if t not in svg] == []


def contrast(first: str, second: str) -> float:
    """WCAG 2.2: contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_of_charts_have_contrast() -> None:
    assert contrast(charts.INK, charts.PALE) >= 4.5
    assert contrast(charts.FILL, charts.PALE) >= 4.5


@pytest.mark.parametrize("lang", LANGS)
def test_the_paper_is_tagged_and_says_its_language(edition: EditionResult, lang: str) -> None:
    raw = name(edition, lang, "pdf").read_bytes()
    assert raw.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in raw
    assert f"<rdf:li>{lang}".encode() in raw or f"/Lang({lang}".encode() in raw.replace(b" ", b"")
    assert b"2024-11-27" in raw, "its date is that of the edition"


def test_a_page_without_a_year_before_compares_nothing(desk: Desk) -> None:
    rows = pl.read_parquet(desk.disclosed)
    desk.lay(rows.filter(pl.col("period_id") == "2023-24"))
    result = desk.publish()
    text = (result.folder / f"bulletin-{made_edition.PUBLICATION}-2023-24-1-en.html").read_text(encoding="utf-8")
    assert "not compared with the year before: there is no figure for the year before" in text
    assert not re.search(r"higher than in|lower than in|no clear change from", text)


def test_nothing_in_a_page_is_markup_by_accident(edition: EditionResult) -> None:
    class Strict(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "br", "path", "line", "rect"):
                self.open.append(tag)

        def handle_startendtag(self, tag: str, attrs: object) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            if tag not in ("path", "line", "rect"):
                assert self.open.pop() == tag

    reader = Strict()
    reader.feed(name(edition, "en", "html").read_text(encoding="utf-8"))
    assert reader.open == []
