"""What protection costs and yields beside the usual method, in one run: `python -m benchmarks.protection CELLS`.

Neither method belongs here (`pipelines/disclosure/secondary.py`, `benchmarks/elimination.py`).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import polars as pl

from benchmarks import elimination
from pipelines.disclosure import components, lines, primary, register, rounding, secondary
from pipelines.disclosure.attacker import Attacker
from pipelines.disclosure.config import IN_FORCE
from pipelines.disclosure.optimise import solve
from pipelines.disclosure.problem import OPEN
from pipelines.disclosure.records import Protection
from schemas.catalogue import load

PUBLICATION = "children-looked-after"


def problems(cells: Path) -> list:
    """The components of the publication."""
    catalogue = load()
    held = register.build(catalogue, catalogue.publications[PUBLICATION], cells)
    bound = lines.build(held)
    held = components.numbered(held, bound)
    sensitive = frozenset(b.id for b in catalogue.breakdowns.values() if b.is_sensitive)
    own = primary.find(held, sensitive, IN_FORCE)
    floor = pl.Series([0] * held.cells.height, dtype=pl.Int64)
    wanted = Protection(own.hidden, own.targets, floor, floor + rounding.UNBOUNDED, own.together)
    return [part for _, part in secondary.components_of(held, bound, wanted, IN_FORCE)]


def ours(part):
    """Hidden cells by the project's method."""
    return solve(part).hidden


def usual(part):
    """Hidden cells by elimination."""
    return elimination.hide(part.system, part.cost, part.true, part.is_forced & part.is_published) & part.is_published


def open_cells(part, hidden) -> int:
    """Protected cells that an attacker with every rounded figure narrows below [1, 5]."""
    needs = [n for n in part.needs if n.attacker == OPEN]
    return len({c.need.cell for c in Attacker(part).unmet(hidden | part.is_forced, frozenset(), needs)})


def main(cells: Path) -> str:
    """A table: method, extra hidden cells, their share, open cells, CPU seconds as a ratio to elimination."""
    parts = problems(cells)
    n_cells = sum(int(p.is_published.sum()) for p in parts)
    found = {}
    for name, method in (("elimination", usual), ("ours", ours)):
        began = time.process_time()
        patterns = [method(p) for p in parts]
        seconds = time.process_time() - began
        extra = sum(int((h & p.is_published & ~p.is_forced).sum()) for h, p in zip(patterns, parts, strict=True))
        found[name] = (extra, sum(open_cells(p, h) for h, p in zip(patterns, parts, strict=True)), seconds)
    base = found["elimination"][2]
    rows = [
        f"| {name} | {extra} | {100 * extra / n_cells:.2f} % | {left} | {seconds / base:.1f} |"
        for name, (extra, left, seconds) in found.items()
    ]
    head = "| method | extra hidden | of cells | protected but open | CPU, elimination = 1 |\n|---|---|---|---|---|"
    return "\n".join([f"{n_cells} cells, {len(parts)} components", "", head, *rows])


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
