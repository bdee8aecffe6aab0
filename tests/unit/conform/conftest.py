"""Fixtures of the conform room: examine made-up files without the rules, which have tests of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_submissions import Look, PlainTokeniser, Tables, submission

from pipelines.conform import Claim, Examination, SourceFile, examination, examine
from schemas import Catalogue


@pytest.fixture
def look(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Examine files under a claim; no rule is run."""
    monkeypatch.setattr(examination, "judge_many", lambda _catalogue, readings, _previous: [None] * len(readings))

    def examined(*files: Path | SourceFile, **claim: str) -> Examination:
        return examine(catalogue, PlainTokeniser(), files, Claim(**claim))

    return examined


@pytest.fixture
def tables() -> Tables:
    """A census of 24 children without a fault."""
    return submission(24)
