"""Reads the next batch of submissions while one is judged: many in a process of its own, few in this one; and does,
while one submission is read, what a claim allows to be done meanwhile.

What reading is, and what becomes of what was read, belong to `examination.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.conform.examination import Reading, read_submission
from pipelines.conform.reading.source import SourceFile
from pipelines.conform.records import Claim
from pipelines.core.errors import UsageError

if TYPE_CHECKING:
    from pipelines.conform.examination import Submission
    from pipelines.conform.identifiers import Tokeniser
    from pipelines.conform.reading.containers import FileLike
    from schemas.catalogue import Catalogue

MANY = 60
"""Submissions from which a second process repays its start of some three seconds."""

LARGE = 20_000_000
"""Bytes of an earlier submission beyond which it waits its turn: reading it takes every core, and memory, by itself."""

Tools = tuple["Catalogue", "Tokeniser"]
_own: list[Tools] = []
"""Of a reading process: what every submission is read with."""


def reading_process(catalogue: Catalogue, tokeniser: Tokeniser) -> Executor:
    """A process that reads submissions, on its way up: for a caller who has several runs of batches to read."""
    from pipelines.core.beside import beside

    return beside(_settle, (catalogue, tokeniser))


def read_ahead(
    catalogue: Catalogue, tokeniser: Tokeniser, batches: Sequence[Sequence[Submission]], reader: Executor | None = None
) -> Iterator[list[Reading]]:
    """The readings of batch after batch, each read while the caller works on the one before.

    Of many the first is read here, unless a `reader` is up already: another process takes as long to start, and then
    finds the second waiting.
    """
    tools = (catalogue, tokeniser)
    is_apart = reader is None and sum(map(len, batches)) >= MANY
    given = None if reader or is_apart else tools
    with _pool(tools, reader, is_apart=is_apart) as pool:
        n_begun = 2 if is_apart else 1
        waiting = [pool.submit(_read, batch, given) for batch in batches[n_begun - 1 : n_begun]]
        for n in range(len(batches)):
            readings = _read(batches[0], tools) if is_apart and n == 0 else waiting.pop().result()
            if n + 1 >= n_begun:
                waiting += [pool.submit(_read, batch, given) for batch in batches[n + 1 : n + 2]]
            for reading in readings:
                reading.log.know(catalogue)
            yield readings


def _pool(tools: Tools, reader: Executor | None, *, is_apart: bool) -> AbstractContextManager[Executor]:
    """Where batches are read; the reader of a caller stays up."""
    from pipelines.core.beside import beside

    if reader is not None:
        return nullcontext(reader)
    return beside(_settle, tools) if is_apart else ThreadPoolExecutor(1)


class Meanwhile:
    """What is done beside the reading of one submission: its rules are planned, the one before it is read.

    Both by the claim alone; where the submission turns out to be something else, they are done again as they should be.
    """

    def __init__(self, tools: Tools, claim: Claim, previous: Sequence[FileLike]) -> None:
        self._tools, self._previous = tools, previous
        self._pool = ThreadPoolExecutor(2)
        is_small = sum(len(file.content) for file in previous if isinstance(file, SourceFile)) <= LARGE
        self._foreseen = earlier_claim(claim.authority, claim.period) if previous and is_small else None
        self._earlier = self._pool.submit(self._read, self._foreseen) if self._foreseen else None
        if claim.return_id in tools[0].returns and claim.period:
            self._pool.submit(self._plan, str(claim.return_id), claim.period)  # what it raises, the run raises again

    def __enter__(self) -> Meanwhile:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def earlier(self, claim: Claim) -> Reading:
        """The submission before, read under a claim."""
        if self._earlier and claim == self._foreseen:
            return self._earlier.result()
        return self._read(claim)

    def _read(self, claim: Claim) -> Reading:
        return read_submission(*self._tools, self._previous, claim)

    def _plan(self, return_id: str, period_id: str) -> None:
        from pipelines.conform import rules

        rules.prepare(self._tools[0], return_id, period_id)


def earlier_claim(authority: str | None, period_id: str | None) -> Claim | None:
    """What the submission of the period before should be; None where that is not to be told."""
    from pipelines.core.periods import Period

    try:
        return Claim(authority=authority, period=str(Period(period_id or "").previous)) if authority else None
    except UsageError:
        return None


def _settle(tools: Tools) -> None:
    _own[:] = [tools]


def _read(batch: Sequence[Submission], tools: Tools | None) -> list[Reading]:
    """Readings without the cells as received, which nothing after this needs; our own errors only, without values."""
    from pipelines.core.redaction import room

    catalogue, tokeniser = tools or _own[0]
    with room():
        found = [read_submission(catalogue, tokeniser, files, claim) for files, claim in batch]
        return [replace(one, opened=replace(one.opened, grids=())) for one in found]
