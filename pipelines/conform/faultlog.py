"""Collects faults and the counts behind coverage while a submission is read; the frames of both come out at the end.

What is a fault, and the wording of any, do not belong here: rules of the readers stand in the specification.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.rules.records import NOT_APPLICABLE, RAN
from pipelines.core.errors import NOWHERE, Place

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import Rule

FAULT_SCHEMA = {
    "rule_id": pl.String,
    "severity": pl.String,
    "table": pl.String,
    "row_number": pl.Int32,
    "item": pl.String,
    "cause_group": pl.String,
}
COVERAGE_SCHEMA = {"rule_id": pl.String, "status": pl.String, "n_judged": pl.Int64, "n_failed": pl.Int64}
READER = "reader"
"""The word in `Rule.check` of rules that the readers themselves apply while they read."""

SORTED_BY = ("table", "row_number", "rule_id", "item", "cause_group")


def reader_rules(catalogue: Catalogue) -> dict[str, Rule]:
    """Rules that are applied to returns and exports while they are read, by code.

    They name no return, since they also apply before it is known which return it is.
    """
    return {rule.code: rule for rule in catalogue.rules if rule.check == READER and not rule.returns}


class FaultLog:
    """Faults of one submission. Only rule ids, places and words of the specification go in, never a value."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.know(catalogue)
        self._rows: list[tuple[str, str | None, int | None, str | None, str]] = []
        self._frames: list[pl.DataFrame] = []
        self._judged: dict[str, int] = dict.fromkeys(self.rules, 0)

    def __getstate__(self) -> dict[str, object]:
        """What was found, without the rules: who takes it from another process tells it the rules again (`know`)."""
        return {name: held for name, held in self.__dict__.items() if name != "rules"}

    def know(self, catalogue: Catalogue) -> None:
        """The rules by which faults are told."""
        self.rules = reader_rules(catalogue)

    def add(self, rule_id: str, cause: str, place: Place = NOWHERE) -> None:
        """One fault of a whole file, table, column or row; of the place, table, row and item are kept."""
        self._rows.append((rule_id, place.table, place.row, place.item, cause))

    def add_rows(self, rule_id: str, place: tuple[str, str | None], rows: pl.Series, cause: str) -> None:
        """A fault of many rows at once; `place` is (table, item), `rows` their row numbers."""
        if rows.len():
            names = (
                pl.lit(v, pl.String).alias(k)
                for k, v in (("rule_id", rule_id), ("table", place[0]), ("item", place[1]), ("cause_group", cause))
            )
            self._frames.append(rows.cast(pl.Int32).alias("row_number").to_frame().with_columns(*names))

    def judge(self, rule_ids: Iterable[str], n: int) -> None:
        """Count `n` more things (files, columns, cells) looked at by the rules."""
        for rule_id in rule_ids:
            self._judged[rule_id] += n

    @property
    def is_rejecting(self) -> bool:
        """True once a fault was found for which the submission cannot be read as what it is said to be."""
        return any(self.rules[row[0]].severity == "reject" for row in self._rows)

    def has(self, rule_id: str) -> bool:
        """True where the rule told a fault of the whole submission, a file, a table or a column."""
        return any(row[0] == rule_id for row in self._rows)

    def faults(self) -> pl.DataFrame:
        """rule_id, severity, table, row_number, item, cause_group, in a total order."""
        columns = ("rule_id", "table", "row_number", "item", "cause_group")
        single = pl.DataFrame(self._rows, schema={c: FAULT_SCHEMA[c] for c in columns}, orient="row")
        many = [frame.select(*columns) for frame in self._frames]
        severities = {code: rule.severity for code, rule in self.rules.items()}
        severity = pl.col("rule_id").replace_strict(severities, return_dtype=pl.String).alias("severity")
        return pl.concat([single, *many]).with_columns(severity).select(*FAULT_SCHEMA).sort(*SORTED_BY)

    def coverage(self, faults: pl.DataFrame) -> pl.DataFrame:
        """One row per reader rule; a rule with nothing to look at was not applicable."""
        failed = dict(faults.group_by("rule_id").len().iter_rows())
        rows = []
        for code in sorted(self.rules):
            n_failed = failed.get(code, 0)
            n_judged = max(self._judged[code], n_failed)
            rows.append((code, RAN if n_judged else NOT_APPLICABLE, n_judged, n_failed))
        return pl.DataFrame(rows, schema=COVERAGE_SCHEMA, orient="row")
