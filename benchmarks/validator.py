"""`mesur check` with its report against the public English validator, in alternating runs, and at larger sizes.

    python -m benchmarks.validator --peer PEER/bin/python --children 1000 10000 --runs 3 --large 100000

PEER is an environment of its own: `pip install csc-validator-be-903==0.1.17 "pandas==1.5.3" "numpy<2"`.
Without it only our
own figures are taken, and that is said. What the files hold stands in `made_903.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, made_903
from benchmarks.keeping import keep

ROOT = Path(__file__).parents[1]
Run = dict[str, float]
WHO = ("--return", "lac_census", "--authority", "512", "--period", "2023-24")


def measured(command: Sequence[str], fine: Sequence[int]) -> Run:
    """Wall and CPU seconds and peak memory (MB) of a whole process with its children; SystemExit where it failed."""
    began = time.perf_counter()
    environment = _environment()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in fine:
        raise SystemExit(f"exit code {process.returncode}: {command[1:4]}")
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}


def _environment() -> dict[str, str]:
    """As a user has it: compiled code is kept from one start to the next."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(ROOT)}


def ours(this: Path, last: Path, out: Path) -> Run:
    """The command as an authority types it, every format of the report written."""
    told = ("--previous", str(last), *WHO, "--out", str(out))
    return measured([sys.executable, "-P", "-m", "pipelines.cli", "check", str(this), *told], (0, 1, 3))


def theirs(peer: str, this: Path, last: Path, out: Path) -> Run:
    """The public validator: rules, issue table and both summaries."""
    script = Path(__file__).with_name("public_validator.py")
    return measured([peer, str(script), str(this), str(last), str(out)], (0,))


def warm(this: Path, last: Path, out: Path) -> Run:
    """Seconds of check and report in a process that has done it once before."""
    command = [sys.executable, "-P", "-m", "benchmarks.validator", "--warm", str(this), str(last), str(out)]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def warm_run(this: Path, last: Path, out: Path) -> Run:
    """What `warm` asks for, in this process; the best of the later runs, since a machine is never quiet."""
    from pipelines.conform import Claim
    from pipelines.conform.report import report_of, write
    from pipelines.core.settings import Settings
    from pipelines.flow import checking
    from pipelines.flow.desk import Desk

    desk, claim, best = Desk(Settings.load()), Claim("lac_census", "W06000001", "2023-24"), list[tuple[float, float]]()
    for _ in range(4):
        began, cpu = time.perf_counter(), time.process_time()
        found = checking.check(desk, [this], claim, [last])
        write(report_of(desk.catalogue, found), out, ("xlsx", "html", "json", "csv"), "en")
        best.append((time.perf_counter() - began, time.process_time() - cpu))
    return {"first": best[0][0], "wall": min(b[0] for b in best[1:]), "cpu": min(b[1] for b in best[1:])}


def compared(folder: Path, n: int, peer: str | None, runs: int) -> dict[str, object]:
    """One size: both programs in turn, medians and the ratio of each pair."""
    this, last, n_rows = made_903.write(folder / f"r{n}", n)
    mine, other = list[Run](), list[Run]()
    for _ in range(runs):
        mine.append(ours(this, last, folder / "out"))
        if peer:
            other.append(theirs(peer, this, last, folder / "peer"))
    found: dict[str, object] = {"rows": n_rows, "ours": _median(mine), "warm": warm(this, last, folder / "out")}
    if other:
        pairs = list(zip(mine, other, strict=True))
        ratios = {k: statistics.median(p[k] / m[k] for m, p in pairs) for k in ("wall", "cpu")}
        found |= {"theirs": _median(other), "times_faster": ratios}
    return found


def _median(runs: Sequence[Run]) -> Run:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def alone(folder: Path, n: int, kind: str, runs: int = 1) -> Run:
    """Our command on files of one kind; rows of both years beside the figures."""
    this, last, n_rows = made_903.write(folder / f"{kind}{n}", n, kind)
    found = _median([ours(this, last, folder / "out") for _ in range(runs)])
    n_faults = sum(1 for _ in (folder / "out" / "faults.csv").open(encoding="utf-8")) - 1
    shutil.rmtree(folder / f"{kind}{n}")
    return found | {"rows": float(n_rows), "faults": float(n_faults)}


def lines(result: dict[str, object]) -> list[str]:
    """The result as a page."""
    made = ["# `mesur check` with report, measured", "", f"{result['day']}; `python -m benchmarks.validator`."]
    made += [f"{result['machine']}, load {result['load']}. Medians of {result['runs']} alternating runs.", ""]
    made += ["| children | rows | program | wall s | CPU s | peak MB |", "|---|---|---|---|---|---|"]
    for n, held in dict(result["compared"]).items():  # type: ignore[call-overload]
        made += [_line(n, held["rows"], "mesur check, report", held["ours"])]
        made += [_line(n, held["rows"], "the same, warm process", held["warm"])]
        if "theirs" in held:
            made += [_line(n, held["rows"], "public validator", held["theirs"])]
            faster = held["times_faster"]
            made += [f"| {n} | | **times faster** | **{faster['wall']:.1f}** | **{faster['cpu']:.1f}** | |"]
    for name, held in dict(result["alone"]).items():  # type: ignore[call-overload]
        made.append(_line(name, int(held["rows"]), f"mesur check, {int(held['faults']):,} faults", held))
    return [*made, "", str(result["peer"]), ""]


def _line(n: object, rows: object, name: str, run: Run) -> str:
    peak = f"{run['peak_mb']:.0f}" if "peak_mb" in run else ""
    return f"| {n} | {rows} | {name} | {run['wall']:.2f} | {run['cpu']:.2f} | {peak} |"


def main() -> int:
    """Measure, print, keep as JSON and as a page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validator")
    parser.add_argument("--peer", help="python of an environment with the public validator")
    parser.add_argument("--children", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--large", type=int, nargs="*", default=[])
    parser.add_argument("--same", type=int, default=3000, help="children of the clean file and of the one all bad")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--warm", nargs=3, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.warm:
        print(json.dumps(warm_run(*given.warm)))
        return 0
    about = machine.described()
    result: dict[str, object] = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "runs": given.runs, "load": machine.load()}
    result["machine"] = f"{about['processor']}, {about['cores']} cores, {about['memory_gb']} GB"
    result["peer"] = (
        "Public validator: csc-validator-be-903 0.1.17, pandas 1.5.3."
        if given.peer
        else "The public validator was not measured: no environment was given (`--peer`)."
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compared(folder, 10, given.peer, 1)  # not measured: both compile and keep their code
        result["compared"] = {n: compared(folder, n, given.peer, given.runs) for n in given.children}
        kinds = {f"{given.same} {kind}": (given.same, kind, 3) for kind in (made_903.CLEAN, made_903.BAD)}
        kinds |= {str(n): (n, made_903.RANDOM, 1) for n in given.large}
        result["alone"] = {label: alone(folder, *kind) for label, kind in kinds.items()}
    keep("validator", result, "\n".join(lines(result)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
