"""The report for machines: JSON and CSV, with values for the authority's own files and without them for anything else.

Sheets and pages for people do not belong here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import polars as pl

from pipelines.conform.report import tables, words
from pipelines.conform.report.records import Cause, Effect, Report, WaivedLine

Record = Mapping[str, object]

MARK = b"\xef\xbb\xbf"
"""The byte order mark by which Excel knows UTF-8; other readers skip it."""
_AT_ONCE = 100_000
"""Faults made JSON at once: two million of them are half a gigabyte of it, and as much again while it grows."""
_VALUES = ("child", "found", "file", "sheet", "author", "reason")
"""Columns that repeat what was received or typed by a person."""
_PLACES = ("cause", "rule_id", "severity", "table", "row_number", "line", "item", "cause_group", "follows")


def summary(report: Report, lang: str, *, has_values: bool) -> dict[str, object]:
    """Everything but the faults one by one; with `has_values` also what the cells of a cause hold."""
    about = report.about
    return {
        "language": lang,
        "identity": {
            "return_id": report.identity.return_id,
            "authority_code": report.identity.authority_code,
            "period_id": report.identity.period_id,
            "system": report.identity.system,
        },
        "verdict": about.verdict,
        "rule_pack": about.rule_pack,
        "n_faults": dict(report.n_by_severity),
        "n_waived": report.n_waived,
        "n_moving": report.n_moving,
        "advice": words.first(report, lang),
        **(_received(report) if has_values else {}),
        "causes": [_cause(c, lang, has_values=has_values) for c in report.causes],
        "figures": [_effect(e, lang) for e in report.effects],
        "rules": [
            {
                "rule_id": r.code,
                "severity": r.severity,
                "title": r.title[lang],
                "message": r.message[lang],
                "allowed": r.allowed[lang],
                "what_to_do": r.guidance[lang],
                "n_faults": r.n_faults,
                "n_children": r.n_children,
            }
            for r in report.rules
        ],
        "waivers": [_waiver(line, lang, has_values=has_values) for line in report.waived],
        "coverage": [
            {"rule_id": c.code, "status": c.status, "n_judged": c.n_judged, "n_failed": c.n_failed}
            for c in report.coverage
        ],
    }


def _received(report: Report) -> dict[str, object]:
    """Names of files and sheets, which are what the sender made them."""
    sources = {table: {"file": file, "sheet": sheet} for table, (file, sheet) in report.sources.items()}
    return {"files": list(report.about.files), "sources": sources}


def as_record(report: Report, lang: str) -> dict[str, object]:
    """The report as one object without any value: what `--json` prints."""
    return summary(report, lang, has_values=False) | {"faults": _places(report, lang).to_dicts()}


def _places(report: Report, lang: str) -> pl.DataFrame:
    """Every fault by place and in words, without anything that was received."""
    whole = report.faults.join(report.kinds, on="kind", how="left", maintain_order="left")
    return whole.select(*_PLACES, pl.col(f"message_{lang}").alias("message"))


def _cause(cause: Cause, lang: str, *, has_values: bool) -> dict[str, object]:
    held: dict[str, object] = {
        "cause": cause.number,
        "severity": cause.severity,
        "rule_ids": list(cause.rule_ids),
        "table": cause.table,
        "message": cause.sentence[lang],
        "place": cause.place[lang],
        "first_line": cause.first_row,
        "last_line": cause.last_row,
        "allowed": cause.allowed[lang],
        "what_to_do": cause.fix[lang],
        "n_faults": cause.n_faults,
        "n_following": cause.n_following,
        "n_children": cause.n_children,
        "is_reach_known": cause.is_reach_known,
        "moves": [_effect(e, lang) for e in cause.effects],
    }
    values = {"child": cause.child, "found": cause.found, "hint": cause.hint[lang]}
    return held | values if has_values else held


def _waiver(line: WaivedLine, lang: str, *, has_values: bool) -> dict[str, object]:
    held: dict[str, object] = {
        "waiver_id": line.waiver_id,
        "state": words.waiver_state(line),
        "rule_id": line.rule_id,
        "severity": line.severity,
        "table": line.table,
        "line": line.line,
        "place": line.place[lang],
        "expires_on": line.expires_on,
        "given_for": line.period_id,
    }
    return held | {"author": line.author, "reason": line.reason} if has_values else held


def _effect(effect: Effect, lang: str) -> dict[str, object]:
    return {
        "measure_id": effect.measure_id,
        "figure": effect.name[lang],
        "n_children_at_most": effect.n_children,
        "is_headline": effect.is_headline,
        "is_breakdown_only": effect.is_split_only,
    }


def write_json(path: Path, report: Report, listed: pl.DataFrame, lang: str) -> None:
    """Write the whole report as one JSON object; the words of a rule stand once, under `rules`."""
    # On one line: indented, the standard library writes with Python instead of C, which took a second.
    head = json.dumps(summary(report, lang, has_values=True), ensure_ascii=False)
    with path.open("wb") as handle:
        handle.write(head[:-1].encode() + b',\n "faults": [')
        for number, part in enumerate(listed.iter_slices(_AT_ONCE)):
            made = BytesIO()
            part.select(*_PLACES, "column", "child", "found").write_json(made)
            handle.write(b"," if number else b"")
            handle.write(made.getbuffer()[1:-1])
        handle.write(b"]\n}\n")


def write_faults(path: Path, listed: pl.DataFrame) -> None:
    """Write every fault as CSV for Excel: with a byte order mark, and with nothing that would run as a formula."""
    _csv(path, listed.select(tables.DETAILS))


def write_causes(path: Path, report: Report, lang: str) -> None:
    """Write the causes as CSV, in the order in which to put them right."""
    rows = [_flat(c, lang) for c in report.causes]
    _csv(path, pl.DataFrame(rows, schema=_CAUSES))


def write_waivers(path: Path, report: Report, lang: str) -> None:
    """Write the faults that waivers speak of as CSV."""
    rows = [_waiver(line, lang, has_values=True) for line in report.waived]
    _csv(path, pl.DataFrame(rows, schema=_WAIVERS))


def write_coverage(path: Path, report: Report, lang: str) -> None:
    """Write what became of every rule as CSV."""
    rows = [
        (c.code, c.title[lang], c.severity, c.status, words.status(c.status, lang), c.n_judged, c.n_failed)
        for c in report.coverage
    ]
    schema = dict.fromkeys(("rule_id", "title", "severity", "status", "status_text"), pl.String)
    _csv(path, pl.DataFrame(rows, schema=schema | dict.fromkeys(("n_judged", "n_failed"), pl.Int64), orient="row"))


_WAIVERS = dict.fromkeys(("waiver_id", "state", "rule_id", "severity", "table"), pl.String) | {
    "line": pl.Int64,
    **dict.fromkeys(("place", "expires_on", "given_for", "author", "reason"), pl.String),
}

_CAUSES = {
    "cause": pl.Int32,
    "severity": pl.String,
    "rule_ids": pl.String,
    "message": pl.String,
    "place": pl.String,
    "child": pl.String,
    "found": pl.String,
    "what_to_do": pl.String,
    "allowed": pl.String,
    "moves": pl.String,
    "n_faults": pl.Int64,
    "n_following": pl.Int64,
    "n_children": pl.Int64,
}


def _flat(cause: Cause, lang: str) -> dict[str, object]:
    held = _cause(cause, lang, has_values=True)
    fix = " ".join(t for t in (cause.fix[lang], cause.hint[lang]) if t)
    flat = {"rule_ids": ", ".join(cause.rule_ids), "what_to_do": fix, "moves": words.moves(cause, lang)}
    return {key: (held | flat)[key] for key in _CAUSES}


def _csv(path: Path, frame: pl.DataFrame) -> None:
    received = [c for c in _VALUES if c in frame.columns]
    with path.open("wb") as handle:
        handle.write(MARK)
        tables.defused(frame, received).write_csv(handle)
