"""Reading the files of a large edition with two processes: each takes the next file when it is done with one.

What is read and how it is checked does not belong here.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.audit.verifier.records import Findings
from pipelines.core.beside import beside
from pipelines.core.redaction import room

Read = Callable[[Path, Findings], int]
"""Reads one file: what it finds goes to the findings, how many figures it held comes back."""
SLOW = {".ods": 100, ".pdf": 100, ".xlsx": 30}
"""How much longer a byte takes than one of a table, which is read by columns: these are unpacked and taken apart."""
_READING: list[Read] = []
"""What the other process reads with."""


@contextmanager
def helper(*, is_wanted: bool) -> Iterator[Executor | None]:
    """Another process, on its way up; None where it would not repay its start."""
    if not is_wanted:
        yield None
        return
    with beside() as pool:
        yield pool


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: millions of cells are made and let go, none of them in a cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Shared:
    """The files that two processes read; the other one begins at once, this one when it is asked."""

    def __init__(self, paths: Sequence[Path], read: Read, pool: Executor | None) -> None:
        self.read = read
        self.paths = paths if pool is None else in_order(paths)
        if pool is not None:
            pool.submit(_prepare, read)
        self.apart = None if pool is None else [pool.submit(_read_apart, path) for path in self.paths]

    def finish(self, findings: Findings) -> int:
        """Read from the other end until the processes meet; gives how many figures both held."""
        if self.apart is None:
            return sum(self.read(path, findings) for path in self.paths)
        n_values, left = 0, list(self.apart)
        while left and left[-1].cancel():
            left.pop()
            n_values += self.read(self.paths[len(left)], findings)
        for future in left:
            n_held, found = future.result()
            findings.take(found)
            n_values += n_held
        return n_values


def in_order(paths: Sequence[Path]) -> list[Path]:
    """What takes long at both ends and what takes little in the middle, where the processes meet. What is in Welsh
    stands before what is in English: the files of one language share their words and their tables, and what is worked
    out for one serves the other."""
    costs = {path: path.stat().st_size * SLOW.get(path.suffix, 1) for path in paths}
    sides: dict[Path, int] = {}
    for at, path in enumerate(sorted(paths, key=lambda p: (costs[p], p.as_posix()), reverse=True)):
        said = next((side for word, side in (("-cy", -1), ("-en", 1)) if path.stem.endswith(word)), 0)
        sides[path] = said or (-1, 1)[at % 2]
    return sorted(paths, key=lambda p: (sides[p] * costs[p], p.as_posix()))


def _prepare(read: Read) -> None:
    gc.disable()
    _READING[:] = [read]


def _read_apart(path: Path) -> tuple[int, Any]:
    findings = Findings()
    with room():
        return _READING[0](path, findings), findings
