"""A process beside this one: a process of its own with one thread, settled once, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from pipelines.core.beside import THREADS, beside
from pipelines.core.settings import PROJECT

_MANY = """
import os, sys, time
from pipelines.core.beside import beside

if __name__ == "__main__":
    print(beside().submit(os.getpid).result(), flush=True)
    time.sleep(600)
"""


def test_it_is_a_process_of_its_own_with_one_thread_and_this_one_is_left_as_it_was() -> None:
    before = os.environ.get(THREADS)
    with beside(os.environ.update, {"MESUR_SETTLED": "yes"}) as pool:
        told = {name: pool.submit(os.environ.get, name) for name in (THREADS, "MESUR_SETTLED")}
        assert pool.submit(os.getpid).result() != os.getpid()
        assert {name: answer.result() for name, answer in told.items()} == {THREADS: "1", "MESUR_SETTLED": "yes"}
    assert os.environ.get(THREADS) == before
    assert "MESUR_SETTLED" not in os.environ


def test_it_goes_when_the_process_that_started_it_is_killed(tmp_path) -> None:
    script = tmp_path / "many.py"
    script.write_text(_MANY, encoding="utf-8")
    held = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(PROJECT)}
    )
    assert held.stdout is not None
    other = int(held.stdout.readline())
    held.kill()
    held.wait()
    for _ in range(300):
        if not _is_running(other):
            return
        time.sleep(0.1)
    with suppress(ProcessLookupError):
        os.kill(other, signal.SIGTERM)
    raise AssertionError("the process was left behind")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        "Z"
        not in subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True).stdout
    )
