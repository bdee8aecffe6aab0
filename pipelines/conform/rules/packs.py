"""Which rules apply to a return, a period and a jurisdiction, and the version of that set.

What a rule checks and how it runs do not belong here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.conform.rules.records import HELD
from pipelines.conform.rules.vocabulary import Arguments
from schemas.model import Rule
from schemas.rule_terms import load_terms, sql_of

READER = "reader"
"""The word of rules that are applied while a file is read; they are not part of a pack."""


@dataclass(frozen=True)
class PackKey:
    """What selects a pack. `return_id` None takes the rules of every return."""

    period_id: str
    jurisdiction: str
    return_id: str | None = None
    is_held: bool = False
    """Only the rules that read relations made of stored submissions."""

    @property
    def year(self) -> str:
        """The financial year of the period (`2024-25Q1` lies in `2024-25`)."""
        return self.period_id[:7]


@dataclass(frozen=True)
class Pack:
    """The rules of one return in one period, one rule per code."""

    key: PackKey
    rules: tuple[Rule, ...]
    version: str
    """First 12 hex digits of a hash over the rules, their SQL and the terms: it changes when any verdict could."""

    def rule(self, code: str) -> Rule | None:
        """The rule with the code, None where the pack has none."""
        return next((r for r in self.rules if r.code == code), None)


def pack_of(rules: Iterable[Rule], key: PackKey) -> Pack:
    """The pack for a key. Years inherit: of several entries with one code the newest that has begun counts."""
    chosen: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda r: (r.code, r.since or "")):
        if rule.check != READER and _applies(rule, key):
            chosen[rule.code] = rule
    held = tuple(chosen[code] for code in sorted(chosen))
    return Pack(key, held, _version(held, key.jurisdiction))


def _applies(rule: Rule, key: PackKey) -> bool:
    begun = rule.since is None or rule.since <= key.year
    ended = rule.until is not None and rule.until < key.year
    collected = key.return_id is None or key.return_id in rule.returns
    wanted = not key.is_held or needs_held(rule)
    return begun and not ended and collected and wanted and key.jurisdiction in rule.jurisdictions


def needs_held(rule: Rule) -> bool:
    """Whether a rule reads relations made of stored submissions."""
    return any(name in HELD for name in Arguments(rule).texts("reference"))


def _version(rules: tuple[Rule, ...], jurisdiction: str) -> str:
    digest = hashlib.sha256(repr(load_terms(jurisdiction)).encode())
    for rule in rules:
        parts = (rule.code, rule.check, repr(sorted(rule.arguments.items())), rule.where, rule.severity)
        digest.update(repr(parts).encode())
        if rule.check == "sql":
            digest.update(_sql(str(rule.arguments.get("file", rule.code))).encode())
    return digest.hexdigest()[:12]


def _sql(name: str) -> str:
    try:
        return sql_of(name)
    except FileNotFoundError:
        return ""
