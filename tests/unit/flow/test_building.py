"""What a build starts from. Running one does not belong here."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.core.errors import UnreadableError
from pipelines.core.settings import Settings
from pipelines.flow.building import inbox_of
from pipelines.landing import Identity, keep, register


def received(settings: Settings, path: Path, identity: Identity) -> None:
    register(settings, keep(settings, [path]), identity)


def test_the_sample_is_taken_until_something_else_is_received(settings: Settings, tmp_path: Path) -> None:
    bundled = settings.paths.sample
    assert inbox_of(settings, None) == bundled
    returned = next((bundled / "returns" / "2018-19").glob("*.xlsx"))
    received(settings, returned, Identity("lac_census", returned.stem, "2018-19"))
    received(settings, bundled / "statswales" / "crcs_rate", Identity("statswales", "W92000004", None, "crcs_rate"))
    assert inbox_of(settings, None) == bundled
    own = tmp_path / "own.csv"
    own.write_text("CHILD\n1\n", encoding="utf-8")
    received(settings, own, Identity("lac_census", returned.stem, "2019-20"))
    assert inbox_of(settings, None) == settings.paths.inbox


def test_a_named_inbox_counts_and_must_be_there(settings: Settings, tmp_path: Path) -> None:
    assert inbox_of(settings, tmp_path) == tmp_path
    with pytest.raises(UnreadableError):
        inbox_of(settings, tmp_path / "absent")
