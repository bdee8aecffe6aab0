"""What became of each rule for each submission of a run: faults and coverage, and not one rule without a status.

Running rules does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.conform.rules.packs import Pack
from pipelines.conform.rules.records import CRASHED, RAN, ROWS_PER_JOB, RuleOutcome
from pipelines.conform.rules.vocabulary import Arguments
from schemas.model import Rule

_FAULTS = {
    "rule_id": pl.String,
    "severity": pl.String,
    "table": pl.String,
    "row_number": pl.Int32,
    "item": pl.String,
}
_COVERAGE = {"rule_id": pl.String, "status": pl.String, "n_judged": pl.Int64, "n_failed": pl.Int64}


@dataclass(frozen=True)
class Account:
    """Of one submission: code -> status, rows judged by the rules that ran, class of error of those that crashed."""

    status: Mapping[str, str]
    judged: Mapping[str, int]
    messages: Mapping[str, str]


def outcomes(pack: Pack, failed: pl.DataFrame, accounts: Sequence[Account]) -> list[RuleOutcome]:
    """Faults (code, table_id, job, row_ids: in that order) shared out to the submissions, each with its coverage.

    What is said of a fault depends on its rule and table, so it is said of all rows of these at once.
    """
    ran = [(n, code) for n, a in enumerate(accounts) for code, status in a.status.items() if status == RAN]
    schema = {"job": pl.Int64, "code": pl.String}
    kept = failed.join(pl.DataFrame(ran, schema, orient="row"), on=["job", "code"], how="semi", maintain_order="left")
    counts = _failed_counts(kept, pack.rules)
    by_job = {
        int(str(key[0])): frame for key, frame in _described(kept, pack).partition_by("job", as_dict=True).items()
    }
    none = pl.DataFrame(schema=_FAULTS)
    return [
        RuleOutcome(
            _row_by_row(by_job[n]) if n in by_job else none,
            _coverage(pack, account, counts.get(n, {})),
            pack.version,
            dict(account.messages),
        )
        for n, account in enumerate(accounts)
    ]


def _row_by_row(described: pl.DataFrame) -> pl.DataFrame:
    """One row per fault, with the row in the file; null for a fault of the whole return (row 0: see `whole_return` of
    the prelude)."""
    number = (pl.col("row_ids") % ROWS_PER_JOB).cast(pl.Int32)
    numbered = described.explode("row_ids").with_columns(pl.when(number > 0).then(number).alias("row_number"))
    return numbered.select(*_FAULTS)


def _described(failed: pl.DataFrame, pack: Pack) -> pl.DataFrame:
    """The faults of rules and tables with severity and item under the names of the contract, in the order given."""
    severity = pl.col("code").replace_strict({r.code: r.severity for r in pack.rules}, return_dtype=pl.String)
    named = failed.join(_items_named(pack.rules), on=["code", "table_id"], how="left", maintain_order="left")
    return named.with_columns(severity.alias("severity")).rename({"code": "rule_id", "table_id": "table"})


def _failed_counts(failed: pl.DataFrame, rules: Sequence[Rule]) -> dict[int, dict[str, int]]:
    """job -> code -> rows failed, in the tables in which a rule's rows are judged (its own, or those under `over`)."""
    pairs = [(r.code, table) for r in rules for table in Arguments(r).texts("over") or (r.table,)]
    judged = pl.DataFrame(pairs, schema={"code": pl.String, "table_id": pl.String}, orient="row")
    held = failed.join(judged, on=["code", "table_id"], how="semi")
    counted = held.group_by("job", "code").agg(pl.col("row_ids").list.len().sum())
    found: dict[int, dict[str, int]] = {}
    for job, code, n in counted.iter_rows():
        found.setdefault(job, {})[code] = n
    return found


def _coverage(pack: Pack, account: Account, failed: Mapping[str, int]) -> pl.DataFrame:
    rows = []
    for rule in pack.rules:
        status = account.status.get(rule.code, CRASHED)
        n = (account.judged.get(rule.code, 0), failed.get(rule.code, 0)) if status == RAN else (0, 0)
        rows.append((rule.code, status, *n))
    return pl.DataFrame(rows, schema=_COVERAGE, orient="row")


def _items_named(rules: Sequence[Rule]) -> pl.DataFrame:
    """The item that a fault names, per rule and table: the first that the rule lists for the table."""
    rows: dict[tuple[str, str], str] = {}
    for rule in rules:
        for named in rule.items:
            table, _, item = named.rpartition(".")
            rows.setdefault((rule.code, table or rule.table), item)
    schema = {"code": pl.String, "table_id": pl.String, "item": pl.String}
    return pl.DataFrame([(*key, item) for key, item in sorted(rows.items())], schema=schema, orient="row")
