"""Shapes of the new service: CSV in either language, the paged view, rows as objects, the publisher's upload set.

Shapes of the service before it belong to `old_service.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pipelines.synthetic.statswales.old_service import csv_text
from pipelines.synthetic.statswales.table import Figure, Table, distinct, member

_HEADINGS = {
    "en": ("Data values", "Data description", "reference"),
    "cy": ("Gwerthoedd data", "Disgrifiad o’r data", "cyfeiriad"),
}
_CODES = {"area": "AreaCode", "year": "YearCode", "category": "RowRef", "measure": "Measure"}


def service_csv(table: Table, lang: str = "en", *, is_extended: bool = False) -> bytes:
    """The CSV download; hidden values are annotated (`[c]`). The extended one has the reference codes beside names."""
    return csv_text([headings(table, lang, is_extended), *_rows(table, table.figures, lang, is_extended)]).encode()


def headings(table: Table, lang: str, is_extended: bool = False) -> list[str]:
    """Column headings in one language: values, description, then the dimensions."""
    values, description, reference = _HEADINGS[lang]
    found = [values]
    for role, dimension in table.dimensions():
        name = description if role == "measure" else dimension.name[lang]
        found += [name, f"{name}_{reference}"] if is_extended else [name]
    return found


def _rows(table: Table, figures: Sequence[Figure], lang: str, is_extended: bool) -> list[list[str]]:
    rows = []
    for figure in figures:
        row = ["[c]" if figure.text == "*" else figure.text]
        for role, _ in table.dimensions():
            held = member(figure, role)
            row += [held.name[lang], held.code] if is_extended else [held.name[lang]]
        rows.append(row)
    return rows


def view_pages(table: Table, page_size: int = 100) -> list[bytes]:
    """The pages of the first version's view, in order."""
    n_all = len(table.figures)
    starts = range(0, max(n_all, 1), page_size)
    names = headings(table, "en", is_extended=True)
    pages = []
    for number, start in enumerate(starts, start=1):
        figures = table.figures[start : start + page_size]
        content = {
            "dataset": {"id": table.dataset_id, "title": table.title.en},
            "current_page": number,
            "page_info": {"total_records": n_all, "start_record": start + 1, "end_record": start + len(figures)},
            "page_size": page_size,
            "total_pages": len(starts),
            "headers": [{"index": n, "name": name, "source_type": "unknown"} for n, name in enumerate(names)],
            "data": _rows(table, figures, "en", True),
        }
        pages.append(json.dumps(content, ensure_ascii=False).encode("utf-8"))
    return pages


def row_objects(table: Table) -> bytes:
    """The second version's answer: a list of rows, each an object."""
    names = headings(table, "en", is_extended=True)
    rows = [dict(zip(names, row, strict=True)) for row in _rows(table, table.figures, "en", True)]
    return json.dumps(rows, ensure_ascii=False).encode("utf-8")


def upload_set(table: Table) -> dict[str, bytes]:
    """The publisher's files: the fact in codes, and a lookup for each dimension but the year, which explains itself."""
    roles = [role for role, _ in table.dimensions()]
    header = [*(_CODES[role] for role in roles), "Data", "NoteCodes"]
    body = []
    for figure in table.figures:
        codes = [_year_code(figure) if role == "year" else member(figure, role).code for role in roles]
        body.append([*codes, *(("", "c") if figure.text == "*" else (figure.text, ""))])
    found = {"data.csv": csv_text([header, *body]).encode()}
    for role in roles:
        if role != "year":
            found[f"{role}-lookup.csv"] = _lookup(table, role)
    return found


def _year_code(figure: Figure) -> str:
    """`2013-14` as `201314`; other forms as they are."""
    return figure.year.name.en.replace("-", "") if len(figure.year.name.en) == 7 else figure.year.name.en


def _lookup(table: Table, role: str) -> bytes:
    members = distinct(table.figures, role)
    if role == "measure":
        header = ["Description English", "Reference Code", "Sort", "Description Welsh", "Decimals"]
        body = [[m.name.en, m.code, str(n), m.name.cy, "0"] for n, m in enumerate(members, start=1)]
    else:
        header = [_CODES[role], "Description_en", "Description_cy", "Hierarchy", "SortOrder", "Notes_en", "Notes_cy"]
        body = [[m.code, m.name.en, m.name.cy, "", str(n), "", ""] for n, m in enumerate(members, start=1)]
    return csv_text([header, *body]).encode("utf-8-sig")
