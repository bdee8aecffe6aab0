"""Partitions: authority x period, one set per return, derived from the catalogue.

What happens in a partition does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from pipelines.core.periods import Period
from schemas import Catalogue
from schemas.model import Return

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def periods(catalogue: Catalogue, r: Return) -> list[str]:
    """Every period the return was or will be collected for, oldest first; a new year is a line of the specification."""
    years = [y for y in catalogue.years if r.since <= y <= (r.until or y)]
    return [str(q) for y in years for q in Period(y).quarters] if r.frequency == "quarterly" else years


def partitions_of(catalogue: Catalogue, r: Return) -> dg.MultiPartitionsDefinition:
    """Authority x period of one return; Dagster sorts dimensions by name, so keys read `W06000015|2018-19`."""
    authority = dg.StaticPartitionsDefinition(list(catalogue.authorities))
    period = dg.StaticPartitionsDefinition(periods(catalogue, r))
    return dg.MultiPartitionsDefinition({"authority": authority, "period": period})


def pairs(context: dg.AssetExecutionContext) -> set[tuple[str, str]]:
    """(authority, period) of every partition of the run."""
    found: set[tuple[str, str]] = set()
    for key in context.partition_keys:
        authority, period = key.split("|")
        found.add((authority, period))
    return found


def range_tags(catalogue: Catalogue, wanted: Iterable[str]) -> dict[str, str]:
    """Run tags that select all authorities for the periods from the first to the last of those wanted."""
    ordered, authorities = sorted(wanted), list(catalogue.authorities)
    return {RANGE_START: f"{authorities[0]}|{ordered[0]}", RANGE_END: f"{authorities[-1]}|{ordered[-1]}"}
