"""One published edition that the reading tests share; tests that publish again make a desk of their own."""

from __future__ import annotations

from pathlib import Path

import made_edition
import polars as pl
import pytest
from made_edition import Desk

from pipelines.publish import EditionResult
from schemas import Catalogue


@pytest.fixture
def desk(tmp_path: Path, catalogue: Catalogue) -> Desk:
    """A desk with disclosed rows laid out, nothing published."""
    held = made_edition.desk(tmp_path, catalogue)
    held.lay(made_edition.disclosed_rows(held.catalogue, made_edition.publication()))
    return held


@pytest.fixture(scope="session")
def shared_desk(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Desk:
    held = made_edition.desk(tmp_path_factory.mktemp("edition"), catalogue)
    held.lay(made_edition.disclosed_rows(held.catalogue, made_edition.publication()))
    return held


@pytest.fixture(scope="session")
def rows(shared_desk: Desk) -> pl.DataFrame:
    """What was disclosed."""
    return pl.read_parquet(shared_desk.disclosed)


@pytest.fixture(scope="session")
def edition(shared_desk: Desk) -> EditionResult:
    """The edition made of it."""
    return shared_desk.publish()
