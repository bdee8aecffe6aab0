"""The ledger's views and entries. How a submission gets its version is tested with landing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.core.errors import InternalError, UnreadableError, UsageError
from pipelines.core.ledger import Ledger, LedgerRow
from pipelines.core.settings import Settings


def row(submission: str = "a" * 16, version: int = 1, status: str = "accepted", **other: object) -> LedgerRow:
    held = LedgerRow(
        submission_id=submission,
        file_name="episodes.csv",
        sha256="0" * 64,
        bytes=10,
        authority_code="W06000015",
        return_id="lac_census",
        period_id="2018-19",
        system=None,
        received_at="2026-01-01T00:00:00Z",
        version=version,
        supersedes=None,
        status=status,
    )
    return replace(held, **other)  # type: ignore[arg-type]


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    return Ledger(settings.paths)


def test_an_empty_ledger_is_a_ledger(ledger: Ledger) -> None:
    assert (ledger.rows(), ledger.current(), ledger.counting()) == ((), (), ())


def test_events_add_up_and_the_newest_is_current(ledger: Ledger, settings: Settings) -> None:
    ledger.append([row(status="received"), row(status="received", file_name="child.csv")])
    ledger.append([row(status="rejected"), row(status="rejected", file_name="child.csv")])
    assert [(r.sequence, r.status) for r in ledger.rows()] == [(1, "received")] * 2 + [(2, "rejected")] * 2
    assert [(r.file_name, r.status) for r in ledger.current()] == [
        ("child.csv", "rejected"),
        ("episodes.csv", "rejected"),
    ]
    assert ledger.counting() == ()
    assert [oct(p.stat().st_mode & 0o777) for p in settings.paths.ledger.iterdir()] == ["0o600"] * 2


def test_a_newer_accepted_version_supersedes_and_a_rejected_one_does_not(ledger: Ledger) -> None:
    ledger.append([row("a" * 16, 1)])
    ledger.append([row("b" * 16, 2, "rejected")])
    assert [r.submission_id for r in ledger.counting()] == ["a" * 16]
    ledger.append([row("c" * 16, 3, "accepted_with_errors")])
    assert [(r.version, r.status) for r in ledger.current()] == [
        (1, "superseded"),
        (2, "rejected"),
        (3, "accepted_with_errors"),
    ]
    assert [r.submission_id for r in ledger.counting()] == ["c" * 16]


def test_withdrawing_the_newer_brings_the_older_back(ledger: Ledger) -> None:
    ledger.append([row("a" * 16, 1)])
    ledger.append([row("b" * 16, 2)])
    ledger.append([row("b" * 16, 2, "withdrawn")])
    assert [(r.submission_id, r.status) for r in ledger.counting()] == [("a" * 16, "accepted")]


def test_other_periods_and_data_sets_are_other_series(ledger: Ledger) -> None:
    ledger.append([row("a" * 16), row("b" * 16, period_id="2019-20"), row("c" * 16, authority_code="W06000001")])
    extracts = {"return_id": "statswales", "period_id": None}
    ledger.append([row("d" * 16, system="CARE0001", **extracts), row("e" * 16, system="CARE0002", **extracts)])
    assert len({r.submission_id for r in ledger.counting()}) == 5


def test_what_may_not_be_entered_is_refused_and_nothing_is_written(ledger: Ledger, settings: Settings) -> None:
    for status in ("superseded", "fine"):
        with pytest.raises(UsageError, match=r"ledger\.bad_status"):
            ledger.append([row(), row(status=status)])
    assert list(settings.paths.ledger.iterdir()) == []


def test_an_entry_that_was_changed_on_disk_is_named(ledger: Ledger, settings: Settings) -> None:
    ledger.append([row()])
    held = next(settings.paths.ledger.iterdir())
    held.write_text(held.read_text().replace("accepted", "rejected"))
    with pytest.raises(UnreadableError) as caught:
        Ledger(settings.paths).rows()
    assert caught.value.place.file == held.name


def test_what_a_killed_writer_left_is_neither_read_nor_kept(ledger: Ledger, settings: Settings) -> None:
    ledger.append([row()])
    left = settings.paths.ledger / ".part-00000002-abc.json-1-2"
    left.write_text('[{"half')
    assert len(ledger.rows()) == 1
    ledger.append([row("b" * 16)])
    assert not left.exists()
    assert len(ledger.rows()) == 2


def test_parquet_has_its_types_also_without_rows(ledger: Ledger, settings: Settings) -> None:
    import pyarrow.parquet as pq

    empty = pq.read_table(ledger.write_parquet())
    assert (empty.num_rows, str(empty.schema.field("version").type)) == (0, "int64")
    ledger.append([row("a" * 16, 1), row("b" * 16, 2)])
    held = pq.read_table(ledger.write_parquet())
    assert held.schema == empty.schema
    assert held.column("status").to_pylist() == ["superseded", "accepted"]


def test_the_lock_is_free_again_after_a_failure(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.writing():
        raise ZeroDivisionError
    assert ledger.append([row()])[0].sequence == 1


def test_a_folder_that_cannot_be_is_told(ledger: Ledger, settings: Settings) -> None:
    settings.paths.data.mkdir()
    settings.paths.ledger.write_text("a file where the folder should be")
    with pytest.raises(InternalError, match=r"file\.cannot_write"):
        ledger.append([row()])
