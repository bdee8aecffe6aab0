"""What is measured, each in a process of its own: `python -m benchmarks.tasks TASK FOLDER` prints one JSON object.

Deciding what to run and comparing figures do not belong here.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from benchmarks import machine

if TYPE_CHECKING:
    from pipelines.flow.desk import Desk

BEGAN = time.perf_counter()
Found = dict[str, object]


def build(data: Path) -> Found:
    """The main job on the bundled sample, part by part; what no part accounts for is Dagster."""
    from pipelines.flow import hands

    with hands.helped(_desk(data, "sample")) as desk:
        return _by_parts(desk)


def _by_parts(desk: Desk) -> Found:
    from pipelines.defs import execute
    from pipelines.flow import editions, extracts, policies, reconciliation, submissions, transform

    imports = time.perf_counter() - BEGAN
    spent: dict[str, float] = defaultdict(float)
    parts: tuple[tuple[str, ModuleType, str], ...] = (
        ("landing", submissions, "land"),
        ("landing", extracts, "land"),
        ("conform and rules", submissions, "judge_waiting"),
        ("conform and rules", submissions, "accounting"),
        ("StatsWales", extracts, "judge_waiting"),
        ("dbt, reading the project", transform, "project_manifest"),
        ("dbt and DuckDB", transform, "run_dbt"),
        ("cells", transform, "export_cells"),
        ("cells", transform, "export_reach"),
        ("repair policies compared", policies, "compare"),
        ("reconciliation", reconciliation, "reconcile"),
        ("disclosure", editions, "protect"),
        ("audit", editions, "n_violations"),
        ("publish", editions, "publish"),
    )
    for name, module, function in parts:
        setattr(module, function, _timed(getattr(module, function), name, spent))
    began = time.perf_counter()
    execute.build(desk)
    whole = time.perf_counter() - began
    return {
        "parts": {"imports": imports, **spent, "Dagster": whole - sum(spent.values())},
        "whole": imports + whole,
        "cpu": time.process_time(),
        "cpu_beside": machine.cpu_of_children(),
    }


def _timed(work: Callable[..., object], name: str, spent: dict[str, float]) -> Callable[..., object]:
    """The same function, which adds its wall seconds to a part."""

    @wraps(work)
    def measured(*args: object, **options: object) -> object:
        began = time.perf_counter()
        try:
            return work(*args, **options)
        finally:
            spent[name] += time.perf_counter() - began

    return measured


def by_dagster(data: Path) -> Found:
    """Typed to cells by the assets of the warehouse, twice: with what the first run of a process pays, and after it."""
    import dagster as dg

    from pipelines.defs.assemble import build_definitions
    from pipelines.defs.execute import QUIET

    groups = dg.AssetSelection.groups("staging", "episodes", "facts", "measures", "reference")
    job = dg.define_asset_job("transform", selection=groups - dg.AssetSelection.assets(["reconciliation"]))
    resolved = dg.Definitions.merge(build_definitions(_desk(data)), dg.Definitions(jobs=[job]))
    run = resolved.resolve_job_def("transform")

    def whole() -> None:
        (data / "warehouse.duckdb").unlink(missing_ok=True)  # where one stands, only what has changed is made anew
        run.execute_in_process(run_config=QUIET, instance=instance)

    with dg.DagsterInstance.ephemeral() as instance:
        return _twice(whole)


def by_dbt(data: Path) -> Found:
    """Typed to cells by dbt in this process, twice as above, with its checks of the data."""
    from pipelines.flow import transform

    settings = _settings(data)

    def run() -> None:
        transform.run_dbt(settings, is_whole=True)
        transform.export_cells(settings)

    return {**_twice(run), **_sizes(data)}


def by_hand(data: Path) -> Found:
    """Typed to cells by plain DuckDB, twice; compiling the SQL is not timed."""
    from benchmarks import plain
    from pipelines.flow import transform

    models = transform.compiled(_settings(data))
    database = _empty(data / "plain") / "warehouse.duckdb"
    return {
        **_twice(lambda: plain.run(data, models, database)),
        "n_cells": _n_cells(database.with_name("cells.parquet")),
    }


def resubmission(data: Path) -> Found:
    """One authority sends again, after a whole run: a limited run at the start of a process, and the median of three
    more in it."""
    from pipelines.flow import transform

    settings = _settings(data)

    def run() -> None:
        transform.run_dbt(settings)
        transform.export_cells(settings)

    def again() -> tuple[float, float]:
        for path in sorted((data / "typed" / "lac_census").glob("*/*/authority=W06000008/*.parquet")):
            path.touch()  # every file of the authority is new to the run
        return _clocked(run)

    first, *others = (again() for _ in range(4))
    wall, cpu = (sorted(figures)[1] for figures in zip(*others, strict=True))
    return {"cold": first[0], "warm": wall, "cpu": cpu}


def _twice(work: Callable[[], object]) -> Found:
    """Wall seconds of the first call in this process and of the second, and CPU seconds of the second.

    A call of more than a minute is made once: what a process pays at its start is lost in it.
    """
    first = _clocked(work)
    second = first if first[0] > 60 else _clocked(work)
    return {"cold": first[0], "warm": second[0], "cpu": second[1]}


def _clocked(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _n_cells(path: Path) -> int:
    import pyarrow.parquet as pq

    return pq.read_metadata(path).num_rows


def _empty(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sizes(data: Path) -> Found:
    """Rows of the largest tables and bytes of what was written."""
    import duckdb

    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        rows = {
            t: connection.sql(f"select count(*) from {t}").fetchall()[0][0]
            for t in ("epi_episodes", "fct_child_period")
        }
    files = {"warehouse_bytes": data / "warehouse.duckdb", "cells_bytes": data / "cells" / "cells.parquet"}
    sizes = {name: path.stat().st_size for name, path in files.items()}
    return {**rows, **sizes, "n_cells": _n_cells(files["cells_bytes"])}


def _settings(data: Path):
    from pipelines.core.settings import PROJECT, Paths, Settings

    return Settings(paths=Paths(project=PROJECT, data=data, keys=data / "keys"), threads=2)


def _desk(data: Path, inbox: str = "none"):
    from pipelines.flow.desk import Desk

    settings = _settings(data)
    return Desk(settings, settings.paths.sample if inbox == "sample" else data / inbox)


TASKS = {"build": build, "by_dagster": by_dagster, "by_dbt": by_dbt, "by_hand": by_hand, "resubmission": resubmission}

if __name__ == "__main__":
    from pipelines.cli.__main__ import SELDOM

    gc.set_threshold(*SELDOM)  # as the command does
    result = TASKS[sys.argv[1]](Path(sys.argv[2]))
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))
