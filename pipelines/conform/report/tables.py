"""The tables of a report in one language: the same rows for the workbook, the page, and (in full) the CSV files.

Drawing them does not belong here. All but the coverage and the figures hold values of the submission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.report import words
from pipelines.conform.report.records import MAX_SHEET_FAULTS
from pipelines.core.defuse import FORMULA_START
from pipelines.core.messages import say
from schemas.model import SEVERITIES

if TYPE_CHECKING:
    from pipelines.conform.report.records import Report

Cell = str | int

DETAILS = (
    "cause",
    "severity",
    "rule_id",
    "child",
    "message",
    "found",
    "allowed",
    "what_to_do",
    "file",
    "sheet",
    "table",
    "line",
    "row_number",
    "column",
    "item",
    "cause_group",
    "follows",
)
"""Columns of the full list of faults, in the files for machines and (under words) for people."""
SUMMARY_FIGURES = 12
"""Published figures that a summary names; all of them have a place of their own."""
WORDS = ("message", "allowed", "what_to_do")
_BY_CHILD = ("child", "cause", "severity", "rule_id", "message", "found", "file", "sheet", "line", "column")


@dataclass(frozen=True)
class Shown:
    """A table for people: what it is called, its headers, its rows, and how wide its columns are (in characters)."""

    name: str
    caption: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    widths: tuple[int, ...]
    note: str = ""
    frame: pl.DataFrame | None = None
    """The rows once more, where they may be so many that a sheet is better written from columns."""


def details(report: Report, lang: str) -> pl.DataFrame:
    """Every fault under `DETAILS`, with its message and what is allowed, in the order of causes."""
    places = [report.sources.get(table or "", (None, None)) for table in report.kinds["table"]]
    source = pl.DataFrame(places, schema={"file": pl.String, "sheet": pl.String}, orient="row")
    kinds = pl.concat([report.kinds, source], how="horizontal")
    kinds = kinds.rename({f"{word}_{lang}": word for word in WORDS})
    return report.faults.join(kinds, on="kind", how="left", maintain_order="left").select(DETAILS)


def defused(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Texts that a spreadsheet would run as a formula with an apostrophe in front, as `pipelines.core.defuse` does."""
    text = pl.col(columns)
    is_formula = text.str.slice(0, 1).is_in(FORMULA_START)
    return frame.with_columns(pl.when(is_formula).then(pl.lit("'") + text).otherwise(text).name.keep())


def about(report: Report, lang: str) -> Shown:
    """What was checked, and the outcome."""
    held = report.about
    unknown = say("report.about.unknown", lang)
    rows: list[tuple[Cell, ...]] = [
        (say("report.about.verdict", lang), say(f"report.verdict.{held.verdict}", lang)),
        (say("report.about.return", lang), held.return_title[lang]),
        (say("report.about.authority", lang), held.authority[lang]),
        (say("report.about.period", lang), held.period_id or unknown),
        (say("report.about.rules", lang), held.rule_pack or unknown),
        (say("report.about.files", lang), ", ".join(held.files) or unknown),
    ]
    if held.system:
        rows.insert(4, (say("report.about.system", lang), held.system))
    return Shown("about", say("report.caption.about", lang), (), rows, (34, 70))


def counts(report: Report, lang: str) -> Shown:
    """How many faults of each severity."""
    found, waived = report.n_by_severity, report.n_waived
    rows = [
        (say(f"report.severity.{s}", lang), found.get(s, 0), waived.get(s, 0))
        for s in SEVERITIES
        if s in found or s in waived
    ]
    headers = tuple(say(f"report.head.{k}", lang) for k in ("severity", "n_faults", "n_waived"))
    return Shown("counts", say("report.caption.counts", lang), headers, rows, (34, 12, 12))


def figures(report: Report, lang: str, limit: int | None = None) -> Shown:
    """Published figures that may move, with the children concerned; headline figures first. Beyond `limit` they are cut
    and the note says where all of them stand."""
    held = report.effects[:limit]
    kinds = ["split" if e.is_split_only else "headline" if e.is_headline else "figure" for e in held]
    rows = [(e.name[lang], say(f"report.kind.{kind}", lang), e.n_children) for e, kind in zip(held, kinds, strict=True)]
    headers = tuple(say(f"report.head.{k}", lang) for k in ("figure", "kind", "up_to"))
    is_cut, sheet = len(held) < len(report.effects), say("report.sheet.figures", lang)
    note = say("report.figures_cut", lang, n=len(report.effects), sheet=sheet) if is_cut else ""
    return Shown("figures", say("report.caption.measures", lang), headers, rows, (80, 24, 22), note)


