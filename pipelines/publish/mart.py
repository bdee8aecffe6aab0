"""The star as a DuckDB file that older engines and DuckDB-WASM read, and as Parquet beside it.

Deciding what is in the tables does not belong here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core import duck
from pipelines.core.settings import Settings
from pipelines.publish import vintages
from pipelines.publish.derived import views as answers
from pipelines.publish.layout import MartTable
from pipelines.publish.mart_seal import seal
from pipelines.publish.quality import views
from pipelines.publish.star import Star

if TYPE_CHECKING:
    import duckdb

_ARROW_TYPES = {
    "varchar": pa.string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}
_SHOWN = (
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "status",
    "rounding_base",
    "coverage_status",
    "series_segment",
)
_STORAGE = f"STORAGE_VERSION '{duck.EXCHANGE_VERSION}', BLOCK_SIZE 16384"
"""Small blocks, as most tables of a mart are small: an edition of a few thousand rows takes a tenth of the disk."""
_VIEW_COMMENT = "Values with their labels in one language; one row per measure, area, period and category"


def arrow(table: MartTable, frame: pl.DataFrame) -> pa.Table:
    """The frame with plain Arrow types (no string views) and the meaning of each column as field metadata."""
    fields = [pa.field(c.name, _ARROW_TYPES[c.type], metadata={"comment": c.comment}) for c in table.columns]
    held = frame.select(table.polars_schema.keys()).to_arrow(compat_level=pl.CompatLevel.oldest())
    return held.cast(pa.schema(fields, metadata={"comment": table.comment}))


def write_parquet(star: Star, folder: Path) -> None:
    """One file per table, Snappy, the same bytes for the same rows."""
    folder.mkdir()
    for table in star.layout:
        pq.write_table(arrow(table, star[table.name]), folder / f"{table.name}.parquet", compression="snappy")


def write_mart(settings: Settings, star: Star, path: Path) -> None:
    """`mart.duckdb` with tables, primary keys of the dimensions, comments and the flat views; the same bytes for the
    same content.

    Segments are stored plain: packed ones of text carry slack that holds whatever lay in the memory of this process,
    which differs from run to run and is nobody's to publish.
    """
    with duck.in_memory(settings) as connection:
        connection.execute("SET threads = 1")
        connection.execute("SET force_compression = 'uncompressed'")
        connection.execute(f"ATTACH {duck.quoted(path)} AS mart ({_STORAGE})")
        connection.execute("USE mart")
        connection.execute("BEGIN")
        for table in star.layout:
            _fill(connection, table, star[table.name])
        for lang in ("en", "cy"):
            connection.execute(_view(star, lang))
            connection.execute(f"COMMENT ON VIEW measure_values_{lang} IS {duck.quoted(_VIEW_COMMENT)}")
            for name, sql in (*views.views(star.layout, lang), *answers.views(lang)):
                connection.execute(sql)
                connection.execute(f"COMMENT ON VIEW {name} IS {duck.quoted(views.COMMENT)}")
        for statement in vintages.statements():
            connection.execute(statement)
        for statement in ("COMMIT", "CHECKPOINT mart", "USE memory", "DETACH mart"):
            connection.execute(statement)
    seal(path, star["dim_edition"]["content_sha256"][-1])


def schema_of(settings: Settings, path: Path) -> dict[tuple[str, str], str]:
    """(table or view, column) -> type, of a mart on disk."""
    with duck.reader(settings, path) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'main'"
        ).fetchall()
    return {(table, column): kind for table, column, kind in rows}


def _fill(connection: duckdb.DuckDBPyConnection, table: MartTable, frame: pl.DataFrame) -> None:
    is_dimension = table.name.startswith("dim_")
    columns = [f"{c.name} {c.type.upper()}" + _constraint(c.name in table.key) for c in table.columns]
    key = [f"PRIMARY KEY ({', '.join(table.key)})"] if is_dimension else []
    connection.execute(f"CREATE TABLE {table.name} ({', '.join([*columns, *key])})")
    connection.register("incoming", arrow(table, frame))
    connection.execute(f"INSERT INTO {table.name} SELECT * FROM incoming")
    connection.unregister("incoming")
    connection.execute(f"COMMENT ON TABLE {table.name} IS {duck.quoted(table.comment)}")
    for column in table.columns:
        connection.execute(f"COMMENT ON COLUMN {table.name}.{column.name} IS {duck.quoted(column.comment)}")


def _constraint(is_key: bool) -> str:
    return " NOT NULL" if is_key else ""


def _view(star: Star, lang: str) -> str:
    held = [c.name for c in star.shape("fct_measure_value").columns]
    shown = ", ".join(f"v.{name}" for name in _SHOWN if name in held)
    return f"""
        CREATE VIEW measure_values_{lang} AS
        SELECT v.edition_id, v.period_id, p.period_label_{lang} AS period_label, p.period_type,
               v.area_code, a.area_name_{lang} AS area_name, a.area_type,
               v.measure_id, m.measure_title_{lang} AS measure_title, m.unit, m.unit_label_{lang} AS unit_label,
               v.breakdown_id, b.breakdown_title_{lang} AS breakdown_title,
               v.breakdown_code AS category_code, b.category_label_{lang} AS category_label, {shown}
        FROM fct_measure_value AS v
        JOIN dim_period AS p USING (period_id)
        JOIN dim_authority AS a USING (area_code)
        JOIN dim_measure AS m USING (measure_id)
        JOIN dim_breakdown AS b USING (breakdown_id, breakdown_code)
    """
