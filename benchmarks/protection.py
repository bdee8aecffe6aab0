"""What protection, its attack and its verifier cost and yield, beside the usual method in one run.

    python -m benchmarks.protection DATA    of a data folder with a built edition (`data/local` after `./mesur build`)

Neither method belongs here (`pipelines/disclosure/secondary.py`, `benchmarks/elimination.py`). Costs are seconds by the
clock, which is what is wanted, and CPU seconds of this process and those it started, which a machine that others use
tells too.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import elimination, machine
from benchmarks.keeping import keep
from pipelines.core.settings import PROJECT, Paths, Settings
from pipelines.disclosure import Task, components, lines, primary, protect_task, register, rounding, secondary
from pipelines.disclosure.attacker import Attacker
from pipelines.disclosure.config import IN_FORCE
from pipelines.disclosure.optimise import solve
from pipelines.disclosure.problem import OPEN
from pipelines.disclosure.records import Protection
from pipelines.flow import asked, auditing, verifying
from pipelines.flow.desk import Desk
from pipelines.serve import Published
from schemas.catalogue import load
from schemas.model import Publication

PUBLICATION = "children-looked-after"
YEAR, STOCK = "2022-23", "CLA_STOCK"
FIVE = ("age_band", "placement", "legal_status", "ethnicity", "need")
"""Breakdowns of the five linked tables of one mart year."""
TARGETS = {
    "year": "under 5 s, at most 1.5 % of cells hidden to protect others, proven smallest",
    "whole": "under 180 s on two cores",
    "attack": "under 60 s",
    "verifier": "under 10 s",
}


Cost = dict[str, float]
"""CPU seconds, those of processes it started included, and seconds by the clock."""


def timed(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """What the work gives, and what it cost."""
    began, clock = _spent(), time.perf_counter()
    found = work()
    return found, {"cpu": round(_spent() - began, 1), "seconds": round(time.perf_counter() - clock, 1)}


def _spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def one_year(cells: Path, folder: Path) -> tuple[Publication, Path]:
    """The five linked tables of one year: the publication of them alone, and their cells."""
    whole = load().publications[PUBLICATION]
    tables = tuple(replace(t, measures=(STOCK,)) for t in whole.tables if STOCK in t.measures and t.breakdown in FIVE)
    rows = pl.read_parquet(cells).filter(
        (pl.col("period_id") == YEAR) & (pl.col("measure_id") == STOCK) & pl.col("breakdown_id").is_in([*FIVE, "total"])
    )
    rows.write_parquet(folder / "year.parquet")
    return replace(whole, tables=tables), folder / "year.parquet"


def problems(publication: Publication, cells: Path) -> list:
    """The components of a publication."""
    catalogue = load()
    held = register.build(catalogue, publication, cells)
    bound = lines.build(held)
    held = components.numbered(held, bound)
    sensitive = frozenset(b.id for b in catalogue.breakdowns.values() if b.is_sensitive)
    own = primary.find(held, sensitive, IN_FORCE)
    floor = pl.Series([0] * held.cells.height, dtype=pl.Int64)
    wanted = Protection(own.hidden, own.targets, floor, floor + rounding.UNBOUNDED, own.together)
    return [part for _, part in secondary.components_of(held, bound, wanted, IN_FORCE)]


def usual(part):
    """Hidden cells by elimination."""
    return elimination.hide(part.system, part.cost, part.true, part.is_forced & part.is_published) & part.is_published


def open_cells(part, hidden) -> int:
    """Protected cells that an attacker with every rounded figure narrows below [1, 5]."""
    needs = [n for n in part.needs if n.attacker == OPEN]
    return len({c.need.cell for c in Attacker(part).unmet(hidden | part.is_forced, frozenset(), needs)})


def compared(parts: list) -> dict[str, object]:
    """Both methods on the same components: extra hidden cells, protected cells left open, CPU seconds."""
    n_cells = sum(int(p.is_published.sum()) for p in parts)
    solved, cost = timed(lambda: [solve(p) for p in parts])
    eliminated, usual_cost = timed(lambda: [usual(p) for p in parts])
    patterns = {"ours": ([s.hidden for s in solved], cost), "elimination": (eliminated, usual_cost)}
    found: dict[str, object] = {"cells": n_cells, "components": len(parts)}
    found["proven"] = sum(s.bound >= s.cost for s in solved)
    for name, (hidden, spent) in patterns.items():
        pairs = list(zip(hidden, parts, strict=True))
        extra = sum(int((h & p.is_published & ~p.is_forced).sum()) for h, p in pairs)
        left = sum(open_cells(p, h) for h, p in pairs)
        share = round(100 * extra / n_cells, 2)
        found[name] = {"extra": extra, "share": share, "open": left, **spent}
    return found


def measured(data: Path) -> dict[str, object]:
    """Everything, of a data folder with an edition."""
    desk = Desk(Settings(paths=Paths(project=PROJECT, data=data, keys=data / "keys"), threads=2), data / "inbox")
    edition = Published(desk.settings.paths.published).edition(PUBLICATION).folder
    cells, found = desk.settings.paths.cells, dict[str, object](machine=machine.described(), load=machine.load())
    with tempfile.TemporaryDirectory() as name:
        found["year"] = compared(problems(*one_year(cells, Path(name))))
        task = Task(PUBLICATION, cells, Path(name) / "out")
        done, spent = timed(lambda: protect_task(desk.catalogue, task))
        found["whole"] = {"figures": done.n_cells, "lines": done.n_lines, **spent}
        found["whole"]["quality"] = json.loads((Path(name) / "out" / "proof.json").read_text("utf-8"))["quality"]
    report, spent = timed(lambda: auditing.audit(desk, PUBLICATION, auditing.Ask()))
    found["attack"] = {"cells": report.n_cells, "relations": report.n_relations, **spent}
    with_proof = verifying.subject_of(desk, PUBLICATION, edition, with_proof=True)
    told, spent = timed(lambda: asked.answers(desk.settings, PUBLICATION, edition))
    found["asking"] = {"bytes": told.stat().st_size, **spent}
    with_proof = replace(with_proof, asked=told)
    verdict, spent = timed(lambda: verifying.verify(desk.catalogue, PUBLICATION, with_proof))
    found["verifier"] = {
        "files": verdict.n_files, "answers": verdict.n_answers, "figures": verdict.n_values, "found": verdict.n_found,
        **spent,
    }  # fmt: skip
    return found


def page(found) -> str:
    """The result for a reader."""
    year, whole, attack, verifier = (found[k] for k in ("year", "whole", "attack", "verifier"))
    extra = whole["quality"]["hidden_to_protect_others"]
    rows = [
        f"| {name} | {held['extra']} | {held['share']:.2f} % | {held['open']} | {held['cpu']:.1f} |"
        for name, held in ((name, year[name]) for name in ("ours", "elimination"))
    ]
    costs = [
        ("one mart year, five linked tables, to proven optimality", f"{year['cells']:,} cells", year["ours"],
         TARGETS["year"]),
        ("all years, quarterly and annual, with witnesses, proof and audit",
         f"{whole['figures']:,} figures, {whole['lines']:,} lines; {extra} hidden to protect others", whole,
         TARGETS["whole"]),
        ("attack on the whole edition, two attackers", f"{attack['cells']:,} cells, {attack['relations']:,} relations",
         attack, TARGETS["attack"]),
        ("asking the service for its answers, once for an edition (nothing where they are kept)",
         f"{verifier['answers']} answers", found["asking"], ""),
        ("verifier over the whole edition, its proof and the answers of the service",
         f"{verifier['files']} files, {verifier['answers']} answers, {verifier['figures']:,} figures", verifier,
         TARGETS["verifier"]),
    ]  # fmt: skip
    told = [f"| {name} | {of} | {c['seconds']:.1f} | {c['cpu']:.1f} | {target} |" for name, of, c, target in costs]
    return "\n".join(
        [
            "# What protection costs and yields", "",
            f"Made by `python -m benchmarks.protection DATA`; load {found['load']} on two cores. Wanted is time"
            " by the clock; CPU seconds are of all processes together, and a loaded machine needs more of both.", "",
            f"The same {year['cells']:,} cells ({YEAR}, five linked tables, {year['components']} components, "
            f"{year['proven']} proven smallest) by both methods in one run:", "",
            "| method | extra hidden | of cells | protected but open | CPU s |", "|---|---|---|---|---|", *rows, "",
            "| what | of | seconds | CPU s | wanted |", "|---|---|---|---|---|", *told, "",
        ]
    )  # fmt: skip


def main() -> None:
    """Measure, print, keep."""
    found = measured(Path(sys.argv[1]).absolute())
    keep("protection", found, page(found))


if __name__ == "__main__":
    main()
