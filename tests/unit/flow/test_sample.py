"""Real children never stand beside those of the bundled sample."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from pipelines.core.settings import Settings
from pipelines.flow import sample
from pipelines.flow.desk import Desk
from pipelines.landing import Identity, KeptFile, keep, register

OTHER = [KeptFile("Header.csv", "0" * 64, 1, Path("Header.csv"))]


def found(*ids: str) -> SimpleNamespace:
    return SimpleNamespace(raw={"child": pl.DataFrame({"child_id": list(ids)}, schema={"child_id": pl.String})})


@pytest.fixture
def sampled(settings: Settings) -> Desk:
    """A data folder that has received one file of the bundled sample."""
    one = min((settings.paths.sample / "returns" / "2015-16").glob("W*"))
    register(settings, keep(settings, [one]), Identity("ssda903", "W06000002", "2015-16"))
    return Desk(settings)


def test_an_empty_folder_takes_anything(settings: Settings) -> None:
    assert sample.may_join(Desk(settings), OTHER, found("4711"))  # type: ignore[arg-type]


def test_synthetic_children_may_join_the_sample(sampled: Desk) -> None:
    assert sample.may_join(sampled, OTHER, found("SYN0001", "SYN0002"))  # type: ignore[arg-type]


@pytest.mark.parametrize("ids", [("4711",), ("SYN0001", "4711")])
def test_real_children_may_not(sampled: Desk, ids: tuple[str, ...]) -> None:
    assert not sample.may_join(sampled, OTHER, found(*ids))  # type: ignore[arg-type]


def test_a_folder_of_real_returns_goes_on_taking_them(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "Header.csv").write_text("CHILD\n4711\n", "utf-8")
    register(settings, keep(settings, [tmp_path / "Header.csv"]), Identity("lac_census", "W06000002", "2016-17"))
    assert sample.may_join(Desk(settings), OTHER, found("4712"))  # type: ignore[arg-type]


def test_a_file_of_the_sample_may_always_come_again(sampled: Desk) -> None:
    one = min((sampled.settings.paths.sample / "returns" / "2016-17").glob("W*"))
    assert sample.may_join(sampled, keep(sampled.settings, [one]), found("a damaged identifier"))  # type: ignore[arg-type]
