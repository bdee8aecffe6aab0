"""Processes that work beside this one: spawned, with one thread, quiet about values, gone when this one is gone.

What they are given to do belongs to the rooms.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import connection, get_context, parent_process
from types import ModuleType

THREADS = "POLARS_MAX_THREADS"
_STARTING = threading.Lock()
"""Whoever starts processes changes for a moment what all threads see, and must find it as it was before."""


def beside(settle: Callable[..., object] | None = None, *given: object, processes: int = 1) -> ProcessPoolExecutor:
    """A pool of processes, on their way up; `settle(*given)` is run in each once, before anything else.

    Spawned and not forked, since libraries here hold threads and locks.
    """
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=partial(_begin, settle, *given))
    with _STARTING, _one_thread(), _no_main():
        for _ in range(processes):
            pool.submit(_ready)
    return pool


@contextmanager
def _one_thread() -> Iterator[None]:
    """What a process started now finds in its environment: of two on two cores none gains by threads of its own, and
    over frames of some hundred rows they cost more than they do."""
    before = os.environ.get(THREADS)
    os.environ[THREADS] = before or "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[THREADS]


@contextmanager
def _no_main() -> Iterator[None]:
    """A process started now does not import what this one was started with: its work comes from rooms, and a program
    that has seconds of imports would have them again in each."""
    ours = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = ours


def _ready() -> None:
    """Nothing; a pool starts its process when it is first asked for something."""


def _begin(settle: Callable[..., object] | None, *given: object) -> None:
    from pipelines.core.redaction import set_up_logging

    set_up_logging()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if settle:
        settle(*given)


def _end_with_parent() -> None:
    """A process that was killed cannot tell its pool to end: without this its worker would wait for ever."""
    if parent := parent_process():
        connection.wait([parent.sentinel])
        os._exit(1)
