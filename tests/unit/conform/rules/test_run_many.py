"""Many submissions in one run: each gets what it gets alone, whatever the others hold."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.conform import rules
from pipelines.conform.rules import RuleContext, RuleJob, RuleOutcome, engine
from pipelines.conform.rules.examples import expected, failed_rows, inputs_of
from pipelines.conform.rules.packs import READER, Pack, PackKey, pack_of
from pipelines.conform.rules.relations import Inputs, layout_of
from pipelines.conform.rules.workbench import Workbench
from schemas import Catalogue

from .conftest import KEY, made_pack, made_rule

AUTHORITIES = ("W06000015", "W06000001", "W06000022")


def many(catalogue: Catalogue, jobs: Sequence[RuleJob]) -> list[RuleOutcome]:
    return rules.run_many(catalogue, "lac_census", "2023-24", jobs)


def each(catalogue: Catalogue, jobs: Sequence[RuleJob]) -> list[RuleOutcome]:
    """Every job in a run, and on a connection, of its own."""
    pack = pack_of(catalogue.rules, KEY)
    return [
        rules.run_pack(catalogue, pack, Inputs(j.tables, j.context.raw, j.previous, j.context.reference), j.context)
        for j in jobs
    ]


def assert_same(found: Sequence[RuleOutcome], wanted: Sequence[RuleOutcome]) -> None:
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert_frame_equal(one.faults, other.faults)
        assert_frame_equal(one.coverage, other.coverage)
        assert (one.messages, one.pack_version) == (other.messages, other.pack_version)


@contextmanager
def bench_of(catalogue: Catalogue, pack: Pack) -> Iterator[Callable[[Sequence[Inputs]], list[RuleOutcome]]]:
    """A way to run any pack over jobs that know nothing but their tables, all of them in one run."""
    bench = Workbench(catalogue, pack, engine.setting_of(catalogue, pack.key, None))
    try:
        yield lambda jobs: engine._run(bench, pack, [engine.Case(inputs, RuleContext()) for inputs in jobs])
    finally:
        bench.close()


def together(catalogue: Catalogue, pack: Pack, jobs: Sequence[Inputs]) -> list[RuleOutcome]:
    with bench_of(catalogue, pack) as run:
        return run(jobs)


def without(frames: dict[str, pl.DataFrame], table: str) -> dict[str, pl.DataFrame]:
    return {t: f for t, f in frames.items() if t != table}


@pytest.fixture
def jobs(inputs: Inputs) -> list[RuleJob]:
    """The same children and numbers in every job; what else a job lacks or has differs."""
    tables = dict(inputs.tables)
    children = tables["child"].with_columns(pl.Series("upn_id", ["u1", "u2", "u3"]))
    tables["child"] = children
    raw = {"episode": tables["episode"].with_columns(pl.col("episode_start_date", "episode_end_date").cast(pl.String))}
    told = {"episode": frozenset({"child_id", "episode_start_date"}), "child": frozenset({"child_id"})}
    cardiff, anglesey, newport = (RuleContext(authority_code=code) for code in AUTHORITIES)
    return [
        RuleJob(tables, tables, cardiff),
        RuleJob(tables, {}, anglesey),
        RuleJob(without(tables, "child"), tables, newport),
        RuleJob(tables, without(tables, "episode"), replace(cardiff, raw=raw)),
        RuleJob(tables, {}, replace(anglesey, collected=told)),
        RuleJob({t: f.clear() for t, f in tables.items()}, {}, newport),
        RuleJob({}, {}, cardiff),
        RuleJob({t: f.with_columns(pl.lit(None, pl.String).alias("child_id")) for t, f in tables.items()}, {}, newport),
        RuleJob({t: f.drop("row_number").reverse() for t, f in tables.items()}, tables, cardiff),
    ]


def test_many_say_what_each_says_alone(catalogue: Catalogue, jobs: list[RuleJob]) -> None:
    found = many(catalogue, jobs)
    assert_same(found, each(catalogue, jobs))
    assert sum(o.faults.height for o in found) > 100


def test_a_run_leaves_nothing_to_the_next(catalogue: Catalogue, jobs: list[RuleJob]) -> None:
    first = many(catalogue, jobs)
    assert_same(many(catalogue, jobs[::-1])[::-1], first)
    assert_same([many(catalogue, [job])[0] for job in jobs], first)


def test_what_one_job_lacks_is_skipped_for_it_alone(catalogue: Catalogue, jobs: list[RuleJob]) -> None:
    whole, first_year, headless = (set(o.coverage["status"]) for o in many(catalogue, jobs[:3]))
    assert "skipped: previous period missing" not in whole
    assert "skipped: previous period missing" in first_year
    table_rules = [
        o.coverage.filter(pl.col("status") == "skipped: table missing").height for o in many(catalogue, jobs)
    ]
    assert table_rules[2] > table_rules[0]
    assert "skipped: table missing" in headless


def test_no_jobs_no_outcomes(catalogue: Catalogue) -> None:
    assert many(catalogue, []) == []


def test_the_same_pupil_number_in_two_authorities_is_no_fault(catalogue: Catalogue, jobs: list[RuleJob]) -> None:
    alone = jobs[1]
    twice = replace(
        alone, tables=alone.tables | {"child": alone.tables["child"].with_columns(pl.lit("u1").alias("upn_id"))}
    )
    clean, doubled, again = (
        o.faults.filter(pl.col("rule_id") == "444") for o in many(catalogue, [alone, twice, alone])
    )
    assert (clean.height, doubled.height, again.height) == (0, 3, 0)


def test_each_job_has_its_own_authority(catalogue: Catalogue, inputs: Inputs) -> None:
    own = catalogue.authorities[AUTHORITIES[0]].la3
    episode = inputs.tables["episode"].with_columns(pl.lit(own).alias("placement_authority_code"))
    rule = made_rule("Q1", arguments={"fault": "placement_authority_code = own_authority()"})
    jobs = [replace(inputs, tables={"episode": episode}, authority_code=code) for code in (own, "999", None, own)]
    found = together(catalogue, made_pack(rule), jobs)
    assert [o.faults.height for o in found] == [7, 0, 0, 7]


def test_a_window_of_a_rule_stays_within_its_job(catalogue: Catalogue, inputs: Inputs) -> None:
    windows = {"n_all": "count(*) over ()", "n_same": "count(*) over (partition by need_code)"}
    rule = made_rule("Q1", arguments={"fault": "n_all > 7 or n_same > 2", "windows": windows})
    assert [o.faults.height for o in together(catalogue, made_pack(rule), [inputs, inputs])] == [0, 0]


@pytest.mark.parametrize("check", ["row", "sql"])
def test_what_the_rows_of_one_job_break_breaks_for_no_other(
    catalogue: Catalogue, inputs: Inputs, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    sql = "select 'episode' as table_id, row_id from episode where cast(need_code as integer) > 1"
    monkeypatch.setattr("pipelines.conform.rules.workbench.sql_of", lambda _: sql)
    fine = replace(inputs, tables={"episode": inputs.tables["episode"].with_columns(pl.lit("12").alias("need_code"))})
    broken = made_rule("BAD", check, arguments={"fault": "cast(need_code as integer) > 1"} if check == "row" else {})
    sound = made_rule("Q1", arguments={"fault": "row_id > 0"})
    outcomes = together(catalogue, made_pack(broken, sound), [fine, inputs, fine])
    assert [o.coverage["status"].to_list() for o in outcomes] == [["ran", "ran"], ["crashed", "ran"], ["ran", "ran"]]
    assert [o.coverage["n_failed"].to_list() for o in outcomes] == [[7, 7], [0, 7], [7, 7]]
    assert [dict(o.messages) for o in outcomes] == [{}, {"BAD": "ConversionException"}, {}]


def test_a_rule_that_cannot_be_planned_crashes_for_all_and_alone(catalogue: Catalogue, inputs: Inputs) -> None:
    broken = made_rule("BAD", arguments={"fault": "no_such_column > 1"})
    sound = made_rule("Q1", arguments={"fault": "row_id > 0"})
    outcomes = together(catalogue, made_pack(broken, sound), [inputs, inputs])
    assert [o.coverage["status"].to_list() for o in outcomes] == [["crashed", "ran"]] * 2


def test_a_shared_relation_that_cannot_be_filled_takes_its_readers_along(
    catalogue: Catalogue, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = {
        "bad_view": "select child_id, cast(start_reason_code as integer) as n from episode",
        "good_view": "select child_id from episode",
        "late_view": "select child_id from bad_view",
    }
    for module in ("schemas.rule_terms", "pipelines.conform.rules.workbench"):
        monkeypatch.setattr(f"{module}.load_views", lambda: views)
    sql = "select 'episode' as table_id, row_id from episode where child_id in (select child_id from {})"
    monkeypatch.setattr("pipelines.conform.rules.workbench.sql_of", sql.format)
    held = [made_rule(f"Q{n}", check="sql", arguments={"file": view}) for n, view in enumerate(views)]
    outcome = together(catalogue, made_pack(*held), [inputs])[0]
    assert outcome.coverage["status"].to_list() == ["crashed", "ran", "crashed"]


def test_rows_without_a_child_meet_nobody_of_another_job(catalogue: Catalogue) -> None:
    days = [date(2023, 5, 1), date(2023, 5, 3), date(2023, 5, 5)]
    episode = pl.DataFrame({
        "child_id": pl.Series([None] * 2, dtype=pl.String),
        "episode_start_date": days[:2], "episode_end_date": days[1:], "legal_status_code": ["L1", "L1"],
    })  # fmt: skip
    later = episode.with_columns(pl.col("episode_start_date", "episode_end_date").dt.offset_by("4d"))
    jobs = [Inputs({"episode": frame}, {}, {}, {}) for frame in (episode[:1], episode[1:], later, episode)]
    rule = pack_of(catalogue.rules, KEY).rule("361")
    assert rule is not None
    assert [o.faults.height for o in together(catalogue, made_pack(rule), jobs)] == [0, 0, 2, 2]


@pytest.mark.parametrize("jurisdiction", ["wales", "england"])
def test_random_submissions_never_meet(catalogue: Catalogue, jurisdiction: str) -> None:
    pack = pack_of(catalogue.rules, PackKey("2023-24", jurisdiction))
    luck = random.Random(20240331)
    jobs = [random_inputs(catalogue, luck) for _ in range(6)]
    with bench_of(catalogue, pack) as run:
        found = run(jobs)
        assert_same(found, [run([job])[0] for job in jobs])
    assert "crashed" not in set(pl.concat([o.coverage for o in found])["status"])
    assert pl.concat([o.faults for o in found])["rule_id"].n_unique() > 100


def random_inputs(catalogue: Catalogue, luck: random.Random) -> Inputs:
    """Few children, few values, many blanks, in every table: everything meets everything."""
    tables = {t: random_table(catalogue, t, luck) for t in layout_of(catalogue).kinds}
    previous = {t: random_table(catalogue, t, luck) for t in tables}
    return Inputs(tables, {}, previous, {}, luck.choice(["512", "660", None]))


def random_table(catalogue: Catalogue, table: str, luck: random.Random) -> pl.DataFrame:
    lists = {
        i.id: [c.code for c in catalogue.code_lists[i.code_list].codes] for i in catalogue.items.values() if i.code_list
    }
    pools = {"child_id": ["a", "b", "c", "d"], "upn_id": ["A123456789012", "B123456789012", "UN1"]} | lists
    days = [date(2022, 4, 1) + timedelta(days=61 * n) for n in range(14)] + [date(2006, 4, 1), date(2012, 6, 1)]
    height, columns = luck.randrange(12), {}
    for item, kind in layout_of(catalogue).kinds[table].items():
        pool = days if kind == "date" else pools.get(item, ["1", "660"])
        values = [None if luck.random() < 0.15 else luck.choice(pool) for _ in range(height)]
        columns[item] = pl.Series(item, values, pl.Date if kind == "date" else pl.String)
    return pl.DataFrame(columns)


def test_the_worked_examples_of_all_rules_hold_side_by_side(catalogue: Catalogue) -> None:
    """Every example is a submission of one run, and they all name their children a, b and c.

    Those that bring relations of their own cannot share a run; they have theirs in `tests/spec/rules`.
    """
    by_key = defaultdict(list)
    for rule in (r for r in catalogue.rules if r.check != READER):
        for example in (e for e in rule.examples if "reference" not in e):
            country = example.get("jurisdiction") or rule.jurisdictions[0]
            by_key[PackKey(str(example.get("period") or rule.since or "2023-24"), country)].append((rule, example))
    wrong = []
    for key, held in by_key.items():
        pack = pack_of(catalogue.rules, key)
        jobs = [replace(inputs_of(catalogue, e), authority_code=own_code(catalogue, e)) for _, e in held]
        for (rule, example), outcome in zip(held, together(catalogue, pack, jobs), strict=True):
            failed = failed_rows(outcome.faults.filter(pl.col("rule_id") == rule.code))
            if pack.rule(rule.code) == rule and failed != expected(example):
                wrong.append((rule.code, key.period_id, failed))
    assert wrong == []


def own_code(catalogue: Catalogue, example: dict) -> str | None:
    return engine.setting_of(catalogue, KEY, example.get("authority")).authority_code
