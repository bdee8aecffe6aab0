"""Reads the next batch of submissions while one is judged: many in a process of its own, few in this one.

What reading is, and what becomes of what was read, belong to `examination.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import TYPE_CHECKING

from pipelines.conform.examination import Reading, read_submission

if TYPE_CHECKING:
    from pipelines.conform.examination import Submission
    from pipelines.conform.identifiers import Tokeniser
    from schemas.catalogue import Catalogue

MANY = 60
"""Submissions from which a second process repays its start of some three seconds."""

Tools = tuple["Catalogue", "Tokeniser"]
_own: list[Tools] = []
"""Of a reading process: what every submission is read with."""


def read_ahead(
    catalogue: Catalogue, tokeniser: Tokeniser, batches: Sequence[Sequence[Submission]]
) -> Iterator[list[Reading]]:
    """The readings of batch after batch, each read while the caller works on the one before."""
    tools = (catalogue, tokeniser)
    is_apart = sum(map(len, batches)) >= MANY
    with _process(tools) if is_apart else ThreadPoolExecutor(1) as pool:
        given = None if is_apart else tools
        waiting = [pool.submit(_read, batch, given) for batch in batches[:1]]
        for n in range(len(batches)):
            readings = waiting.pop().result()
            waiting += [pool.submit(_read, batch, given) for batch in batches[n + 1 : n + 2]]
            for reading in readings:
                reading.log.know(catalogue)
            yield readings


def _process(tools: Tools) -> Executor:
    """Spawned and not forked, since libraries here hold threads and locks."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_settle, initargs=(tools,))


def _settle(tools: Tools) -> None:
    from pipelines.core.redaction import set_up_logging

    set_up_logging()
    _own[:] = [tools]


def _read(batch: Sequence[Submission], tools: Tools | None) -> list[Reading]:
    """Readings without the cells as received, which nothing after this needs; our own errors only, without values."""
    from pipelines.core.redaction import room

    catalogue, tokeniser = tools or _own[0]
    with room():
        found = [read_submission(catalogue, tokeniser, files, claim) for files, claim in batch]
        return [replace(one, opened=replace(one.opened, grids=())) for one in found]
