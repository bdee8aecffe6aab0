"""From disclosed rows to a published edition: the order of the steps, and the moment it becomes visible.

How any one file is written does not belong here.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.core.errors import Place, RefusedError, UnreadableError, UsageError
from pipelines.core.files import atomic_directory, sha256_of, sweep
from pipelines.core.locks import exclusive
from pipelines.core.periods import Period
from pipelines.core.redaction import room
from pipelines.core.settings import Settings
from pipelines.publish import (
    changelog,
    documents,
    guard,
    mart,
    metadata,
    package,
    revisions,
    standing,
    statswales,
    tidy,
)
from pipelines.publish import star as stars
from pipelines.publish.opened import read_opened
from pipelines.publish.records import STATUSES, Clock, Edition, EditionResult, PublishContext
from pipelines.publish.shelf import Shelf
from pipelines.publish.star import Star
from schemas.catalogue import Catalogue
from schemas.model import Publication


@dataclass(frozen=True)
class Press:
    """What every step of one run needs."""

    settings: Settings
    publication: Publication
    context: PublishContext
    shelf: Shelf
    clock: Clock

    def timed(self, part: str) -> AbstractContextManager[None]:
        """Add the time of the block to a part of the build."""
        return self.clock.timed(part)


def publish(
    settings: Settings, catalogue: Catalogue, publication_id: str, disclosed_path: Path, context: PublishContext
) -> EditionResult:
    """Publish what `disclosure` wrote as an immutable edition, and move the pointer to it.

    Only the opened columns of `disclosed_path` are read. Where nothing differs from the latest edition, that edition
    is the answer and nothing is written. Whatever ends the run before the pointer moves, readers keep the previous
    edition; a folder that was finished by then is taken up by the next run.

    Raises:
        UsageError: unknown publication or status.
        UnreadableError: the disclosed rows or the proof are not there.
        RefusedError: rows that break the contract of `disclosed`, or a mart that would break its readers.
    """
    publication = _known(catalogue, publication_id, context)
    _refuse_unproved(disclosed_path, context.proof_path)
    press = Press(settings, publication, context, Shelf(settings.paths.published / publication_id), Clock())
    with room(), exclusive(settings, f"publish-{publication_id}"):
        sweep(press.shelf.root)
        with press.timed("read and shape"):
            star = stars.content(read_opened(disclosed_path, catalogue, publication), catalogue, publication, context)
            fingerprint = stars.fingerprint(star, publication, context)
        return _published(press, star, fingerprint)


def _refuse_unproved(disclosed_path: Path, proof_path: Path) -> None:
    """Refuse rows that the proof is not about: a proof names the fingerprint of the file it judged."""
    for needed in (disclosed_path, proof_path):
        if not needed.is_file():
            raise UnreadableError("file.not_found", Place(file=needed.name))
    try:
        judged = json.loads(proof_path.read_text(encoding="utf-8"))["disclosed_sha256"]
    except (ValueError, KeyError, TypeError):
        raise RefusedError("publish.proof_unreadable", Place(file=proof_path.name)) from None
    if judged != sha256_of(disclosed_path):
        raise RefusedError("publish.proof_of_another", Place(file=proof_path.name))


def _known(catalogue: Catalogue, publication_id: str, context: PublishContext) -> Publication:
    if publication_id not in catalogue.publications:
        allowed = ", ".join(sorted(catalogue.publications))
        raise UsageError("publish.publication_unknown", given=publication_id[:40], allowed=allowed)
    if context.status not in STATUSES:
        raise UsageError("publish.status_given", given=context.status[:20], allowed=", ".join(STATUSES))
    return catalogue.publications[publication_id]


def _published(press: Press, star: Star, fingerprint: str) -> EditionResult:
    latest = press.shelf.latest()
    if latest and latest.fingerprint == fingerprint:
        return _result(press, latest, is_new=False)
    edition = press.shelf.unpointed(latest, fingerprint)
    if edition is None:
        edition = _next_edition(press, star, latest, fingerprint)
        _build(press, star, edition, latest)
    press.shelf.point_to(edition)
    return _result(press, edition, is_new=True)


def _next_edition(press: Press, star: Star, latest: Edition | None, fingerprint: str) -> Edition:
    newest = Period(star["dim_period"]["period_id"][-1])
    name, sequence = press.shelf.next_names(max(star["dim_period"]["financial_year"]))
    return Edition(
        publication_id=press.publication.id,
        id=name,
        sequence=sequence,
        previous_id=latest.id if latest else None,
        status=press.context.status,
        day=press.context.dated(newest.end),
        major_version=press.context.major_version,
        rule_pack=press.context.rule_pack,
        fingerprint=fingerprint,
    )


def _build(press: Press, content: Star, edition: Edition, latest: Edition | None) -> None:
    """Fill a folder beside the shelf's editions and rename it into place."""
    before = press.shelf.folder(latest.id) if latest else None
    with press.timed("revisions"):
        revised = stars.with_revisions(content, before, press.context)
        standing.refuse_other(press.context.status, revised["fct_measure_value"], revised["dim_period"])
        past = pl.read_parquet(before / "parquet" / "dim_edition.parquet") if before else None
        star = stars.of_edition(revised, press.publication, edition, past)
    with (
        documents.second_hand(star["fct_measure_value"].height) as second,
        atomic_directory(press.shelf.folder(edition.id), is_public=True) as folder,
    ):
        told = documents.Documents(star, press.publication, edition, folder, press.context.proof_path)
        with documents.begun(told, second) as finish:
            _write_data(press, star, folder)
            held = guard.Held(latest, before) if latest and before else None
            with press.timed("changes"):
                _write_changes(press, star, held, guard.Held(edition, folder))
            if "statswales" in press.publication.formats:
                with press.timed("StatsWales pack"):
                    _write_statswales(press, star, folder, before)
            finish(press.clock)
        with press.timed("package and checksums"):
            package.write_beside(folder, press.context)
            package.write_record(folder, edition, press.context, star)
            metadata.write_dcat(guard.Held(edition, folder), press.publication, press.context, star)
            package.write_sums(folder)
        if press.context.gate:
            with press.timed("read back"):
                press.context.gate(folder)
    _seal(press.shelf.folder(edition.id))


