"""What happens to a submission: keep, examine, register, write; the same for the command and for the assets.

How a file is read, judged or kept belongs to the rooms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from pipelines.conform import Claim, Examination, SourceFile, columns, examine, examine_in_turn, write_all
from pipelines.conform import Identity as Found
from pipelines.conform.waiving import all_faults
from pipelines.core.errors import RefusedError, UsageError
from pipelines.core.ledger import Ledger, LedgerRow
from pipelines.core.locks import exclusive
from pipelines.core.periods import Period
from pipelines.flow import rule_texts, sample, settling, stored, waiving
from pipelines.flow.checking import sources
from pipelines.flow.desk import Desk
from pipelines.flow.inbox import Delivery
from pipelines.flow.released import pack_of, released
from pipelines.flow.settling import Settled
from pipelines.flow.stored import Tables
from pipelines.landing.keeping import KeptFile, keep, keep_each
from pipelines.landing.receipts import Outcome, Receipt, RuleCoverage, receipts
from pipelines.landing.register import (
    RECEIVED,
    Decision,
    Identity,
    Registration,
    register,
    register_all,
    submission_id,
)

Filed = tuple[Sequence[KeptFile], Identity, Examination]
Whose = tuple[str, str]
"""(authority, period)."""


@dataclass(frozen=True)
class Judged:
    """A submission after its examination, with its receipt."""

    examination: Examination
    receipt: Receipt


def land(desk: Desk, deliveries: Iterable[Delivery]) -> tuple[Registration, ...]:
    """Keep the bytes of each delivery and enter it in the ledger as received, under what its place claims."""
    held = list(deliveries)
    kept = keep_each(desk.settings, [d.paths for d in held])
    placed = [Identity(d.return_id, d.authority_code, d.period_id) for d in held]
    return register_all(desk.settings, [(k, i, RECEIVED) for k, i in zip(kept, placed, strict=True)])


def judge_waiting(desk: Desk, return_id: str, wanted: Collection[tuple[str, str]]) -> tuple[Judged, ...]:
    """Examine what is in the ledger as received, for (authority, period) pairs of one return.

    Period by period, because a year is compared with the year before; all of a period at once.
    """
    latest = Ledger(desk.settings.paths).view().latest.values()
    waiting = [
        rows
        for rows in latest
        if rows[0].status == "received"
        and rows[0].return_id == return_id
        and (rows[0].authority_code, rows[0].period_id) in wanted
    ]
    periods = sorted({rows[0].period_id or "" for rows in waiting})
    batches = [[rows for rows in waiting if rows[0].period_id == period] for period in periods]
    entered, done, n_done = list[_Entered](), list[Judged](), 0
    try:
        for period, batch, found in zip(periods, batches, _in_turn(desk, batches), strict=True):
            told = [waiving.explain(desk, one, received_on(rows)) for rows, one in zip(batch, found, strict=True)]
            entered.append(_entered(desk, [_filed(desk, rows, one) for rows, one in zip(batch, told, strict=True)]))
            while len(entered) > (1 if desk.hands else 0):  # with hands the last batch is settled beside the next
                done += _answered(desk, entered.pop(0))
            n_done += len(batch)
            desk.progress("flow.examined", n=n_done, of=len(waiting), what=f"{return_id} {period}")
    finally:
        for one in entered:
            done += _answered(desk, one)
    return tuple(done)


def _in_turn(desk: Desk, batches: Sequence[Sequence[tuple[LedgerRow, ...]]]) -> Iterator[list[Examination]]:
    """The examinations of batch after batch; what was entered of the one before counts for the next."""
    counting = counting_by_period(desk)
    given = [[submission_of(desk, rows) for rows in batch] for batch in batches]
    reader = desk.hands.reader if desk.hands else None
    turns = examine_in_turn(
        desk.catalogue, desk.tokeniser, given, lambda one: previous_tables(desk, one, counting), reader
    )
    for found in turns:
        yield found
        counting.update(counting_by_period(desk))


def submission_of(desk: Desk, rows: tuple[LedgerRow, ...]) -> tuple[list[SourceFile], Claim]:
    """The kept bytes of a submission, and what it was received as."""
    first = rows[0]
    return _bytes_of(kept_files(desk, rows)), Claim(
        first.return_id, first.authority_code, first.period_id, first.system
    )


def _filed(desk: Desk, rows: tuple[LedgerRow, ...], found: Examination) -> Filed:
    first = rows[0]
    placed = Identity(first.return_id, first.authority_code, first.period_id, first.system)
    return kept_files(desk, rows), placed, found


def receive(desk: Desk, paths: Sequence[Path], claim: Claim) -> Judged:
    """Keep, examine, register and answer with a receipt: what `mesur receive` does.

    The bytes are safe before anything looks at them. Whose they are is read from the content where the claim does
    not say; what cannot be placed stays kept and the answer says what is needed to place it.

    Raises:
        UsageError: where neither the claim nor the content says whose return it is, or for when.
        RefusedError: where real children would stand beside those of the bundled sample.
    """
    kept = keep(desk.settings, paths)
    with exclusive(desk.settings, "receive"):
        found = waiving.explain(desk, unexplained(desk, kept, claim))
        placed = _placed(found, claim)
        if not sample.may_join(desk, kept, found):
            raise RefusedError("receive.beside_sample", folder=desk.settings.paths.data.name)
        register(desk.settings, kept, placed)
        return _decided(desk, [(kept, placed, found)])[0]


def _placed(found: Examination, claim: Claim) -> Identity:
    """Under what a submission is filed: what it turned out to be, else (where it is refused) what was claimed."""
    i = found.identity
    parts = {
        "return": i.return_id or claim.return_id,
        "authority": i.authority_code or claim.authority,
        "period": i.period_id or claim.period,
    }
    missing = [f"--{name}" for name, value in parts.items() if value is None]
    if missing:
        raise UsageError("receive.cannot_place", missing=", ".join(missing))
    return Identity(str(parts["return"]), str(parts["authority"]), parts["period"], i.system)


def kept_files(desk: Desk, rows: Iterable[LedgerRow]) -> tuple[KeptFile, ...]:
    """The kept bytes of a submission, as the ledger names them."""
    folder = desk.settings.paths.landing_files
    return tuple(KeptFile(r.file_name, r.sha256, r.bytes, folder / r.sha256) for r in rows)


def examined_again(desk: Desk, rows: Sequence[LedgerRow], claim: Claim) -> Examination:
    """Examine the kept bytes of a submission anew, with the waivers that held when it came; nothing is written."""
    return waiving.explain(desk, unexplained(desk, kept_files(desk, rows), claim), received_on(rows))


def received_on(rows: Sequence[LedgerRow]) -> date:
    """The day on which a submission was received."""
    return datetime.fromisoformat(rows[0].received_at).date()


def unexplained(desk: Desk, kept: Sequence[KeptFile], claim: Claim) -> Examination:
    """Examine kept bytes beside the counting submission of the period before, waivers left aside."""
    held = counting_by_period(desk)
    files = _bytes_of(kept)
    return examine(desk.catalogue, desk.tokeniser, files, claim, lambda found: previous_tables(desk, found, held))


def unexplained_again(desk: Desk, rows: Sequence[LedgerRow]) -> Examination:
    """The same of a stored submission."""
    first = rows[0]
    claim = Claim(first.return_id, first.authority_code, first.period_id, first.system)
    found = unexplained(desk, kept_files(desk, rows), claim)
    return replace(found, faults=stored.with_questions(desk, first, found.faults))


def unexplained_files(desk: Desk, paths: Sequence[Path], claim: Claim, previous: Sequence[Path]) -> Examination:
    """The same of files that were not received, under the key of this installation, beside the return of the year
    before as given or, where none is given, as it was received."""
    limit, held = desk.settings.max_file_bytes, counting_by_period(desk)
    files, before = sources(paths, limit), sources(previous, limit)
    lookup = before or (lambda found: previous_tables(desk, found, held))
    return examine(desk.catalogue, desk.tokeniser, files, claim, lookup)


def preview(desk: Desk, paths: Sequence[Path], claim: Claim) -> tuple[Examination, LedgerRow | None]:
    """Examine files as if they were received, with the waivers there are, and keep nothing; beside it the submission
    that counts now for the same return, authority and period, where there is one."""
    found = waiving.explain(desk, unexplained_files(desk, paths, claim, ()))
    i = found.identity
    of_series = (i.return_id, i.authority_code, i.period_id)
    counting = Ledger(desk.settings.paths).counting()
    held = (r for r in counting if (r.return_id, r.authority_code, r.period_id) == of_series)
    return found, next(held, None)


def judge_again(desk: Desk, rows: tuple[LedgerRow, ...]) -> Judged:
    """Examine a stored submission with the waivers there are now, enter the verdict and make its receipt."""
    with exclusive(desk.settings, "receive"):
        found = waiving.explain(desk, unexplained_again(desk, rows), received_on(rows))
        return _decided(desk, [_filed(desk, rows, found)])[0]


def _bytes_of(kept: Sequence[KeptFile]) -> list[SourceFile]:
    return [SourceFile(k.name, k.path.read_bytes()) for k in kept]


@dataclass(frozen=True)
class _Entered:
    """Submissions whose verdicts are entered, and what the rules found, or will have, that need other submissions."""

    found: Mapping[str, Examination]
    registrations: Sequence[Registration]
    settled: Callable[[], Mapping[str, Settled]]


def _decided(desk: Desk, filed: Sequence[Filed]) -> tuple[Judged, ...]:
    """Write what was found, enter the verdicts, settle what needs others, make the receipts."""
    return _answered(desk, _entered(desk, filed))


def _entered(desk: Desk, filed: Sequence[Filed]) -> _Entered:
    """Write what was found and enter the verdicts; typed tables are there before they count."""
    ids = [submission_id(placed, kept) for kept, placed, _ in filed]
    found = [replace(e, identity=_as_filed(e, placed)) for _, placed, e in filed]
    judged_by = [(e.rule_pack, str(e.identity.return_id), str(e.identity.period_id)) for e in found]
    rule_texts.keep(desk, judged_by)
    write_all(desk.settings, list(zip(found, ids, strict=True)), desk.catalogue)
    told = [(kept, placed, Decision(e.verdict, e.rule_pack, system=e.identity.system)) for kept, placed, e in filed]
    entered = register_all(desk.settings, told)
    touched = {(str(e.identity.return_id), str(e.identity.period_id)) for e in found}
    return _Entered(dict(zip(ids, found, strict=True)), entered, settling.begin(desk, touched))


def _answered(desk: Desk, entered: _Entered) -> tuple[Judged, ...]:
    """The receipts, once the rules have run that need other submissions; questions to the others are told too."""
    told, packs = entered.settled(), released(desk)
    days = [received_on(registration.rows) for registration in entered.registrations]
    found = [
        _asked(desk, (submission, e), told[submission], day) if submission in told else e
        for (submission, e), day in zip(entered.found.items(), days, strict=True)
    ]
    outcomes = [(r, outcome(e, packs)) for e, r in zip(found, entered.registrations, strict=True)]
    made = receipts(desk.settings, outcomes)
    return tuple(Judged(e, one) for e, one in zip(found, made, strict=True))


def _asked(desk: Desk, one: tuple[str, Examination], told: Settled, day: date) -> Examination:
    """An examination with the questions that were put to it since; those that are explained are written as such."""
    submission, e = one
    whole = replace(e, faults=told.faults.drop("waiver_id"), coverage=told.coverage, explained=None)
    now = waiving.explain(desk, whole, day)
    if not all_faults(now).equals(told.faults):
        write_all(desk.settings, [(now, submission)], desk.catalogue)
    return now


def _as_filed(e: Examination, placed: Identity) -> Found:
    return replace(
        e.identity,
        return_id=placed.return_id,
        authority_code=placed.authority_code,
        period_id=placed.period_id,
    )


def counting_by_period(desk: Desk) -> dict[Whose, LedgerRow]:
    """(authority, period) -> a row of the submission that counts."""
    return {(r.authority_code, r.period_id or ""): r for r in Ledger(desk.settings.paths).counting()}


def previous_tables(desk: Desk, found: Found, counting: Mapping[Whose, LedgerRow]) -> Tables:
    """Typed tables of the same authority's counting submission for the period before; empty where there is none.

    Without the items that its form did not ask for: no rule can say that they were something else before.
    """
    if not found.authority_code or not found.period_id:
        return {}
    row = counting.get((found.authority_code, str(Period(found.period_id).previous)))
    held = desk.catalogue.returns.get(row.return_id) if row else None
    if row is None or held is None:
        return {}
    asked = columns.collected(desk.catalogue, held, row.period_id or "", row.system)
    return columns.as_asked(stored.typed_tables(desk, row), asked)


def outcome(found: Examination, packs: Mapping[str, str] | None = None) -> Outcome:
    """What a receipt tells of an examination; `packs` are the released versions."""
    coverage = {code: RuleCoverage(*told) for code, *told in found.coverage.iter_rows()}
    i, counts = found.identity, Counter(found.faults["severity"].to_list())
    held = (packs or {}).get(pack_of(i.return_id or "", i.period_id or ""))
    return Outcome(counts, waiving.counted(found), coverage, bool(found.rule_pack) and held == found.rule_pack)


def counts(done: Iterable[Judged]) -> dict[str, int]:
    """How many submissions came to which status."""
    return dict(Counter(one.receipt.status for one in done))


@dataclass(frozen=True)
class Accounting:
    """Whether every rule has a status for every submission that counts."""

    n_submissions: int
    n_rows: int
    n_unaccounted: int
    n_crashed: int

    def as_metadata(self) -> dict[str, int]:
        """Counts for the check's metadata."""
        return {
            "submissions": self.n_submissions,
            "coverage_rows": self.n_rows,
            "without_status": self.n_unaccounted,
            "crashed_rules": self.n_crashed,
        }


def accounting(desk: Desk, return_id: str) -> Accounting:
    """Read the coverage of one return back and count what is not accounted for."""
    import polars as pl

    counting = {r.submission_id for r in Ledger(desk.settings.paths).counting() if r.return_id == return_id}
    paths = sorted(desk.settings.paths.coverage.glob(f"{return_id}/*/*/*.parquet"))
    held = [p for p in paths if p.stem in counting]
    rows = pl.concat([pl.read_parquet(p) for p in held]) if held else pl.DataFrame(schema={"status": pl.String})
    blank = rows.filter(pl.col("status").is_null() | (pl.col("status") == "")).height
    crashed = rows.filter(pl.col("status").str.starts_with("crashed")).height
    return Accounting(len(counting), rows.height, blank + len(counting) - len(held), crashed)
