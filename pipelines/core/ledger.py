"""The ledger: what was received, from whom, for which period, and what became of it, as events that only ever add.

What a submission holds, and whether it is any good, do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.core import files, locks
from pipelines.core.errors import Place, UnreadableError, UsageError
from pipelines.core.journal import Adding, Journal, Row
from pipelines.core.places import Where
from pipelines.core.settings import Paths

STATUSES = ("received", "checked", "accepted", "accepted_with_errors", "rejected", "withdrawn")
"""What may be entered. `superseded` is never entered: it is what the view says of an accepted older version."""
ACCEPTED = ("accepted", "accepted_with_errors")
SUPERSEDED = "superseded"

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

    @property
    def where(self) -> Where:
        """What the place of the submission's files is told from."""
        return (self.return_id, str(self.period_id), self.authority_code, self.submission_id)


_FIELDS = frozenset(f.name for f in fields(LedgerRow))


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
        self._journal = Journal(paths.ledger, paths, patience)

    def view(self) -> View:
        """The ledger as it is now.

        Raises:
            UnreadableError: naming the entry whose content does not match its name.
        """
        return View(tuple(_row(row) for row in self._journal.rows()))

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
        with self._journal.writing() as adding:
            yield Writer(adding, self)

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

    def __init__(self, adding: Adding, ledger: Ledger) -> None:
        self._adding = adding
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
        return tuple(_row(row) for row in self._adding.append([asdict(_allowed(r)) for r in rows]))


def _allowed(row: LedgerRow) -> LedgerRow:
    if row.status not in STATUSES:
        raise UsageError("ledger.bad_status", given=row.status, allowed=", ".join(STATUSES))
    return row


def _row(held: Row) -> LedgerRow:
    known: dict[str, Any] = {k: v for k, v in held.items() if k in _FIELDS}
    try:
        return LedgerRow(**known)
    except TypeError:
        raise UnreadableError("ledger.damaged", Place(file=f"{held['sequence']:08d}")) from None
