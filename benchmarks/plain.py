"""Typed to cells without dbt and without Dagster: the compiled SQL of the project, run by plain DuckDB in one script.

It is the yardstick of every other figure; checks of the data are not part of it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

from pipelines.core.duck import quoted
from pipelines.core.settings import PROJECT

TYPES = {"string": "varchar", "date": "date"}


def run(data: Path, models: dict[str, str], database: Path) -> Path:
    """Build the warehouse of a data folder in `database` and the cells beside it."""
    database.unlink(missing_ok=True)
    cells = database.with_name("cells.parquet")
    with duckdb.connect(str(database), config={"threads": 2, "preserve_insertion_order": "false"}) as connection:
        connection.execute(f"set file_search_path = {quoted(data)}")
        for seed in sorted((PROJECT / "dbt_project" / "seeds").rglob("*.csv")):
            connection.execute(f"create table {seed.stem} as select * from {_seed(seed)}")
        for name, sql in models.items():
            connection.execute(f"create {'view' if name.startswith('stg_') else 'table'} {name} as {sql}")
        connection.execute(f"copy (select * from measure_cells order by all) to {quoted(cells)} (compression zstd)")
    return cells


def _seed(path: Path) -> str:
    """A seed with the types that the project gives it."""
    project = yaml.safe_load((PROJECT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    given = project["seeds"]["mesur"]["_generated"].get(path.stem, {}).get("+column_types", {})
    types = ", ".join(f"'{column}': '{TYPES[kind]}'" for column, kind in given.items())
    return f"read_csv({quoted(path)}, header = true{f', types = {{{types}}}' if types else ''})"
