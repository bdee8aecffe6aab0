"""The languages of an edition written by two processes: the same bytes as by one after the other."""

from __future__ import annotations

from pathlib import Path

import made_edition
import pytest

from pipelines.publish import EditionResult, documents
from schemas import Catalogue


def test_two_processes_write_what_one_writes(
    tmp_path: Path, catalogue: Catalogue, edition: EditionResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MANY", 0)
    held = made_edition.desk(tmp_path, catalogue)
    held.lay(made_edition.disclosed_rows(held.catalogue, made_edition.publication()))
    made = held.publish()
    assert {"xlsx cy", "xlsx en", "ods cy", "ods en"} <= set(made.seconds), "both processes tell what they did"
    assert _sums(made.folder) == _sums(edition.folder)


def _sums(folder: Path) -> str:
    return (folder / "sha256sums.txt").read_text(encoding="utf-8")
