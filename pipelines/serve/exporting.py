"""A table as a file for other programs: CSV, JSON, Parquet, Arrow, XLSX.

What the table holds, and the accessible workbook of an edition, do not belong here.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pipelines.core.defuse import defused
from pipelines.core.errors import UsageError
from pipelines.core.files import atomic_write

if TYPE_CHECKING:
    import pyarrow as pa

XLSX_ROWS = 1_048_575
"""What a worksheet holds below its header."""


def export(table: pa.Table, path: Path) -> Path:
    """Write a table in the format that the suffix of the path names; the file appears whole.

    Raises:
        UsageError: if the suffix is none of csv, json, parquet, arrow, xlsx, or a worksheet cannot hold the rows.
    """
    atomic_write(path, encoded(table, path.suffix.lstrip(".").lower()), is_public=True)
    return path


def encoded(table: pa.Table, form: str) -> bytes:
    """The bytes of a table in one of the formats."""
    if form not in FORMATS:
        raise UsageError("serve.format_unknown", given=form[:20], allowed=", ".join(FORMATS))
    return FORMATS[form](table)


def _csv(table: pa.Table) -> bytes:
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(defused(name) for name in table.column_names)
    writer.writerows([_plain(value) for value in row] for row in _rows(table))
    return out.getvalue().encode("utf-8")


def with_rows(content: Mapping[str, object], name: str, table: pa.Table) -> bytes:
    """A JSON document in which the part `name` holds the rows of a table.

    Within a text every quotation mark is escaped, so what is looked for stands nowhere else.
    """
    empty = json.dumps({**content, name: None}, ensure_ascii=False, default=str).encode("utf-8")
    return empty.replace(f'"{name}": null'.encode(), f'"{name}": '.encode() + _json(table), 1)


def _json(table: pa.Table) -> bytes:
    """By columns; dates, decimals and what else JSON has no word for go through their text, row by row."""
    import polars as pl
    import pyarrow as pa

    plain = (pa.types.is_string, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating)
    if all(any(is_kind(kind) for is_kind in plain) for kind in table.schema.types):
        return cast("pl.DataFrame", pl.from_arrow(table)).write_json().encode("utf-8")
    return json.dumps(table.to_pylist(), ensure_ascii=False, default=str).encode("utf-8")


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    out = BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _arrow(table: pa.Table) -> bytes:
    import pyarrow as pa

    out = BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def _xlsx(table: pa.Table) -> bytes:
    import xlsxwriter

    if table.num_rows > XLSX_ROWS:
        raise UsageError("serve.too_many_for_sheet", rows=table.num_rows, limit=XLSX_ROWS)
    out = BytesIO()
    held = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(out, held) as book:
        book.set_properties({"created": _dated(table)})
        sheet = book.add_worksheet("data")
        for row, values in enumerate(_rows(table), 1):
            for column, value in enumerate(values):
                sheet.write(row, column, _cell(value))
        header = [{"header": defused(name)} for name in table.column_names]
        shape = {"columns": header, "name": "data", "style": None, "autofilter": False}
        sheet.add_table(0, 0, max(table.num_rows, 1), table.num_columns - 1, shape)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return out.getvalue()


FORMATS: dict[str, Callable[[pa.Table], bytes]] = {
    "csv": _csv,
    "json": _json,
    "parquet": _parquet,
    "arrow": _arrow,
    "xlsx": _xlsx,
}
"""Format -> writer."""


def _rows(table: pa.Table) -> zip[tuple[object, ...]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


def _plain(value: object) -> object:
    """Whole numbers without a point; text that cannot run as a formula."""
    if isinstance(value, str):
        return defused(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _cell(value: object) -> object:
    is_known = value is None or isinstance(value, bool | int | float | date | datetime)
    return value if is_known else defused(str(value))


def _dated(table: pa.Table) -> datetime:
    """The date of the edition, so that the same answer gives the same file."""
    said = (table.schema.metadata or {}).get(b"date", b"1980-01-01").decode()
    return datetime.fromisoformat(said).replace(tzinfo=UTC)
