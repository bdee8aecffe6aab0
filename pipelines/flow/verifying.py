"""The verifier over an edition that is to go out or has gone out: what it is held against, and the refusal.

Checking belongs to `pipelines.audit.verifier`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.audit.verifier import Subject, Verdict, verify
from pipelines.core.errors import RefusedError, UsageError
from pipelines.flow import asked, rule_texts
from pipelines.flow.desk import Desk
from pipelines.publish.tables import TABLES
from pipelines.serve import Published

MAX_NAMED = 12
"""Findings named in a refusal; all of them are in the verdict."""


def verify_edition(desk: Desk, publication_id: str, folder: Path, *, is_published: bool = True) -> Verdict:
    """Every file of an edition's folder against the protected rows and the true counts; of one that is published also
    its proof and what the service answers about it, which is asked first where it was not yet."""
    subject = subject_of(desk, publication_id, folder, with_proof=is_published)
    if is_published:
        subject = replace(subject, asked=asked.answers(desk.settings, publication_id, folder))
    return verify(desk.catalogue, publication_id, subject)


def subject_of(desk: Desk, publication_id: str, folder: Path, *, with_proof: bool) -> Subject:
    """An edition's folder with what it is held against, as far as it is there."""
    held = desk.settings.paths.disclosed / publication_id
    closed, cells = held / "closed", desk.settings.paths.cells
    return Subject(
        folder,
        pl.read_parquet(held / "disclosed.parquet"),
        {t.name: {c.name: c.shows is not None for c in t.columns} for t in TABLES},
        proof=folder / "proof" if with_proof and (folder / "proof" / "cells.parquet").is_file() else None,
        closed=closed if closed.is_dir() else None,
        cells=cells if cells.is_file() else None,
        rules=frozenset(p.read_bytes() for p in rule_texts.all_kept(desk.settings.paths)),
        earlier=_newest_other(desk, publication_id, folder),
    )


def _newest_other(desk: Desk, publication_id: str, folder: Path) -> Path | None:
    """The newest published edition that is not this one."""
    try:
        held = Published(desk.settings.paths.published).editions(publication_id)
    except UsageError:  # nothing is published yet
        return None
    return next((edition.folder for edition in held if edition.folder.name != folder.name), None)


def refuse_leaks(desk: Desk, publication_id: str, folder: Path, *, is_published: bool = False) -> None:
    """The gate before an edition becomes visible: its files; at a release also its proof, witness by witness, and what
    the service answers.

    Raises:
        RefusedError: naming checks, files and cells by id.
    """
    verdict = verify_edition(desk, publication_id, folder, is_published=is_published)
    if verdict.findings:
        told = [f"{f.check} ({f.file}): {', '.join(f.where[:3])}" for f in verdict.findings[:MAX_NAMED]]
        raise RefusedError("publish.leak", n=verdict.n_found, findings="; ".join(told))
