"""From files to an examination: read, identify, lay out, cast, then the rules; one verdict at the end.

Each of the steps has a module of its own; keeping the bytes and the ledger belong to `landing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform import annual, columns, cover, exports, identify
from pipelines.conform.annual import Read
from pipelines.conform.faultlog import FaultLog
from pipelines.conform.identifiers import Remembering, Tokeniser, give_back_zeros, tokenise
from pipelines.conform.merge import merge
from pipelines.conform.reading.containers import FileLike, open_files
from pipelines.conform.records import (
    ACCEPTED,
    ACCEPTED_WITH_ERRORS,
    REJECTED,
    Claim,
    Examination,
    Grid,
    Identity,
    Opened,
)
from pipelines.conform.tables import CastTable

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from pipelines.conform.ahead import Meanwhile
    from pipelines.conform.rules.records import RuleJob, RuleOutcome
    from schemas.catalogue import Catalogue

Previous = Sequence[FileLike] | Mapping[str, pl.DataFrame] | Callable[[Identity], Mapping[str, pl.DataFrame]]
"""The submission of the period before: its files, its typed tables, or a way to find these once it is known whose."""

Submission = tuple[Sequence[FileLike], Claim]
Lookup = Callable[[Identity], Mapping[str, pl.DataFrame]]
"""Finds the typed tables of the period before, once it is known whose."""

_PROBLEM_RULES = {
    **dict.fromkeys(("empty", "no_rows"), "FM01"),
    **dict.fromkeys(("binary", "not_a_table", "other_document"), "FM02"),
    **dict.fromkeys(("archive_damaged", "workbook_damaged", "sheet_damaged", "unreadable"), "FM03"),
    **dict.fromkeys(("password", "archive_encrypted"), "FM04"),
    "legacy_workbook": "FM05",
    **dict.fromkeys(
        (
            "archive_too_large",
            "archive_ratio",
            "archive_too_many",
            "archive_nested",
            "archive_path",
            "archive_link",
            "archive_method",
        ),
        "FM06",
    ),
    "xml_dtd": "FM07",
    "xml_broken": "FM08",
    **dict.fromkeys(("too_large", "xml_deep"), "FM09"),
    "nul_bytes": "FM10",
    "undecodable": "FM11",
    "unclosed_quote": "FM12",
    "hidden_sheet": "FM16",
}


@dataclass
class Reading:
    """A submission read and cast, before any rule: identifiers are tokens, unlisted codes are still there."""

    identity: Identity
    log: FaultLog
    opened: Opened
    read: Read = field(default_factory=Read)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)


def examine(
    catalogue: Catalogue,
    tokeniser: Tokeniser,
    files: Sequence[FileLike],
    claim: Claim,
    previous: Previous = (),
) -> Examination:
    """Look at a submission whole: what it is, what it holds, and everything wrong with it.

    Never raises for content: what cannot be read is a fault, and the rest is still examined. No value of a cell
    passes into faults or coverage.
    """
    from pipelines.conform.ahead import Meanwhile

    sent = () if callable(previous) or isinstance(previous, Mapping) else previous
    with Meanwhile((catalogue, tokeniser), claim, sent) as meanwhile:
        reading = read_submission(catalogue, tokeniser, files, claim)
        before = _previous_tables(previous, reading, meanwhile)
    return _examined(catalogue, [reading], [before])[0]


def examine_many(
    catalogue: Catalogue, tokeniser: Tokeniser, submissions: Sequence[Submission], previous: Lookup
) -> list[Examination]:
    """What `examine` says of each submission, in the order given; the rules of a return and period run once for all."""
    return next(examine_in_turn(catalogue, tokeniser, [submissions], previous))


def examine_in_turn(
    catalogue: Catalogue,
    tokeniser: Tokeniser,
    batches: Sequence[Sequence[Submission]],
    previous: Lookup,
    reader: Executor | None = None,
) -> Iterator[list[Examination]]:
    """`examine_many` for one batch after the other; while one is judged, and used by the caller, the next is read, by
    `reader` (see `ahead.reading_process`) where there is one.

    `previous` is asked when a batch is judged, so it may answer with what the caller made of the batch before.
    """
    from pipelines.conform.ahead import read_ahead

    for readings in read_ahead(catalogue, tokeniser, batches, reader):
        yield _examined(catalogue, readings, [previous(r.identity) for r in readings])


def _examined(
    catalogue: Catalogue, readings: Sequence[Reading], before: Sequence[Mapping[str, pl.DataFrame]]
) -> list[Examination]:
    judged = judge_many(catalogue, readings, before)
    return [_examination(catalogue, *one) for one in zip(readings, judged, strict=True)]


def _examination(catalogue: Catalogue, reading: Reading, outcome: RuleOutcome | None) -> Examination:
    faults, coverage = merge(catalogue, reading.log, outcome)
    return Examination(
        identity=reading.identity,
        tables={t: _listed(frame, reading.read.tables[t]) for t, frame in reading.tables.items()},
        raw={t: cast.raw for t, cast in reading.read.tables.items()},
        faults=faults,
        coverage=coverage,
        verdict=verdict_of(faults),
        notes=tuple(reading.read.notes),
        problems=reading.opened.problems,
        rule_pack=outcome.pack_version if outcome else "",
        crashes=dict(outcome.messages) if outcome else {},
    )


def read_submission(catalogue: Catalogue, tokeniser: Tokeniser, files: Sequence[FileLike], claim: Claim) -> Reading:
    """Everything before the rules."""
    log = FaultLog(catalogue)
    opened = open_files(files, columns.record_names(catalogue))
    _report_problems(opened, log)
    stated, grids = cover.split(opened.grids, opened.cover)
    if not grids:
        log.add("FM17", "nothing_to_read")
        return Reading(Identity(), log, opened)
    finding = identify.identify(catalogue, identify.Evidence(claim, stated, grids), log)
    read, events = _read(catalogue, grids, finding, log)
    identify.settle_from_dates(catalogue, events, finding)
    identify.check_dates(catalogue, events, finding, log)
    system = finding.profile.id if finding.profile else None
    identity = Identity(finding.return_id, finding.authority_code, finding.period_id, system, dict(finding.sources))
    return Reading(identity, log, opened, read, _finished(read, identity, (tokeniser, log)))


def verdict_of(faults: pl.DataFrame) -> str:
    """`rejected` with any fault of that severity, `accepted_with_errors` with any error, else `accepted`."""
    held = set(faults["severity"].unique())
    return REJECTED if "reject" in held else ACCEPTED_WITH_ERRORS if "error" in held else ACCEPTED


def _report_problems(opened: Opened, log: FaultLog) -> None:
    log.judge(sorted(set(_PROBLEM_RULES.values())), max(1, len(opened.grids)))
    log.judge(("FM17",), 1)
    if "xlsx" in opened.containers:
        log.judge(("FM13", "FM14", "FM15"), len(opened.grids))
    for problem in opened.problems:
        log.add(_PROBLEM_RULES[problem.code], problem.code)


def _read(
    catalogue: Catalogue, grids: tuple[Grid, ...], finding: identify.Finding, log: FaultLog
) -> tuple[Read, dict[date, int]]:
    """(tables, events by day), by the way of the return."""
    held = catalogue.returns.get(finding.return_id or "")
    if held is None:
        return Read(), {}
    if finding.profile is not None and not held.layout:
        export = exports.read(grids, finding.profile, (catalogue, held, log))
        if finding.profile.authority_column:
            identify.settle_from_column(catalogue, export.authorities, finding, log)
        if export.snapshot_dates:
            identify.settle_from_snapshots(export.snapshot_dates, finding, log)
        return export.read, _events(export.read)
    period = finding.period_id if finding.period_id and held.since <= finding.period_id[:7] else None
    read = annual.read(grids, annual.Target(catalogue, held, period or columns.newest_period(held), log))
    return read, _events(read)


_EVENTS = (("episode", "episode_start_date"), ("episode", "episode_end_date"), ("review", "review_date"))


def _events(read: Read) -> dict[date, int]:
    """How much happened on each day, by which a year is told."""
    days = [
        read.tables[table].typed[item].drop_nulls()
        for table, item in _EVENTS
        if table in read.tables and item in read.tables[table].typed.columns
    ]
    return dict(pl.concat(days).value_counts().iter_rows()) if days else {}


def _finished(read: Read, identity: Identity, tools: tuple[Tokeniser, FaultLog]) -> dict[str, pl.DataFrame]:
    """Tables with tokens and the keys of the submission; without an authority tokens belong to nobody."""
    tokeniser, log = Remembering(tools[0]), tools[1]
    typed = give_back_zeros({t: cast.typed for t, cast in read.tables.items()}, "child", log)
    log.judge(("TY33",), sum(frame.height for frame in typed.values()))
    keys = [
        pl.lit(value, pl.String).alias(name)
        for name, value in (
            ("return_id", identity.return_id),
            ("authority_code", identity.authority_code),
            ("period_id", identity.period_id),
        )
    ]
    return {
        table: tokenise(frame, tokeniser, identity.authority_code or "").select(
            "row_number", *keys, *(c for c in frame.columns if c != "row_number")
        )
        for table, frame in typed.items()
    }


def judge_many(
    catalogue: Catalogue, readings: Sequence[Reading], previous: Sequence[Mapping[str, pl.DataFrame]]
) -> list[RuleOutcome | None]:
    """The outcome of the rules on each reading, None where it is not known whose rules would apply."""
    from pipelines.conform import rules

    found: list[RuleOutcome | None] = [None] * len(readings)
    together: dict[tuple[str, str], list[int]] = {}
    for n, reading in enumerate(readings):
        identity = reading.identity
        if identity.return_id and identity.period_id and reading.tables and not reading.log.has("ID10"):
            together.setdefault((identity.return_id, identity.period_id), []).append(n)
    for (return_id, period_id), members in together.items():
        jobs = [_job(readings[n], previous[n]) for n in members]
        outcomes = rules.run_many(catalogue, return_id, period_id, jobs)
        for n, outcome in zip(members, outcomes, strict=True):
            found[n] = outcome
    return found


def _job(reading: Reading, previous: Mapping[str, pl.DataFrame]) -> RuleJob:
    from pipelines.conform.rules import RuleContext, RuleJob

    context = RuleContext(
        authority_code=reading.identity.authority_code,
        raw={t: cast.raw for t, cast in reading.read.tables.items()},
        collected=reading.read.collected,
    )
    return RuleJob(reading.tables, previous, context)


def _previous_tables(previous: Previous, reading: Reading, meanwhile: Meanwhile) -> Mapping[str, pl.DataFrame]:
    """Typed tables of the period before; files of another authority or period are not used and told (ID12)."""
    from pipelines.conform.ahead import earlier_claim

    identity = reading.identity
    if callable(previous):
        return previous(identity)
    if isinstance(previous, Mapping):
        return previous
    wanted = earlier_claim(identity.authority_code, identity.period_id) if identity.is_complete and previous else None
    if wanted is None:
        return {}
    earlier = meanwhile.earlier(wanted)
    reading.log.judge(("ID12",), 1)
    if earlier.log.is_rejecting or earlier.identity.period_id != wanted.period:
        reading.log.add("ID12", f"previous_not_usable:{wanted.period}")
        return {}
    listed = {t: _listed(frame, earlier.read.tables[t]) for t, frame in earlier.tables.items()}
    return columns.as_asked(listed, earlier.read.collected)


def _listed(frame: pl.DataFrame, cast: CastTable) -> pl.DataFrame:
    """The typed table without codes that are not in their list: each of those is a fault by now."""
    cleared = [
        pl.when(~mask.fill_null(value=False)).then(frame[item]).alias(item) for item, mask in cast.unlisted.items()
    ]
    return frame.with_columns(*cleared)
