"""The overview page: publications, headline figures and editions, in one language, as plain accessible HTML.

Routes and the API do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from pipelines.core import duck
from pipelines.core.messages import say
from pipelines.core.settings import Settings
from pipelines.serve.editions import Published, PublishedEdition
from pipelines.serve.querying import Limits, answered

_HEADLINES = """
    SELECT v.measure_title, v.unit_label, v.period_label, v.value, v.status
    FROM measure_values_{lang} AS v
    JOIN dim_measure AS m USING (measure_id)
    WHERE m.is_headline AND v.area_type = 'wales' AND v.breakdown_id = 'total' AND v.period_type = 'year'
    QUALIFY row_number() OVER (PARTITION BY v.measure_id ORDER BY v.period_id DESC) = 1
    ORDER BY m.sort_order
"""
_FILES = {
    "xlsx": "mesur-{publication}-{edition}-{lang}.xlsx",
    "csv": "csv/observations.csv",
    "note": "release-note-{lang}.md",
}


@dataclass(frozen=True)
class Figure:
    """A headline figure as it is shown."""

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


def overview(settings: Settings, published: Published, lang: str) -> str:
    """The whole page."""
    shown = [_publication(settings, published, name, lang) for name in published.publications()]
    other = "en" if lang == "cy" else "cy"

    def word(key: str, **params: str | int) -> str:
        return say(f"serve.{key}", lang, **params)

    return _template().render(publications=shown, lang=lang, other=other, word=word)


def headline_figures(settings: Settings, edition: PublishedEdition, lang: str) -> tuple[Figure, ...]:
    """The headline measures for Wales in their newest year, with the shorthand of each."""
    with duck.reader(settings, edition.mart) as connection:
        rows = answered(connection, _HEADLINES.format(lang=lang), (), Limits(rows=100, seconds=5)).to_pylist()
    return tuple(
        Figure(r["measure_title"], r["unit_label"], r["period_label"], _figure(r["value"], r["status"])) for r in rows
    )


def _publication(settings: Settings, published: Published, name: str, lang: str) -> Shown:
    held = published.editions(name)
    with duck.reader(settings, held[0].mart) as connection:
        title = answered(
            connection,
            f"SELECT publication_title_{lang} AS t FROM dim_edition ORDER BY edition_sequence DESC LIMIT 1",
            (),
            Limits(rows=1, seconds=5),
        )["t"][0].as_py()
    return Shown(name, title, headline_figures(settings, held[0], lang), tuple((e, _files(e, lang)) for e in held))


def _files(edition: PublishedEdition, lang: str) -> dict[str, str]:
    named = {
        say(f"serve.file.{key}", lang): path.format(publication=edition.publication_id, edition=edition.id, lang=lang)
        for key, path in _FILES.items()
    }
    held = edition.files()
    return {label: path for label, path in named.items() if path in held}


def _figure(value: float | None, status: str | None) -> str:
    shown = "" if value is None else f"{value:,.0f}" if float(value).is_integer() else f"{value:,}"
    marks = "".join(f"[{code}]" for code in (status or "").split(",") if code and code != "t")
    return f"{shown} {marks}".strip()


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("overview.html")
