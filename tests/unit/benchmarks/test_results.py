"""What a run of the benchmarks keeps and tells: a result as soon as it is known, nothing that was not measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks import __main__ as run
from benchmarks import machine, table

BUILD = {"whole": 10.0, "cpu": 9.0, "cpu_beside": 4.5, "command": 11.0, "command_cpu": 14.0, "parts": {"publish": 2.5}}
SIZE = {"by_hand": {"cold": 2.0, "warm": 1.0, "cpu": 1.5, "peak_mb": 300.0}}


def test_a_run_that_is_broken_off_leaves_what_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def growth(_folder: Path, times: Sequence[int], _limit: float) -> Iterator[tuple[str, object]]:
        yield f"x{times[0]}", SIZE
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "build", lambda _folder, _limit: BUILD)
    monkeypatch.setattr(run, "growth", growth)
    kept = []
    with pytest.raises(KeyboardInterrupt):
        kept.extend(run.measures(tmp_path, (1, 10), 1.0))  # a list takes what comes before the end
    assert [sorted(held.get("growth", {})) for held in kept] == [[], ["x1"]]
    assert all(held["build"] == BUILD for held in kept)


def test_a_build_alone_is_told_without_a_yardstick() -> None:
    result = {"machine": machine.described(), "set_up": {}, "load_at_the_end": [], "build": BUILD}
    told = "\n".join(table.lines(result))
    assert "yardstick: " not in told
    assert "typed to cells" not in told
    assert [line.split()[-2] for line in told.splitlines() if line.startswith(("publish", "CPU"))] == [
        "2.50", "14.00", "9.00", "4.50",
    ]  # fmt: skip


def test_ratios_are_to_plain_duckdb() -> None:
    result = {"machine": machine.described(), "set_up": {}, "load_at_the_end": [], "build": BUILD}
    told = "\n".join(table.lines(result | {"growth": {"x1": SIZE}}))
    assert "yardstick: 1.00 s" in told
    assert "typed to cells" in told
