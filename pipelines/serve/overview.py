"""The overview page: publications, headline figures and editions, in one language, as plain accessible HTML.

Routes and the API do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.core.messages import say
from pipelines.serve.editions import PublishedEdition
from pipelines.serve.reply import Room
from pipelines.serve.store import OpenEdition
from pipelines.serve.templates import figure, page

_HEADLINES = """
    SELECT v.measure_id, v.measure_title, v.unit_label, v.period_label, v.value, v.status
    FROM fct_headline AS h
    JOIN observations_{lang} AS v USING (measure_id, area_code, period_id)
    WHERE v.breakdown_id = 'total'
    ORDER BY h.sort_order
"""
_FILES = {
    "bulletin": "bulletin-{publication}-{edition}-{lang}.html",
    "xlsx": "mesur-{publication}-{edition}-{lang}.xlsx",
    "csv": "csv/observations.csv",
    "note": "release-note-{lang}.md",
}


@dataclass(frozen=True)
class Figure:
    """A headline figure as it is shown."""

    measure_id: str
    measure: str
    unit: str
    period: str
    value: str


@dataclass(frozen=True)
class Shown:
    """A publication on the page."""

    id: str
    title: str
    figures: tuple[Figure, ...]
    editions: tuple[tuple[PublishedEdition, dict[str, str]], ...]
    """Each edition with its files: label -> path within the edition."""


def overview(room: Room, lang: str) -> bytes:
    """The whole page."""
    shown = [_publication(room, name, lang) for name in room.published.publications()]
    return page("overview.html", lang, publications=shown)


def headline_figures(held: OpenEdition, lang: str) -> tuple[Figure, ...]:
    """The headline figures that the edition names (`fct_headline`), with the shorthand of each."""
    rows = held.rows(_HEADLINES.format(lang=lang)).to_pylist()
    return tuple(
        Figure(r["measure_id"], r["measure_title"], r["unit_label"], r["period_label"], figure(r["value"], r["status"]))
        for r in rows
    )


def _publication(room: Room, name: str, lang: str) -> Shown:
    editions = room.published.editions(name)
    held = room.store.of(editions[0])
    title = held.rows(f"SELECT publication_title_{lang} AS t FROM dim_edition ORDER BY edition_sequence DESC LIMIT 1")[
        "t"
    ][0].as_py()
    return Shown(name, title, headline_figures(held, lang), tuple((e, _files(e, lang)) for e in editions))


def _files(edition: PublishedEdition, lang: str) -> dict[str, str]:
    named = {
        say(f"serve.file.{key}", lang): path.format(publication=edition.publication_id, edition=edition.id, lang=lang)
        for key, path in _FILES.items()
    }
    held = edition.files()
    return {label: path for label, path in named.items() if path in held}
