"""The command ends at once, and nothing that was to happen at its end is left out."""

import subprocess
import sys

from pipelines.core.settings import PROJECT

AT_END = """
import atexit, threading, time
from pipelines.cli.__main__ import leave
atexit.register(print, "at the end")
"""


def ended(code: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", AT_END + code], capture_output=True, text=True, check=False, cwd=PROJECT
    )
    return done.returncode, done.stdout.split("\n")


def test_what_was_said_and_what_is_due_at_the_end_are_there() -> None:
    assert ended("print('said', end='')\nleave(3)") == (3, ["saidat the end", ""])


def test_a_thread_that_still_works_is_waited_for() -> None:
    thread = "threading.Thread(target=lambda: (time.sleep(0.3), print('done'))).start()\n"
    assert ended(f"{thread}leave(1)") == (1, ["done", "at the end", ""])


def test_nothing_is_taken_apart() -> None:
    held = "class Held:\n    def __del__(self): print('taken apart')\nheld = Held()\nheld.itself = held\n"
    assert ended(f"{held}leave(0)") == (0, ["at the end", ""])
    assert ended(f"{held}raise SystemExit(0)") == (0, ["at the end", "taken apart", ""])
