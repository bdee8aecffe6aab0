"""Typed to cells: dbt in this process against the same SQL by plain DuckDB, at any size.

    python benchmarks/transform.py 1100 20000        children per authority; 1100 gives about 400 in a submission

Figures of other rooms do not belong here.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb

from benchmarks import typed_stand_in
from pipelines.core.settings import PROJECT, Paths, Settings
from pipelines.flow import transform


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def by_dbt(settings: Settings) -> None:
    transform.run_dbt(settings)
    transform.export_cells(settings)


def by_hand(settings: Settings, models: dict[str, str]) -> None:
    """The compiled SQL in one script, without dbt and without its checks."""
    path = settings.paths.scratch / "warehouse.duckdb"
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path), config={"threads": settings.threads}) as con:
        con.execute(f"set file_search_path = '{settings.paths.data}'")
        for seed in sorted((PROJECT / "dbt_project" / "seeds").rglob("*.csv")):
            types = ", types = {'valid_from': 'date', 'valid_to': 'date'}" if seed.stem == "code_list_values" else ""
            con.execute(f"create table {seed.stem} as select * from read_csv('{seed}', header = true{types})")
        for name, sql in models.items():
            con.execute(f"create {'view' if name.startswith('stg_') else 'table'} {name} as {sql}")
        con.execute(f"copy (select * from measure_cells order by all) to '{settings.paths.scratch}/cells.parquet'")


def measure(children: int, folder: Path) -> dict[str, object]:
    """One size: sizes of the input, seconds of each way, size of the output, peak memory so far."""
    settings = Settings(paths=Paths(project=PROJECT, data=folder, keys=folder / "keys"), threads=2)
    found: dict[str, object] = dict(typed_stand_in.write(folder, children))
    found["dbt cold (import and parse included the first time)"] = seconds(lambda: by_dbt(settings))
    found["dbt warm"] = seconds(lambda: by_dbt(settings))
    models = transform.compiled(settings)
    found["plain duckdb"] = seconds(lambda: by_hand(settings, models))
    found["warehouse MB"] = settings.paths.warehouse.stat().st_size / 1e6
    found["peak memory MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def main() -> None:
    for children in map(int, sys.argv[1:] or ["1100"]):
        with tempfile.TemporaryDirectory() as folder:
            for name, value in measure(children, Path(folder)).items():
                shown = "{:.2f} s wall, {:.2f} s CPU".format(*value) if isinstance(value, tuple) else f"{value:,.0f}"
                print(f"{name:52} {shown}")
        print()


if __name__ == "__main__":
    main()
