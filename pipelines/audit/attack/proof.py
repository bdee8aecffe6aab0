"""The open part of an edition's proof: which figures are one cell, and the lines that everybody may read there.

The closed part is never read here, so an outsider can run the same attack.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.audit.attack.system import System
from pipelines.core.errors import Place, UnreadableError

CELLS, STATISTICS, LINES = "cells.parquet", "statistics.parquet", "lines.parquet"


@dataclass(frozen=True)
class Proof:
    """Cells, statistics and lines of the edition's `proof/` (contract between rooms)."""

    cells: pl.DataFrame
    lines: pl.DataFrame
    cell_of: Mapping[str, str]
    """`measure;period;area;breakdown;code;role` -> cell id."""

    def add_lines(self, system: System) -> None:
        """Add the lines of the proof, and the cells that only they name."""
        for name, low, high in self.cells.select("cell_id", "low", "high").iter_rows():
            if name not in system:
                system.add(name, (low, math.inf if high is None else high))
        grouped = self.lines.group_by("line_id", maintain_order=True).agg(
            pl.col("kind", "low", "high").first(), pl.col("cell_id", "coefficient")
        )
        for line, kind, low, high, cells, coefficients in grouped.iter_rows():
            if all(cell in system for cell in cells):
                ends = -math.inf if low is None else low, math.inf if high is None else high
                system.relate(f"{kind} {line}", dict(zip(cells, coefficients, strict=True)), *ends)


def read(folder: Path) -> Proof | None:
    """The open proof in a folder; None where the edition has none of this kind.

    Raises:
        UnreadableError: a file of it cannot be read.
    """
    if not all((folder / name).is_file() for name in (CELLS, STATISTICS, LINES)):
        return None
    try:
        cells, statistics, lines = (pl.read_parquet(folder / name) for name in (CELLS, STATISTICS, LINES))
        counts = statistics.filter(pl.col("kind") == "count") if "kind" in statistics.columns else statistics
        named = pl.col("statistic_id").str.split(";").list.slice(1).list.join(";")
        cell_of = dict(counts.select(named, "cell_id").iter_rows())
    except (OSError, pl.exceptions.PolarsError):
        raise UnreadableError("disclosure.table_unreadable", Place(file=folder.name)) from None
    return Proof(cells, lines, cell_of)
