"""The ledger: what was received, from whom, for which period, and what became of it, as events that only ever add.

What a submission holds, and whether it is any good, do not belong here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from itertools import chain
from pathlib import Path

from pipelines.core import files, locks
from pipelines.core.errors import Place, UnreadableError, UsageError
from pipelines.core.settings import Paths

STATUSES = ("received", "checked", "accepted", "accepted_with_errors", "rejected", "withdrawn")
"""What may be entered. `superseded` is never entered: it is what the view says of an accepted older version."""
ACCEPTED = ("accepted", "accepted_with_errors")
SUPERSEDED = "superseded"
_EVENT_NAME = re.compile(r"([0-9]{8,})-([0-9a-f]{12})\.json")

Series = tuple[str, str, str]


@dataclass(frozen=True)
class LedgerRow:
    """One file of one submission in one event. `sequence` and `recorded_at` are set when it is entered."""

    submission_id: str
    file_name: str
    sha256: str
    bytes: int
    authority_code: str
    return_id: str
    period_id: str | None
    system: str | None
    received_at: str
    version: int
    supersedes: str | None
    status: str
    rule_pack: str = ""
    note: str = ""
    sequence: int = 0
    recorded_at: str = ""

    @property
    def series(self) -> Series:
        """What versions are counted within: return, authority, period (or, for files without one, the data set)."""
        return (self.return_id, self.authority_code, self.period_id or self.system or "")


@dataclass(frozen=True)
class View:
    """The ledger at one moment."""

    rows: tuple[LedgerRow, ...]
    """Every row of every event, in order."""

    @cached_property
    def latest(self) -> dict[str, tuple[LedgerRow, ...]]:
        """submission id -> the rows of its newest event, as entered."""
        held: dict[str, list[LedgerRow]] = {}
        for row in self.rows:
            known = held.get(row.submission_id)
            if known and known[0].sequence == row.sequence:
                known.append(row)
            else:
                held[row.submission_id] = [row]
        return {submission: tuple(rows) for submission, rows in held.items()}

    @cached_property
    def current(self) -> tuple[LedgerRow, ...]:
        """The newest event of each submission, in order of series and version; accepted versions that a newer
        accepted one replaces have the status `superseded`."""
        counting = {rows[0].series: rows[0].version for rows in self._accepted()}
        shown = [
            replace(row, status=SUPERSEDED) if row.status in ACCEPTED and row.version < counting[row.series] else row
            for rows in self.latest.values()
            for row in rows
        ]
        return tuple(sorted(shown, key=lambda r: (r.series, r.version, r.file_name, r.sha256)))

    @property
    def counting(self) -> tuple[LedgerRow, ...]:
        """Rows of the submissions that count: accepted, with no newer accepted one of the same series."""
        return tuple(row for row in self.current if row.status in ACCEPTED)

    def newest(self, series: Series) -> LedgerRow | None:
        """A row of the submission with the highest version of a series that was not withdrawn."""
        held = [r[0] for r in self.latest.values() if r[0].series == series and r[0].status != "withdrawn"]
        return max(held, key=lambda row: row.version, default=None)

    def next_version(self, series: Series) -> int:
        """The version that a new submission of a series gets; numbers of withdrawn ones are not used again."""
        return 1 + max((r[0].version for r in self.latest.values() if r[0].series == series), default=0)

    def _accepted(self) -> list[tuple[LedgerRow, ...]]:
        held = (rows for rows in self.latest.values() if rows[0].status in ACCEPTED)
        return sorted(held, key=lambda rows: rows[0].version)


class Ledger:
    """The events in one data folder. Reading needs no lock; adding takes it for as long as the entry lasts."""

    def __init__(self, paths: Paths, patience: locks.Patience | None = None) -> None:
        self._paths = paths
        self._patience = patience or locks.Patience()

    def view(self) -> View:
        """The ledger as it is now.

        Raises:
            UnreadableError: naming the entry whose content does not match its name.
        """
        folder = self._paths.ledger
        held = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        return View(tuple(chain.from_iterable(_event(str(folder), name) for name in held if name.endswith(".json"))))

    def rows(self) -> tuple[LedgerRow, ...]:
        """Every row of every event, in order."""
        return self.view().rows

    def current(self) -> tuple[LedgerRow, ...]:
        """The newest event of each submission (see `View.current`)."""
        return self.view().current

    def counting(self) -> tuple[LedgerRow, ...]:
        """Rows of the submissions that count (see `View.counting`)."""
        return self.view().counting

    def append(self, rows: Iterable[LedgerRow]) -> tuple[LedgerRow, ...]:
        """Enter one event, whole or not at all; the rows as entered, with their sequence."""
        with self.writing() as writer:
            return writer.append(rows)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Look and add with nobody else adding in between (versions depend on what is there)."""
        with locks.hold(self._paths.locks, "ledger", self._patience):
            files.folder(self._paths.ledger)
            files.sweep(self._paths.ledger, older_than_seconds=0)  # nobody else writes here while the lock is held
            yield Writer(self._paths.ledger, self)

    def write_parquet(self, path: Path | None = None) -> Path:
        """The current view as one Parquet file, for dbt; all columns typed, also where there are no rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        numbers = {"bytes", "version", "sequence"}
        names = [f.name for f in fields(LedgerRow)]
        schema = pa.schema([(n, pa.int64() if n in numbers else pa.string()) for n in names])
        target = path or self._paths.ledger_parquet
        with files.atomic_file(target) as temporary:
            pq.write_table(pa.Table.from_pylist([asdict(r) for r in self.current()], schema=schema), temporary)
        return target


class Writer:
    """What `Ledger.writing` hands out; of no use after its block."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self._folder = folder
        self._ledger = ledger

    @property
    def view(self) -> View:
        """The ledger as it is now, nobody else adding."""
        return self._ledger.view()

    def append(self, rows: Iterable[LedgerRow]) -> tuple[LedgerRow, ...]:
        """Enter one event; the rows as entered.

        Raises:
            UsageError: for a status that may not be entered.
        """
        now = utc_now()
        sequence = 1 + max((row.sequence for row in self.view.rows[-1:]), default=0)
        entered = tuple(replace(_allowed(r), sequence=sequence, recorded_at=r.recorded_at or now) for r in rows)
        if entered:
            content = json.dumps([asdict(r) for r in entered], ensure_ascii=False, sort_keys=True).encode("utf-8")
            files.atomic_write(self._folder / f"{sequence:08d}-{_fingerprint(content)}.json", content)
        return entered


def utc_now() -> str:
    """The time as the ledger writes it: UTC, to the second, ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _allowed(row: LedgerRow) -> LedgerRow:
    if row.status not in STATUSES:
        raise UsageError("ledger.bad_status", given=row.status, allowed=", ".join(STATUSES))
    return row


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def _event(folder: str, name: str) -> tuple[LedgerRow, ...]:
    """The rows of one event. Events never change, so each is read once in the life of a process."""
    damaged = UnreadableError("ledger.damaged", Place(file=name))
    named = _EVENT_NAME.fullmatch(name)
    if not named:
        return ()  # a temporary name, or nothing of ours
    try:
        content = Path(folder, name).read_bytes()
        if _fingerprint(content) != named[2]:
            raise damaged
        known = {f.name for f in fields(LedgerRow)}
        return tuple(LedgerRow(**{k: v for k, v in row.items() if k in known}) for row in json.loads(content))
    except (OSError, ValueError, TypeError, AttributeError):
        raise damaged from None
