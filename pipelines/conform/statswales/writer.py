"""Writes what an examination found as the Parquet files of the contract, each whole or not at all.

Deciding whether an extract counts does not belong here.
"""

from __future__ import annotations

import polars as pl

from pipelines.conform.contract import hold_observations_to_contract
from pipelines.conform.records import REJECTED
from pipelines.conform.statswales.records import ExtractExamination
from pipelines.core.files import atomic_file
from pipelines.core.settings import Settings
from schemas.catalogue import Catalogue, load

UNKNOWN_DATASET = "unknown"


def write(
    settings: Settings, examination: ExtractExamination, submission_id: str, catalogue: Catalogue | None = None
) -> None:
    """Write typed observations, faults and coverage of one extract; writing the same again changes nothing.

    A rejected extract leaves faults and coverage only, and takes away observations it may have left before.

    Raises:
        InternalError: where the disk refuses, or observations do not keep the contract of the specification (a
            mistake of ours); what was there before is untouched.
    """
    paths, dataset = settings.paths, f"dataset={examination.dataset_id or UNKNOWN_DATASET}"
    name = f"{submission_id}.parquet"
    typed = paths.typed / "statswales" / "observation" / dataset / name
    told = pl.lit(submission_id).alias("submission_id")
    frames = {
        paths.faults / "statswales" / dataset / name: examination.faults,
        paths.coverage / "statswales" / dataset / name: examination.coverage,
    }
    if examination.verdict == REJECTED:
        typed.unlink(missing_ok=True)
    else:
        hold_observations_to_contract(catalogue or load(), examination.observations.select(told, pl.all()))
        frames = {typed: examination.observations, **frames}
    for path, frame in frames.items():
        with atomic_file(path) as temporary:
            frame.select(told, pl.all()).write_parquet(temporary)
