"""Submission templates: an empty workbook per return and language, with drop-downs and notes.

Reading what comes back does not belong here (see `pipelines/conform`).
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from functools import cached_property

import xlsxwriter

from schemas.catalogue import Catalogue
from schemas.model import Item, ProfileColumn, Return, ReturnItem, Table
from schemas.reading import text

ROWS = 2000
"""How many rows of a sheet carry drop-downs; more rows may be filled."""
_FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Stamped on every template so that the same specification gives the same bytes."""
_SAID = {
    "collection": text({"en": "Collection", "cy": "Casgliad"}),
    "year": text({"en": "Year", "cy": "Blwyddyn"}),
    "authority": text({"en": "Authority", "cy": "Awdurdod"}),
    "lists": text({"en": "Codes", "cy": "Codau"}),
    "list": text({"en": "List", "cy": "Rhestr"}),
    "code": text({"en": "Code", "cy": "Cod"}),
    "meaning": text({"en": "Meaning", "cy": "Ystyr"}),
    "mandatory": text({"en": "Fill in every row.", "cy": "Llenwch ym mhob rhes."}),
    "conditional": text({"en": "Fill in where it applies.", "cy": "Llenwch lle bo’n berthnasol."}),
    "optional": text({"en": "May be left blank.", "cy": "Gellir ei adael yn wag."}),
    "is_date": text({"en": "A date, dd/mm/yyyy.", "cy": "Dyddiad, dd/mm/bbbb."}),
    "is_code": text({"en": "Choose from the list ‘{list}’.", "cy": "Dewiswch o’r rhestr ‘{list}’."}),
}
_HOW = (
    text({"en": "How to fill this in", "cy": "Sut i lenwi hwn"}),
    text({"en": "Choose your authority above, then fill in one sheet after the other: one row for each record.",
          "cy": "Dewiswch eich awdurdod uchod, yna llenwch y naill ddalen ar ôl y llall: un rhes i bob cofnod."}),
    text({"en": "Dark headings: a value in every row. Light headings: where it applies. White headings: may be blank.",
          "cy": "Penawdau tywyll: gwerth ym mhob rhes. Golau: lle bo’n berthnasol. Gwyn: gellir eu gadael yn wag."}),
    text({"en": "Point at a heading to read what belongs in its column. Coded columns have a drop-down list.",
          "cy": "Pwyntiwch at bennawd i ddarllen beth sy’n perthyn i’r golofn. Mae cwymplen i golofnau o godau."}),
    text({"en": "Dates as dd/mm/yyyy. Do not rename sheets or headings; leave sheets without records as they are.",
          "cy": "Dyddiadau fel dd/mm/bbbb. Peidiwch ag ailenwi dim; gadewch ddalennau heb gofnodion fel y maent."}),
    text({"en": "What each code means is on the last sheet; it holds the codes of this year.",
          "cy": "Mae ystyr pob cod ar y ddalen olaf; codau’r flwyddyn hon sydd ynddi."}),
    text({"en": "Then: mesur check FILE. It keeps nothing and says what to put right.",
          "cy": "Yna: mesur check FFEIL. Nid yw’n cadw dim ac mae’n dweud beth i’w gywiro."}),
)  # fmt: skip
_PROVISIONAL = text(
    {
        "en": "Provisional layout: the official Welsh form is not public.",
        "cy": "Cynllun amodol: nid yw’r ffurflen swyddogol Gymreig yn gyhoeddus.",
    }
)
_SHADES = {"mandatory": "#9FBEDB", "conditional": "#DCE6F1", "optional": "#FFFFFF"}
_LIST_WIDTHS = (40, 22, 80)


