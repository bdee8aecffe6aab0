"""The ledger as an index: which numbers may stand at a cell, and which labels name what.

It is made from the protected rows and the specification; files are read elsewhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import polars as pl

from schemas.catalogue import Catalogue
from schemas.model import Publication

KEY = ("measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code")
FIGURES = ("numerator", "denominator", "value", "lower", "upper")
SHORTHAND = re.compile(r"(\s*\[[a-z,]+\])+$|\s*\(\d\)$")
Key = tuple[str, str, str, str, str]
Numbers = frozenset[float]
Said = dict[str, frozenset[str]]
"""What words name: ids by part of the key."""


@dataclass(frozen=True)
class Ledger:
    """Every figure that may be published, by cell."""

    frame: pl.DataFrame
    """Columns `KEY`, `FIGURES`, `status`: one row per cell."""
    numbers: Mapping[Key, Numbers]
    """All numbers of a cell: value, counts and limits."""
    anywhere: Numbers
    labels: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]
    """What a label may name, as (part of the key, ids); `table` stands for measures and a breakdown."""
    titles: tuple[tuple[str, str], ...]
    """Titles of the publication's tables in either language, with the table."""
    tables: Mapping[str, tuple[tuple[str, ...], str]]
    """Table of the publication: its measures and its breakdown."""
    breakdowns: Mapping[str, str]
    """Breakdown by its title in either language; that of totals by an empty one."""
    units: Mapping[str, str]
    """Unit of each measure."""
    ids: Mapping[str, frozenset[str]]
    """Ids that a part of the key may have; codes of categories by breakdown."""
    places: dict[object, dict[str | None, tuple[Numbers, bool]]] = field(default_factory=dict)
    """What may stand in a row of a table laid out for people, by the header of the column, once it was worked out."""
    said: dict[tuple[str, ...], Said] = field(default_factory=dict)
    """What the texts of a row, or the header of a column, say of its cells, once it was worked out."""
    clean: dict[Hashable, int] = field(default_factory=dict)
    """Tables laid out for people that were found without fault, each number of them: how many these are."""


def ledger_of(catalogue: Catalogue, publication: Publication, rows: pl.DataFrame, periods: pl.DataFrame) -> Ledger:
    """The index over the protected rows of a publication.

    Args:
        periods: what the edition calls its periods (`period_id` and columns of labels).
    """
    missing = [pl.lit(None, dtype=pl.Float64).alias(c) for c in FIGURES if c not in rows.columns]
    frame = (
        rows.with_columns(missing)
        .select(*KEY, *(pl.col(c).cast(pl.Float64) for c in FIGURES), pl.col("status").fill_null(""))
        .unique(maintain_order=True)
    )
    held = _numbers(frame)
    numbers = frozenset().union(*(frame[c].round(6).unique().drop_nulls() for c in FIGURES))
    tables = {t.id: (t.measures, t.breakdown) for t in publication.tables}
    labels = _labels(catalogue, publication, (frame, periods))
    titles = {b: catalogue.breakdowns[b].title for _, b in tables.values() if b != "total"}
    named = tuple((text, ids[0]) for text, parts in labels.items() for part, ids in parts if part == "table")
    breakdowns = {"": "total"} | {plain(text): b for b, title in titles.items() for text in (title.en, title.cy)}
    units = {m.id: m.unit for m in catalogue.measures.values()}
    return Ledger(frame, held, numbers, labels, named, tables, breakdowns, units, _ids(frame))


def _numbers(frame: pl.DataFrame) -> dict[Key, Numbers]:
    """All figures of each cell."""
    none, numbers = frozenset({None}), dict[Key, Numbers]()
    figures = frame.select(pl.col(FIGURES).round(6)).iter_rows()
    for key, found in zip(frame.select(KEY).iter_rows(), figures, strict=True):
        numbers[key] = numbers.get(key, frozenset()) | (frozenset(found) - none)
    return numbers


def _ids(frame: pl.DataFrame) -> dict[str, frozenset[str]]:
    """The ids of each part of the key; codes of categories by breakdown."""
    ids = {part: frozenset(frame[part].unique()) for part in KEY[:3]}
    pairs = frame.select("breakdown_id", "breakdown_code").unique().group_by("breakdown_id").agg("breakdown_code")
    return ids | {str(name): frozenset(codes) for name, codes in pairs.iter_rows()}


Labels = dict[str, tuple[tuple[str, tuple[str, ...]], ...]]


def _labels(catalogue: Catalogue, publication: Publication, frames: tuple[pl.DataFrame, pl.DataFrame]) -> Labels:
    """Names in both languages, and ids, of everything that stands in a key."""
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for part, held, names in _named(catalogue, publication, *frames):
        for text in names:
            found[plain(text)][part].add(held)
    return {text: tuple((part, tuple(sorted(ids))) for part, ids in parts.items()) for text, parts in found.items()}


Named = Iterator[tuple[str, str, tuple[str, ...]]]


def _named(catalogue: Catalogue, publication: Publication, frame: pl.DataFrame, periods: pl.DataFrame) -> Named:
    """(part of the key, id, its names)."""
    for gss, authority in catalogue.authorities.items():
        yield "area_code", gss, (gss, authority.name.en, authority.name.cy)
    for region in catalogue.regions.values():
        yield "area_code", region.id, (region.id, region.name.en, region.name.cy)
    for m in frame["measure_id"].unique():
        title = catalogue.measures[m].title
        yield "measure_id", m, (m, title.en, title.cy)
    for period, *names in periods.select("period_id", pl.selectors.contains("label")).iter_rows():
        yield "period_id", period, (period, *names)
    for breakdown in sorted({t.breakdown for t in publication.tables} - {"total"}):
        for code in catalogue.code_lists[catalogue.breakdowns[breakdown].code_list].codes:
            yield "category", f"{breakdown}/{code.code}", (code.code, code.label.en, code.label.cy)
    yield "category", "total/T", ("T", "Total", "Cyfanswm")
    for table in publication.tables:
        yield "table", table.id, (table.title.en, table.title.cy)


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """A label without the shorthand that may follow it, in small letters."""
    return SHORTHAND.sub("", text).strip().casefold()
