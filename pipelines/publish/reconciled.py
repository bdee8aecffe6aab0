"""The page that holds our figures beside those published before, release by release, in one language.

Finding the cause of a difference does not belong here; it is worked out before anything is protected.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.core.messages import say
from pipelines.publish.records import EXPLANATIONS, Edition
from pipelines.publish.star import Star
from pipelines.publish.workbook.wording import figure

_ALIKE = ("equal", "rounding")
"""Explanations that need no line of their own."""


def reconciliation_page(star: Star, edition: Edition, lang: str) -> str:
    """The page in Markdown: how many figures of each release agree, and every one that is neither equal nor rounded."""
    held = star["fct_reconciliation"]
    title = star["dim_edition"][f"publication_title_{lang}"][-1]
    lines = [f"# {title}, {edition.id}: {_say('title', lang)}", "", _say("intro", lang), ""]
    if held.is_empty():
        return "\n".join([*lines, _say("none", lang), ""])
    lines += [f"## {_say('by_release', lang)}", "", *_counts(held, lang)]
    lines += ["", f"## {_say('causes', lang)}", ""]
    lines += [f"- **{_cause(cause, lang)}**: {_say(f'cause.{cause}', lang)}" for cause in _used(held)]
    lines += ["", f"## {_say('differences', lang)}", "", *_differences(star, held, lang)]
    return "\n".join(lines) + "\n"


def _say(key: str, lang: str) -> str:
    return say(f"publish.reconciled.{key}", lang)


def _cause(cause: str, lang: str) -> str:
    return say(f"publish.term.explained_by.{cause}", lang)


def _used(held: pl.DataFrame) -> list[str]:
    seen = set(held["explained_by"])
    return [cause for cause in EXPLANATIONS if cause in seen]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _counts(held: pl.DataFrame, lang: str) -> Iterator[str]:
    """One line for each release: figures held, and how many came to which cause."""
    used = _used(held)
    yield _row([_say("release", lang), _say("figures", lang), *(_cause(cause, lang) for cause in used)])
    yield _row(["---", *["---:"] * (len(used) + 1)])
    named = held.with_columns(pl.col("publication_vintage").fill_null(_say("unnamed", lang)))
    for (release,), rows in sorted(named.partition_by("publication_vintage", as_dict=True).items()):
        n_of = dict(rows.group_by("explained_by").len().iter_rows())
        yield _row([str(release), f"{rows.height:,}", *(f"{n_of.get(cause, 0):,}" for cause in used)])


def _differences(star: Star, held: pl.DataFrame, lang: str) -> Iterator[str]:
    rows = held.filter(~pl.col("explained_by").is_in(_ALIKE))
    if rows.is_empty():
        yield _say("no_differences", lang)
        return
    heads = ("measure", "area", "period", "release", "published", "ours", "cause")
    yield _row([_say(head, lang) for head in heads])
    yield _row(["---"] * 4 + ["---:"] * 2 + ["---"])
    measures = dict(star["dim_measure"].select("measure_id", f"measure_title_{lang}").iter_rows())
    areas = dict(star["dim_authority"].select("area_code", f"area_name_{lang}").iter_rows())
    keys = ["breakdown_id", "breakdown_code"]
    categories = {(b, c): label for b, c, label in star["dim_breakdown"].select(*keys, f"category_label_{lang}").rows()}
    for row in rows.iter_rows(named=True):
        part = (row["breakdown_id"], row["breakdown_code"])
        title = measures[row["measure_id"]] + (f": {categories[part]}" if part[0] != "total" else "")
        shown = [figure(row[c], "", 1 if (row[c] or 0) % 1 else 0) for c in ("published_value", "edition_value")]
        ours = shown[1] or _say("not_shown", lang)
        place = [areas[row["area_code"]], row["period_id"], row["publication_vintage"] or _say("unnamed", lang)]
        yield _row([title, *place, shown[0], ours, _cause(row["explained_by"], lang)])
