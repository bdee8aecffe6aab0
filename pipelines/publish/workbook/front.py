"""The sheets before the tables: cover, contents, notes with the shorthand, definitions of the measures.

The tables themselves do not belong here (see `grid.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.core.messages import say
from pipelines.publish.records import Edition
from pipelines.publish.star import Star
from pipelines.publish.workbook.drawing import Sheet
from pipelines.publish.workbook.grid import Grid
from pipelines.publish.workbook.wording import day_in_words
from schemas.model import Publication


def workbook_name(edition: Edition, lang: str, suffix: str = "xlsx") -> str:
    """File name of the workbook in one language."""
    return f"mesur-{edition.publication_id}-{edition.id}-{lang}.{suffix}"


def sheet_name(key: str, lang: str) -> str:
    """The name of a sheet before the tables."""
    return say(f"publish.sheet.{key}", lang)


def cover(publication: Publication, edition: Edition, lang: str) -> Sheet:
    """What this is, which edition, from whom, under which licence, and where the other language is."""
    other = "en" if lang == "cy" else "cy"
    told = {
        "edition": edition.id,
        "status": say(f"publish.status.{edition.status}", lang),
        "date": day_in_words(edition.day, lang),
        "next_update": publication.next_update or say("publish.not_announced", lang),
        "contact": publication.contact[lang],
        "licence": publication.licence,
        "other_language": ", ".join(
            workbook_name(edition, other, f) for f in ("xlsx", "ods") if f in publication.formats
        ),
    }
    lines = [f"{say(f'publish.head.{key}', lang)}: {value}" for key, value in told.items()]
    about = [say(f"publish.cover.{key}", lang) for key in ("structure", "protection", "data")]
    names = [sheet_name(sheet, lang) for sheet in ("contents", "notes", "definitions")]
    links = [(f"internal:'{name}'!A1", name) for name in names]
    return Sheet(
        name=sheet_name("cover", lang),
        title=publication.title[lang],
        lines=(publication.summary[lang], *lines, *about, *links),
        widths=(100,),
    )


def contents(grids: Sequence[Grid], lang: str) -> Sheet:
    """A link to every sheet that follows."""
    before = [(sheet_name(k, lang), say(f"publish.{k}.title", lang)) for k in ("notes", "definitions")]
    named = [*before, *((str(n), grid.title) for n, grid in enumerate(grids, 1))]
    return Sheet(
        name=sheet_name("contents", lang),
        title=sheet_name("contents", lang),
        lines=(say("publish.contents.intro", lang),),
        headers=(say("publish.head.worksheet", lang), say("publish.head.title", lang)),
        rows=tuple(((f"internal:'{name}'!A1", name), title) for name, title in named),
        table_name="contents",
        widths=(18, 130),
    )


def notes(star: Star, grids: Sequence[Grid], lang: str) -> Sheet:
    """The shorthand that stands in this workbook and what it means."""
    used = {mark for grid in grids for mark in grid.marks}
    labels = star["dim_status"].select("status_code", f"status_label_{lang}").rows()
    bases = sorted(set(star["fct_measure_value"]["rounding_base"].drop_nulls())) if _has_base(star) else []
    lines = [say(f"publish.notes.{key}", lang) for key in ("intro", "protection", "intervals")]
    lines += [say("publish.notes.rounding", lang, base=base) for base in bases if base > 1]
    return Sheet(
        name=sheet_name("notes", lang),
        title=say("publish.notes.title", lang),
        lines=tuple(lines),
        headers=(say("publish.head.shorthand", lang), say("publish.head.meaning", lang)),
        rows=tuple((f"[{code}]", _meaning(code, label, lang)) for code, label in labels if code in used),
        table_name="shorthand",
        widths=(18, 130),
    )


def definitions(star: Star, lang: str) -> Sheet:
    """What each measure counts, in what unit, and what to bear in mind."""
    fields = ("measure_id", f"measure_title_{lang}", f"unit_label_{lang}", f"definition_{lang}", f"caveat_{lang}")
    none = say("publish.none", lang)
    rows = star["dim_measure"].select(*fields).fill_null(none).rows()
    heads = ("measure_id", "measure", "unit", "definition", "caveat")
    return Sheet(
        name=sheet_name("definitions", lang),
        title=say("publish.definitions.title", lang),
        lines=(say("publish.one_table", lang),),
        headers=tuple(say(f"publish.head.{head}", lang) for head in heads),
        rows=tuple(rows),
        table_name="definitions",
        widths=(36, 44, 24, 70, 60),
    )


def _has_base(star: Star) -> bool:
    return "rounding_base" in star["fct_measure_value"].columns


def _meaning(code: str, label: str, lang: str) -> str:
    return f"{label}: {say('publish.notes.confidential', lang)}" if code == "c" else label
