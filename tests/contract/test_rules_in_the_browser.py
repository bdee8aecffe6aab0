"""Every rule stays within the functions of DuckDB 1.4.3, the version that DuckDB-WASM is built on.

The whole pack was run there, and in DuckDB-WASM, by `benchmarks/portable_rules.py`, which needs those engines.
"""

from __future__ import annotations

import re

from pipelines.conform.rules.compile import ORDERS, compile_rule
from pipelines.conform.rules.engine import setting_of
from pipelines.conform.rules.packs import READER, PackKey
from pipelines.conform.rules.prelude import prelude
from pipelines.conform.rules.vocabulary import Scope
from schemas import Catalogue
from schemas.rule_terms import load_terms, load_views, quantities_sql, sql_of

HELD = set(
    re.findall(
        r"\w+",
        """abs avg cast coalesce concat count count_if date_diff exists greatest lag lead least max max_by min min_by
        nullif power regexp_full_match row_number sqrt strpos substr sum trim try_cast upper var_samp""",
    )
)
"""Functions (and forms that look like one) of DuckDB 1.4.3 that rules use; before you add one, run the pack there."""
WORDS = set(
    re.findall(
        r"\w+",
        """and as by else end false from in is join materialized not null on or over partition select then true
        values when where""",
    )
)


def called(sql: str) -> set[str]:
    """Names before a bracket, outside texts and comments."""
    bare = re.sub(r"'(?:[^']|'')*'|--[^\n]*", " ", sql.lower())
    return set(re.findall(r"\b([a-z_][a-z0-9_]*)\s*\(", bare))


def test_rules_call_nothing_that_the_browser_lacks(catalogue: Catalogue) -> None:
    wrong: dict[str, set[str]] = {}
    for country in ("wales", "england"):
        key = PackKey("2023-24", country)
        setting = setting_of(catalogue, key, None)
        made = prelude(setting, load_terms(country))
        macros = set(re.findall(r"macro (\w+)\(", " ".join(made))) | {f"listed_{name}" for name in catalogue.code_lists}
        lists = {i.id: i.code_list for i in catalogue.items.values() if i.code_list}
        scope = Scope(country, setting.period_start, setting.period_end, catalogue.code_lists, lists)
        texts = {
            "prelude": " ".join(re.sub(r"macro \w+\([^)]*\)", "", m) for m in made),
            "quantities": quantities_sql(),
        }
        texts |= load_views() | {f"order of {t}": order for t, order in ORDERS.items()}
        for rule in catalogue.rules:
            if rule.check != READER and country in rule.jurisdictions:
                texts[rule.code] = compile_rule(rule, scope, sql_of).text
        tables = set(re.findall(r"(\w+) as (?:materialized )?\(", " ".join(texts.values())))
        for name, text in texts.items():
            columns = {"t", "v"} | {word for word in called(text) if word.startswith("has_")}
            if strange := called(text) - HELD - WORDS - macros - tables - columns:
                wrong.setdefault(name, set()).update(strange)
    assert wrong == {}


def test_a_newer_function_would_be_seen() -> None:
    assert called("select list_zip(a, b) from t where x = 'list_sort(' -- list_has(") == {"list_zip"}
    assert "list_zip" not in HELD
