"""A realistic year, protected once for all tests of the room that look at one and change nothing.

What must hold of it belongs to the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.disclosure import DisclosureSummary, protect
from schemas.catalogue import Catalogue
from tests.made_cells import World, cells, pairs, write

PUBLICATION = "children-looked-after"
KEY = ["measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code"]


@dataclass(frozen=True)
class Year:
    """The folder with its files, what the room said, disclosed rows, and the cells in the same order."""

    catalogue: Catalogue
    folder: Path
    summary: DisclosureSummary
    rows: pl.DataFrame
    true: pl.DataFrame


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Year:
    """Every table of the publication for one year of drawn children."""
    folder = tmp_path_factory.mktemp("year")
    path = write(cells(catalogue, pairs(catalogue.publications[PUBLICATION]), World(seed=3)), folder)
    summary = protect(catalogue, PUBLICATION, path, folder)
    rows = pl.read_parquet(folder / "disclosed.parquet")
    true = rows.select(KEY).join(pl.read_parquet(path), on=KEY, how="left", maintain_order="left")
    return Year(catalogue, folder, summary, rows, true)
