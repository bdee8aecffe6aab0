"""Does the same work for many components: much of it in processes of its own, little of it here.

What the work is belongs to `optimise.py` and `witness.py`. The solvers hold the interpreter, so threads would wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from pipelines.core.beside import beside

Given = TypeVar("Given")
Found = TypeVar("Found")

MUCH = 20_000
"""Cells from which further processes repay their start of some two seconds each."""


def mapped(work: Callable[[Given], Found], given: Sequence[Given], sizes: Sequence[int], processes: int) -> list[Found]:
    """What `work` gives for each, in the order given; which one ends first changes nothing.

    Args:
        sizes: number of cells of each; the largest are begun first.
        processes: how many at a time, where there is enough to do.
    """
    order = sorted(range(len(given)), key=lambda i: -sizes[i])
    if processes < 2 or sum(sizes) < MUCH:
        found = [work(given[i]) for i in order]
    else:
        with beside(processes=processes) as pool:
            found = list(pool.map(work, [given[i] for i in order]))
    held = dict(zip(order, found, strict=True))
    return [held[i] for i in range(len(given))]
