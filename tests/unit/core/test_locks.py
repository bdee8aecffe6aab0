"""One holder at a time. What is done under a lock does not belong here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.core import locks
from pipelines.core.errors import BusyError
from pipelines.core.settings import PROJECT, Settings

HOLDER = """
import sys, time
from pathlib import Path
from pipelines.core import locks
with locks.hold(Path(sys.argv[1]), "build", locks.Patience()):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def holder(folder: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(folder), str(seconds)]
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(PROJECT)}
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "held\n"
    return started


def test_a_second_holder_waits_and_says_for_whom(settings: Settings) -> None:
    said: list[str] = []
    with holder(settings.paths.locks, 1.8) as first:
        with locks.hold(settings.paths.locks, "build", locks.Patience(20, "cy", said.append)):
            assert first.wait(5) == 0
        assert said == [f"Mae rhediad arall (proses {first.pid}) yn brysur gyda “build”. Yn aros."]


def test_a_short_wait_is_silent(settings: Settings) -> None:
    said: list[str] = []
    with (
        holder(settings.paths.locks, 0.3),
        locks.hold(settings.paths.locks, "build", locks.Patience(20, "en", said.append)),
    ):
        pass
    assert said == []


def test_patience_ends_with_the_pid_of_the_holder(settings: Settings) -> None:
    with holder(settings.paths.locks, 30) as first:
        with pytest.raises(BusyError) as caught, locks.hold(settings.paths.locks, "build", locks.Patience(0.2)):
            pytest.fail("two at once")
        assert caught.value.params["pid"] == str(first.pid)
        first.kill()


def test_a_killed_holder_lets_go(settings: Settings) -> None:
    with holder(settings.paths.locks, 30) as first:
        first.kill()
        first.wait()
        began = time.monotonic()
        with locks.exclusive(settings, "build"):
            assert time.monotonic() - began < 1


def test_different_names_do_not_meet(settings: Settings) -> None:
    with locks.exclusive(settings, "build"), locks.exclusive(settings, "ledger"):
        assert sorted(p.name for p in settings.paths.locks.glob("*.holder")) == ["build.holder", "ledger.holder"]
    assert list(settings.paths.locks.glob("*.holder")) == []
