"""A cell is told once, with its cause."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from pipelines.conform.faultlog import FaultLog
from pipelines.conform.merge import merge
from pipelines.conform.rules.records import RuleOutcome
from schemas import Catalogue


def outcome(*failed: tuple[str, str, str, int, str]) -> RuleOutcome:
    names = ["rule_id", "severity", "table", "row_number", "item"]
    faults = pl.DataFrame(failed, schema=names, orient="row", infer_schema_length=None)
    counts = faults.group_by("rule_id").len().rows()
    coverage = pl.DataFrame(
        [(rule, "ran", 10, n) for rule, n in counts],
        schema={"rule_id": pl.String, "status": pl.String, "n_judged": pl.Int64, "n_failed": pl.Int64},
        orient="row",
    )
    return RuleOutcome(faults, coverage, "pack")


def with_checks(catalogue: Catalogue, **checks: str) -> Catalogue:
    model = catalogue.rules[0]
    made = tuple(replace(model, code=code, check=check, severity="error") for code, check in checks.items())
    return replace(catalogue, rules=catalogue.rules + made)


def both(catalogue: Catalogue) -> tuple[pl.DataFrame, pl.DataFrame]:
    held = with_checks(catalogue, X1="readable_date", X2="not_blank", X3="row")
    log = FaultLog(held)
    rows = pl.Series([1, 2])
    log.add_rows("TY02", ("child", "birth_date"), rows, "two_digit_year:DOB")
    log.add_rows("TY51", ("child", "birth_date"), pl.Series([3]), "placeholder:DOB")
    log.add_rows("TY02", ("review", "birth_date"), pl.Series([1]), "two_digit_year:DOB")
    found = outcome(
        ("X1", "error", "child", 1, "birth_date"),
        ("X1", "error", "child", 2, "birth_date"),
        ("X1", "error", "child", 3, "birth_date"),
        ("X2", "error", "child", 1, "birth_date"),
        ("X2", "error", "child", 9, "birth_date"),
        ("X3", "error", "child", 1, "birth_date"),
    )
    return merge(held, log, found)


def test_a_rule_that_finds_the_readers_fault_takes_over_its_cause(catalogue: Catalogue) -> None:
    faults, _ = both(catalogue)
    assert faults.select("rule_id", "table", "row_number", "cause_group").rows() == [
        ("X1", "child", 1, "two_digit_year:DOB"),
        ("X3", "child", 1, ""),
        ("X1", "child", 2, "two_digit_year:DOB"),
        ("TY51", "child", 3, "placeholder:DOB"),
        ("X2", "child", 9, ""),
        ("TY02", "review", 1, "two_digit_year:DOB"),
    ]


def test_coverage_counts_the_faults_that_are_told(catalogue: Catalogue) -> None:
    faults, coverage = both(catalogue)
    told = dict(faults.group_by("rule_id").len().iter_rows())
    counted = {rule: n for rule, n in coverage.select("rule_id", "n_failed").iter_rows() if n}
    assert counted == told
    assert coverage["rule_id"].is_unique().all()
