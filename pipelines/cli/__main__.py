"""`python -m pipelines.cli`: what the launcher starts; logging is behind its filter before any verb begins.

Commands do not belong here (see the modules beside it).
"""

import atexit
import contextlib
import gc
import os
import sys
import threading

from pipelines.cli import main
from pipelines.core.redaction import set_up_logging


def run() -> int:
    """The command as a process of its own, in which what is no longer held is looked for seldom: a command makes its
    objects once, keeps nearly all of them to its end, and looking through them was a twentieth of a check."""
    gc.set_threshold(100_000, 20, 100)
    set_up_logging()
    return main()


def leave(code: int) -> None:
    """End the process without taking apart what it holds: a fifth of a second after a check, and nobody waits for it.

    What is to happen at the end happens all the same; a thread that still works is waited for as Python does.
    """
    if threading.active_count() == 1:
        atexit._run_exitfuncs()
        with contextlib.suppress(OSError):  # whoever read what we say may have gone
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    leave(run())
