"""A process beside this one: a process of its own with one thread, settled once, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.core.beside import THREADS, beside
from pipelines.core.settings import PROJECT

_MANY = """
import os, sys, time
from pipelines.core.beside import beside

if __name__ == "__main__":
    print(beside().submit(os.getpid).result(), flush=True)
    time.sleep(600)
"""


def test_it_is_a_process_of_its_own_with_one_thread_and_this_one_is_left_as_it_was(tmp_path: Path) -> None:
    before, here = os.environ.get(THREADS), os.getcwd()
    with beside(os.chdir, str(tmp_path)) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
        assert pool.submit(os.getenv, THREADS).result() == "1"
        assert pool.submit(os.getcwd).result() == str(tmp_path)
    assert (os.environ.get(THREADS), os.getcwd()) == (before, here)


_ONCE = """
import os, sys
from pathlib import Path
from pipelines.core.beside import beside

Path(sys.argv[1]).open("a").write("imported\\n")
if __name__ == "__main__":
    with beside() as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
"""


def test_what_the_program_imports_is_not_imported_again(tmp_path: Path) -> None:
    script, told = tmp_path / "once.py", tmp_path / "told.txt"
    script.write_text(_ONCE, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    subprocess.run([sys.executable, str(script), str(told)], check=True, env=environment)
    assert told.read_text("utf-8") == "imported\n"


def test_threads_that_start_some_at_once_find_all_as_it_was() -> None:
    """Each changes for a moment what all see; none may take another's moment for how it was."""
    before, main = os.environ.get(THREADS), sys.modules["__main__"]
    with ThreadPoolExecutor(4) as threads:
        pools = list(threads.map(lambda _: beside(), range(4)))
    assert (os.environ.get(THREADS), sys.modules["__main__"]) == (before, main)
    for pool in pools:
        pool.shutdown(wait=False, cancel_futures=True)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="whether a process runs is read from /proc")
def test_it_goes_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "many.py"
    script.write_text(_MANY, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment) as held:
        assert held.stdout is not None
        other = int(held.stdout.readline())
        held.kill()
    until = time.monotonic() + 30
    while _is_running(other) and time.monotonic() < until:
        time.sleep(0.1)
    if is_left := _is_running(other):
        os.kill(other, signal.SIGTERM)
    assert not is_left


def _is_running(pid: int) -> bool:
    """One that has ended may stay listed as `Z` until somebody takes note of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
