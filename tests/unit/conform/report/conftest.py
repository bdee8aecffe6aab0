"""Fixtures for reports: a made-up census, spoilt by a test, checked with its rules and explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from made_submissions import COVER, PlainTokeniser, Tables, apart, submission, write_csvs

from pipelines.conform import Claim, Examination, examine
from pipelines.conform.report import Report, report_of
from schemas import Catalogue

Examine = Callable[..., Examination]
Explain = Callable[..., Report]


@pytest.fixture
def tables() -> Tables:
    """A census of 24 children without a fault: 48 episodes, two to a child, one after the other."""
    return apart(submission(24))


@pytest.fixture
def examined(catalogue: Catalogue, tmp_path: Path) -> Examine:
    """Check tables with the rules of their year; `cover` replaces parts of the cover."""

    def look(tables: Tables, **cover: str) -> Examination:
        said: Mapping[str, str] = COVER | cover
        return examine(catalogue, PlainTokeniser(), [write_csvs(tmp_path / "sent", tables, said)], Claim())

    return look


@pytest.fixture
def explained(catalogue: Catalogue, examined: Examine) -> Explain:
    """Check and explain tables."""

    def explain(tables: Tables, **cover: str) -> Report:
        return report_of(catalogue, examined(tables, **cover))

    return explain
