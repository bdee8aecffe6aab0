"""The report as one self-contained page: headings, captions and scopes for every reader, nothing fetched, no script.

What the page says (`tables`, `words`) does not belong here; how it looks stands in `templates/page.html`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.conform.report import tables, words
from pipelines.core.messages import say
from pipelines.core.pages import template

if TYPE_CHECKING:
    import polars as pl
    from jinja2 import Template

    from pipelines.conform.report.records import Cause, Report

TEMPLATES = Path(__file__).parent / "templates"
MAX_FAULTS = 2_000
"""Faults that the page lists one by one; more would be slow to open, and the workbook and the CSV hold them."""
MAX_CAUSES = 500


def load() -> Template:
    """The template of the page, which is loaded once in a process."""
    return template(TEMPLATES, "page.html")


def write(path: Path, report: Report, listed: pl.DataFrame, lang: str) -> None:
    """Write the page of a report in one language. `listed` is the outcome of `tables.details`."""
    path.write_text(page(report, listed, lang), encoding="utf-8")


def page(report: Report, listed: pl.DataFrame, lang: str) -> str:
    """The whole page as HTML."""

    def word(key: str, **params: str | int) -> str:
        return say(f"report.{key}", lang, **params)

    shown, n = report.causes[:MAX_CAUSES], len(report.causes)
    return load().render(
        lang=lang,
        word=word,
        about=report.about,
        advice=words.first(report, lang),
        coverage_line=words.coverage(report, lang),
        about_table=tables.about(report, lang),
        counts=tables.counts(report, lang),
        causes=[_cause(c, lang) for c in shown],
        causes_note=word("cut_causes", n=n, shown=MAX_CAUSES) if n > MAX_CAUSES else "",
        figures=tables.figures(report, lang),
        n_figures=tables.SUMMARY_FIGURES,
        rules=tables.rules(report, lang),
        children=tables.children(report, listed, lang, MAX_FAULTS),
        waivers=tables.waivers(report, lang),
        waived_line=words.waived(report, lang),
        coverage=tables.coverage(report, lang),
        reading=tables.reading(report, lang),
    )


def _cause(cause: Cause, lang: str) -> dict[str, object]:
    return {
        "number": cause.number,
        "severity": cause.severity,
        "what": cause.sentence[lang],
        "where": cause.place[lang],
        "extent": words.extent(cause, lang),
        "found": cause.shown,
        "fix": " ".join(t for t in (cause.fix[lang], cause.hint[lang]) if t),
        "allowed": cause.allowed[lang],
        "moves": words.moves(cause, lang),
        "rules": ", ".join(cause.rule_ids),
    }
