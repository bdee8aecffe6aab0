"""What causes may move: published figures, each with the number of children whose rows are concerned.

The numbers are upper bounds from counting: how far a figure really moves is only known once the rows are put right.
Which item feeds which figure stands in `schemas/spec/impact.yml` and does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.report.records import Effect
from pipelines.core.periods import Period
from schemas import impact
from schemas.impact import Moved
from schemas.model import Text

if TYPE_CHECKING:
    from pipelines.conform.report.book import Book
    from schemas.catalogue import Catalogue
    from schemas.model import Measure

BITS = 60
"""Figures in one mask of 64 bits, well clear of the sign."""
ALL = -1
"""Number of the group that stands for all causes together."""
SAFE = "note"
"""Faults of this severity were mended or change nothing: what they concern is read as it should be."""
STRANGE_NAMES = ("LY05", "LY06")
"""Rules on columns that the layout does not name. Such a column moves what a missing one moves, if it is that one;
where none is missing it moves nothing, however many children stand in its rows."""


@dataclass(frozen=True, eq=False)
class Figures:
    """The published figures that a return of the period feeds: measures, and measures of which a breakdown may move."""

    book: Book
    feeds: impact.Feeds
    missing: frozenset[tuple[str, str]] = frozenset()
    """(table, item) of the columns that were not found."""
    _known: dict[tuple[tuple[str, str], bool], Moved] = field(default_factory=dict)

    @cached_property
    def names(self) -> Mapping[str, Text]:
        """Measure id -> its name in the period."""
        catalogue, period = self.book.catalogue, str(self.book.identity.period_id)
        return {m: name_of(catalogue, catalogue.measures[m], period) for m in dict.fromkeys(m for m, _ in self.keys)}

    @cached_property
    def keys(self) -> tuple[tuple[str, bool], ...]:
        """(measure id, only a breakdown of it), in the order of the specification: the bits of the masks."""
        catalogue, identity = self.book.catalogue, self.book.identity
        if not identity.return_id or not identity.period_id:
            return ()
        kind = "quarter" if Period(identity.period_id).is_quarter else "year"
        named = dict.fromkeys(m for m, _ in impact.published(catalogue))
        held = [catalogue.measures[m] for m in catalogue.measures if m in named]
        fed = [m.id for m in held if identity.return_id in m.returns and kind in m.periods]
        return tuple((m, is_split) for is_split in (False, True) for m in fed)

    @property
    def n_masks(self) -> int:
        """Masks that hold a bit for every figure."""
        return -(-len(self.keys) // BITS)

    def masks(self, moved: Moved) -> tuple[int, ...]:
        """The figures of `moved` as bits; a measure that moves as a whole is not told again for its breakdowns."""
        split = {m for m, _ in moved.splits} - moved.totals
        bits = [m in split if is_split else m in moved.totals for m, is_split in self.keys]
        chunks = [bits[i : i + BITS] for i in range(0, len(bits), BITS)]
        return tuple(sum(1 << n for n, bit in enumerate(chunk) if bit) for chunk in chunks)

    def moved(self, code: str, place: tuple[str | None, str | None], *, is_latest: bool) -> Moved:
        """What a fault may move: through the cell it names and the others that its rule puts in doubt."""
        table, item = place
        if table is None:
            return Moved()
        if code in STRANGE_NAMES:
            places: Iterable[tuple[str, str]] = sorted(p for p in self.missing if p[0] == table)
        elif item is None:
            places = [p for p in self.feeds.by_item if p[0] == table]
        else:
            places = self.book.concerned(code, (table, item))
        found = Moved()
        for one in places:
            found |= self._moved(one, is_latest=is_latest or one[0] != table)
        return found

    def _moved(self, place: tuple[str, str], *, is_latest: bool) -> Moved:
        known = self._known.get((place, is_latest))
        if known is None:
            known = self._known[place, is_latest] = self.feeds.moved(self.book.catalogue, place, is_latest=is_latest)
        return known


def missing_columns(kinds: pl.DataFrame) -> frozenset[tuple[str, str]]:
    """(table, item) of every fault that tells of a column that is not there."""
    told = kinds.filter(pl.col("cause_group").str.starts_with("missing_column:") & pl.col("item").is_not_null())
    return frozenset((str(table), str(item)) for table, item in told.select("table", "item").iter_rows())


def effects(
    faults: pl.DataFrame, kinds: pl.DataFrame, figures: Figures, n_children: Mapping[str, int]
) -> dict[int, tuple[Effect, ...]]:
    """Group of `causes.grouped` -> what it may move, headline figures first; `ALL` for all errors and queries at once.

    Only the faults that tell a cause count: what follows goes with it. `n_children`: children of each table, for
    faults of a whole table or column.
    """
    if not figures.keys or faults.is_empty():
        return {}
    safe = kinds.filter(pl.col("severity") == SAFE)["kind"].to_list()
    told = faults.filter(~pl.col("follows") & ~pl.col("kind").is_in(safe))
    marked = _marked(told, kinds, figures)
    per_child = _by_child(marked.filter(pl.col("child_key").is_not_null()), figures)
    whole = marked.filter(pl.col("child_key").is_null())
    every = _by_child(per_child.with_columns(pl.lit(ALL, pl.Int64).alias("group")), figures)
    found: dict[int, dict[int, int]] = {}
    for children in (per_child, every):
        _count(found, children, figures)
    _add_whole(found, whole, figures, n_children)
    return {group: _told(bits, figures) for group, bits in found.items()}


def _marked(told: pl.DataFrame, kinds: pl.DataFrame, figures: Figures) -> pl.DataFrame:
    """group, child_key, table, and the masks of what each fault may move."""
    named = ["kind", "rule_id", "table", "item", "is_latest"]
    distinct = told.select("kind", "is_latest").unique().join(kinds, on="kind").select(named).sort("kind", "is_latest")
    masks = [
        figures.masks(figures.moved(code, (table, item), is_latest=bool(is_latest)))
        for _, code, table, item, is_latest in distinct.iter_rows()
    ]
    columns = {f"m{n}": [m[n] for m in masks] for n in range(figures.n_masks)}
    about = distinct.with_columns(pl.Series(k, v, dtype=pl.Int64) for k, v in columns.items())
    about = about.drop("rule_id", "item")
    return told.select("group", "child_key", "kind", "is_latest").join(about, on=["kind", "is_latest"], how="left")


def _by_child(marked: pl.DataFrame, figures: Figures) -> pl.DataFrame:
    """The masks of each child in each group, put together."""
    masks = [f"m{n}" for n in range(figures.n_masks)]
    return marked.group_by("group", "child_key").agg(pl.col(m).bitwise_or() for m in masks)


def _count(found: dict[int, dict[int, int]], children: pl.DataFrame, figures: Figures) -> None:
    """Add, for every group and figure, the number of distinct children concerned."""
    masks = [f"m{n}" for n in range(figures.n_masks)]
    for group, n, *values in children.group_by("group", *masks).len("n").select("group", "n", *masks).iter_rows():
        held = found.setdefault(group, {})
        for bit in _bits(values, figures):
            held[bit] = held.get(bit, 0) + n


def _bits(values: Sequence[int], figures: Figures) -> list[int]:
    return [i for i in range(len(figures.keys)) if values[i // BITS] >> (i % BITS) & 1]


def _add_whole(
    found: dict[int, dict[int, int]], whole: pl.DataFrame, figures: Figures, n_children: Mapping[str, int]
) -> None:
    """Faults of a whole column or table concern every child of the table."""
    masks = [f"m{n}" for n in range(figures.n_masks)]
    for group, table, *values in whole.select("group", "table", *masks).iter_rows():
        n = n_children.get(table or "", 0)
        bits = _bits(values, figures)
        for held in (found.setdefault(group, {}), found.setdefault(ALL, {})):
            held |= {bit: max(n, held.get(bit, 0)) for bit in bits if n}


def _told(bits: Mapping[int, int], figures: Figures) -> tuple[Effect, ...]:
    catalogue, told = figures.book.catalogue, []
    whole = {figures.keys[bit][0] for bit in bits if not figures.keys[bit][1]}
    for bit, n in bits.items():
        measure_id, is_split = figures.keys[bit]
        if is_split and measure_id in whole:
            continue  # a figure that may move takes its breakdowns with it
        measure = catalogue.measures[measure_id]
        told.append(Effect(measure_id, figures.names[measure_id], n, measure.is_headline, is_split))
    place = _order(catalogue)
    return tuple(sorted(told, key=lambda e: (e.is_split_only, not e.is_headline, -e.n_children, place[e.measure_id])))


@lru_cache(maxsize=2)
def _order(catalogue: Catalogue) -> Mapping[str, int]:
    """The place of each measure as publications bring them: their headlines first."""
    headlines = (m for p in catalogue.publications.values() for m in p.headlines)
    return {m: n for n, m in enumerate(dict.fromkeys((*headlines, *(m for m, _ in impact.published(catalogue)))))}


def name_of(catalogue: Catalogue, measure: Measure, period_id: str) -> Text:
    """The title of a measure, after the id that a framework in force gave it in the period, where there is one."""
    year = period_id[:7]
    for given in measure.framework_ids:
        framework = catalogue.frameworks[given.framework]
        begun = max(given.since, framework.since) <= year
        if begun and all(end is None or year <= end for end in (given.until, framework.until)):
            return Text(f"{given.id} {measure.title.en}", f"{given.id} {measure.title.cy}")
    return measure.title