def first(report: Report, lang: str) -> Shown:
    """Causes in the order in which to put them right."""
    keys = ("number", "severity", "what", "where", "found", "fix", "allowed", "moves")
    headers = tuple(say(f"report.head.{k}", lang) for k in (*keys, "n_faults", "n_following", "n_children", "rules"))
    rows: list[tuple[Cell, ...]] = [
        (
            c.number,
            say(f"report.severity.{c.severity}", lang),
            c.sentence[lang],
            c.place[lang],
            c.shown,
            " ".join(t for t in (c.fix[lang], c.hint[lang]) if t),
            c.allowed[lang],
            words.moves(c, lang),
            c.n_faults,
            c.n_following,
            "" if c.n_children is None else c.n_children,
            ", ".join(c.rule_ids),
        )
        for c in report.causes
    ]
    widths = (6, 9, 36, 24, 18, 34, 28, 36, 10, 13, 10, 12)
    return Shown("first", say("report.caption.first", lang), headers, rows, widths)


def rules(report: Report, lang: str) -> Shown:
    """Rules that found something."""
    keys = ("rule", "severity", "title", "what", "allowed", "fix", "n_faults", "n_children")
    rows = [
        (
            r.code,
            say(f"report.severity.{r.severity}", lang),
            r.title[lang],
            r.message[lang],
            r.allowed[lang],
            r.guidance[lang],
            r.n_faults,
            r.n_children,
        )
        for r in report.rules
    ]
    headers = tuple(say(f"report.head.{k}", lang) for k in keys)
    return Shown("rules", say("report.caption.rules", lang), headers, rows, (8, 9, 32, 40, 34, 38, 10, 10))


def waivers(report: Report, lang: str) -> Shown:
    """Faults that waivers explain or may explain again, with the words of those who gave them."""
    keys = ("waiver", "state", "severity", "rule", "title", "where", "reason", "author", "expires", "given_for")
    rows = [
        (
            line.waiver_id,
            say(f"report.waiver.{words.waiver_state(line)}", lang),
            say(f"report.severity.{line.severity}", lang),
            line.rule_id,
            line.title[lang],
            line.place[lang],
            line.reason,
            line.author,
            line.expires_on,
            line.period_id,
        )
        for line in report.waived
    ]
    headers = tuple(say(f"report.head.{k}", lang) for k in keys)
    return Shown("waivers", say("report.caption.waivers", lang), headers, rows, (18, 26, 9, 8, 40, 26, 50, 22, 12, 11))


def coverage(report: Report, lang: str) -> Shown:
    """What became of every rule."""
    keys = ("rule", "title", "severity", "status", "judged", "failed")
    rows = [
        (
            line.code,
            line.title[lang],
            say(f"report.severity.{line.severity}", lang) if line.severity else "",
            words.status(line.status, lang),
            line.n_judged,
            line.n_failed,
        )
        for line in report.coverage
    ]
    headers = tuple(say(f"report.head.{k}", lang) for k in keys)
    return Shown("coverage", say("report.caption.coverage", lang), headers, rows, (10, 56, 11, 44, 13, 13))


def children(report: Report, listed: pl.DataFrame, lang: str, limit: int | None = None) -> Shown:
    """Faults child by child; beyond `limit` only the first of each cause. Without one they are for a sheet, which takes
    the frame: the limit is then that of a sheet, and no rows are made.

    `listed` is the outcome of `details`.
    """
    is_cut = listed.height > (MAX_SHEET_FAULTS if limit is None else limit)
    held = listed.unique("cause", keep="first", maintain_order=True) if is_cut else listed
    severities = {s: say(f"report.severity.{s}", lang) for s in report.n_by_severity}
    blank, nobody = say("report.blank", lang), say("report.no_child", lang)
    is_cell = pl.col("line").is_not_null() & pl.col("item").is_not_null()
    shown = (
        held.sort("child", "cause", "line", nulls_last=True, maintain_order=True)
        .with_columns(
            pl.col("severity").replace_strict(severities, default=pl.col("severity")),
            pl.when(is_cell).then(pl.col("found").fill_null(blank)).otherwise("found").alias("found"),
            pl.when(pl.col("line").is_not_null())
            .then(pl.col("child").fill_null(nobody))
            .otherwise("child")
            .alias("child"),
        )
        .select(_BY_CHILD)
        .with_columns(pl.col(pl.String).fill_null(""))
    )
    keys = ("child", "cause", "severity", "rule", "what", "cell", "file", "sheet", "row", "column")
    rows = [] if limit is None else [tuple("" if cell is None else cell for cell in row) for row in shown.iter_rows()]
    headers = tuple(say(f"report.head.{k}", lang) for k in keys)
    note = _cut(report, lang) if is_cut else ""
    caption = say("report.caption.children", lang)
    return Shown("children", caption, headers, rows, (16, 9, 11, 9, 60, 34, 30, 14, 9, 20), note, shown)


def _cut(report: Report, lang: str) -> str:
    return say("report.cut", lang, n=f"{report.n_faults:,}", file="faults.csv")


def reading(report: Report, lang: str) -> tuple[str, ...]:
    """How to read the report: a paragraph each."""
    names = ("severity", "cause", "order", "moves", "row", "waivers", "coverage", "data")
    return tuple(say(f"report.reading.{name}", lang) for name in names)
