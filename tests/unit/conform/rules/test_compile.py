"""Words of the vocabulary and packs: what SQL a rule becomes, and which rule counts in a year."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from pipelines.conform.rules.compile import compile_rule
from pipelines.conform.rules.packs import PackKey, pack_of
from pipelines.conform.rules.prelude import DATE_MACROS
from pipelines.conform.rules.vocabulary import RuleError, Scope, fault_of
from schemas import Catalogue

from .conftest import made_pack, made_rule


@pytest.fixture
def scope(catalogue: Catalogue) -> Scope:
    lists = {i.id: i.code_list for i in catalogue.items.values() if i.code_list}
    return Scope("wales", date(2023, 4, 1), date(2024, 3, 31), catalogue.code_lists, lists)


@pytest.mark.parametrize(
    ("check", "arguments", "sql"),
    [
        ("not_blank", {}, "need_code is null"),
        ("required_if", {"when": "x = 1"}, "need_code is null and (x = 1)"),
        ("blank_if", {"when": "x = 1"}, "need_code is not null and (x = 1)"),
        ("date_order", {"earlier": "a", "later": "b"}, "b < a"),
        ("date_order", {"earlier": "a", "later": "b", "strict": True}, "b <= a"),
        ("not_before", {"limit": "d"}, "need_code < d"),
        ("not_after", {"limit": "d"}, "need_code > d"),
        ("age_between", {"at": "a", "birth": "b", "minimum": 4}, "a < add_years(b, 4)"),
        ("exists_in_table", {"other": "child"}, "has_child is null"),
        ("readable_date", {}, "(need_code is null and need_code_raw is not null)"),
    ],
)
def test_a_word_becomes_sql(scope: Scope, check: str, arguments: dict, sql: str) -> None:
    assert fault_of(made_rule("Q1", check=check, arguments=arguments), scope) == sql


@pytest.mark.parametrize(
    ("window", "kept"),
    [
        ("count(*) over ()", "count(*) over (partition by job )"),
        ("count(x) over (partition by x)", "count(x) over (partition by job, x)"),
        ("sum(1) OVER( Partition  By x order by y)", "sum(1) over (partition by job, x order by y)"),
        ("row_number() over (order by y)", "row_number() over (partition by job order by y)"),
    ],
)
def test_a_window_is_kept_within_its_submission(scope: Scope, window: str, kept: str) -> None:
    rule = made_rule("Q1", arguments={"fault": "n > 1", "windows": {"n": window}})
    assert compile_rule(rule, scope, str).windows == (("n", kept),)


def test_the_own_authority_is_a_column(scope: Scope) -> None:
    rule = made_rule("Q1", arguments={"fault": "a = own_authority()"}, where="own_authority ( ) is not null")
    held = compile_rule(rule, scope, str)
    assert held.judged == "own_authority_code is not null"
    assert held.fault == "(own_authority_code is not null) and (a = own_authority_code)"


def test_a_code_list_holds_the_codes_of_the_jurisdiction(scope: Scope) -> None:
    sql = fault_of(made_rule("Q1", check="in_code_list"), scope)
    assert "'N9'" in sql
    assert "'N7'" not in sql


@pytest.mark.parametrize(
    ("check", "arguments"),
    [("no_word", {}), ("row", {}), ("age_between", {"at": "a"}), ("in_code_list", {"list": "no_list"})],
)
def test_a_rule_that_cannot_be_compiled_says_so(scope: Scope, check: str, arguments: dict) -> None:
    with pytest.raises(RuleError, match="Q1"):
        fault_of(made_rule("Q1", check=check, arguments=arguments), scope)


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("2006-05-01", "2024-04-30", 17),
        ("2006-05-01", "2024-05-01", 18),
        ("2004-02-29", "2022-02-27", 17),
        ("2004-02-29", "2022-02-28", 18),
    ],
)
def test_age_is_reached_on_the_birthday(birth: str, day: str, age: int) -> None:
    con = duckdb.connect()
    con.execute("; ".join(DATE_MACROS))
    assert con.execute(f"select age_on(date '{birth}', date '{day}')").fetchall() == [(age,)]
    con.close()


def test_a_year_inherits_until_an_entry_replaces_it() -> None:
    old = made_rule("Q1", arguments={"fault": "true"})
    new = made_rule("Q1", arguments={"fault": "false"}, since="2023-24", until="2024-25")
    chosen = {y: pack_of((new, old), PackKey(y, "wales")).rule("Q1") for y in ("2022-23", "2023-24", "2025-26")}
    assert chosen == {"2022-23": old, "2023-24": new, "2025-26": old}


def test_a_quarter_takes_the_rules_of_its_year() -> None:
    rule = made_rule("Q1", since="2024-25")
    assert pack_of((rule,), PackKey("2024-25Q1", "wales")).rules == (rule,)


def test_the_version_changes_with_any_verdict() -> None:
    base = made_pack(made_rule("Q1", arguments={"fault": "true"})).version
    changed = [
        made_pack(made_rule("Q1", arguments={"fault": "false"})).version,
        made_pack(made_rule("Q1", arguments={"fault": "true"}, severity="query")).version,
        made_pack(made_rule("Q1", arguments={"fault": "true"}, where="row_id > 1")).version,
    ]
    assert base not in changed
    assert base == made_pack(made_rule("Q1", arguments={"fault": "true"})).version


def test_a_jurisdiction_has_its_own_entry_of_a_code(catalogue: Catalogue) -> None:
    welsh = pack_of(catalogue.rules, PackKey("2023-24", "wales")).rule("144")
    english = pack_of(catalogue.rules, PackKey("2023-24", "england")).rule("144")
    assert welsh is not None
    assert english is not None
    assert welsh != english
