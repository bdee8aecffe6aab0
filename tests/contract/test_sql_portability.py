"""Model SQL stays within what DuckDB and Apache Spark read alike, so that outgrowing one machine is a change of target.

That the two engines give the same figures does not belong here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.core.settings import PROJECT

DBT = PROJECT / "dbt_project"
MODELS = sorted([*DBT.glob("models/**/*.sql"), *DBT.glob("tests/**/*.sql")])
MACROS = sorted(p for p in DBT.glob("macros/*.sql"))

AVOIDED = {
    "asof join": r"\basof\b",
    "* exclude": r"\bexclude\b",
    "integer division //": r"//",
    "list literal": r"(?<![\w\])])\[",
    "struct literal": r"\{",
    "unnest": r"\bunnest\b",
    "struct_pack": r"\bstruct_pack\b",
    "quantile_cont": r"\bquantile\w*\b",
    "arg_max, arg_min": r"\barg_(max|min)\w*\b",
    "double-quoted name": r'"',
    "trailing comma": r",\s*(\)|\bfrom\b|\bwhere\b|\bgroup\b|\bselect\b|\Z)",
    "ignore nulls": r"\bignore\s+nulls\b",
    "create table by hand": r"\bcreate\b",
}
THROUGH_A_MACRO = {
    "date difference": r"\bdate_?diff\b",
    "date arithmetic": r"\b(date_?add|date_?sub|add_months)\b|\binterval\b",
    "text type": r"\b(varchar|text)\b",
    "date parsing": r"\b(strptime|to_date|strftime|date_format)\b",
    "regular expressions": r"\b(regexp_\w+|rlike|similar\s+to)\b",
    "series": r"\b(generate_series|range\s*\(|explode|sequence)\b",
    "files": r"\bread_\w+\b",
}
NEVER_NULL = {
    "episode_start_date", "placement_start_date", "row_number", "report_number", "period_end_date", "period_type",
    "return_id", "submission_id", "sort", "case", "coalesce", "vintage", "care_start_date", "care_end_date",
}  # fmt: skip
"""Sort keys that models never leave null: starts of kept rows, keys of submissions, vintages that are coalesced."""


def bare(text: str) -> str:
    """SQL without Jinja, comments and the content of strings: what an engine would have to understand."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}", " x ", text, flags=re.DOTALL)
    text = re.sub(r"--[^\n]*", " ", text)
    return re.sub(r"'[^']*'", "''", text).lower()


def breaches(text: str, forbidden: dict[str, str]) -> list[str]:
    return [name for name, pattern in forbidden.items() if re.search(pattern, bare(text))]


@pytest.mark.parametrize("path", [*MODELS, *MACROS], ids=lambda p: p.stem)
def test_sql_uses_nothing_that_one_engine_lacks(path: Path) -> None:
    assert breaches(path.read_text("utf-8"), AVOIDED | THROUGH_A_MACRO) == []


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_every_division_is_guarded(path: Path) -> None:
    """1/0 is infinite in DuckDB and an error in Spark."""
    assert [m for m in re.findall(r"/\s*(\w+)", bare(path.read_text("utf-8"))) if m != "nullif"] == []


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_every_sort_says_where_nulls_go_or_has_none(path: Path) -> None:
    """The two engines put nulls at different ends."""
    assert unsafe_sort_keys(path.read_text("utf-8")) == []


def unsafe_sort_keys(text: str) -> list[str]:
    held = re.findall(r"\border\s+by\s+(.*?)(?=\brows\b|\)\s|\bqualify\b|\blimit\b|\n\s*\)|\Z)", bare(text), re.DOTALL)
    keys = [key.strip() for order in held for key in re.split(r",(?![^(]*\))", order)]
    named = [(key, re.split(r"[\s(]", key.split(".")[-1].strip())[0]) for key in keys if key]
    return [key for key, name in named if "nulls" not in key and name not in NEVER_NULL and name != "x"]


@pytest.mark.parametrize(
    ("sql", "breach"),
    [
        ("select a // 2 from t", "integer division //"),
        ("select * exclude (a) from t", "* exclude"),
        ("select [1, 2] from t", "list literal"),
        ("select a, from t", "trailing comma"),
        ('select "a" from t', "double-quoted name"),
        ("select arg_max(a, b) from t", "arg_max, arg_min"),
        ("select lag(a ignore nulls) over (order by b) from t", "ignore nulls"),
        ("select cast(a as varchar) from t", "text type"),
        ("select a + interval 1 day from t", "date arithmetic"),
        ("from read_parquet('x')", "files"),
    ],
)
def test_a_breach_is_seen(sql: str, breach: str) -> None:
    assert breach in breaches(sql, AVOIDED | THROUGH_A_MACRO)


def test_an_unsafe_sort_is_seen() -> None:
    assert unsafe_sort_keys("select row_number() over (partition by a order by need_code, row_number ) as n") == [
        "need_code"
    ]
    assert unsafe_sort_keys("select row_number() over (order by need_code nulls last, a.row_number desc ) as n") == []


def test_no_word_of_the_avoided_stands_in_a_string_or_comment_only() -> None:
    assert breaches("-- unnest is not used\nselect 'exclude' as a from {{ ref('t') }}", AVOIDED) == []


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_first_line_says_the_grain_and_the_last_part_bears_the_name(path: Path) -> None:
    text = path.read_text("utf-8")
    first = re.sub(r"^\{%.*?%\}\s*", "", text, flags=re.DOTALL).splitlines()[0]
    if path.is_relative_to(DBT / "tests"):
        assert first.startswith("-- fails with: ")
    else:
        assert first.startswith("-- grain: ")
        assert text.rstrip().endswith(f"select * from {path.stem}")
