"""The sentence of a fault in Welsh or English, filled from its rule and its cause group.

Laying out a report does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.conform.faultlog import READER

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import Rule


def sentence(catalogue: Catalogue, rule_id: str, cause_group: str, lang: str) -> str:
    """What was found, as the sender reads it. A cause group is a word and details, all of the specification.

    Ids of authorities and returns are said by their names. A rule of the packs has no details to fill.
    """
    rule = next(rule for rule in catalogue.rules if rule.code == rule_id)
    if rule.check != READER:
        return rule.message[lang]
    filled = dict.fromkeys(_details(rule), "–")
    for name, detail in zip(_details(rule), cause_group.split(":")[1:], strict=False):
        filled[name] = _named(catalogue, detail, lang)
    return rule.message[lang].format(**filled)


def cause_rule(catalogue: Catalogue, cause_group: str) -> Rule | None:
    """The reader rule that explains a cause (its guidance fits better than that of the rule which took it over)."""
    return _by_cause(catalogue).get(cause_group.partition(":")[0])


@lru_cache(maxsize=2)
def _by_cause(catalogue: Catalogue) -> Mapping[str, Rule]:
    """First word of a cause group -> the first of the reader rules that name it."""
    readers = [rule for rule in catalogue.rules if rule.check == READER]
    return {word: rule for rule in reversed(readers) for word in _list(rule, "causes")}


def _details(rule: Rule) -> list[str]:
    return _list(rule, "details")


def _list(rule: Rule, argument: str) -> list[str]:
    held = rule.arguments.get(argument, ())
    return [str(value) for value in held] if isinstance(held, list | tuple) else []


def _named(catalogue: Catalogue, detail: str, lang: str) -> str:
    if detail in catalogue.authorities:
        return catalogue.authorities[detail].name[lang]
    if detail in catalogue.returns:
        return catalogue.returns[detail].title[lang]
    return detail
