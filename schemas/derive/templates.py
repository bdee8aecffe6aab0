"""Submission templates: an empty workbook per return and language, with drop-downs and notes.

Reading what comes back does not belong here (see `pipelines/conform`).
"""

from __future__ import annotations

import io
from datetime import UTC, datetime

import xlsxwriter

from schemas.catalogue import Catalogue
from schemas.model import Item, ProfileColumn, Return, Table
from schemas.reading import text

ROWS = 2000
"""How many rows of a sheet carry drop-downs; more rows may be filled."""
_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Stamped on every template so that the same specification gives the same bytes."""
_SAID = {
    "cover": text({"en": "Return", "cy": "Ffurflen"}),
    "collection": text({"en": "Collection", "cy": "Casgliad"}),
    "lists": text({"en": "Codes", "cy": "Codau"}),
    "provisional": text(
        {
            "en": "Provisional layout: the official Welsh form is not public.",
            "cy": "Cynllun amodol: nid yw’r ffurflen swyddogol Gymreig yn gyhoeddus.",
        }
    ),
    "dates": text({"en": "Enter dates as dd/mm/yyyy.", "cy": "Rhowch ddyddiadau fel dd/mm/bbbb."}),
}


def workbook(c: Catalogue, return_id: str, period: str, lang: str) -> bytes:
    """An empty XLSX template: a cover, one sheet per table, one sheet of codes.

    Column headings are the return's source columns for the period in either language; labels and allowed codes stand
    in the notes of the heading cells.
    """
    r = c.returns[return_id]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": r.title[lang], "created": _FIXED_DATE})
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "text": book.add_format({"num_format": "@"}),
    }
    _cover(book, r, period, lang)
    spans = _code_sheet(c, book, r, lang)
    for table_id in r.tables:
        _table_sheet(book, formats, c.tables[table_id], r.columns(table_id, period), (r, spans, lang))
    book.close()
    return out.getvalue()


def _cover(book: xlsxwriter.Workbook, r: Return, period: str, lang: str) -> None:
    sheet = book.add_worksheet("Return")
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 50)
    rows = (("Collection", r.collection_codes[0]), ("Year", period), ("Authority", ""))
    for n, (name, value) in enumerate(rows):
        sheet.write_string(n, 0, name)
        sheet.write_string(n, 1, value)
    sheet.write_comment(0, 0, f"{r.title[lang]}. {_SAID['provisional'][lang]} {_SAID['dates'][lang]}")


def _code_sheet(c: Catalogue, book: xlsxwriter.Workbook, r: Return, lang: str) -> dict[str, str]:
    """Writes every code list the return uses, one pair of columns each; gives list id -> range of its codes."""
    name = _SAID["lists"][lang]
    used = {i.item.code_list for t in r.tables for i in c.tables[t].items if i.item.code_list}
    sheet = book.add_worksheet(name)
    spans = {}
    for n, list_id in enumerate(sorted(used)):
        held = c.code_lists[list_id]
        codes = [k for k in held.codes if k.jurisdiction in ("both", r.jurisdiction)]
        sheet.write_string(0, 2 * n, held.title[lang])
        for row, k in enumerate(codes, 1):
            sheet.write_string(row, 2 * n, k.code)
            sheet.write_string(row, 2 * n + 1, k.label[lang])
        sheet.set_column(2 * n, 2 * n, 10)
        sheet.set_column(2 * n + 1, 2 * n + 1, 44)
        column = xlsxwriter.utility.xl_col_to_name(2 * n)
        spans[list_id] = f"='{name}'!${column}$2:${column}${len(codes) + 1}"
    sheet.freeze_panes(1, 0)
    return spans


def _table_sheet(
    book: xlsxwriter.Workbook,
    formats: dict[str, xlsxwriter.format.Format],
    table: Table,
    columns: dict[str, str],
    context: tuple[Return, dict[str, str], str],
) -> None:
    r, spans, lang = context
    sheet = book.add_worksheet(r.source_names[table.id][0][:31])
    for n, (item_id, column) in enumerate(columns.items()):
        held = table.item(item_id)
        if held is None:
            continue
        sheet.write_string(0, n, column, formats["head"])
        sheet.write_comment(0, n, f"{held.item.label[lang]}. {held.item.definition[lang]} ({held.presence})")
        sheet.set_column(n, n, max(12, len(column) + 2), formats["date" if held.item.kind == "date" else "text"])
        _validation(sheet, n, held.item, spans)
    sheet.freeze_panes(1, 0)


def _validation(sheet: xlsxwriter.worksheet.Worksheet, column: int, item: Item, spans: dict[str, str]) -> None:
    if item.code_list in spans:
        # A warning and not a stop: a code that we do not know of may still be right; the check will say.
        rule = {"validate": "list", "source": spans[item.code_list], "error_type": "warning"}
        sheet.data_validation(1, column, ROWS, column, rule)


def export_workbook(c: Catalogue, profile_id: str, lang: str) -> bytes:
    """An empty XLSX in the words of one system: its report, then a sheet for each further table.

    Drop-downs hold the labels that the profile maps to codes, in one spelling each; notes say what a column means.
    """
    profile, r = c.export_profiles[profile_id], c.returns["quarterly_export"]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": profile.title[lang], "created": _FIXED_DATE})
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
    context = [x for x in (profile.authority_column, profile.snapshot_date_column) if x]
    sheets: dict[str, dict[str, ProfileColumn | None]] = {"Export": dict.fromkeys(context)}
    for column in profile.columns:
        name = "Export" if column.table in ("child", "episode") else r.source_names[column.table][0]
        sheets.setdefault(name, {}).setdefault(column.column, column)
    for name, columns in sheets.items():
        sheet = book.add_worksheet(name)
        for n, (title, held) in enumerate(columns.items()):
            sheet.write_string(0, n, title, head)
            sheet.set_column(n, n, max(12, len(title) + 2))
            if held:
                _explain(sheet, n, (c.items[held.item], held, lang))
        sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


LONGEST_LIST = 250
"""Characters of a drop-down that Excel takes within a cell."""


def _explain(sheet: xlsxwriter.worksheet.Worksheet, n: int, told: tuple[Item, ProfileColumn, str]) -> None:
    item, column, lang = told
    sheet.write_comment(0, n, f"{item.label[lang]}. {item.definition[lang]}")
    labels = list({code: label for label, code in reversed(column.values.items())}.keys())
    words = [next(text for text, code in column.values.items() if code == wanted) for wanted in reversed(labels)]
    if words and len(",".join(words)) <= LONGEST_LIST and not any("," in w for w in words):
        rule = {"validate": "list", "source": [w[:1].upper() + w[1:] for w in words], "error_type": "warning"}
        sheet.data_validation(1, n, ROWS, n, rule)


def csv_headers(c: Catalogue, return_id: str, period: str) -> dict[str, str]:
    """File name -> header line of the CSV set of a return."""
    r = c.returns[return_id]
    return {
        f"{r.source_names[t][0]}.csv": ",".join(columns.values()) + "\n"
        for t in r.tables
        if (columns := r.columns(t, period))
    }
