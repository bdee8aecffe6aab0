"""The release note of an edition, in one language, made from the edition only.

Any figure that is not in the mart of the edition does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.core.messages import say
from pipelines.publish import revisions
from pipelines.publish.bulletin import extras
from pipelines.publish.records import Edition
from pipelines.publish.star import Star
from pipelines.publish.workbook import workbook_name
from pipelines.publish.workbook.wording import day_in_words, decimals, figure
from schemas.model import Publication, Text


@dataclass(frozen=True)
class Headline:
    """A headline figure of the edition, and that of the year before where there is one."""

    measure_id: str
    title: Text
    unit: Text
    period_id: str
    shown: str
    before: str | None
    """The figure of the year before, with its shorthand."""


def headlines(star: Star) -> tuple[Headline, ...]:
    """The figures that lead this edition (`fct_headline`)."""
    totals = star["fct_measure_value"].filter(pl.col("breakdown_id") == "total")
    years = totals.join(star["dim_period"].filter(pl.col("period_type") == "year"), on="period_id", how="inner")
    chosen = star["fct_headline"].select("measure_id", "area_code", "period_id")
    return tuple(_headline(star, years, row) for row in chosen.iter_rows())


def _headline(star: Star, years: pl.DataFrame, chosen: tuple[str, str, str]) -> Headline:
    measure_id, area, period = chosen
    series = years.filter(pl.col("measure_id") == measure_id, pl.col("area_code") == area).sort("end_date")
    rows = {p: (value, status) for p, value, status in series.select("period_id", "value", "status").iter_rows()}
    measure = star["dim_measure"].row(by_predicate=pl.col("measure_id") == measure_id, named=True)
    places = decimals(value for value, _ in rows.values() if value is not None)
    earlier = [cell for p, cell in rows.items() if p < period][-1:]
    return Headline(
        measure_id=measure_id,
        title=Text(measure["measure_title_en"], measure["measure_title_cy"]),
        unit=Text(measure["unit_label_en"], measure["unit_label_cy"]),
        period_id=period,
        shown=figure(*rows[period], places),
        before=figure(*earlier[0], places) if earlier else None,
    )


def release_note(star: Star, publication: Publication, edition: Edition, lang: str) -> str:
    """The note in Markdown."""
    sections = {
        "headlines": _headline_lines(star, lang),
        "holds": _content_lines(star, edition, lang),
        "coverage": _coverage_lines(star, lang),
        "status": _status_lines(star, edition, lang),
        "revisions": _revision_lines(star, edition, lang),
        "protection": _protection_lines(star, lang),
        "more": _more_lines(publication, lang),
    }
    lines = [f"# {publication.title[lang]}, {edition.id}", "", publication.summary[lang]]
    for key, told in sections.items():
        lines += ["", f"## {say(f'publish.note.{key}', lang)}", "", *told]
    return "\n".join(lines) + "\n"


def _headline_lines(star: Star, lang: str) -> list[str]:
    heads = [say(f"publish.head.{h}", lang) for h in ("measure", "unit", "period", "value", "before")]
    none = say("publish.none", lang)
    rows = [(h.title[lang], h.unit[lang], h.period_id, h.shown, h.before or none) for h in headlines(star)]
    table = ["| " + " | ".join(row) + " |" for row in (heads, ["---", "---", "---", "---:", "---:"], *rows)]
    return [say("publish.note.wales", lang), "", *table]


def _content_lines(star: Star, edition: Edition, lang: str) -> list[str]:
    years = sorted(set(star["dim_period"]["financial_year"]))
    counts = {
        "values": star["fct_measure_value"].height,
        "measures": star["fct_measure_value"]["measure_id"].n_unique(),
        "areas": star["fct_measure_value"]["area_code"].n_unique(),
    }
    shown = {name: f"{n:,}" for name, n in counts.items()}
    span = {"first": years[0], "last": years[-1]}
    files = say("publish.note.files", lang, workbook=workbook_name(edition, lang))
    return [say("publish.note.content", lang, **shown, **span), "", files]


def _coverage_lines(star: Star, lang: str) -> list[str]:
    held = star["fct_coverage"]
    if held.is_empty():
        return [say("publish.note.coverage_unstated", lang)]
    lacking = held.filter(pl.col("coverage_status") != "complete")
    if lacking.is_empty():
        return [say("publish.note.coverage_complete", lang)]
    names = dict(star["dim_authority"].select("area_code", f"area_name_{lang}").iter_rows())
    fields = ("area_code", "period_id", "return_id", "coverage_status", "n_received", "n_expected")
    told = [
        say(
            "publish.note.coverage_row",
            lang,
            area=names[area],
            period=period,
            collection=collection,
            status=say(f"publish.coverage.{status}", lang),
            received=received,
            expected=expected,
        )
        for area, period, collection, status, received, expected in lacking.select(fields).rows()
    ]
    return [say("publish.note.coverage_lacking", lang), "", *(f"- {line}" for line in told)]


def _status_lines(star: Star, edition: Edition, lang: str) -> list[str]:
    status = say(f"publish.status.{edition.status}", lang)
    lines = [say("publish.note.status_is", lang, status=status, day=day_in_words(edition.day, lang))]
    values = star["fct_measure_value"]
    codes = pl.col("status").str.split(",").list
    provisional = values.filter(codes.contains("p")).join(star["dim_period"], on="period_id").sort("sort_order")
    if not provisional.is_empty():
        periods = ", ".join(dict.fromkeys(provisional[f"period_label_{lang}"]))
        lines += ["", say("publish.note.provisional", lang, values=f"{provisional.height:,}", periods=periods)]
    for told in extras.forecasts(star, lang):
        lines += ["", told]
    return lines


def _revision_lines(star: Star, edition: Edition, lang: str) -> list[str]:
    if edition.previous_id is None:
        return [say("publish.note.first", lang)]
    shown = {change: f"{n:,}" for change, n in revisions.counts(star["fct_revision"]).items()}
    return [say("publish.note.revised", lang, previous=edition.previous_id, **shown)]


def _protection_lines(star: Star, lang: str) -> list[str]:
    values = star["fct_measure_value"]
    withheld = values.filter(pl.col("status").str.split(",").list.contains("c")).height
    bases = sorted(set(values["rounding_base"].drop_nulls())) if "rounding_base" in values.columns else []
    rounding = [say("publish.notes.rounding", lang, base=base) for base in bases if base > 1]
    return [*rounding, say("publish.note.withheld", lang, values=f"{withheld:,}")]


def _more_lines(publication: Publication, lang: str) -> list[str]:
    told = {
        "next_update": publication.next_update or say("publish.not_announced", lang),
        "contact": publication.contact[lang],
        "licence": publication.licence,
    }
    return [f"- {say(f'publish.head.{key}', lang)}: {value}" for key, value in told.items()]