class _Template:
    """A template in the making, in one language."""

    def __init__(self, c: Catalogue, r: Return, period: str, lang: str) -> None:
        self.out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.out, {"in_memory": True})
        self.book.set_properties({"title": r.title[lang], "created": _FIXED_DATE})
        self._c, self._r, self._period, self._lang = c, r, period, lang

    def cover(self) -> None:
        """Whose return it is, and how to fill it in."""
        sheet, held, lang = self.book.add_worksheet("Return"), self._r, self._lang
        sheet.hide_gridlines(2)
        sheet.fit_to_pages(1, 1)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 90)
        label, given = self.book.add_format({"bold": True}), self.book.add_format({"border": 1, "bg_color": "#FFF9E0"})
        values = {"collection": held.collection_codes[0], "year": self._period, "authority": ""}
        for row, (name, value) in enumerate(values.items()):
            sheet.write_string(row, 0, _SAID[name][lang], label)
            sheet.write_string(row, 1, value, given) if value else sheet.write_blank(row, 1, None, given)
        names = [a.name[lang] for a in self._c.authorities.values()]
        sheet.data_validation(2, 1, 2, 1, {"validate": "list", "source": self._span_of("authority", len(names))})
        notes = [held.title[lang], *((_PROVISIONAL[lang],) if held.is_provisional else ())]
        # A blank row below the labels: what stands right under one would be taken for its value.
        for row, line in enumerate([*notes, "", *(one[lang] for one in _HOW)], len(values) + 1):
            sheet.write_string(row, 1, line, label if line == _HOW[0][lang] or row == len(values) + 1 else None)

    def table(self, table: Table) -> None:
        """A sheet for the records of one table: headings with notes, drop-downs, nothing else."""
        columns = self._r.columns(table.id, self._period)
        if not columns:
            return
        sheet = self.book.add_worksheet(self._r.source_names[table.id][0][:31])
        for n, (item_id, column) in enumerate(columns.items()):
            if held := table.item(item_id):
                self._heading(sheet, (n, column), held)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _heading(self, sheet: xlsxwriter.worksheet.Worksheet, at: tuple[int, str], held: ReturnItem) -> None:
        (n, column), item, lang = at, held.item, self._lang
        shade = {"bold": True, "border": 1, "bg_color": _SHADES[held.presence]}
        kind = self.book.add_format({"num_format": "dd/mm/yyyy" if item.kind == "date" else "@"})
        sheet.write_string(0, n, column, self.book.add_format(shade))
        said = [f"{item.label[lang]}. {item.definition[lang]}", _SAID[held.presence][lang]]
        said += [_SAID["is_date"][lang]] if item.kind == "date" else []
        if item.code_list:
            said.append(_SAID["is_code"][lang].format(list=self._c.code_lists[item.code_list].title[lang]))
        sheet.write_comment(0, n, "\n".join(said), {"x_scale": 2, "y_scale": 1.4, "author": ""})
        sheet.set_column(n, n, max(13, len(column) + 3), kind)
        if item.code_list:
            # A warning and not a stop: a code that we do not know of may still be right; the check will say.
            source = self._span_of(item.code_list, len(self._codes(item.code_list)))
            sheet.data_validation(1, n, ROWS, n, {"validate": "list", "source": source, "error_type": "warning"})

    def codes(self) -> None:
        """The last sheet: every list of the return with the codes of the period and what they mean."""
        sheet, lang = self.book.add_worksheet(_SAID["lists"][self._lang]), self._lang
        head = self.book.add_format({"bold": True, "border": 1, "bg_color": _SHADES["mandatory"]})
        text_cell, wrapped = self.book.add_format({"num_format": "@"}), self.book.add_format({"text_wrap": True})
        for n, (name, width) in enumerate(zip(("list", "code", "meaning"), _LIST_WIDTHS, strict=True)):
            sheet.write_string(0, n, _SAID[name][lang], head)
            sheet.set_column(n, n, width, (wrapped, text_cell, wrapped)[n])
        rows = self._rows()
        for row, cells in enumerate(rows, 1):
            for n, cell in enumerate(cells):
                sheet.write_string(row, n, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), 2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _rows(self) -> list[tuple[str, str, str]]:
        """List, code and meaning, in the order of `_starts`: the authorities first, as the cover asks for them."""
        lang, authorities = self._lang, self._c.authorities.values()
        found = [(_SAID["authority"][lang], a.name[lang], a.la3) for a in authorities]
        for list_id in self._lists:
            held = self._c.code_lists[list_id]
            labels = {k.code: k.label[lang] for k in held.codes if k.jurisdiction in ("both", self._r.jurisdiction)}
            found += [(held.title[lang], code, labels[code]) for code in self._codes(list_id)]
        return found

    @cached_property
    def _lists(self) -> tuple[str, ...]:
        of_tables = (self._c.tables[t].item(i) for t in self._r.tables for i in self._r.columns(t, self._period))
        return tuple(sorted({held.item.code_list for held in of_tables if held and held.item.code_list}))

    def _codes(self, list_id: str) -> tuple[str, ...]:
        """The codes that may be used in the period."""
        first = int(self._period[:4])
        span = (date(first, 4, 1), date(first + 1, 3, 31))
        return self._c.code_lists[list_id].valid_codes(*span, self._r.jurisdiction)

    @cached_property
    def _starts(self) -> dict[str, int]:
        """List -> the row of the last sheet in which it begins, counted from 1."""
        sizes = {"authority": len(self._c.authorities), **{name: len(self._codes(name)) for name in self._lists}}
        found, row = {}, 2
        for name, size in sizes.items():
            found[name], row = row, row + size
        return found

    def _span_of(self, name: str, size: int) -> str:
        first = self._starts[name]
        return f"='{_SAID['lists'][self._lang]}'!$B${first}:$B${first + size - 1}"


def workbook(c: Catalogue, return_id: str, period: str, lang: str) -> bytes:
    """An empty XLSX template: a cover that says how to fill it in, one sheet per table, one sheet of codes.

    Column headings are the return's source columns for the period in either language; labels, what must be filled and
    the name of the code list stand in the notes of the heading cells.
    """
    made = _Template(c, c.returns[return_id], period, lang)
    made.cover()
    for table_id in c.returns[return_id].tables:
        made.table(c.tables[table_id])
    made.codes()
    made.book.close()
    return made.out.getvalue()


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
