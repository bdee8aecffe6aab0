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
from pipelines.disclosure import (
    audit,
    certify,
    components,
    disclosed,
    evidence,
    lines,
    naming,
    primary,
    proof,
    register,
    secondary,
)
from pipelines.disclosure.config import IN_FORCE, DisclosureConfig
from pipelines.disclosure.errors import Refused, Unprotectable
from pipelines.disclosure.memory import Memory, recall
from pipelines.disclosure.proof import DisclosureSummary, Worked
from pipelines.disclosure.records import Pattern, Primary, Protection, Register
from pipelines.disclosure.solved import Solved
from schemas.catalogue import Catalogue

DISCLOSED, PROOF, SUPPRESSION = "disclosed.parquet", "proof.json", "suppression.json"
SOLVED = "solved.json"


@dataclass(frozen=True)
class Task:
    """One publication to protect: what, from which cells, into which folder, under which settings."""

    publication_id: str
    cells_path: Path
    out_dir: Path
    config: DisclosureConfig = IN_FORCE
    ledger_dir: Path | None = None
    """The suppression ledger of the publication; without it there is no earlier edition."""


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
        Unprotectable: nothing that may be hidden protects some cell; it is named by id.
        Refused: the independent audit found something. In either case nothing is written, what was there stays.
    """
    started = time.perf_counter()
    worked = _work(catalogue, task)
    with atomic_file(task.out_dir / DISCLOSED) as path:
        worked.table.write_parquet(path)
        verdict = audit.check(catalogue, audit.Subject(task.publication_id, task.cells_path, path, task.config))
        if verdict.violations:
            raise Refused(verdict.n_found, verdict.tables, verdict.checks)
        fingerprint = proof.fingerprint(path)
    files = evidence.write(worked.evidence, task.out_dir)
    summary = replace(proof.summary(worked, verdict, fingerprint), files=files)
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
    held = components.numbered(held, bound)
    sensitive = frozenset(b.id for b in catalogue.breakdowns.values() if b.is_sensitive)
    own = primary.find(held, sensitive, task.config)
    memory = recall(held, task.ledger_dir, task.config)
    wanted = Protection(
        hidden=own.hidden | memory.hidden,
        targets=own.targets,
        known_low=memory.low,
        known_high=memory.high,
        together=own.together + memory.together,
        dropped=memory.dropped,
    )
    solved = Solved(task.out_dir / evidence.CLOSED / SOLVED)
    pattern = secondary.protect(held, bound, wanted, task.config, solved)
    solved.keep()
    if pattern.unmet:
        raise Unprotectable(naming.ids(held).gather(list(pattern.unmet)).to_list())
    certified = certify.certify(held, bound, pattern.hidden, task.config)
    failing = certified.failing(own.targets)
    if len(failing):
        raise Unprotectable(naming.ids(held).gather(failing).to_list())
    table = disclosed.table(catalogue, held, pattern, (task.publication_id, task.config))
    why = evidence.Evidence(held, bound, pattern, certified, own.targets, _reasons(own, memory, pattern), task.config)
    return Worked(task.publication_id, why, own, table)


def _reasons(own: Primary, memory: Memory, pattern: Pattern) -> pl.Series:
    """Why each cell is hidden, by cell number; empty where it is shown."""
    state = pl.DataFrame(
        {"own": own.reasons, "hidden": pattern.hidden, "dropped": pattern.dropped, "memory": memory.hidden}
    )
    reason = (
        pl.when(pl.col("own") != "")
        .then("own")
        .when("memory")
        .then(pl.lit("memory"))
        .when("dropped")
        .then(pl.lit("dropped"))
        .when("hidden")
        .then(pl.lit("secondary"))
        .otherwise(pl.lit(""))
    )
    return state.select(reason=reason).to_series()


def read(out_dir: Path) -> pl.DataFrame:
    """The disclosed rows of a folder."""
    return pl.read_parquet(Path(out_dir) / DISCLOSED)
