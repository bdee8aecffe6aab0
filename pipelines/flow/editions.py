"""From cells to an edition: protect, publish, and what is said about a release beside its figures.

Protection and writing belong to the rooms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import polars as pl

from pipelines import disclosure
from pipelines.core.files import sha256_of
from pipelines.core.ledger import Ledger, LedgerRow
from pipelines.core.periods import Period
from pipelines.flow import evidence, open_series, reach, reconciliation, rule_texts, verifying
from pipelines.flow.desk import Desk
from pipelines.publish import CoverageRow, EditionResult, InputFile, PublishContext
from pipelines.publish import publish as publish_edition
from schemas.catalogue import Catalogue
from schemas.model import Text

_passed: set[tuple[str, str, str]] = set()
"""(publication, fingerprints of cells and of the protected file) that the audit passed in this process."""


def protect(desk: Desk, publication_id: str) -> dict[str, int | float]:
    """Protect the cells of one publication; counts for a person or a check.

    Raises:
        RefusedError: when the audit finds a violation; what was protected before stays.
    """
    folder = desk.settings.paths.disclosed / publication_id
    paths = desk.settings.paths
    task = disclosure.Task(publication_id, paths.cells, folder, ledger_dir=paths.suppression_ledger / publication_id)
    cells = sha256_of(paths.cells) if paths.cells.is_file() else ""
    done = disclosure.protect_task(desk.catalogue, task)
    _passed.add((publication_id, cells, done.disclosed_sha256))
    return {"cells": done.n_cells, "hidden": done.n_hidden, "lines": done.n_lines, "seconds": done.seconds}


def n_violations(desk: Desk, publication_id: str) -> int:
    """What the audit finds in the protected file as it lies on disk now.

    Where this process had the same bytes audited, against the same cells, when they were written, nothing is found.
    """
    path, cells = desk.settings.paths.disclosed / publication_id / "disclosed.parquet", desk.settings.paths.cells
    if _passed and path.is_file() and cells.is_file() and (publication_id, *map(sha256_of, (cells, path))) in _passed:
        return 0
    subject = disclosure.Subject(publication_id, cells, path, disclosure.DisclosureConfig())
    return disclosure.check(desk.catalogue, subject).n_found


def publish(desk: Desk, publication_id: str, status: str = "provisional") -> EditionResult:
    """Write the edition of what is protected, or find that nothing has changed since the latest one."""
    folder = desk.settings.paths.disclosed / publication_id
    counting = Ledger(desk.settings.paths).counting()
    periods = _periods(folder / "disclosed.parquet")
    versions = sorted({row.rule_pack for row in counting if row.rule_pack})
    rule_pack = ", ".join(versions)
    rule_texts.keep(desk, ((r.rule_pack, r.return_id, r.period_id or "") for r in counting if r.rule_pack))
    basis = evidence.basis(desk, rule_pack, folder / "proof.json")
    context = PublishContext(
        status=status,
        proof_path=folder / "proof.json",
        inputs=tuple(_input(row) for row in counting),
        rule_pack=rule_pack,
        rule_texts=rule_texts.kept(desk.settings.paths, versions),
        coverage=coverage(desk, counting, periods),
        reconciliation_path=desk.settings.paths.reconciliation / reconciliation.TABLE,
        open_series_path=open_series.write(desk, publication_id),
        policy=_policy(desk),
        revision_causes=evidence.causes(desk, publication_id, evidence.now(counting, basis)),
        basis=basis,
        provisional=provisional(desk.catalogue, counting, periods),
        gate=partial(verifying.refuse_leaks, desk, publication_id),
        major_version=desk.catalogue.publications[publication_id].mart_version,
    )
    made = publish_edition(desk.settings, desk.catalogue, publication_id, folder / "disclosed.parquet", context)
    evidence.keep_cells(desk, publication_id, made.edition.id)
    disclosure.remember(folder, desk.settings.paths.suppression_ledger / publication_id, made.edition.id)
    return made


def _input(row: LedgerRow) -> InputFile:
    return InputFile(evidence.input_name(row), row.sha256, datetime.fromisoformat(row.received_at))


def provisional(
    catalogue: Catalogue, counting: tuple[LedgerRow, ...], periods: list[str]
) -> frozenset[tuple[str, str]]:
    """(area, period) with a quarter of an authority of the area that no annual return of its year has settled yet."""
    had = {(row.authority_code, row.period_id) for row in counting}
    waiting = {
        (authority, period)
        for period in periods
        for authority in catalogue.authorities
        if Period(period).is_quarter and (authority, period) in had and (authority, str(Period(period).year)) not in had
    }
    areas = {code: catalogue.members(code) for _, code in catalogue.areas()}
    return frozenset((area, p) for area, members in areas.items() for a, p in waiting if a in members)


def _periods(disclosed_path: Path) -> list[str]:
    return pl.scan_parquet(disclosed_path).select("period_id").unique().collect()["period_id"].sort().to_list()


def coverage(desk: Desk, counting: tuple[LedgerRow, ...], periods: list[str]) -> tuple[CoverageRow, ...]:
    """How much of what was due of each area and period is in the figures, and why what lacks is not."""
    reports = reach.read(desk.settings)
    had = {(row.authority_code, row.period_id) for row in counting}
    areas = [code for _, code in desk.catalogue.areas()]
    return tuple(_coverage(desk.catalogue, (area, period), had, reports) for period in periods for area in areas)


def _coverage(
    catalogue: Catalogue, place: tuple[str, str], had: set[tuple[str, str | None]], reports: reach.Reports
) -> CoverageRow:
    area, period = place
    held = catalogue.return_for("quarterly" if Period(period).is_quarter else "annual", period)
    members = catalogue.members(area)
    n_received = sum((a, period) in had for a in members)
    until = reports.covered_to(members, period)
    status = _word(n_received, len(members))
    return CoverageRow(
        area_code=area,
        period_id=period,
        return_id=held.id if held else "",
        status="partial" if until and status == "complete" else status,
        n_expected=len(members),
        n_received=n_received,
        reason=reports.reason(members, period, is_complete=status == "complete"),
        covered_to=until,
    )


def _word(n_received: int, n_expected: int) -> str:
    return "missing" if n_received == 0 else "complete" if n_received == n_expected else "partial"


def _policy(desk: Desk) -> Text:
    config = disclosure.DisclosureConfig()
    return Text(*(disclosure.policy(desk.catalogue, config, lang) for lang in ("en", "cy")))


@dataclass(frozen=True)
class Headline:
    """One headline figure of an edition; `shown` is the value with its shorthand."""

    measure_id: str
    period_id: str
    shown: str


def headlines(folder: Path) -> list[Headline]:
    """The figures that an edition names as leading (`fct_headline`)."""
    key = ["measure_id", "area_code", "period_id"]
    totals = pl.read_parquet(folder / "parquet" / "fct_measure_value.parquet").filter(pl.col("breakdown_id") == "total")
    chosen = pl.read_parquet(folder / "parquet" / "fct_headline.parquet").sort("sort_order").select(key)
    held = chosen.join(totals, on=key, how="inner", maintain_order="left")
    rows = held.select("measure_id", "period_id", "value", "status")
    return [Headline(measure, period, shown_with_marks(*cell)) for measure, period, *cell in rows.iter_rows()]


def shown_with_marks(value: float | None, status: str) -> str:
    """A published value as people read it: `7,170`, `430 [t,u]`, `[c]`; its marks never part from it."""
    marks = f"[{status}]" if status else ""
    return marks if value is None else f"{value:,.10g} {marks}".rstrip()
