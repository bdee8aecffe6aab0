"""What a fault in an item may move: item -> columns of the facts -> measures and their breakdowns.

Counting the faults of a submission does not belong here (see `pipelines/conform/report/impact.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from schemas import keeping, reading

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import Fact, Measure

SPEC = Path(__file__).parent / "spec"
ANY, LATEST = "any", "latest"
EVERY = "every"


@dataclass(frozen=True)
class Feed:
    """Columns of one fact that are computed from an item; no column named means every one of them."""

    fact: str
    scope: str
    """`any` row of the child, or only the `latest`."""
    columns: tuple[str, ...]

    def has(self, column: str) -> bool:
        """True where the column (or the breakdown of that name) is computed from the item."""
        return not self.columns or column in self.columns


@dataclass(frozen=True)
class Moved:
    """Measures that may move as a whole, and measures of which only a breakdown may."""

    totals: frozenset[str] = frozenset()
    splits: frozenset[tuple[str, str]] = frozenset()
    """(measure id, breakdown id); the measure itself may be among `totals`."""

    def __or__(self, other: Moved) -> Moved:
        return Moved(self.totals | other.totals, self.splits | other.splits)


@dataclass(frozen=True)
class Feeds:
    """The whole declaration: (table, item) -> feeds, and by which date a table's latest row is told."""

    by_item: Mapping[tuple[str, str], tuple[Feed, ...]]
    latest_by: Mapping[str, str] = field(default_factory=dict)

    def moved(self, catalogue: Catalogue, place: tuple[str, str], *, is_latest: bool) -> Moved:
        """What published figures a fault in an item may move; `place` is (table, item).

        Only measures and breakdowns that a publication names count: nothing else is a published figure.
        """
        feeds: dict[str, list[Feed]] = {}
        for feed in self.by_item.get(place, ()):
            if is_latest or feed.scope == ANY:
                feeds.setdefault(feed.fact, []).append(feed)
        totals, splits = set(), set()
        for measure_id, breakdown in published(catalogue) if feeds else ():
            measure = catalogue.measures[measure_id]
            own = feeds.get(measure.fact)
            if own is None:
                continue
            if measure_id not in totals and _is_moved(measure, own):
                totals.add(measure_id)
            if breakdown != "total" and any(f.has(breakdown) for f in own):
                splits.add((measure_id, breakdown))
        return Moved(frozenset(totals), frozenset(splits))


def _is_moved(measure: Measure, feeds: list[Feed]) -> bool:
    return any(f.has(column) for f in feeds for column in columns_of(measure)) or _is_whole(measure, feeds)


def columns_of(measure: Measure) -> tuple[str, ...]:
    """Columns of its fact that a measure is computed from."""
    value = (measure.value_column,) if measure.value_column else ()
    return (*measure.numerator, *measure.denominator, *value)


def _is_whole(measure: Measure, feeds: list[Feed]) -> bool:
    """A measure that names no column counts every row of its fact."""
    return not columns_of(measure) and any(not f.columns for f in feeds)


@lru_cache(maxsize=8)
def published(catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """(measure, breakdown) of every table of every publication, `total` among the breakdowns."""
    tables = [t for p in catalogue.publications.values() for t in p.tables]
    return tuple(dict.fromkeys((m, t.breakdown) for t in tables for m in t.measures))


@cache
def load(spec: Path = SPEC) -> Feeds:
    """The declaration of `spec/impact.yml`; `schemas.catalogue` has checked it."""
    return keeping.kept("impact", spec, lambda: _read(spec))


def _read(spec: Path) -> Feeds:
    raw = reading.yaml_file(spec / "impact.yml")
    by_item = {
        (table, item): tuple(_feed(fact, scope, columns) for fact, by in facts.items() for scope, columns in by.items())
        for table, items in raw["feeds"].items()
        for item, facts in items.items()
    }
    return Feeds(by_item, dict(raw["latest_by"]))


def _feed(fact: str, scope: str, columns: str | list[str]) -> Feed:
    if isinstance(columns, str) and columns != EVERY:
        raise ValueError(f"impact.yml: {columns!r} is neither a list nor {EVERY!r}")
    return Feed(fact, scope, () if isinstance(columns, str) else tuple(columns))


def faults(catalogue: Catalogue, spec: Path = SPEC) -> Iterator[str]:
    """Items that are not declared, and names that do not exist, as sentences."""
    feeds = load(spec)
    known = {(t.id, i.item.id) for t in catalogue.tables.values() for i in t.items}
    yield from (f"impact.yml: {table}.{item} does not exist" for table, item in sorted(set(feeds.by_item) - known))
    yield from (
        f"impact.yml: {table}.{item} is missing; write {{}} while no fact is computed from it"
        for table, item in sorted(known - set(feeds.by_item))
    )
    for table, item in feeds.latest_by.items():
        if (table, item) not in known:
            yield f"impact.yml: latest_by names {table}.{item}, which does not exist"
    for (table, item), held in feeds.by_item.items():
        for feed in held:
            yield from (f"impact.yml: {table}.{item}: {fault}" for fault in _feed_faults(catalogue, feed))
            if feed.scope == LATEST and table not in feeds.latest_by:
                yield f"impact.yml: {table}.{item}: latest_by names no date that tells the latest row of {table}"


def _feed_faults(catalogue: Catalogue, feed: Feed) -> Iterator[str]:
    fact = catalogue.facts.get(feed.fact)
    if fact is None:
        yield f"fact {feed.fact!r} does not exist"
        return
    if feed.scope not in (ANY, LATEST):
        yield f"{feed.scope!r} is neither {ANY!r} nor {LATEST!r}"
    yield from (f"{c!r} is no column or breakdown of {feed.fact}" for c in feed.columns if c not in _names(fact))


def _names(fact: Fact) -> frozenset[str]:
    return frozenset((*fact.booleans, *fact.numbers, *fact.breakdowns))
