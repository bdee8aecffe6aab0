"""A rule pack written out: every rule with its words, its check and its SQL, so that a verdict can be read years later.

Choosing the rules of a pack does not belong here (see `packs.py`); neither does keeping what was written.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from pipelines.conform.rules.packs import Pack
from schemas.model import Rule
from schemas.rule_terms import load_terms, sql_of


def pack_text(pack: Pack) -> bytes:
    """The pack as JSON: the same bytes for the same version and wording, whatever return and period asked for it.

    `terms` are the groups of codes and the limits that the rules name. Worked examples are left out: they are made-up
    rows, and stand in the rule catalogue.
    """
    told = {
        "version": pack.version,
        "jurisdiction": pack.key.jurisdiction,
        "terms": asdict(load_terms(pack.key.jurisdiction)),
        "rules": [_rule(rule) for rule in pack.rules],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _rule(rule: Rule) -> dict[str, object]:
    held = {name: value for name, value in asdict(rule).items() if name != "examples"}
    if rule.check == "sql":
        held["sql"] = sql_of(str(rule.arguments.get("file", rule.code)))
    return held
