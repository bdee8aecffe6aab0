"""Holds our own typed tables to the schemas that the specification derives, before anything is written.

Judging what an authority sent belongs to the rules: a failure here is a mistake of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from pipelines.core.errors import InternalError, Place

if TYPE_CHECKING:
    from pandera.polars import DataFrameSchema

    from schemas.catalogue import Catalogue


def hold_to_contract(catalogue: Catalogue, typed: Sequence[tuple[str, pl.DataFrame]]) -> None:
    """Check (table id, frame) pairs, all frames of a table in one call: a call costs milliseconds whatever its size.

    Frames are validated and never lazy frames, of which the library checks names and types only, in silence.

    Raises:
        InternalError: names the table, column and check. The report of the library holds values, so the chain is cut.
    """
    by_table: dict[str, list[pl.DataFrame]] = {}
    for table, frame in typed:
        by_table.setdefault(table, []).append(frame)
    for table, frames in sorted(by_table.items()):
        _hold_table(catalogue, table, frames)


def hold_observations_to_contract(catalogue: Catalogue, frame: pl.DataFrame) -> None:
    """The same for the observations of one StatsWales extract.

    Raises:
        InternalError: as above.
    """
    from schemas.derive.frames import observation_frame_schema

    _validate(observation_frame_schema(catalogue), frame, "observation")


def _hold_table(catalogue: Catalogue, table: str, frames: Sequence[pl.DataFrame]) -> None:
    from schemas.derive.frames import typed_frame_schema

    try:
        whole = pl.concat(frames, how="vertical")
    except pl.exceptions.PolarsError:
        raise InternalError("conform.contract", Place(table=table), check="columns") from None
    _validate(typed_frame_schema(catalogue, table), whole, table)


def _validate(schema: DataFrameSchema, whole: pl.DataFrame, table: str) -> None:
    from pandera.config import ValidationDepth, config_context
    from pandera.errors import SchemaErrors

    broken: tuple[str, str] | None = None
    with config_context(validation_depth=ValidationDepth.SCHEMA_AND_DATA):
        try:
            schema.validate(whole, lazy=True)
        except SchemaErrors as errors:
            first = errors.schema_errors[0]
            column = getattr(getattr(first, "schema", None), "name", None)
            broken = (str(column or ""), str(first.reason_code.name if first.reason_code else "check"))
    if broken:
        raise InternalError("conform.contract", Place(table=table, item=broken[0]), check=broken[1]) from None
