"""The engine: one pass says the same as one by one, a crash stays alone, and no rule is silently absent."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.conform import rules
from pipelines.conform.columns import as_asked, collected
from pipelines.conform.rules import RuleContext, passes, run_pack, workbench
from pipelines.conform.rules.compile import MASK_BITS, Shapes
from pipelines.conform.rules.packs import Pack, pack_of
from pipelines.conform.rules.relations import Inputs
from schemas import Catalogue

from .conftest import KEY, made_pack, made_rule

CONTEXT = RuleContext(authority_code="W06000015")


def statuses(outcome: rules.RuleOutcome) -> dict[str, str]:
    return dict(outcome.coverage.select("rule_id", "status").iter_rows())


def test_the_pass_of_a_table_says_the_same_as_its_rules_one_by_one(
    catalogue: Catalogue, welsh_pack: Pack, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = run_pack(catalogue, welsh_pack, inputs, CONTEXT)

    def alone(statements: passes.Statements, table: str, held: list, shapes: Shapes) -> tuple[list, dict]:
        with statements.as_written():
            return passes._one_by_one(statements, table, held, shapes)

    monkeypatch.setattr(passes, "plan_passes", alone)
    single = run_pack(catalogue, welsh_pack, inputs, CONTEXT)
    assert together.faults.height > 20
    assert_frame_equal(together.faults, single.faults)
    assert_frame_equal(together.coverage, single.coverage)


def test_more_rules_than_one_mask_holds(catalogue: Catalogue, inputs: Inputs) -> None:
    many = [made_rule(f"Q{n:03}", arguments={"fault": f"row_id = {n % 7 + 1}"}) for n in range(2 * MASK_BITS + 5)]
    outcome = run_pack(catalogue, made_pack(*many), inputs, CONTEXT)
    found = dict(outcome.faults.select("rule_id", "row_number").iter_rows())
    assert found == {f"Q{n:03}": n % 7 + 1 for n in range(2 * MASK_BITS + 5)}


@pytest.mark.parametrize(
    "broken",
    [
        made_rule("BAD", arguments={"fault": "no_such_column > 1"}),
        made_rule("BAD", arguments={"fault": "cast(start_reason_code as integer) > 1"}),
        made_rule("BAD", arguments={"fault": "need_code = ("}),
        made_rule("BAD", check="no_such_word"),
        made_rule("BAD", check="in_code_list", items=("no_such_item",)),
        made_rule("BAD", check="sql", arguments={"file": "no_such_file"}),
        made_rule("BAD", arguments={"fault": "true"}, where="no_such_column"),
    ],
    ids=["column", "conversion", "syntax", "word", "list", "file", "where"],
)
def test_a_rule_with_a_bug_crashes_alone(catalogue: Catalogue, welsh_pack: Pack, inputs: Inputs, broken) -> None:
    whole = run_pack(catalogue, welsh_pack, inputs, CONTEXT)
    with_bug = replace(welsh_pack, rules=(*welsh_pack.rules, broken))
    outcome = run_pack(catalogue, with_bug, inputs, CONTEXT)
    assert statuses(outcome)["BAD"] == "crashed"
    assert set(outcome.messages) == {"BAD"}
    assert_frame_equal(outcome.faults, whole.faults)
    assert_frame_equal(outcome.coverage.filter(pl.col("rule_id") != "BAD"), whole.coverage)


def test_a_sql_rule_that_fails_half_way_leaves_no_fault(
    catalogue: Catalogue, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = "select 'episode' as table_id, cast(start_reason_code as integer) as row_id from episode"
    monkeypatch.setattr(workbench, "sql_of", lambda name: bad)
    outcome = run_pack(catalogue, made_pack(made_rule("BAD", check="sql")), inputs, CONTEXT)
    assert statuses(outcome) == {"BAD": "crashed"}
    assert outcome.faults.is_empty()


def test_no_message_of_a_crash_holds_a_value(catalogue: Catalogue, inputs: Inputs) -> None:
    broken = made_rule("BAD", arguments={"fault": "cast(need_code as integer) > 1"})
    outcome = run_pack(catalogue, made_pack(broken), inputs, CONTEXT)
    assert outcome.messages == {"BAD": "ConversionException"}


def test_every_rule_of_the_pack_has_one_row_of_coverage(catalogue: Catalogue, welsh_pack: Pack, inputs: Inputs) -> None:
    outcome = run_pack(catalogue, welsh_pack, inputs, CONTEXT)
    assert outcome.coverage["rule_id"].to_list() == [r.code for r in welsh_pack.rules]
    assert set(outcome.coverage["status"]) == {
        "ran",
        "skipped: table missing",
        "skipped: previous period missing",
        "skipped: other submissions missing",
    }
    idle = outcome.coverage.filter(pl.col("status") != "ran")
    assert idle.select(pl.col("n_judged").sum(), pl.col("n_failed").sum()).row(0) == (0, 0)


def test_rows_failed_never_exceed_rows_judged(catalogue: Catalogue, welsh_pack: Pack, inputs: Inputs) -> None:
    previous = dict(inputs.tables)
    full = replace(inputs, previous=previous)
    outcome = run_pack(catalogue, welsh_pack, full, CONTEXT)
    over = outcome.coverage.filter(pl.col("n_failed") > pl.col("n_judged"))
    assert over["rule_id"].to_list() == []


def test_the_denominator_is_the_rows_of_where(catalogue: Catalogue, inputs: Inputs) -> None:
    rule = made_rule("Q1", arguments={"fault": "need_code = 'N7'"}, where="need_code is not null")
    outcome = run_pack(catalogue, made_pack(rule), inputs, CONTEXT)
    assert outcome.coverage.row(0) == ("Q1", "ran", 5, 1)


def test_an_item_that_the_layout_does_not_collect_makes_a_rule_not_applicable(
    catalogue: Catalogue, inputs: Inputs
) -> None:
    context = RuleContext(collected={"episode": frozenset({"child_id"})})
    rule = made_rule("Q1", arguments={"fault": "true"})
    outcome = run_pack(catalogue, made_pack(rule), inputs, context)
    assert outcome.coverage.row(0) == ("Q1", "not_applicable", 0, 0)


def test_faults_hold_places_and_no_values(catalogue: Catalogue, welsh_pack: Pack, inputs: Inputs) -> None:
    outcome = run_pack(catalogue, welsh_pack, inputs, CONTEXT)
    assert outcome.faults.columns == ["rule_id", "severity", "table", "row_number", "item"]
    known = {i for t in catalogue.tables.values() for i in (x.item.id for x in t.items)} | {None}
    assert set(outcome.faults["item"]) <= known


def test_run_takes_the_pack_of_the_return_and_is_deterministic(catalogue: Catalogue, inputs: Inputs) -> None:
    first = rules.run(catalogue, "lac_census", "2023-24", inputs.tables, {}, CONTEXT)
    again = rules.run(catalogue, "lac_census", "2023-24", inputs.tables, {}, CONTEXT)
    assert_frame_equal(first.faults, again.faults)
    assert first.pack_version == pack_of(catalogue.rules, KEY).version


def test_empty_tables_are_judged_and_nothing_fails(catalogue: Catalogue, welsh_pack: Pack, inputs: Inputs) -> None:
    bare = Inputs({t: f.clear() for t, f in inputs.tables.items()}, {}, {}, {})
    outcome = run_pack(catalogue, welsh_pack, bare, CONTEXT)
    assert "crashed" not in set(outcome.coverage["status"])
    assert outcome.faults.is_empty()


def test_a_rule_does_not_run_on_an_item_that_the_form_before_did_not_ask_for(
    catalogue: Catalogue, welsh_pack: Pack, inputs: Inputs
) -> None:
    """The first census after the SSDA903 asks for the provider; no episode can have had another one before."""
    episodes = inputs.tables["episode"].with_columns(provider_code=pl.lit("PR1"))
    before = as_asked(
        {"episode": episodes.with_columns(provider_code=pl.lit(None, dtype=pl.String))},
        collected(catalogue, catalogue.returns["ssda903"], "2015-16", None),
    )
    now = replace(inputs, tables={**inputs.tables, "episode": episodes}, previous=before)
    told = statuses(run_pack(catalogue, welsh_pack, now, CONTEXT))
    assert (told["503D"], told["503E"]) == ("ran", "skipped: item not in previous period")
