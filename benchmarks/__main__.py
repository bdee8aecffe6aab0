"""Measures the main job, its transformation and its growth, prints a table and keeps it under `benchmarks/results/`.

    python -m benchmarks                          the sample and ten times the sample
    python -m benchmarks --times 1 10 100         a hundred times: several million child-years, some minutes
    python -m benchmarks --no-growth              only where the time of `./mesur build` goes

What is measured is kept as soon as it is known, so that a run that is broken off leaves what it had.

Everything is a ratio within the run: absolute seconds are of this machine at its load of that moment. What the tasks do
stands in `tasks.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, table
from benchmarks.growth import grow

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
Found = dict[str, object]


def measured(task: str, folder: Path, limit: float) -> Found:
    """One task in a process of its own; what takes too long is stopped and said."""
    command = [sys.executable, "-m", "benchmarks.tasks", task, str(folder)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return {"stopped": f"not done after {limit:.0f} s"}
    if done.returncode:
        return {"stopped": f"exit code {done.returncode}"}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def set_up() -> Found:
    """Seconds from the making of the environment to the stamp of the launcher, where the launcher made it."""
    made, stamp = ROOT / ".venv" / "pyvenv.cfg", ROOT / ".venv" / "mesur-stamp"
    if not (made.is_file() and stamp.is_file() and (ROOT / ".tools" / "setup.log").is_file()):
        return {"skipped": "this environment was not made by the launcher"}
    seconds = stamp.stat().st_mtime - made.stat().st_mtime
    return {"seconds": round(seconds, 1)} if 0 < seconds < 900 else {"skipped": "the stamp is of a later change"}


def build(folder: Path, limit: float) -> Found:
    """The command as a person types it, then the same job part by part in `folder/sample`."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MESUR_", "DAGSTER_"))}
    environment |= {"MESUR_DATA": str(folder / "command"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-m", "pipelines.cli", "build"]
    began, before = time.perf_counter(), machine.cpu_of_children()
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, timeout=limit, check=False)
    seconds, cpu = time.perf_counter() - began, machine.cpu_of_children() - before
    shutil.rmtree(folder / "command", ignore_errors=True)
    told = {"command": seconds, "command_cpu": cpu} if done.returncode == 0 else {"command": None}
    return {**told, **measured("build", folder / "sample", limit)}


def growth(folder: Path, times: Sequence[int], limit: float) -> Iterator[tuple[str, Found]]:
    """Typed to cells at several sizes, three ways each; a grown folder is removed before the next is made."""
    for n in times:
        target, began = folder / f"x{n}", time.perf_counter()
        held: Found = {"rows": grow(folder / "sample", target, n), "made_seconds": time.perf_counter() - began}
        for task in (*table.WAYS, "resubmission"):
            held[task] = measured(task, target, limit)
        if _cells(held, "by_hand") != _cells(held, "by_dbt"):
            held["stopped"] = "plain DuckDB and dbt do not come to the same cells"
        shutil.rmtree(target)
        yield f"x{n}", held | {"load": machine.load()}


def _cells(held: Found, way: str) -> object:
    """How many cells a way came to; None where it was stopped, so that nothing is compared."""
    made = [held[w] for w in ("by_hand", "by_dbt")]
    both = all(isinstance(m, dict) and "n_cells" in m for m in made)
    one = held[way]
    return one["n_cells"] if both and isinstance(one, dict) else None


def main() -> int:
    """Measure, print, keep; 1 when something had to be stopped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="How long each part takes, as ratios.")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10], help="sizes, as multiples of the sample")
    parser.add_argument("--limit", type=float, default=360, help="seconds after which one task is stopped")
    parser.add_argument("--no-growth", action="store_true", help="measure the build alone")
    parser.add_argument("--print-only", action="store_true", help="keep no result")
    given = parser.parse_args()
    times = () if given.no_growth else sorted({1, *given.times})
    path = None if given.print_only else RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json"
    with tempfile.TemporaryDirectory() as name:
        for result in measures(Path(name), times, given.limit):
            if path:
                keep(result, path)
    print("\n".join(table.lines(result)))
    if path:
        print(f"\nkept: {path.relative_to(ROOT)}")
    return 1 if "stopped" in json.dumps(result) else 0


def measures(folder: Path, times: Sequence[int], limit: float) -> Iterator[Found]:
    """The result so far, after each thing that was measured."""
    result: Found = {"machine": machine.described(), "set_up": set_up(), "build": build(folder, limit)}
    yield result | {"load_at_the_end": machine.load()}
    sizes: Found = {}
    for size, held in growth(folder, times, limit):
        sizes[size] = held
        yield result | {"growth": dict(sizes), "load_at_the_end": machine.load()}


def keep(result: Found, path: Path) -> None:
    """Write a result where others of its kind lie."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
