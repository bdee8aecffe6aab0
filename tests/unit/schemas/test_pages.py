"""The generated pages: every rule and every figure is there, can be linked to, and says what a reader needs."""

from __future__ import annotations

import re

import pytest

from schemas.catalogue import SPEC, Catalogue
from schemas.derive.figures_page import figures_page
from schemas.derive.rule_pages import FOLDER, READER, WORDS, denominator, page_of, rule_pages
from schemas.derived import answering
from schemas.reading import csv_rows

FIGURES = csv_rows(SPEC / "seed_figures.csv")
KEPT = csv_rows(SPEC / "figure_answers.csv")


@pytest.fixture(scope="module")
def pages(catalogue: Catalogue) -> dict[str, str]:
    return rule_pages(catalogue)


def test_every_family_has_a_page_in_both_languages(catalogue: Catalogue, pages: dict[str, str]) -> None:
    expected = {f"{FOLDER}/{name}.{lang}.md" for name in ("index", *catalogue.rule_families) for lang in ("en", "cy")}
    assert set(pages) == expected


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_every_rule_stands_on_its_page_with_its_words(catalogue: Catalogue, pages: dict[str, str], lang: str) -> None:
    for rule in catalogue.rules:
        page = pages[f"{FOLDER}/{rule.family}.{lang}.md"]
        assert f"## {rule.code}: {rule.title[lang]}" in page
        for text in (rule.message, rule.allowed, rule.guidance):
            assert " ".join(text[lang].split()) in page, rule.code
        assert denominator(rule, lang) in page
        assert rule.origin in page


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_every_rule_has_a_place_of_its_own_with_denominator_and_examples(
    catalogue: Catalogue, pages: dict[str, str], lang: str
) -> None:
    words, places = WORDS[lang], [page_of(rule, lang) for rule in catalogue.rules]
    assert len(set(places)) == len(places) == len(catalogue.rules)
    for rule, place in zip(catalogue.rules, places, strict=True):
        path, _, anchor = place.partition("#")
        (section,) = re.findall(rf'<a id="{re.escape(anchor)}"></a>\n(.*?)(?=\n<a id=|\Z)', pages[path], re.DOTALL)
        assert section.startswith(f"## {rule.code}: "), place
        assert f"**{words['denominator']}**: {denominator(rule, lang)}" in section, place
        if rule.check != READER:
            assert f"**{words['fail']}" in section, place
            assert f"**{words['pass']}" in section, place


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_every_link_of_a_page_leads_somewhere(pages: dict[str, str], lang: str) -> None:
    for path, page in pages.items():
        if not path.endswith(f".{lang}.md"):
            continue
        anchors = re.findall(r'<a id="([^"]+)"', page)
        assert len(anchors) == len(set(anchors)), path
        assert set(re.findall(r"\]\(#([^)]+)\)", page)) == set(anchors), path
        linked = {f"{FOLDER}/{name}" for name in re.findall(r"\]\(([a-z_.]+\.md)\)", page)}
        assert linked <= set(pages), path


def test_compiled_rules_show_a_row_that_fails_and_one_that_passes(catalogue: Catalogue, pages: dict[str, str]) -> None:
    page = pages[f"{FOLDER}/uasc.en.md"]
    assert page.count("**Fails") == page.count("**Passes") == sum(r.family == "uasc" for r in catalogue.rules)
    assert "| 1 | a | 2019-01-01 | ✗ |" in page
    shown = "".join(text for path, text in pages.items() if path.endswith(".en.md"))
    compiled = [r for r in catalogue.rules if r.check != READER]
    assert shown.count("**Fails") == sum(e["verdict"] == "fail" for r in compiled for e in r.examples)
    assert shown.count("**Passes") == sum(e["verdict"] == "pass" for r in compiled for e in r.examples)


def test_the_figures_page_names_all_63_and_the_measures_of_each(catalogue: Catalogue) -> None:
    page = figures_page(catalogue, KEPT)
    assert [f["id"] for f in FIGURES] == [f"S{n:02d}" for n in range(1, 64)]
    held = answering(catalogue)
    for f in FIGURES:
        line = next(text for text in page.splitlines() if text.startswith(f"| {f['id']} |"))
        told = catalogue.deriving.figures[f["id"]]
        assert tuple(re.findall(r"\[`(\w+)`\]", line)) == held[f["id"]]
        assert held[f["id"]] or told.tables or (told.why and f"not measurable: {told.why.en}" in line)


def test_a_measure_of_the_figures_page_shows_its_framework_ids(catalogue: Catalogue) -> None:
    page = figures_page(catalogue, KEPT)
    measure = catalogue.measures["CLA_THREE_PLACEMENTS_PC"]
    line = next(text for text in page.splitlines() if '<a id="cla_three_placements_pc">' in text)
    assert measure.framework_ids
    assert all(f.id in line for f in measure.framework_ids)
