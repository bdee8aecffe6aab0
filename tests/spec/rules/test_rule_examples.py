"""The worked examples that every rule carries in the specification: each fails or passes exactly as it says.

How the engine works does not belong here (see `tests/unit/conform/rules`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from pipelines.conform.rules.examples import expected, verdicts
from pipelines.conform.rules.packs import READER
from schemas import Catalogue, load

RULES = [r for r in load().rules if r.check != READER]
EXAMPLES = [(at, n) for at, r in enumerate(RULES) for n in range(len(r.examples))]


def name_of(value: object) -> str:
    code, since = getattr(value, "code", None), getattr(value, "since", None)
    return "-".join(p for p in (code, since) if p) if code else str(value)


@pytest.fixture(scope="module")
def told(catalogue: Catalogue) -> Callable[[int], list]:
    """Verdicts on the examples of a rule, which share a run: planning a rule takes longer than running it."""
    return cache(lambda at: verdicts(catalogue, RULES[at], RULES[at].examples))


@pytest.mark.parametrize(("at", "number"), EXAMPLES, ids=[f"{name_of(RULES[at])}-{n}" for at, n in EXAMPLES])
def test_an_example_fails_where_it_says_and_nowhere_else(told: Callable[[int], list], at: int, number: int) -> None:
    assert told(at)[number] == expected(RULES[at].examples[number])


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_every_rule_has_an_example_that_fails_and_one_that_passes(rule) -> None:
    assert {e["verdict"] for e in rule.examples} == {"fail", "pass"}
    assert all(bool(expected(e)) == (e["verdict"] == "fail") for e in rule.examples)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_every_rule_speaks_both_languages_and_says_where_it_comes_from(rule) -> None:
    for text in (rule.title, rule.message, rule.allowed, rule.guidance):
        assert text.en.strip()
        assert text.cy.strip()
        assert text.en != text.cy
    assert rule.origin
    assert rule.certainty in ("sourced", "derived", "unverified", "provisional")


def test_the_welsh_pack_is_large_enough(catalogue: Catalogue) -> None:
    welsh = {r.code for r in RULES if "wales" in r.jurisdictions}
    assert len(welsh) >= 180
