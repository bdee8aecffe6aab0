"""The new service: its CSV in either language, its paged view in JSON and its second version, rows as JSON objects.

The publisher's upload format, which the second version can also speak, belongs to `upload.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from pipelines.conform.reading.text import Rows
from pipelines.conform.statswales.flat import Columns, columns_of, with_rows
from pipelines.conform.statswales.names import squash
from pipelines.conform.statswales.odata import as_text
from pipelines.conform.statswales.records import API_CSV, API_JSON, NOTES, ROW, VALUE, Page, RawTable

VALUE_HEADINGS = ("datavalues", "gwerthoedddata")
MEASURE_HEADINGS = ("datadescription", "disgrifiadordata")
NOTE_HEADINGS = ("notecodes", "codaunodiadau")
_OTHER_HEADINGS = ("startdate", "enddate", "dyddiadcychwyn", "dyddiadgorffen", "notes", "nodiadau")
_ANNOTATED = ("annotated", "anodedig")
_FORMATTED = ("formatted", "fformatiwyd")
_REFERENCE = ("reference", "cyfeiriad")
_DROPPED_PARTS = ("hierarchy", "hierarchiaeth", "sort", "didoli")


def has_service_headings(header: Sequence[str]) -> bool:
    """True where one column is headed `Data values` or `Gwerthoedd data`."""
    return any(squash(name) in VALUE_HEADINGS for name in header)


def read_service_csv(rows: Rows) -> RawTable:
    """A CSV download as a table."""
    header = [name.strip() for name in rows.records[0]]
    columns, kept, found = columns_of(header, rows.records[1:])
    table = service_table(columns, API_CSV)
    return replace(table, frame=with_rows(table.frame, kept), found=tuple(found))


def is_view(content: object) -> bool:
    """True for one page of the first version's view: headers beside rows of cells."""
    return (
        isinstance(content, Mapping)
        and isinstance(content.get("headers"), list)
        and isinstance(content.get("data"), list)
        and has_service_headings(_header_names(content["headers"]))
    )


def is_row_objects(content: object) -> bool:
    """True for the second version's rows, bare or under `data` with paging beside them."""
    rows = _row_objects(content)
    return bool(rows) and has_service_headings(list(rows[0]))


def read_view(content: Mapping[str, object]) -> RawTable:
    """One page of a view as a table."""
    names = _header_names(content["headers"])
    rows = [row for row in content["data"] if isinstance(row, list)]  # type: ignore[attr-defined]
    columns, kept, found = columns_of(names, [[as_text(cell) or "" for cell in row] for row in rows])
    table = service_table(columns, API_JSON)
    dataset = content.get("dataset")
    return replace(
        table,
        frame=with_rows(table.frame, kept),
        title=_title(dataset),
        page=_view_page(content),
        found=tuple(found),
    )


def read_row_objects(content: object) -> RawTable:
    """Rows of the second version as a table."""
    rows = _row_objects(content)
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns: Columns = {name: [as_text(row.get(name)) for row in rows] for name in names}
    return replace(service_table(columns, API_JSON), page=row_object_page(content))


def row_object_page(content: object) -> Page | None:
    """Paging of the second version: it says only whether there is more (`next_cursor`) and how much in all."""
    info = content.get("page_info") if isinstance(content, Mapping) else None
    if not isinstance(info, Mapping):
        return None
    return Page(has_next=bool(info.get("next_cursor")), total=_whole(info.get("total_records")))


def service_table(columns: Columns, generation: str) -> RawTable:
    """The table of columns named as the new service names them, row numbers from 1."""
    n_rows = max((len(values) for values in columns.values()), default=0)
    held = [pl.Series(ROW, range(1, n_rows + 1), dtype=pl.Int32)]
    held.append(pl.Series(VALUE, _values(columns, n_rows), dtype=pl.String))
    held.append(pl.Series(NOTES, _headed(columns, NOTE_HEADINGS) or [None] * n_rows, dtype=pl.String))
    dimensions = [name for name in columns if _is_dimension(name)]
    for name in dimensions:
        reference = next((v for other, v in columns.items() if _is_reference_of(other, name)), [None] * n_rows)
        held.append(pl.Series(f"{name}|code", reference, dtype=pl.String))
        held.append(pl.Series(f"{name}|label", columns[name], dtype=pl.String))
    return RawTable(generation, pl.DataFrame(held), tuple(dimensions), is_pivot=True)


def _values(columns: Columns, n_rows: int) -> list[str | None]:
    """The plain values, else the annotated ones (`65 [r] [p]`), else the formatted ones (`1,335`)."""
    plain = _headed(columns, VALUE_HEADINGS)
    for parts in (_ANNOTATED, _FORMATTED):
        wanted = [f"{heading}{part}" for heading in VALUE_HEADINGS for part in parts]
        plain = plain or _headed(columns, wanted)
    return plain or [None] * n_rows


def _headed(columns: Columns, headings: Sequence[str]) -> list[str | None] | None:
    return next((values for name, values in columns.items() if squash(name) in headings), None)


def _is_dimension(name: str) -> bool:
    if squash(name) in (*VALUE_HEADINGS, *NOTE_HEADINGS, *_OTHER_HEADINGS):
        return False
    return not name.rpartition("_")[0] or squash(name.rpartition("_")[2]) not in (
        *_REFERENCE,
        *_DROPPED_PARTS,
        *_ANNOTATED,
        *_FORMATTED,
    )


def _is_reference_of(column: str, dimension: str) -> bool:
    base, _, part = column.rpartition("_")
    return squash(base) == squash(dimension) and squash(part) in _REFERENCE


def _header_names(headers: object) -> list[str]:
    if not isinstance(headers, list):
        return []
    return [str(h.get("name") or "") if isinstance(h, Mapping) else str(h) for h in headers]


def _row_objects(content: object) -> list[Mapping[str, object]]:
    rows = content.get("data") if isinstance(content, Mapping) else content
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _title(dataset: object) -> str | None:
    if not isinstance(dataset, Mapping):
        return None
    title = dataset.get("title") or dataset.get("name")
    return str(title) if isinstance(title, str) else None


def _view_page(content: Mapping[str, object]) -> Page:
    info = content.get("page_info")
    info = info if isinstance(info, Mapping) else {}
    end, total = _whole(info.get("end_record")), _whole(info.get("total_records"))
    current, pages = _whole(content.get("current_page")), _whole(content.get("total_pages"))
    return Page(
        first=_whole(info.get("start_record")),
        last=end,
        next_first=end + 1 if end and total and end < total else None,
        has_next=bool((end and total and end < total) or (current and pages and current < pages)),
        total=total,
    )


def _whole(value: object) -> int | None:
    text = str(value) if value is not None else ""
    return int(text) if text.isdigit() else None
