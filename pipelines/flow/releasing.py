"""A release by a person: the proof is checked again on the files as they lie, then the edition goes out.

Protection and writing belong to the rooms; nothing here is ever started by a schedule.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.core.errors import RefusedError, UsageError
from pipelines.core.files import sha256_of
from pipelines.core.locks import exclusive
from pipelines.flow import auditing, editions, promises, verifying
from pipelines.flow.desk import Desk
from pipelines.publish import EditionResult, standing, statswales
from pipelines.serve import Published, PublishedEdition


def latest(desk: Desk, publication_id: str) -> PublishedEdition:
    """The edition that the pointer names.

    Raises:
        UsageError: before the first.
    """
    return Published(desk.settings.paths.published).edition(publication_id)


def n_broken_files(desk: Desk, publication_id: str) -> int:
    """Files of the latest edition that are gone, are other bytes than when it was made, or are too many."""
    held = latest(desk, publication_id)
    said = held.files()
    found = {p.relative_to(held.folder).as_posix(): p for p in held.folder.rglob("*") if p.is_file()}
    strange = found.keys() ^ (said.keys() | {"sha256sums.txt"})
    return len(strange) + sum(sha256_of(found[name]) != digest for name, digest in said.items() if name in found)


def n_broken_promises(desk: Desk, publication_id: str) -> int:
    """What the latest edition breaks of the queries that consumers have registered."""
    return len(promises.kept(desk, publication_id)[1])


def n_leaks(desk: Desk, publication_id: str) -> int:
    """What the verifier finds in the latest edition as it lies and is served, its proof included."""
    return verifying.verify_edition(desk, publication_id, latest(desk, publication_id).folder).n_found


def n_open(desk: Desk, publication_id: str) -> int:
    """Cells that somebody who holds the latest edition and all before it knows better than their protection allows."""
    return len(_open(desk, publication_id))


def n_statswales_failures(desk: Desk, publication_id: str) -> int:
    """What the dry run of StatsWales' rules finds in the pack of the latest edition; none where it has no pack."""
    pack = latest(desk, publication_id).folder / statswales.FOLDER
    return len(statswales.check(pack)) if pack.is_dir() else 0


MAX_NAMED = 12
"""Cells named in a refusal; `mesur audit` names all."""


def release(desk: Desk, publication_id: str, edition_id: str, status: str) -> EditionResult:
    """Release what the latest edition holds under a status.

    Raises:
        UsageError: for an edition that is not the latest: only what the protected cells hold now can be proved.
        RefusedError: when the figures contradict the status, the audit finds a violation in the protected file, the
            edition would break a query that a consumer has registered, or the attack on the edition opens a cell.
    """
    with exclusive(desk.settings, "build"):
        latest = Published(desk.settings.paths.published).edition(publication_id)
        if edition_id not in (latest.id, "latest"):
            raise UsageError("release.not_latest", given=edition_id[:40], latest=latest.id)
        _refuse_contradicted(latest.folder / "parquet", status)
        if n_found := editions.n_violations(desk, publication_id):
            raise RefusedError("release.refused", n=n_found)
        promises.refuse_if_broken(desk, publication_id)
        verifying.refuse_leaks(desk, publication_id, latest.folder, is_published=True)
        _refuse_open(desk, publication_id)
        return editions.publish(desk, publication_id, status)


def _refuse_contradicted(tables: Path, status: str) -> None:
    """Refuse a word that the figures of the latest edition contradict before the proof is gone through."""
    values, periods = (pl.read_parquet(tables / f"{name}.parquet") for name in ("fct_measure_value", "dim_period"))
    standing.refuse_other(status, values, periods)


def _refuse_open(desk: Desk, publication_id: str) -> None:
    """Attack what is to be released as everybody could, and refuse where a cell is narrower than its protection."""
    if names := _open(desk, publication_id):
        raise RefusedError("release.open", n=len(names), cells=", ".join(names[:MAX_NAMED]))


def _open(desk: Desk, publication_id: str) -> list[str]:
    """Ids of the cells that an attacker narrows too far, or of whose figures no table can be made."""
    report = auditing.audit_release(desk, publication_id)
    opened = [cell.name for told in report.attacks for cell in told.opened]
    return list(dict.fromkeys(opened + [name for told in report.attacks for name in told.contradictions]))
