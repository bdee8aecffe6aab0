"""What dbt parsed is kept for the next process, and only as long as every byte of the project is the same.

That a warehouse is built from a kept project is shown by the builds of other tests.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from dbt.contracts.graph.manifest import Manifest

from pipelines.flow import parsed

Asked = Callable[..., int]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Ask for the manifest as a new process does, for a data folder; how often dbt had to parse by now."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "one.sql").write_text("select 1")
    calls = []

    def ask(data: str) -> int:
        target = tmp_path / data

        def parse() -> Manifest:
            calls.append(data)
            target.mkdir(exist_ok=True)
            (target / parsed.JSON).write_text(f"parsed {len(calls)}")
            return Manifest(disabled={"model.mesur.one": []})

        monkeypatch.setattr(parsed, "_held", parsed._Held())
        made = parsed.manifest(tmp_path / "project", target, parse)
        assert dict(made.disabled) == {"model.mesur.one": []}
        assert (target / parsed.JSON).read_text() == f"parsed {len(calls)}"
        return len(calls)

    return ask


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "project" / "target").rglob("*.msgpack"))


def test_the_next_process_and_another_data_folder_take_what_was_parsed(asked: Asked) -> None:
    assert [asked("first"), asked("first"), asked("second")] == [1, 1, 1]


def test_a_changed_byte_of_the_same_time_and_size_is_parsed_again_and_the_old_one_goes(
    asked: Asked, tmp_path: Path
) -> None:
    assert asked("first") == 1
    before = kept(tmp_path)
    (tmp_path / "project" / "one.sql").write_text("select 2")
    assert asked("second") == 2
    assert len(kept(tmp_path)) == 1
    assert kept(tmp_path) != before
    assert asked("first") == 2, "what lay in the data folder told of the project as it was"


def test_a_damaged_file_is_parsed_again(asked: Asked, tmp_path: Path) -> None:
    assert asked("first") == 1
    (half,) = kept(tmp_path)
    half.write_bytes(half.read_bytes()[:-3])
    assert asked("second") == 2
    assert asked("third") == 2
