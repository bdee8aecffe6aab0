"""Measures the main job, its transformation and its growth, prints a table and keeps it under `benchmarks/results/`.

    python -m benchmarks                          the sample and ten times the sample
    python -m benchmarks --times 1 10 100         a hundred times: several million child-years, some minutes

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
from collections.abc import Sequence
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
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, timeout=limit, check=False)
    seconds = time.perf_counter() - began
    shutil.rmtree(folder / "command", ignore_errors=True)
    return {"command": seconds if done.returncode == 0 else None, **measured("build", folder / "sample", limit)}


def growth(folder: Path, times: Sequence[int], limit: float) -> Found:
    """Typed to cells at several sizes, three ways each; a grown folder is removed before the next is made."""
    found: Found = {}
    for n in times:
        target, began = folder / f"x{n}", time.perf_counter()
        held: Found = {"rows": grow(folder / "sample", target, n), "made_seconds": time.perf_counter() - began}
        for task in table.WAYS:
            held[task] = measured(task, target, limit)
        if _cells(held, "by_hand") != _cells(held, "by_dbt"):
            held["stopped"] = "plain DuckDB and dbt do not come to the same cells"
        found[f"x{n}"] = held | {"load": machine.load()}
        shutil.rmtree(target)
    return found


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
    parser.add_argument("--print-only", action="store_true", help="keep no result")
    given = parser.parse_args()
    result: Found = {"machine": machine.described(), "set_up": set_up()}
    with tempfile.TemporaryDirectory() as name:
        result["build"] = build(Path(name), given.limit)
        result["growth"] = growth(Path(name), sorted({1, *given.times}), given.limit)
    result["load_at_the_end"] = machine.load()
    print("\n".join(table.lines(result)))
    if not given.print_only:
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json"
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        print(f"\nkept: {path.relative_to(ROOT)}")
    return 1 if "stopped" in json.dumps(result) else 0


if __name__ == "__main__":
    sys.exit(main())
