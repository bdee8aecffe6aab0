"""Shapes of the old service: OData pages, the zip with its CSV, the on-screen export.

Shapes of the service that replaced it belong to `new_service.py`.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence

from pipelines.synthetic.statswales.table import Figure, Table, distinct, member

SERVICE = "http://open.statswales.gov.wales/en-gb/dataset"
SENTINEL = "-999"
"""What the open data held where the page showed a symbol (domain reference, 6.2)."""

_PAST = (1980, 1, 1, 0, 0, 0)
_LEGEND = {"*": "The data item is disclosive or not sufficiently robust for publication."}


def odata_pages(table: Table, page_size: int = 1000) -> list[bytes]:
    """The pages of the open data, in order; each but the last names the next. Data are numbers, codes are text."""
    starts = range(0, max(len(table.figures), 1), page_size)
    return [_page(table, start, table.figures[start : start + page_size]) for start in starts]


def _page(table: Table, start: int, figures: Sequence[Figure]) -> bytes:
    content: dict[str, object] = {
        "odata.metadata": f"{SERVICE}/$metadata#{table.dataset_id}",
        "value": [_odata_row(table, start + n, figure) for n, figure in enumerate(figures)],
    }
    following = start + len(figures)
    if following < len(table.figures):
        token = base64.b64encode(f"{following:016d}".encode()).decode().replace("=", "-")
        content["odata.nextLink"] = f"{SERVICE}/{table.dataset_id}?%24skiptoken=1!24!{token}%7c1!0!%7c{following}"
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _odata_row(table: Table, key: int, figure: Figure) -> dict[str, object]:
    row: dict[str, object] = {"Data": float(_number(figure.text))}
    for role, dimension in table.dimensions():
        held = member(figure, role)
        row |= {
            f"{dimension.id}_Code": held.code,
            f"{dimension.id}_ItemName_ENG": held.name.en,
            f"{dimension.id}_ItemName_WEL": held.name.cy,
            f"{dimension.id}_SortOrder": str(distinct(table.figures, role).index(held) + 1),
            f"{dimension.id}_Hierarchy": "",
        }
        if role == "area":
            row[f"{dimension.id}_AltCode1"] = held.code
    return row | {"RowKey": f"{key:016d}", "PartitionKey": ""}


def _number(text: str) -> str:
    return SENTINEL if text == "*" else text


def zip_csv(table: Table) -> bytes:
    """The zip of the stop-gap download: one CSV named after the dataset in capitals, type suffixes on its columns."""
    suffix = {"Data": "DEC", "Year_Code": "INT"}
    rows = [_odata_row(table, n, figure) for n, figure in enumerate(table.figures)]
    left_out = ("RowKey", "PartitionKey")
    names = [name for name in (rows[0] if rows else {}) if name not in left_out]
    header = [f"{name}_{suffix.get(name, 'STR')}" for name in names]
    body = [[_cell(row[name]) for name in names] for row in rows]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        entry = zipfile.ZipInfo(f"{table.dataset_id.upper()}.csv", date_time=_PAST)
        entry.create_system = 3  # and stored, not deflated: the same bytes on every system
        archive.writestr(entry, csv_text([header, *body]).encode("utf-8-sig"))
    return held.getvalue()


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def screen_csv(table: Table) -> bytes:
    """The on-screen export: Wales with its authorities below it, categories across, one year held by the filter.

    With several years these head the columns and the filter block holds none.
    """
    years = distinct(table.figures, "year")
    categories = distinct(table.figures, "category")
    heads = [(year.name.en, category.name.en) for year in years for category in categories]
    cells = {(f.area, f.year.name.en, f.category.name.en): f.text for f in table.figures}
    width = 2 + len(heads)
    filters = [[f"{table.year.name.en}: {years[0].name.en}"]] if len(years) == 1 else []
    top = [[f"Health and social care > Social services > {table.title.en}"], [table.title.en], [], ["Filters:"]]
    years_row = ["", "", *(f"{year} " if n % len(categories) == 0 else "" for n, (year, _) in enumerate(heads))]
    names_row = ["", "", *(f"{category} " for _, category in heads)]
    body = []
    for n, area in enumerate(distinct(table.figures, "area")):
        lead = ["Wales ", ""] if area.name.en == "Wales" else ["Wales " if n <= 1 else "", f"{area.name.en} "]
        body.append([*lead, *(cells.get((area, *head), ".") for head in heads)])
    tail = [[], [], ["Footnotes:"], *([symbol, text] for symbol, text in _LEGEND.items())]
    tail += [["Metadata:"], ["Title", table.title.en], ["Last update", table.updated]]
    header = [names_row] if len(years) == 1 else [years_row, names_row]
    rows = [*top, *filters, [], *header, *body, *tail]
    return csv_text([row + [""] * (width - len(row)) for row in rows]).encode("utf-8")


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as comma-separated text with the line ends that StatsWales writes."""
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\r\n").writerows(rows)
    return held.getvalue()
