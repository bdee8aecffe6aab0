"""The confidentiality policy says what is in force, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.disclosure import DisclosureConfig, policy
from pipelines.disclosure.marks import REASONS
from pipelines.disclosure.policy import SECTIONS
from schemas.catalogue import Catalogue

CONFIG = DisclosureConfig()


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_every_section_and_no_open_placeholder(catalogue: Catalogue, lang: str) -> None:
    text = policy(catalogue, CONFIG, lang)
    assert text.count("\n## ") == len(SECTIONS)
    assert text.count("\n- ") == sum(len(points) for points in SECTIONS.values())
    assert "{" not in text
    for breakdown in catalogue.breakdowns.values():
        assert (breakdown.title[lang] in text) == breakdown.is_sensitive


@pytest.mark.parametrize("lang", ["en", "cy"])
@pytest.mark.parametrize(
    "setting",
    ["rounding_base", "small_count_max", "withheld_below_denominator", "unreliable_below_denominator"],
)
def test_a_changed_setting_changes_the_words(catalogue: Catalogue, lang: str, setting: str) -> None:
    changed = replace(CONFIG, **{setting: 77})
    assert "77" not in policy(catalogue, CONFIG, lang)
    assert "77" in policy(catalogue, changed, lang)


def test_languages_differ_and_reasons_have_words(catalogue: Catalogue) -> None:
    assert policy(catalogue, CONFIG, "en") != policy(catalogue, CONFIG, "cy")
    for key in REASONS.values():
        assert catalogue.messages[key].en
        assert catalogue.messages[key].cy
