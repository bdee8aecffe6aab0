"""Two published editions of one publication, and a folder that was never published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import made_edition
import polars as pl
import pytest
from made_edition import Desk
from made_server import served

from schemas import Catalogue


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Desk:
    held = made_edition.desk(tmp_path_factory.mktemp("served"), catalogue)
    rows = made_edition.disclosed_rows(held.catalogue, made_edition.publication())
    held.lay(rows)
    held.publish()
    held.lay(rows.with_columns(value=pl.when(pl.col("unit") == "count").then(pl.col("value") + 5).otherwise("value")))
    held.publish(status="revised")
    return held


@pytest.fixture(scope="session")
def latest(desk: Desk) -> Path:
    return desk.root / "2024-25-2"


@pytest.fixture(scope="session")
def client(desk: Desk) -> Iterator[httpx.Client]:
    with served(desk.settings) as held:
        yield held
