"""What readers of the last edition rely on: every table, view and column with its type, as they were committed.

Additions are no matter here; what goes or changes needs a new major version (`mart_version` of the publication), and
then the list is written anew: `python tests/contract/test_edition_schema.py EDITION_FOLDER`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl
from made_build import PUBLICATION, Built, settings_of

from pipelines.publish import guard
from pipelines.publish.mart import schema_of
from schemas import Catalogue

COMMITTED = Path(__file__).with_name("edition_schema.json")


def schema_in(edition: Path) -> guard.Schema:
    """(file or table, column) -> type of the mart and of the tidy CSV of an edition."""
    mart = schema_of(settings_of(edition), edition / "mart.duckdb")
    header = pl.read_csv(edition / "csv" / "observations.csv", n_rows=0).columns
    return {**mart, **{("observations.csv", name): str(at) for at, name in enumerate(header)}}


def committed() -> tuple[int, guard.Schema]:
    held = json.loads(COMMITTED.read_text("utf-8"))
    return held["mart_version"], {(t, c): kind for t, columns in held["tables"].items() for c, kind in columns.items()}


def test_what_readers_rely_on_is_there_or_the_major_version_is_raised(built: Built, catalogue: Catalogue) -> None:
    version, before = committed()
    assert len(before) > 300
    given = catalogue.publications[PUBLICATION].mart_version
    assert given >= version, "versions do not run backwards"
    broken = guard.broken_columns(before, schema_in(built.edition))
    assert broken == [] or given > version, f"raise mart_version of {PUBLICATION} to {version + 1}: {broken[:10]}"


def test_a_column_that_goes_or_changes_its_type_is_noticed() -> None:
    _, before = committed()
    gone, other, *rest = sorted(before)
    after = {**{name: before[name] for name in rest}, other: "blob", ("new", "column"): "varchar"}
    assert guard.broken_columns(before, after) == sorted([".".join(gone), ".".join(other)])


def write(edition: Path) -> None:
    """Write the list of an edition."""
    version = json.loads((edition / "edition.json").read_text("utf-8"))["mart_version"]
    tables: dict[str, dict[str, str]] = {}
    for (table, column), kind in sorted(schema_in(edition).items()):
        tables.setdefault(table, {})[column] = kind
    held = {"mart_version": version, "tables": tables}
    COMMITTED.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
