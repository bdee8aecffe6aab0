"""The report of an attack: counts by verdict for both attackers, and every hidden cell with what opened it.

It holds what can be concluded from published files, so it is written only where somebody asks for it.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.audit.attack import judging
from pipelines.audit.attack.judging import Aim, Attack
from pipelines.audit.attack.system import System
from pipelines.core.files import atomic_write

HEADER = ("attacker", "cell", "lower", "upper", "verdict", "narrower_than_protection", "because")
MAX_IN_RECORD = 200
"""Open cells in the JSON record of the command; the files hold all."""


@dataclass(frozen=True)
class Report:
    """What both attackers find in one system."""

    subject: str
    n_cells: int
    n_hidden: int
    n_relations: int
    attacks: tuple[Attack, ...]

    @property
    def plain(self) -> Attack:
        """The attacker who guesses nothing."""
        return self.attacks[0]

    @property
    def is_open(self) -> bool:
        """Whether a cell is narrower than its protection, or the figures contradict each other."""
        return any(a.opened or a.contradictions for a in self.attacks)


def report_of(subject: str, system: System, aims: dict[str, Aim]) -> Report:
    """Run the attackers named in `aims` (first the plain one)."""
    found = judging.attacks(system, aims)
    return Report(subject, len(system.names), sum(system.hidden), len(system.relations), found)


def as_record(report: Report) -> dict[str, object]:
    """The report as one JSON object, without the cells that are well hidden."""
    return {
        "subject": report.subject,
        "n_cells": report.n_cells,
        "n_hidden": report.n_hidden,
        "n_relations": report.n_relations,
        "n_exact": report.plain.count("exact"),
        "n_two_valued": report.plain.count("two_valued"),
        "n_contradictions": len(report.plain.contradictions),
        "attackers": {
            a.attacker: {"counts": a.counts, "n_open": len(a.opened), "n_programmes": a.n_solved}
            for a in report.attacks
        },
        "open": [{"attacker": a.attacker} | asdict(c) for a in report.attacks for c in a.opened][:MAX_IN_RECORD],
    }


def write(report: Report, out: Path) -> tuple[Path, ...]:
    """`audit.json` and `audit.csv` (every hidden cell) into a folder.

    Raises:
        OSError: the folder cannot be written.
    """
    held = io.StringIO(newline="")
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(HEADER)
    for found in report.attacks:
        for cell in found.cells:
            ends = cell.lower, "" if cell.upper is None else cell.upper
            writer.writerow((found.attacker, cell.name, *ends, cell.verdict, cell.is_open, "; ".join(cell.because)))
    made = out / "audit.json", out / "audit.csv"
    atomic_write(made[0], json.dumps(as_record(report), indent=2, ensure_ascii=False) + "\n")
    atomic_write(made[1], held.getvalue())
    return made
