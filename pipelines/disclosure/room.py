"""The way through the room: cells in, disclosed cells and a proof out, or a refusal and nothing.

The rules themselves do not belong here, each has its module.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipelines.core.errors import Place, UnreadableError, UsageError
from pipelines.core.files import atomic_file, atomic_write
from pipelines.disclosure import audit, disclosed, lines, primary, proof, register, secondary
from pipelines.disclosure.config import IN_FORCE, DisclosureConfig
from pipelines.disclosure.errors import Refused
from pipelines.disclosure.proof import DisclosureSummary, Worked
from pipelines.disclosure.records import Register
from schemas.catalogue import Catalogue

DISCLOSED, PROOF, SUPPRESSION = "disclosed.parquet", "proof.json", "suppression.json"


@dataclass(frozen=True)
class Task:
    """One publication to protect: what, from which cells, into which folder, under which settings."""

    publication_id: str
    cells_path: Path
    out_dir: Path
    config: DisclosureConfig = IN_FORCE


def protect(catalogue: Catalogue, publication_id: str, cells_path: Path, out_dir: Path) -> DisclosureSummary:
    """Protects one publication with the settings in force; see `protect_task`."""
    return protect_task(catalogue, Task(publication_id, Path(cells_path), Path(out_dir)))


def protect_task(catalogue: Catalogue, task: Task) -> DisclosureSummary:
    """Writes `disclosed.parquet`, `proof.json` and the restricted `suppression.json` into the task's folder.

    Each file is renamed into place whole, the proof last; it names the fingerprint of the file it is a proof of.

    Raises:
        UsageError: there is no such publication.
        UnreadableError: the cells are absent or lack columns.
        CellsDisagree: two measures give different counts for the same set of children.
        Refused: the independent audit found something, or a protected cell could not be protected; nothing is
            written, what was there before stays.
    """
    started = time.perf_counter()
    worked = _work(catalogue, task)
    if worked.pattern.n_unprotected:
        raise Refused(worked.pattern.n_unprotected, proof.tables_of(worked), ["protection"])
    with atomic_file(task.out_dir / DISCLOSED) as path:
        worked.table.write_parquet(path)
        verdict = audit.check(catalogue, audit.Subject(task.publication_id, task.cells_path, path, task.config))
        if verdict.violations:
            raise Refused(verdict.n_found, verdict.tables, verdict.checks)
        fingerprint = proof.fingerprint(path)
    summary = proof.summary(worked, verdict, fingerprint)
    atomic_write(task.out_dir / SUPPRESSION, proof.suppression_json(summary))
    atomic_write(task.out_dir / PROOF, proof.proof_json(summary, task.config))
    return replace(summary, seconds=round(time.perf_counter() - started, 2))


def _register(catalogue: Catalogue, task: Task) -> Register:
    publication = catalogue.publications.get(task.publication_id)
    if publication is None:
        allowed = ", ".join(sorted(catalogue.publications))
        raise UsageError("disclosure.no_publication", given=task.publication_id, allowed=allowed)
    try:
        return register.build(catalogue, publication, task.cells_path)
    except (OSError, pl.exceptions.PolarsError):
        raise UnreadableError("disclosure.cells_unreadable", Place(file=task.cells_path.name)) from None


def _work(catalogue: Catalogue, task: Task) -> Worked:
    held = _register(catalogue, task)
    bound = lines.build(held)
    sensitive = frozenset(b.id for b in catalogue.breakdowns.values() if b.is_sensitive)
    hidden, targets, n_groups = primary.find(held, sensitive, task.config)
    pattern = secondary.protect(held, bound, (hidden, targets), task.config)
    table = disclosed.table(catalogue, held, pattern, (task.publication_id, task.config))
    return Worked(task.publication_id, held, bound, hidden, pattern, table, n_groups)


def read(out_dir: Path) -> pl.DataFrame:
    """The disclosed rows of a folder."""
    return pl.read_parquet(Path(out_dir) / DISCLOSED)
