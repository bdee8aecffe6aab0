"""What the dbt project must find in the data folder: every source has at least one file that carries its columns.

Writing data does not belong here: these files have no rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.core.settings import Paths
from schemas import Catalogue

if TYPE_CHECKING:
    import pyarrow as pa


def make_complete(paths: Paths, catalogue: Catalogue) -> int:
    """Give every source a file without rows, so that a return nobody has sent yet is an empty table; files written.

    The file also carries the newest columns of its table, which older files are read with (as nulls).
    """
    return sum(_write_parquet(path, schema) for path, schema in _empty_tables(paths, catalogue))


def _empty_tables(paths: Paths, catalogue: Catalogue) -> Iterator[tuple[Path, pa.Schema]]:
    from schemas.derive import arrow

    for r in catalogue.returns.values():
        for table in r.tables:
            place = paths.typed / r.id / table / "period=none" / "authority=none" / "empty.parquet"
            yield place, arrow.typed_schema(catalogue, table)
    yield paths.typed / "statswales" / "observation" / "dataset=none" / "empty.parquet", arrow.OBSERVATION


def _write_parquet(path: Path, schema: pa.Schema) -> int:
    import pyarrow.parquet as pq

    if path.is_file() and pq.read_schema(path).equals(schema):
        return 0
    with files.atomic_file(path) as temporary:
        pq.write_table(schema.empty_table(), temporary)
    return 1
