"""The same sheets as an OpenDocument spreadsheet: styles, properties and ranges by odfpy, rows of cells as text.

What the sheets say does not belong here. odfpy builds an object per cell, which for 100,000 cells takes a quarter of a
minute; the rows, which have four kinds of cells, are therefore written here and put into the document that odfpy made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from pipelines.core.defuse import defused
from pipelines.publish.records import Edition
from pipelines.publish.workbook.drawing import Sheet, frozen, widths_of
from pipelines.publish.workbook.panes import SETTINGS, settings
from pipelines.publish.workbook.seal import resealed
from pipelines.publish.workbook.wording import figure

if TYPE_CHECKING:
    from odf.opendocument import OpenDocument

_FONT = {"fontfamily": "Arial", "fontsize": "12pt"}
_XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink" xlink:type="simple"'
_PAGE = "across"
_ROW, _ROW_END = "<table:table-row>", "</table:table-row>"
_CENTIMETRES = 0.23
"""Of a column, for each letter."""


@dataclass
class Styles:
    """The styles of cells and columns that a document uses, made when first asked for."""

    document: OpenDocument
    _made: dict[tuple[object, ...], str] = field(default_factory=dict)

    def cell(self, name: str, *, is_bold: bool = False, size: str = "12pt", align: str = "start") -> str:
        """A style of text: `title`, `text`, `head`, `mark`."""
        if (name,) not in self._made:
            from odf.style import ParagraphProperties, Style, TableCellProperties, TextProperties

            made = Style(name=name, family="table-cell", parentstylename="Default")
            made.addElement(TableCellProperties(wrapoption="wrap" if name in ("text", "head") else "no-wrap"))
            made.addElement(ParagraphProperties(textalign=align))
            made.addElement(TextProperties(fontweight="bold" if is_bold else "normal", **{**_FONT, "fontsize": size}))
            self._keep((name,), name, made)
        return name

    def number(self, places: int, marked: str) -> str:
        """A style of figures: decimal places, thousands apart, the shorthand after the number."""
        key = (places, marked)
        if key not in self._made:
            from odf.number import Number, NumberStyle, Text
            from odf.style import ParagraphProperties, Style, TextProperties

            name = f"figure{len(self._made)}"
            form = NumberStyle(name=f"{name}form")
            form.addElement(Number(decimalplaces=str(places), minintegerdigits="1", grouping="true"))
            if marked:
                form.addElement(Text(text=f" {marked}"))
            self.document.styles.addElement(form)
            made = Style(name=name, family="table-cell", parentstylename="Default", datastylename=f"{name}form")
            made.addElement(ParagraphProperties(textalign="end"))
            made.addElement(TextProperties(**_FONT))
            self._keep(key, name, made)
        return self._made[key]

    def column(self, width: int) -> str:
        """A style of columns so many letters wide."""
        key = ("column", width)
        if key not in self._made:
            from odf.style import Style, TableColumnProperties

            made = Style(name=f"column{width}", family="table-column")
            made.addElement(TableColumnProperties(columnwidth=f"{width * _CENTIMETRES:.2f}cm"))
            self.document.automaticstyles.addElement(made)
            self._made[key] = f"column{width}"
        return self._made[key]

    def _keep(self, key: tuple[object, ...], name: str, made: Any) -> None:  # noqa: ANN401 (an element of odfpy)
        """Among the named styles: of automatic ones odfpy writes those alone that its own elements use."""
        self.document.styles.addElement(made)
        self._made[key] = name


def ods(sheets: Sequence[Sheet], edition: Edition, properties: dict[str, str], lang: str) -> bytes:
    """The ODS file; the same bytes for the same sheets."""
    from odf.config import ConfigItemSet
    from odf.element import Element
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import DatabaseRange, DatabaseRanges

    Element.namespaces.clear()  # it gathers those of every document that the process has made
    document = OpenDocumentSpreadsheet()
    _describe(document, edition, properties, lang)
    _lay_out(document)
    styles, ranges, rows = Styles(document), DatabaseRanges(), {}
    for number, sheet in enumerate(sheets):
        rows[f"@rows-{number}@"] = _rows(sheet, styles)
        document.spreadsheet.addElement(_table(sheet, styles, f"@rows-{number}@"))
        if sheet.headers:
            top, bottom = len(sheet.lines) + 2, len(sheet.lines) + 2 + len(sheet.rows)
            address = f"'{sheet.name}'.A{top}:'{sheet.name}'.{_letters(len(sheet.headers))}{bottom}"
            told = {"name": sheet.table_name, "targetrangeaddress": address, "containsheader": "true"}
            ranges.addElement(DatabaseRange(**told, displayfilterbuttons="false"))
    document.spreadsheet.addElement(ranges)
    document.settings.addElement(ConfigItemSet(name="view-settings"))  # so that the file is listed; filled below
    made = BytesIO()
    document.write(made)
    kept = {sheet.name: found for sheet in sheets if sheet.headers and (found := frozen(sheet))}
    held = resealed(made.getvalue(), SETTINGS, lambda _: settings(kept))
    return resealed(held, "content.xml", lambda content: _filled(content, rows))


def _filled(content: bytes, rows: dict[str, str]) -> bytes:
    """The document with the rows in the place of their markers; markers stand in the order in which they are given.

    Each piece is copied once: put in one after the other, a hundred sheets would copy the whole document as often.
    """
    held, pieces, done = content.decode("utf-8"), list[str](), 0
    for marker, made in rows.items():
        at = held.index(marker, done)
        pieces += [held[done : held.rindex(_ROW, done, at)], made]
        done = held.index(_ROW_END, at) + len(_ROW_END)
    return "".join([*pieces, held[done:]]).encode("utf-8")


def _describe(document: OpenDocument, edition: Edition, properties: dict[str, str], lang: str) -> None:
    """Title, language, dates, and the language of all text, from which a screen reader takes its voice."""
    from odf import dc, meta
    from odf.style import DefaultStyle, Style, TextProperties

    tag = "cy-GB" if lang == "cy" else "en-GB"
    moment = datetime.combine(edition.day, time(9, 30)).isoformat()
    told = ((dc.Title, properties["title"]), (dc.Subject, properties["subject"]), (dc.Language, tag),
            (dc.Description, properties["comments"]), (meta.InitialCreator, properties["author"]),
            (meta.CreationDate, moment), (dc.Date, moment))  # fmt: skip
    for element, said in told:
        document.meta.addElement(element(text=said))
    spoken = {"language": tag[:2], "country": tag[3:]}
    for made in (DefaultStyle(family="table-cell"), Style(name="Default", family="table-cell")):
        made.addElement(TextProperties(**_FONT, **spoken))
        document.styles.addElement(made)


def _lay_out(document: OpenDocument) -> None:
    """Sheets are printed across the page, each as wide as one page."""
    from odf.style import MasterPage, PageLayout, PageLayoutProperties, Style, TableProperties

    layout = PageLayout(name=_PAGE)
    paper = {"pagewidth": "29.7cm", "pageheight": "21cm", "margin": "1.5cm"}
    layout.addElement(PageLayoutProperties(**paper, printorientation="landscape", scaletox="1", scaletoy="0"))
    document.automaticstyles.addElement(layout)
    document.masterstyles.addElement(MasterPage(name=_PAGE, pagelayoutname=layout))
    sheet = Style(name=_PAGE, family="table", masterpagename=_PAGE)
    sheet.addElement(TableProperties(display="true", writingmode="lr-tb"))
    document.automaticstyles.addElement(sheet)


def _table(sheet: Sheet, styles: Styles, marker: str) -> Any:  # noqa: ANN401 (an element of odfpy)
    from odf.table import Table, TableCell, TableColumn, TableRow
    from odf.text import P

    table = Table(name=sheet.name, stylename=_PAGE)
    for width in sheet.widths or widths_of(sheet):
        table.addElement(TableColumn(stylename=styles.column(width)))
    row, cell = TableRow(), TableCell()
    cell.addElement(P(text=marker))
    row.addElement(cell)
    table.addElement(row)
    return table


def _rows(sheet: Sheet, styles: Styles) -> str:
    """All rows of a sheet: title, lines, the header row marked as one, and the rows of the table."""
    title = _text(sheet.title, styles.cell("title", is_bold=True, size="15pt"))
    prose = "line" if sheet.headers else "text"
    above = [_row([title]), *(_row([_cell(line, styles, prose)]) for line in sheet.lines)]
    if not sheet.headers:
        return "".join(above)
    head = styles.cell("head", is_bold=True)
    heads = _row([_text(h, head) for h in sheet.headers])
    body = (_row([_cell(c, styles, "text") for c in row]) for row in sheet.rows)
    return "".join([*above, f"<table:table-header-rows>{heads}</table:table-header-rows>", *body])


def _row(cells: Sequence[str]) -> str:
    return f"{_ROW}{''.join(cells)}{_ROW_END}"


def _cell(cell: object, styles: Styles, text: str) -> str:
    """Text, a link within the document, a figure, or a mark where there is none."""
    match cell:
        case str():
            return _text(cell, styles.cell(text))
        case (str() as target, str() as said):
            place = "#" + target.removeprefix("internal:").replace("!", ".")
            link = f"<text:a {_XLINK} xlink:href={quoteattr(place)}>{escape(said)}</text:a>"
            return f'<table:table-cell office:value-type="string"><text:p>{link}</text:p></table:table-cell>'
        case (None, str() as marked, _):
            return _text(marked, styles.cell("mark", align="end"))
        case (float() as value, str() as marked, int() as places):
            shown = " ".join(part for part in (figure(value, "", places), marked) if part)
            style = styles.number(places, marked)
            kind = f'office:value-type="float" office:value="{value:.10g}" table:style-name="{style}"'
            return f"<table:table-cell {kind}><text:p>{escape(shown)}</text:p></table:table-cell>"
    return "<table:table-cell/>"


def _text(said: str, style: str) -> str:
    told = escape(defused(said))
    kind = f'office:value-type="string" table:style-name="{style}"'
    return f"<table:table-cell {kind}><text:p>{told}</text:p></table:table-cell>"


def _letters(column: int) -> str:
    """The letters of a column, from 1."""
    return (_letters((column - 1) // 26) if column > 26 else "") + chr(65 + (column - 1) % 26)
