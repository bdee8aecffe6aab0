"""Reads the next batch of submissions while one is judged: many in a process of its own, few in this one.

What reading is, and what becomes of what was read, belong to `examination.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.conform.examination import Reading, read_submission
from pipelines.core.beside import beside

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
    """The readings of batch after batch, each read while the caller works on the one before.

    Of many the first is read here: the other process takes as long to start, and then finds the second waiting.
    """
    tools = (catalogue, tokeniser)
    is_apart = sum(map(len, batches)) >= MANY
    given = None if is_apart else tools
    with beside(_settle, tools) if is_apart else ThreadPoolExecutor(1) as pool:
        n_begun = 2 if is_apart else 1
        waiting = [pool.submit(_read, batch, given) for batch in batches[n_begun - 1 : n_begun]]
        for n in range(len(batches)):
            readings = _read(batches[0], tools) if is_apart and n == 0 else waiting.pop().result()
            if n + 1 >= n_begun:
                waiting += [pool.submit(_read, batch, given) for batch in batches[n + 1 : n + 2]]
            for reading in readings:
                reading.log.know(catalogue)
            yield readings


def _settle(tools: Tools) -> None:
    _own[:] = [tools]


def _read(batch: Sequence[Submission], tools: Tools | None) -> list[Reading]:
    """Readings without the cells as received, which nothing after this needs; our own errors only, without values."""
    from pipelines.core.redaction import room

    catalogue, tokeniser = tools or _own[0]
    with room():
        found = [read_submission(catalogue, tokeniser, files, claim) for files, claim in batch]
        return [replace(one, opened=replace(one.opened, grids=())) for one in found]
