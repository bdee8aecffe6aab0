"""The publication of an edition, format by format, against the writing of its tidy CSV.

    python -m benchmarks.publication DATA    of a data folder with a built edition (`data/local` after `./mesur build`)

The edition is written again into a copy of the folder, as the build writes it: all formats, two languages, read back
before it becomes visible. What is written does not belong here.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks import machine
from benchmarks.keeping import keep
from benchmarks.tasks import _desk

PUBLICATION, BASELINE, TARGET = "children-looked-after", "csv", 60
NOT_NEEDED = shutil.ignore_patterns("published", "landing", "dbt", "typed", "warehouse.duckdb", "suppression-ledger")


def measured(data: Path) -> dict[str, object]:
    """Seconds of the whole and of its parts, and the bytes of each format."""
    from pipelines.flow import editions

    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "data"
        shutil.copytree(data, copy, ignore=NOT_NEEDED)
        desk, before = _desk(copy), machine.load()
        began = time.perf_counter()
        made = editions.publish(desk, PUBLICATION)
        whole = time.perf_counter() - began
        sizes: dict[str, int] = {}
        for path in made.folder.rglob("*"):
            if path.is_file():
                sizes[path.suffix] = sizes.get(path.suffix, 0) + path.stat().st_size
    parts = dict(sorted(made.seconds.items(), key=lambda part: -part[1]))
    return {"whole": whole, "parts": parts, "bytes": sizes, "values": made.n_values, "load": before}


def page(found: Mapping[str, object]) -> str:
    """The result for a reader."""
    parts, sizes = found["parts"], found["bytes"]
    base = parts[BASELINE]
    rows = [f"| {name} | {spent:.1f} | {spent / base:.1f} |" for name, spent in parts.items()]
    held = ", ".join(f"{size / 1e6:.1f} MB {suffix}" for suffix, size in sorted(sizes.items(), key=lambda s: -s[1])[:8])
    return "\n".join(
        [
            "# What publication takes", "",
            f"Made by `python -m benchmarks.publication DATA`; load {found['load']} on {machine.described()['cores']}"
            f" cores. {found['values']:,} values, all formats, two languages: **{found['whole']:.1f} s**"
            f" (wanted: under {TARGET} s). Welsh documents are made by a second process beside the English ones, so the"
            " parts add up to more than the whole.", "",
            f"| part | seconds | times the tidy CSV ({base:.2f} s) |", "|---|---|---|", *rows, "",
            f"Written: {held}.", "",
        ]
    )  # fmt: skip


def main() -> None:
    """Measure, print, keep."""
    found = measured(Path(sys.argv[1]).absolute())
    keep("publication", found, page(found))


if __name__ == "__main__":
    main()
