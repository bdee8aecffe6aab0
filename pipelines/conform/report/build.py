"""An examination to its report: causes in the order in which to put them right, what they move, rules and coverage.

Drawing a report in any format does not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.report import causes, explanations, faults, impact, tables, words
from pipelines.conform.report.book import Book
from pipelines.conform.report.faults import Located
from pipelines.conform.report.impact import ALL, SAFE, STRANGE_NAMES, Figures
from pipelines.conform.report.records import About, Cause, CoverageLine, Effect, Report, RuleLine
from pipelines.core.messages import say
from schemas import impact as declared
from schemas.model import LANGUAGES, SEVERITIES, Text

if TYPE_CHECKING:
    from pipelines.conform.records import Examination, SourceNote
    from schemas.catalogue import Catalogue

_UNKNOWN_REACH = ("FM", "LY01", "LY10", "LY11", "LY12", "LY14")
"""Rules of files and tables that could not be read, so that nobody knows whom they concern."""


def report_of(catalogue: Catalogue, examination: Examination) -> Report:
    """Explain an examination. The report holds values of the submission: it is for its sender alone."""
    book, feeds = Book(catalogue, examination.identity), declared.load()
    located = faults.located(examination, book, feeds.latest_by)
    grouped = causes.grouped(located, book)
    kinds, n_children = causes.ranked(located.kinds, book), _children(examination)
    figures = Figures(book, feeds, impact.missing_columns(kinds))
    with faults.side_by_side(grouped.height) as pool:
        moved = pool.submit(impact.effects, grouped, kinds, figures, n_children)
        counted = pool.submit(causes.counted, grouped, kinds, {t: f.height for t, f in examination.raw.items()})
        told = pool.submit(_rules, located, book)
    effects, rows = moved.result(), counted.result()
    ground = _Ground(book, examination.notes, effects, n_children)
    unordered = [(row, _cause(row, ground)) for row in rows.iter_rows(named=True)]
    ordered = sorted(unordered, key=lambda pair: _order(pair[1], pair[0]))
    numbered = tuple(replace(cause, number=n) for n, (_, cause) in enumerate(ordered, 1))
    numbers = {int(str(row["group"])): n for n, (row, _) in enumerate(ordered, 1)}
    return Report(
        about=_about(catalogue, examination),
        identity=examination.identity,
        causes=numbered,
        kinds=_worded(located.kinds, book),
        faults=_numbered_faults(grouped, numbers),
        sources=faults.sources(examination.notes, list(examination.raw)),
        rules=told.result(),
        coverage=_coverage(examination, book),
        effects=effects.get(ALL, ()),
        n_by_severity=_by_severity(located),
        n_moving=sum(c.n_faults for c in numbered if c.is_moving),
        waived=explanations.lines(examination, book),
    )


def _children(examination: Examination) -> dict[str, int]:
    """Children (or rows, where identifiers were not sent or the table is about no child) of each table."""
    return {
        table: (frame["child_id"].drop_nulls().n_unique() if "child_id" in frame.columns else 0) or frame.height
        for table, frame in examination.tables.items()
    }


@dataclass(frozen=True, eq=False)
class _Ground:
    """What every cause of a report is told from."""

    book: Book
    notes: tuple[SourceNote, ...]
    effects: Mapping[int, tuple[Effect, ...]]
    n_children: Mapping[str, int]


def _cause(row: words.Row, ground: _Ground) -> Cause:
    code, severity, table, book = str(row["rule_id"]), str(row["severity"]), row["table"], ground.book
    is_told_by_value = not row["is_whole"] and not row["is_knot"] and row["item"] is not None
    codes = row["rule_ids"] if isinstance(row["rule_ids"], list) else [code]
    n_concerned = ground.n_children.get(str(table)) if row["is_whole"] else int(str(row["n_children"]))
    effects = ground.effects.get(int(str(row["group"])), ()) if severity != SAFE else ()
    return Cause(
        number=0,
        severity=severity,
        rule_ids=(code, *(str(c) for c in codes if c != code)),
        table=None if table is None else str(table),
        place=words.place(row, book),
        sentence=words.sentence(row, book),
        allowed=words.allowed(row, book),
        fix=words.fix(row, book),
        n_faults=int(str(row["n_faults"])),
        n_following=int(str(row["n_following"])),
        n_children=None if code in STRANGE_NAMES and not effects else n_concerned,
        first_row=_whole_number(row["first_line"]),
        last_row=_whole_number(row["last_line"]),
        effects=effects,
        is_reach_known=not code.startswith(_UNKNOWN_REACH),
        found=str(row["found"] or "") if is_told_by_value else "",
        child=str(row["child"] or "") if row["n_children"] == 1 and not row["is_whole"] else "",
        hint=words.hint(row, book, ground.notes),
    )


def _whole_number(value: object) -> int | None:
    return None if value is None else int(str(value))


def _order(cause: Cause, row: words.Row) -> tuple[object, ...]:
    """Rejects, errors, queries, notes; within each by children in headline figures, in other figures, then by number.

    A tie is broken by place and rule, so that the order is the same every time.
    """
    whole = [e for e in cause.effects if not e.is_split_only]
    return (
        SEVERITIES.index(cause.severity),
        cause.is_reach_known,
        -max((e.n_children for e in cause.headlines), default=0),
        -len(cause.headlines),
        -max((e.n_children for e in whole), default=0),
        -max((e.n_children for e in cause.effects), default=0),
        -cause.n_faults,
        cause.table or "",
        cause.first_row or 0,
        cause.rule_ids,
        int(str(row["group"])),
    )


def _worded(kinds: pl.DataFrame, book: Book) -> pl.DataFrame:
    """The kinds with their words in both languages (`message_en`, `allowed_cy`, ...) and the column they concern."""
    columns: dict[str, list[str]] = {f"{word}_{lang}": [] for word in tables.WORDS for lang in LANGUAGES}
    columns["column"] = []
    for row in kinds.iter_rows(named=True):
        told = {"message": words.message(row, book), "allowed": words.plain_allowed(row, book)}
        told["what_to_do"] = words.fix(row, book)
        for word, text in told.items():
            for lang in LANGUAGES:
                columns[f"{word}_{lang}"].append(text[lang])
        columns["column"].append(book.column(row["table"], row["item"]))
    return kinds.with_columns(pl.Series(name, held, dtype=pl.String) for name, held in columns.items())


def _numbered_faults(grouped: pl.DataFrame, numbers: Mapping[int, int]) -> pl.DataFrame:
    """The faults with the number of their cause, cause by cause: first those that tell it, then what follows."""
    cause = pl.col("group").replace_strict(dict(numbers), return_dtype=pl.Int32)
    numbered = grouped.select(cause.alias("cause"), "follows", *faults.LOCATED)
    return numbered.sort("cause", "follows", "line", "kind", nulls_last=False, maintain_order=True)


def _rules(located: Located, book: Book) -> tuple[RuleLine, ...]:
    rules = located.kinds.select("kind", "rule_id", "severity")
    counts = (
        located.faults.select("kind", "child_key")
        .join(rules, on="kind")
        .group_by("rule_id", "severity")
        .agg(pl.len().alias("n"), pl.col("child_key").drop_nulls().n_unique().alias("children"))
    )
    found = []
    for code, severity, n, children in counts.iter_rows():
        rule = book.rules.get(code)
        texts = (rule.title, rule.message, rule.allowed, rule.guidance) if rule else (Text(code, code),) * 4
        message = _plain(texts[1], rule.check == "reader") if rule else texts[1]
        found.append(RuleLine(code, severity, texts[0], message, texts[2], texts[3], n, children))
    return tuple(sorted(found, key=lambda r: (SEVERITIES.index(r.severity), -r.n_faults, r.code)))


def _plain(message: Text, has_details: bool) -> Text:
    """The message of a reader without the names of columns that it is filled with: a rule stands for all of them."""
    if not has_details:
        return message
    return Text(*(re.sub(r"\{\w+\}", "…", message[lang]) for lang in ("en", "cy")))


def _coverage(examination: Examination, book: Book) -> tuple[CoverageLine, ...]:
    lines = []
    for code, status, n_judged, n_failed in examination.coverage.iter_rows():
        rule = book.rules.get(code)
        title, severity = (rule.title, rule.severity) if rule else (Text(code, code), "")
        lines.append(CoverageLine(code, title, severity, status, n_judged, n_failed))
    return tuple(lines)


def _by_severity(located: Located) -> dict[str, int]:
    kinds = located.faults.group_by("kind").len("n").join(located.kinds, on="kind")
    counts = dict(kinds.group_by("severity").agg(pl.col("n").sum()).iter_rows())
    return {severity: counts[severity] for severity in SEVERITIES if severity in counts}


def _about(catalogue: Catalogue, examination: Examination) -> About:
    identity = examination.identity
    held = catalogue.returns.get(identity.return_id or "")
    unknown = Text(*(say("report.about.unknown", lang) for lang in ("en", "cy")))
    authority = catalogue.area_name(identity.authority_code) if identity.authority_code else unknown
    profile = catalogue.export_profiles.get(identity.system or "")
    return About(
        verdict=examination.verdict,
        return_title=held.title if held else unknown,
        authority=authority,
        period_id=identity.period_id or "",
        system=profile.system if profile else "",
        rule_pack=examination.rule_pack,
        is_provisional=bool(held and held.is_provisional),
        files=tuple(dict.fromkeys(n.file for n in examination.notes)) or tuple(p.file for p in examination.problems),
    )
