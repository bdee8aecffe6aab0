"""The accessible workbook of an edition, one file per language.

Figures are taken from the star as they are; nothing is computed or protected here.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.core.messages import say
from pipelines.publish.records import Edition
from pipelines.publish.star import Star
from pipelines.publish.workbook import front, grid
from pipelines.publish.workbook.drawing import Drawing, Sheet
from pipelines.publish.workbook.front import workbook_name
from pipelines.publish.workbook.ods import ods
from pipelines.publish.workbook.seal import sealed
from schemas.model import Publication

__all__ = ["open_document", "sheets_of", "workbook", "workbook_name"]


def sheets_of(star: Star, publication: Publication, edition: Edition, lang: str) -> tuple[Sheet, ...]:
    """The sheets of an edition in one language, whichever format they are written in."""
    grids = tuple(grid.grids(grid.frame(star, lang), publication))
    before = (
        front.cover(publication, edition, lang),
        front.contents(grids, lang),
        front.notes(star, grids, lang),
        front.definitions(star, lang),
    )
    return (*before, *(_table_sheet(star, number, held, lang) for number, held in enumerate(grids, 1)))


def workbook(sheets: Sequence[Sheet], publication: Publication, edition: Edition, lang: str) -> bytes:
    """The XLSX file of an edition in one language; the same bytes for the same edition."""
    drawing = Drawing(edition, _properties(publication, edition, lang))
    for sheet in sheets:
        drawing.add(sheet)
    return sealed(drawing.bytes(), lang)


def open_document(sheets: Sequence[Sheet], publication: Publication, edition: Edition, lang: str) -> bytes:
    """The ODS file of the same sheets; the same bytes for the same edition."""
    return ods(sheets, edition, _properties(publication, edition, lang), lang)


def _table_sheet(star: Star, number: int, held: grid.Grid, lang: str) -> Sheet:
    labels = dict(star["dim_status"].select("status_code", f"status_label_{lang}").iter_rows())
    shorthand = "; ".join(f"[{mark}] {labels[mark]}" for mark in held.marks) or say("publish.none", lang)
    back = (f"internal:'{front.sheet_name('contents', lang)}'!A1", say("publish.back", lang))
    return Sheet(
        name=str(number),
        title=say("publish.table", lang, number=number, title=held.title),
        lines=(say("publish.one_table", lang), say("publish.shorthand", lang, shorthand=shorthand), back),
        headers=(*held.label_headers, *held.value_headers),
        rows=tuple((*row.labels, *row.cells) for row in held.rows),
        table_name=f"table_{number}",
        n_labels=len(held.label_headers),
    )


def _properties(publication: Publication, edition: Edition, lang: str) -> dict[str, str]:
    return {
        "title": f"{publication.title[lang]}, {edition.id}",
        "subject": publication.title[lang],
        "author": publication.contact[lang],
        "category": say(f"publish.status.{edition.status}", lang),
        "comments": publication.summary[lang],
    }
