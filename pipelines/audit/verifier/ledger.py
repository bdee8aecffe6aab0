"""The ledger as an index: which numbers may stand at a cell, and which labels name what.

It is made from the protected rows and the specification; files are read elsewhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from schemas.catalogue import Catalogue
from schemas.model import Publication

KEY = ("measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code")
FIGURES = ("numerator", "denominator", "value", "lower", "upper")
SHORTHAND = re.compile(r"(\s*\[[a-z,]+\])+$|\s*\(\d\)$")
Key = tuple[str, str, str, str, str]
Numbers = frozenset[float]


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
    tables: Mapping[str, tuple[tuple[str, ...], str]]
    """Table of the publication: its measures and its breakdown."""


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
    numbers: defaultdict[Key, set[float]] = defaultdict(set)
    for row in frame.select(*KEY, *FIGURES).iter_rows():
        numbers[row[:5]].update(round(n, 6) for n in row[5:] if n is not None)
    held = {key: frozenset(found) for key, found in numbers.items()}
    tables = {t.id: (t.measures, t.breakdown) for t in publication.tables}
    labels = _labels(catalogue, publication, (frame, periods))
    return Ledger(frame, held, frozenset().union(*held.values()), labels, tables)


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


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """A label without the shorthand that may follow it, in small letters."""
    return SHORTHAND.sub("", text).strip().casefold()
