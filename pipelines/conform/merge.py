"""Faults of the readers and faults of the rules as one table in which a cell is told once, with its cause.

Finding faults does not belong here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.faultlog import FAULT_SCHEMA, SORTED_BY, FaultLog

if TYPE_CHECKING:
    from pipelines.conform.rules.records import RuleOutcome
    from schemas.catalogue import Catalogue

_CELL = ("table", "row_number", "item")
_FORM_CHECKS = ("in_code_list", "matches", "readable_date")
"""Checks that find the same fault as the readers: the rule keeps its official code and takes over the cause."""
_ABSENCE_CHECKS = ("not_blank", "required_if")
"""Checks for which a cell that could not be read looks blank: the reader's fault is the cause, theirs a symptom."""
PLACEHOLDER = "TY51"


def merge(catalogue: Catalogue, log: FaultLog, outcome: RuleOutcome | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(faults, coverage) of a submission; `n_failed` of a rule is the number of its rows among the faults."""
    own = log.faults()
    if outcome is None:
        return own, log.coverage(own).sort("rule_id")
    checks = {rule.code: rule.check for rule in catalogue.rules}
    ruled = _with_causes(outcome.faults, own, checks)
    taken = ruled.filter(pl.col("is_form") & pl.col("is_error")).select(*_CELL).unique()
    left = own.join(taken.with_columns(pl.lit(value=True).alias("is_taken")), on=_CELL, how="left", nulls_equal=True)
    left = left.filter(pl.col("is_taken").is_null() | (pl.col("severity") != "error")).select(*FAULT_SCHEMA)
    kept = ruled.filter(~_is_symptom())
    dropped = ruled.filter(_is_symptom()).group_by("rule_id").len("n_dropped")
    faults = pl.concat([left, kept.select(*FAULT_SCHEMA)]).sort(*SORTED_BY)
    judged = outcome.coverage.join(dropped, on="rule_id", how="left").with_columns(
        (pl.col("n_failed") - pl.col("n_dropped").fill_null(0)).alias("n_failed")
    )
    coverage = pl.concat([log.coverage(left), judged.drop("n_dropped")], how="vertical_relaxed")
    return faults, coverage.sort("rule_id")


def settled(faults: pl.DataFrame, coverage: pl.DataFrame, outcome: RuleOutcome) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(faults, coverage) with what the rules of `outcome`, and they alone, found now in place of what they did. A fault
    that is explained (`waiver_id`) stays so when it is found again."""
    codes = outcome.coverage["rule_id"].to_list()
    typed = [pl.col(name).cast(dtype) for name, dtype in FAULT_SCHEMA.items()]
    new = outcome.faults.with_columns(pl.lit("").alias("cause_group")).select(*typed)
    kept = faults.filter(~pl.col("rule_id").is_in(codes)).select(*FAULT_SCHEMA)
    others = coverage.filter(~pl.col("rule_id").is_in(codes)).select(*outcome.coverage.columns)
    marked = (
        faults if "waiver_id" in faults.columns else faults.with_columns(pl.lit(None, pl.String).alias("waiver_id"))
    )
    explained = marked.filter(pl.col("waiver_id").is_not_null()).select(*FAULT_SCHEMA, "waiver_id").unique()
    told = pl.concat([kept, new]).sort(*SORTED_BY)
    told = told.join(explained, on=list(FAULT_SCHEMA), how="left", nulls_equal=True, maintain_order="left")
    return told, pl.concat([others, outcome.coverage], how="vertical_relaxed").sort("rule_id")


def _with_causes(ruled: pl.DataFrame, own: pl.DataFrame, checks: dict[str, str]) -> pl.DataFrame:
    """Faults of rules with the cause that a reader found in the same cell, where it found one."""
    cells = own.filter(pl.col("item").is_not_null() & pl.col("row_number").is_not_null())
    errors = cells.filter(pl.col("severity") == "error").unique(subset=_CELL, keep="first", maintain_order=True)
    blanks = cells.filter(pl.col("rule_id") == PLACEHOLDER).select(*_CELL).unique()
    check = pl.col("rule_id").replace_strict(checks, default="", return_dtype=pl.String)
    return (
        ruled.cast({"row_number": pl.Int32})
        .join(errors.select(*_CELL, "cause_group"), on=_CELL, how="left")
        .join(blanks.with_columns(pl.lit(value=True).alias("is_placeholder")), on=_CELL, how="left")
        .with_columns(
            check.is_in(_FORM_CHECKS).alias("is_form"),
            check.is_in(_ABSENCE_CHECKS).alias("is_absence"),
            pl.col("cause_group").is_not_null().alias("is_error"),
            pl.col("is_placeholder").fill_null(value=False),
        )
        .with_columns(pl.when(pl.col("is_form")).then(pl.col("cause_group")).fill_null("").alias("cause_group"))
    )


def _is_symptom() -> pl.Expr:
    return (pl.col("is_absence") & pl.col("is_error")) | (pl.col("is_form") & pl.col("is_placeholder"))
