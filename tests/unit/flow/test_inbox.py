"""Which waiting files are taken in, and what is said of the others.

Opening a file does not belong here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.core.errors import UnreadableError
from pipelines.core.settings import Settings
from pipelines.flow.inbox import deliveries, strays, unplaced
from schemas import Catalogue


def put(folder: Path, *places: str) -> None:
    for place in places:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text("CHILD\n", encoding="utf-8")


def names(folder: Path, paths: tuple[Path, ...]) -> list[str]:
    return [p.relative_to(folder).as_posix() for p in paths]


def test_what_lies_elsewhere_is_left_and_told(catalogue: Catalogue, tmp_path: Path) -> None:
    taken = ("returns/2022-23/W06000015.csv", "exports/2024-25Q1/W06000015.csv")
    left = ("2022-23/W06000009.csv", "W06000001.zip", "returns/2022-23/Atlantis.csv", "returns/2022/W06000009.csv")
    put(tmp_path, *taken, *left, "statswales/any.csv", "statswales/any.provenance.yml", "returns/.hidden", "note.md")
    assert sorted(names(tmp_path, tuple(p for d in deliveries(tmp_path, catalogue) for p in d.paths))) == sorted(taken)
    assert sorted(names(tmp_path, strays(tmp_path, catalogue))) == sorted(left)
    assert unplaced(tmp_path, catalogue) == {"n": 4, "example": "2022-23/W06000009.csv"}


def test_an_inbox_of_which_nothing_can_be_taken_in_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    put(tmp_path, "2022-23/W06000009.csv")
    with pytest.raises(UnreadableError, match=r"^flow\.inbox_unread$"):
        unplaced(tmp_path, catalogue)


def test_an_empty_inbox_and_the_sample_leave_nothing(catalogue: Catalogue, settings: Settings, tmp_path: Path) -> None:
    assert unplaced(tmp_path / "absent", catalogue) == {}
    assert unplaced(tmp_path, catalogue) == {}
    assert unplaced(settings.paths.sample, catalogue) == {}
