"""The only room that imports Dagster; every definition is a few lines that call a room through `pipelines.flow`.

Nothing here reads a row: assets return counts, checks return counts, and what an asset makes lies in files.
"""

from __future__ import annotations

import warnings

import dagster as dg

warnings.filterwarnings("ignore", category=dg.BetaWarning)
# backfill_policy is marked beta; one run for many partitions is what makes a build take seconds and not minutes.

from pipelines.defs.assemble import build_definitions  # noqa: E402 (after the filter, which its import needs)

__all__ = ["build_definitions"]
