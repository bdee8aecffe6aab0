"""The rules that the readers apply: described in the specification, and each of them used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pipelines.conform as room
from pipelines.conform.explain import sentence
from pipelines.conform.faultlog import reader_rules
from schemas import Catalogue

CODE = re.compile(r'"((?:FM|ID|LY|TY)\d\d)"')


def sources() -> str:
    here = Path(room.__file__).parent
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted(here.glob("*.py")))


def test_every_rule_the_code_names_is_described_and_the_other_way_round(catalogue: Catalogue) -> None:
    assert set(CODE.findall(sources())) == set(reader_rules(catalogue))


def test_every_cause_that_a_rule_promises_is_a_word_of_the_code(catalogue: Catalogue) -> None:
    here = Path(room.__file__).parent
    text = sources() + "\n".join(p.read_text(encoding="utf-8") for p in sorted((here / "reading").glob("*.py")))
    words = set(re.findall(r"[\"'](\w+?)(?::[^\"']*)?[\"']", text))
    promised = {word for rule in reader_rules(catalogue).values() for word in rule.arguments["causes"]}  # type: ignore[attr-defined]
    assert promised - words == set()


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_messages_fill_every_brace_from_the_cause_group(catalogue: Catalogue, lang: str) -> None:
    for code, rule in reader_rules(catalogue).items():
        details = rule.arguments["details"]
        assert isinstance(details, list)
        cause = ":".join(["word", *(f"D{n}" for n in range(len(details)))])
        said = sentence(catalogue, code, cause, lang)
        assert "{" not in said
        used = set(re.findall(r"{(\w+)}", rule.message[lang]))
        assert used <= set(details)
        assert all(f"D{details.index(name)}" in said for name in used)


def test_codes_of_areas_and_returns_are_said_by_their_names(catalogue: Catalogue) -> None:
    said = sentence(catalogue, "ID04", "authority:W06000001:W06000002", "cy")
    assert "Ynys Môn" in said
    assert "Gwynedd" in said
    assert "SSDA903" in sentence(catalogue, "ID02", "return:ssda903:lac_census", "en")
