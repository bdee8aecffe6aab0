"""A journal: events that only ever add, each a file whose name holds the fingerprint of what is in it.

What an event says does not belong here (see `ledger.py` and `waivers.py`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path

from pipelines.core import files, locks
from pipelines.core.errors import Place, UnreadableError
from pipelines.core.settings import Paths

_EVENT_NAME = re.compile(r"([0-9]{8,})-([0-9a-f]{12})\.json")

Row = Mapping[str, object]


class Journal:
    """The events in one folder, `<sequence>-<hex>.json` each. Reading needs no lock; adding takes that of the folder's
    name for as long as it lasts."""

    def __init__(self, folder: Path, paths: Paths, patience: locks.Patience | None = None) -> None:
        self._folder, self._locks = folder, paths.locks
        self._patience = patience or locks.Patience()

    def rows(self) -> tuple[Row, ...]:
        """Every row of every event, in order; each has `sequence` and `recorded_at`.

        Raises:
            UnreadableError: naming the event whose content does not match its name.
        """
        held = sorted(path.name for path in self._folder.iterdir()) if self._folder.is_dir() else []
        return tuple(chain.from_iterable(_event(str(self._folder), name) for name in held))

    def append(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """Enter one event, whole or not at all; the rows as entered."""
        with self.writing() as add:
            return add.append(rows)

    @contextmanager
    def writing(self) -> Iterator[Adding]:
        """Look and add with nobody else adding in between."""
        with locks.hold(self._locks, self._folder.name, self._patience):
            files.folder(self._folder)
            files.sweep(self._folder, older_than_seconds=0)  # nobody else writes here while the lock is held
            yield Adding(self._folder, self)


class Adding:
    """What `Journal.writing` hands out; of no use after its block."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._folder, self._journal = folder, journal

    def append(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """Enter one event; the rows as entered, with their `sequence` and the time of the event."""
        last = self._journal.rows()[-1:]
        sequence = 1 + max((int(str(row["sequence"])) for row in last), default=0)
        now = utc_now()
        entered = tuple({**r, "sequence": sequence, "recorded_at": r.get("recorded_at") or now} for r in rows)
        if entered:
            content = json.dumps(entered, ensure_ascii=False, sort_keys=True).encode("utf-8")
            files.atomic_write(self._folder / f"{sequence:08d}-{_fingerprint(content)}.json", content)
        return entered


def utc_now() -> str:
    """The time as journals write it: UTC, to the second, ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def _event(folder: str, name: str) -> tuple[Row, ...]:
    """The rows of one event. Events never change, so each is read once in the life of a process."""
    damaged = UnreadableError("ledger.damaged", Place(file=name))
    named = _EVENT_NAME.fullmatch(name)
    if not named:
        return ()  # a temporary name, or nothing of ours
    try:
        content = Path(folder, name).read_bytes()
        if _fingerprint(content) != named[2]:
            raise damaged
        return tuple(dict(row, sequence=int(row["sequence"])) for row in json.loads(content))
    except (OSError, ValueError, TypeError, KeyError):
        raise damaged from None
