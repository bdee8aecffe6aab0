"""Examinations to files: typed tables, faults and coverage, held to the specification and written whole.

Deciding what is accepted, and the ledger, do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.contract import hold_to_contract
from pipelines.conform.merge import settled
from pipelines.conform.records import REJECTED, Examination
from pipelines.conform.waiving import all_faults
from pipelines.core import files
from pipelines.core.errors import InternalError
from pipelines.core.places import Where, place_of

if TYPE_CHECKING:
    from pipelines.conform.rules.records import RuleOutcome
    from pipelines.core.settings import Settings
    from schemas.catalogue import Catalogue

Filed = tuple[Examination, str]
"""An examination and the submission id it is filed under."""


def write(settings: Settings, examination: Examination, submission_id: str, catalogue: Catalogue | None = None) -> None:
    """Write one examination; see `write_all`."""
    write_all(settings, [(examination, submission_id)], catalogue)


def write_all(settings: Settings, filed: Sequence[Filed], catalogue: Catalogue | None = None) -> None:
    """Write typed tables, faults and coverage of many examinations, each file whole or not at all.

    Typed tables of rejected submissions are not written: nothing may be counted from them. Writing again gives the
    same files.

    Raises:
        InternalError: an identity is not complete, or typed tables do not keep the contract of the specification (a
            mistake of ours; it names table, column and check, and no value).
    """
    from schemas.catalogue import load

    held = catalogue or load()
    for examination, _ in filed:
        if not examination.identity.is_complete:
            raise InternalError("conform.incomplete_identity")
    counted = [(e, s) for e, s in filed if e.verdict != REJECTED]
    hold_to_contract(held, [typed for e, s in counted for typed in _typed(e, s).items()])
    with files.atomic_files() as place:
        for examination, submission_id in filed:
            for path, frame in _files_of(settings, examination, submission_id):
                frame.write_parquet(place(path), compression="zstd", statistics=False)


def write_settled(
    settings: Settings, told: Sequence[tuple[Where, RuleOutcome]]
) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    """Enter what rules found once other submissions were there; submission -> its (faults, coverage) as they are now.

    Only what differs is written. A submission whose faults are not stored is left out.
    """
    found = {}
    with files.atomic_files() as place:
        for where, outcome in told:
            paths = [place_of(root, where) for root in (settings.paths.faults, settings.paths.coverage)]
            if not all(path.is_file() for path in paths):
                continue
            before = [pl.read_parquet(path, hive_partitioning=False) for path in paths]
            now = settled(before[0], before[1], outcome)
            for path, old, new in zip(paths, before, now, strict=True):
                frame = _marked(new, where[3])
                if not frame.equals(old):
                    frame.write_parquet(place(path), compression="zstd", statistics=False)
            found[where[3]] = now
    return found


def _files_of(settings: Settings, examination: Examination, submission_id: str) -> Iterator[tuple[Path, pl.DataFrame]]:
    """Every file of one examination, and what it holds."""
    paths, identity = settings.paths, examination.identity
    where = (str(identity.return_id), str(identity.period_id), str(identity.authority_code), submission_id)
    if examination.verdict != REJECTED:
        for table, frame in _typed(examination, submission_id).items():
            yield place_of(paths.typed, where, table), frame
    for root, frame in ((paths.faults, all_faults(examination)), (paths.coverage, examination.coverage)):
        yield place_of(root, where), _marked(frame, submission_id)


def _typed(examination: Examination, submission_id: str) -> dict[str, pl.DataFrame]:
    return {table: _marked(frame, submission_id) for table, frame in examination.tables.items()}


def _marked(frame: pl.DataFrame, submission_id: str) -> pl.DataFrame:
    return frame.select(pl.lit(submission_id, pl.String).alias("submission_id"), pl.all())
