"""What a bulletin says, section by section, in one language.

Choosing words for a change belongs to `findings.py`, charts to `figures.py`, looks to `page.py` and `paper.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.core.messages import say
from pipelines.publish import revisions
from pipelines.publish.bulletin import extras, protection
from pipelines.publish.bulletin.figures import figures
from pipelines.publish.bulletin.findings import Finding, findings, sentence
from pipelines.publish.bulletin.records import Block, Document, Prose, Section, Table
from pipelines.publish.records import Edition
from pipelines.publish.star import Star
from pipelines.publish.workbook.wording import day_in_words
from schemas.catalogue import WALES
from schemas.model import Publication


def bulletin_name(edition: Edition, lang: str) -> str:
    """File name of the bulletin in one language, without its suffix."""
    return f"bulletin-{edition.publication_id}-{edition.id}-{lang}"


def document(star: Star, publication: Publication, made: tuple[Edition, protection.Proved], lang: str) -> Document:
    """The whole bulletin.

    Args:
        made: the edition, and what its proof says of the use of its tables.
    """
    edition, proved = made
    found = findings(star, lang)
    parts: dict[str, list[Block]] = {
        "main_points": _main_points(found, lang),
        "figures": list(figures(star, found, lang)),
        "quality": _quality(star, publication, lang) + protection.blocks(publication, proved, lang),
        "revisions": _revisions(star, edition, lang),
        "breaks": _breaks(star, lang),
        "coverage": _coverage(star, lang),
        "next": _next(publication, lang),
    }
    sections = tuple(Section(k, say(f"publish.bulletin.{k}", lang), tuple(blocks)) for k, blocks in parts.items())
    about = {
        "edition": edition.id,
        "status": say(f"publish.status.{edition.status}", lang),
        "date": day_in_words(edition.day, lang),
    }
    return Document(
        lang=lang,
        title=publication.title[lang],
        edition_id=edition.id,
        day=edition.day,
        about=tuple((say(f"publish.head.{term}", lang), said) for term, said in about.items()),
        sections=sections,
        other=bulletin_name(edition, "en" if lang == "cy" else "cy"),
    )


def _main_points(found: tuple[Finding, ...], lang: str) -> list[Block]:
    heads = ("measure", "period", "value", "before", "difference", "interval", "change")
    none = say("publish.none", lang)
    rows = tuple(
        (f"{f.title} ({f.unit})", f.period, f.shown, f"{f.before} ({f.before_period})" if f.before else none,
         f.difference or none, f.interval or none, say(f"publish.bulletin.word.{f.change}", lang))
        for f in found
    )  # fmt: skip
    caption = say("publish.bulletin.headline_table", lang)
    return [
        Prose((say("publish.bulletin.about_words", lang),)),
        Prose(tuple(sentence(f, lang) for f in found), "points"),
        Table(caption, tuple(say(f"publish.head.{h}", lang) for h in heads), rows),
    ]


def _quality(star: Star, publication: Publication, lang: str) -> list[Block]:
    values = star["fct_measure_value"]
    codes = pl.col("status").fill_null("").str.split(",").list
    bases = sorted(set(values["rounding_base"].drop_nulls())) if "rounding_base" in values.columns else []
    n_of = {code: f"{values.filter(codes.contains(code)).height:,}" for code in ("c", "u", "x")}
    texts = [
        publication.summary[lang],
        *(say("publish.notes.rounding", lang, base=base) for base in bases if base > 1),
        say("publish.note.withheld", lang, values=n_of["c"]),
        say("publish.bulletin.unreliable", lang, values=n_of["u"], missing=n_of["x"]),
        say("publish.notes.intervals", lang),
        say("publish.bulletin.tests", lang),
        *extras.forecasts(star, lang),
    ]
    labels = star["dim_status"].select("status_code", f"status_label_{lang}").rows()
    used = {code for codes in values["status"].drop_nulls().unique() for code in codes.split(",")}
    heads = tuple(say(f"publish.head.{h}", lang) for h in ("shorthand", "meaning"))
    rows = tuple((f"[{code}]", label) for code, label in labels if code in used)
    return [Prose(tuple(texts)), Table(say("publish.notes.title", lang), heads, rows)]


def _revisions(star: Star, edition: Edition, lang: str) -> list[Block]:
    if edition.previous_id is None:
        return [Prose((say("publish.note.first", lang),))]
    counts = {change: f"{n:,}" for change, n in revisions.counts(star["fct_revision"]).items()}
    return [Prose((say("publish.note.revised", lang, previous=edition.previous_id, **counts),))]


def _breaks(star: Star, lang: str) -> list[Block]:
    rows = (
        star["dim_break"].select("from_period_id", f"break_title_{lang}").sort("from_period_id", f"break_title_{lang}")
    )
    if rows.is_empty():
        return [Prose((say("publish.bulletin.no_breaks", lang),)), *extras.definitions(star, lang)]
    heads = tuple(say(f"publish.head.{h}", lang) for h in ("period", "what_changed"))
    return [
        Prose((say("publish.bulletin.about_breaks", lang),)),
        Table(say("publish.bulletin.breaks", lang), heads, tuple(rows.unique(maintain_order=True).rows())),
        *extras.definitions(star, lang),
    ]


def _coverage(star: Star, lang: str) -> list[Block]:
    """How many of the authorities of Wales are in the figures, period by period."""
    rows = star["fct_coverage"].filter(pl.col("area_code") == WALES)
    if rows.is_empty():
        return [Prose((say("publish.note.coverage_unstated", lang),))]
    labels = star["dim_period"].select("period_id", "sort_order", label=f"period_label_{lang}")
    held = rows.join(labels, on="period_id").sort("sort_order")
    heads = tuple(say(f"publish.head.{h}", lang) for h in ("period", "received", "expected", "status", "standing"))
    columns = ("label", "n_received", "n_expected", "coverage_status", "standing")
    shown = tuple(
        (label, f"{received:,}", f"{expected:,}", say(f"publish.coverage.{status}", lang), _settled(standing, lang))
        for label, received, expected, status, standing in held.select(columns).iter_rows()
    )
    return [Table(say("publish.bulletin.coverage_table", lang), heads, shown)]


def _settled(standing: str | None, lang: str) -> str:
    return say(f"publish.term.standing.{standing}", lang) if standing else ""


def _next(publication: Publication, lang: str) -> list[Block]:
    told = {
        "next_update": publication.next_update or say("publish.not_announced", lang),
        "contact": publication.contact[lang],
        "licence": publication.licence,
    }
    return [Prose(tuple(_lines(told, lang)), "points")]


def _lines(told: dict[str, str], lang: str) -> Iterator[str]:
    yield from (f"{say(f'publish.head.{term}', lang)}: {said}" for term, said in told.items())
