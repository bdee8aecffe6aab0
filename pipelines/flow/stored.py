"""What is stored of a submission, found by its id or its row of the ledger: typed tables and faults, as written.

Writing and judging do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pipelines.core.errors import UsageError
from pipelines.core.ledger import Ledger, LedgerRow
from pipelines.core.places import place_of

if TYPE_CHECKING:
    import polars as pl

    from pipelines.core.settings import Paths
    from pipelines.flow.desk import Desk

Tables = Mapping[str, "pl.DataFrame"]
"""Typed tables by table id."""


def rows_of(desk: Desk, submission_id: str) -> tuple[LedgerRow, ...]:
    """The newest entry of the submission whose id begins so.

    Raises:
        UsageError: where none, or more than one, does.
    """
    held = Ledger(desk.settings.paths).view().latest
    known = [rows for key, rows in held.items() if key.startswith(submission_id) and submission_id]
    if len(known) != 1:
        raise UsageError("ledger.unknown_submission", submission=submission_id[:16])
    return known[0]


def typed_tables(desk: Desk, row: LedgerRow) -> Tables:
    """Typed tables of one submission, as they were written; none of a file that is no return."""
    known = desk.catalogue.returns.get(row.return_id)
    return tables_of(desk.settings.paths, row, sorted(known.tables) if known else ())


def tables_of(paths: Paths, row: LedgerRow, tables: Iterable[str]) -> Tables:
    """Typed tables of a submission, those of the given names that were written."""
    import polars as pl

    held = {t: place_of(paths.typed, row.where, t) for t in tables}
    return {t: pl.read_parquet(path, hive_partitioning=False) for t, path in held.items() if path.is_file()}


def faults_of(desk: Desk, row: LedgerRow) -> pl.DataFrame:
    """The faults of one submission, explained ones included, as they were written; none where nothing was."""
    import polars as pl

    from pipelines.conform.faultlog import FAULT_SCHEMA

    path = place_of(desk.settings.paths.faults, row.where)
    return pl.read_parquet(path, hive_partitioning=False) if path.is_file() else pl.DataFrame(schema=FAULT_SCHEMA)


def own_identifiers(desk: Desk, rows: Iterable[LedgerRow]) -> dict[str, str]:
    """Token -> the authority's own child identifier, read anew from the kept bytes and kept nowhere."""
    from pipelines.conform import Claim, SourceFile
    from pipelines.conform.examination import read_submission

    latest, folder = Ledger(desk.settings.paths).view().latest, desk.settings.paths.landing_files
    found: dict[str, str] = {}
    for first in rows:
        files = [SourceFile(r.file_name, (folder / r.sha256).read_bytes()) for r in latest[first.submission_id]]
        claim = Claim(first.return_id, first.authority_code, first.period_id, first.system)
        reading = read_submission(desk.catalogue, desk.tokeniser, files, claim)
        for table, frame in reading.tables.items():
            raw = reading.read.tables[table].raw
            if "child_id" in raw.columns:
                beside = frame.select("row_number", "child_id").join(
                    raw.select("row_number", "child_id"), on="row_number"
                )
                found |= {str(token): str(own) for _, token, own in beside.drop_nulls().iter_rows()}
    return found


def with_questions(desk: Desk, row: LedgerRow, faults: pl.DataFrame) -> pl.DataFrame:
    """Faults of a stored submission together with those of the rules that ask about other submissions, as stored."""
    import polars as pl

    from pipelines.conform.rules import needs_held

    codes = [rule.code for rule in desk.catalogue.rules if needs_held(rule)]
    asking = faults_of(desk, row).filter(pl.col("rule_id").is_in(codes))
    return pl.concat([faults, asking.select(faults.columns)])