def _seal(folder: Path) -> None:
    """Let everybody read the files of an edition and nobody write them."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o444)


def _write_data(press: Press, star: Star, folder: Path) -> None:
    with press.timed("parquet"):
        mart.write_parquet(star, folder / "parquet")
    with press.timed("mart.duckdb"):
        mart.write_mart(press.settings, star, folder / "mart.duckdb")
    with press.timed("csv"):
        frame = tidy.observations(star)
        tidy.write_csv(frame, folder / tidy.OBSERVATIONS)
        package.write_package(folder, frame, star, press.publication)
        metadata.write_csvw(folder, frame, star, press.publication)


def _write_changes(press: Press, star: Star, before: guard.Held | None, after: guard.Held) -> None:
    """The change log, unless what changed would break readers: then the edition is refused."""
    schemas = guard.schemas_of(press.settings, before, after) if before else None
    if before and schemas:
        guard.refuse_breaking(before, after, schemas)
    log = changelog.changelog(star, after.edition, before, schemas)
    changelog.write_changelog(after.folder, log, star)


def _write_statswales(press: Press, star: Star, folder: Path, before: Path | None) -> None:
    """The pack, unless the dry run of StatsWales' rules finds something: then the edition is refused."""
    statswales.write_pack(folder, star, press.publication, before)
    earlier = before / statswales.FOLDER if before and (before / statswales.FOLDER).is_dir() else None
    if failures := statswales.check(folder / statswales.FOLDER, before=earlier):
        rules = ", ".join(sorted({f"{f.rule} ({f.dataset})" for f in failures})[:10])
        raise RefusedError("publish.statswales.refused", n=len(failures), rules=rules)


def _result(press: Press, edition: Edition, *, is_new: bool) -> EditionResult:
    folder = press.shelf.folder(edition.id)
    values = pl.scan_parquet(folder / "parquet" / "fct_measure_value.parquet").select(pl.len()).collect().item()
    changes = pl.read_parquet(folder / "parquet" / "fct_revision.parquet", columns=["change"])
    return EditionResult(edition, folder, is_new, values, revisions.counts(changes), dict(press.clock.seconds))
