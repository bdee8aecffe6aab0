"""The processes that help with many submissions: one reads the next while a batch is judged, one puts the questions
that need other submissions.

What they are given to do belongs to `pipelines.conform` and to `settling.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from pipelines.conform.ahead import MANY, reading_process
from pipelines.core.ledger import Ledger
from pipelines.flow.desk import Desk
from pipelines.flow.inbox import deliveries
from pipelines.flow.settling import settling_process


@dataclass(frozen=True)
class Hands:
    """Both processes, each of which does one thing after the other."""

    reader: Executor
    settler: Executor

    def go(self) -> None:
        """Nothing more is asked of them; what they have begun they end."""
        for one in (self.reader, self.settler):
            one.shutdown(wait=False)


@contextmanager
def helped(desk: Desk) -> Iterator[Desk]:
    """The desk, with hands on their way up where so much waits in its inbox that they repay their start.

    What was taken in before waits there too, so as many as the ledger holds are not counted.
    """
    known = {row.submission_id for row in Ledger(desk.settings.paths).current()}
    if len(deliveries(desk.inbox, desk.catalogue)) - len(known) < MANY:
        yield desk
        return
    hands = Hands(reading_process(desk.catalogue, desk.tokeniser), settling_process(desk.settings))
    try:
        yield replace(desk, hands=hands)
    finally:
        hands.go()
