"""What changed since the edition before, found by comparing the two: for machines, and in words in two languages.

Refusing a change does not belong here (see `guard.py`); nor does any value: those that changed stand in `fct_revision`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.core.messages import say
from pipelines.publish.guard import Held, Schema
from pipelines.publish.metadata import permanent_id, write_json
from pipelines.publish.records import Edition
from pipelines.publish.revisions import CHANGES
from pipelines.publish.star import Star

CHANGELOG = "changelog.json"
_DIMENSIONS = ("dim_authority", "dim_period", "dim_measure", "dim_breakdown", "dim_status")
_ORDER = "sort_order"
_SHOWN = 20
"""Names that a list in words tells before it says how many more there are; the file for machines tells all."""

Log = dict[str, Any]
Names = Mapping[str, str]
"""measure id -> its title in the language of the text."""


def changelog(star: Star, edition: Edition, before: Held | None, schemas: tuple[Schema, Schema] | None) -> Log:
    """The record of what changed.

    Args:
        star: the new edition.
        edition: its identity.
        before: the edition before it and its folder; None for a first edition.
        schemas: the columns of the mart before and now.
    """
    log: Log = {
        "edition": edition.id,
        "edition_uri": permanent_id(edition.publication_id, edition.id),
        "previous_edition": edition.previous_id,
    }
    if before is None or schemas is None:
        return log
    old, changes = before.edition, star["fct_revision"]
    same = {
        "status": (old.status, edition.status),
        "mart_version": (old.major_version, edition.major_version),
        "rule_pack": (old.rule_pack, edition.rule_pack),
    }
    return log | {
        "previous_edition_uri": permanent_id(old.publication_id, old.id),
        "about": {name: {"old": a, "new": b} for name, (a, b) in same.items() if a != b},
        "values": {change: changes.filter(pl.col("change") == change).height for change in CHANGES},
        "withholding": _withholding(changes),
        "causes": dict(sorted(changes.group_by("cause").len().rows())),
        "measures": _by_measure(changes),
        "ids": {name: found for name in _DIMENSIONS if any((found := _ids(star, before.folder, name)).values())},
        "wording": [change for name in _DIMENSIONS for change in _wording(star, before.folder, name)],
        "columns": _columns(*schemas),
    }


def write_changelog(folder: Path, log: Log, star: Star) -> None:
    """`changelog.json`, and the same in words for each language."""
    write_json(folder / CHANGELOG, log)
    for lang in ("en", "cy"):
        (folder / f"changelog-{lang}.md").write_text(in_words(log, star, lang), encoding="utf-8")


def in_words(log: Log, star: Star, lang: str) -> str:
    """The change log in Markdown."""
    title = star["dim_edition"][f"publication_title_{lang}"][-1]
    lines = [f"# {title}, {log['edition']}: {say('publish.changes.title', lang)}", ""]
    if log["previous_edition"] is None:
        return "\n".join([*lines, say("publish.note.first", lang), ""])
    names = dict(star["dim_measure"].select("measure_id", f"measure_title_{lang}").iter_rows())
    sections = {key: list(tell(log, lang, names)) for key, tell in _TELLERS.items()}
    lines.append(say("publish.changes.against", lang, previous=str(log["previous_edition"])))
    for key, told in sections.items():
        nothing = [say("publish.changes.nothing", lang)]
        lines += ["", f"## {say(f'publish.changes.{key}', lang)}", "", *(told or nothing)]
    return "\n".join(lines) + "\n"


def _withholding(changes: pl.DataFrame) -> dict[str, int]:
    was, now = (
        pl.col(f"{side}_status").str.split(",").list.contains("c").fill_null(value=False) for side in ("old", "new")
    )
    both = changes.filter(pl.col("change") == "changed")
    return {"newly_withheld": both.filter(now & ~was).height, "no_longer_withheld": both.filter(was & ~now).height}


def _by_measure(changes: pl.DataFrame) -> dict[str, dict[str, int]]:
    counted = changes.group_by("measure_id", "change").len().sort("measure_id", "change")
    found: dict[str, dict[str, int]] = {}
    for measure, change, n in counted.iter_rows():
        found.setdefault(measure, {})[change] = n
    return found


def _ids(star: Star, folder: Path, name: str) -> dict[str, list[str]]:
    key = list(star.shape(name).key)
    old, new = pl.read_parquet(folder / "parquet" / f"{name}.parquet", columns=key), star[name].select(key)
    pairs = {"added": (new, old), "removed": (old, new)}
    return {what: ["/".join(row) for row in a.join(b, on=key, how="anti").rows()] for what, (a, b) in pairs.items()}


def _wording(star: Star, folder: Path, name: str) -> Iterator[dict[str, object]]:
    """Every cell of a dimension that says something else than before, where both editions have row and column."""
    key = list(star.shape(name).key)
    old = pl.read_parquet(folder / "parquet" / f"{name}.parquet")
    texts = [c for c in star[name].columns if c in old.columns and c not in (*key, _ORDER)]
    both = star[name].join(old, on=key, how="inner", suffix="_before", maintain_order="left")
    for column in texts:
        differs = both.filter(pl.col(column).ne_missing(pl.col(f"{column}_before")))
        for *ids, was, now in differs.select(*key, f"{column}_before", column).iter_rows():
            told = [None if t is None else str(t) for t in (was, now)]
            yield {"table": name, "id": "/".join(ids), "column": column, "old": told[0], "new": told[1]}


def _columns(old: Schema, new: Schema) -> dict[str, list[str]]:
    names = {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "retyped": sorted(k for k in old.keys() & new.keys() if old[k] != new[k]),
    }
    return {what: [".".join(name) for name in found] for what, found in names.items()}


def _tell_about(log: Log, lang: str, _names: Names) -> Iterator[str]:
    for name, change in log["about"].items():
        old, new = (say(f"publish.status.{v}", lang) if name == "status" else str(v) for v in change.values())
        yield f"- {say(f'publish.changes.about.{name}', lang)}: {old} → {new}"


def _tell_values(log: Log, lang: str, names: Names) -> Iterator[str]:
    counted = {**log["values"], **log["withholding"]}
    if any(counted.values()):
        yield from (f"- {say(f'publish.changes.{name}', lang)}: {n:,}" for name, n in counted.items())
    for measure, changes in log["measures"].items():
        told = ", ".join(f"{say(f'publish.changes.{change}', lang).lower()} {n:,}" for change, n in changes.items())
        yield f"- {names.get(measure, measure)}: {told}"


def _tell_shape(log: Log, lang: str, _names: Names) -> Iterator[str]:
    for group in ("ids", "columns"):
        held = log[group]
        flat = {group: held} if group == "columns" else held
        for changes in flat.values():
            for what, names in changes.items():
                if names:
                    yield f"- {say(f'publish.changes.{what}', lang)}: {_list(names, lang)}"


def _tell_wording(log: Log, lang: str, _names: Names) -> Iterator[str]:
    other = "_cy" if lang == "en" else "_en"
    for change in log["wording"]:
        if not change["column"].endswith(other):
            none = say("publish.none", lang)
            yield f"- {change['id']}: {change['column']}: “{change['old'] or none}” → “{change['new'] or none}”"


_TELLERS = {"about": _tell_about, "figures": _tell_values, "shape": _tell_shape, "wording": _tell_wording}


def _list(names: list[str], lang: str) -> str:
    left = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f", {say('publish.changes.more', lang, n=left)}" if left > 0 else "")
