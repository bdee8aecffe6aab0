"""Joins the pages of one table in the order of the service, and says which pages are missing.

Reading a page does not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import polars as pl

from pipelines.conform.statswales.records import API_JSON, ROW, Found, Page, RawTable


def join_pages(named: Sequence[tuple[str, RawTable]]) -> RawTable:
    """One table from its pages (or files), whatever their order. Rows are numbered through in the service's order.

    A page that came twice counts once (SW09). Missing pages are told (SW08): a link that no other page answers, a
    first page that is not the first, a gap between pages, fewer records than the service says there are.
    """
    ordered = [table for _, table in sorted(named, key=_order)]
    kept, repeats = _without_repeats(ordered)
    frames, offset = [], 0
    for table in kept:
        frames.append(table.frame.with_columns((pl.col(ROW) + offset).cast(pl.Int32)))
        offset += int(table.frame[ROW].max() or 0) if table.frame.height else 0  # type: ignore[arg-type]
    found = [f for table in kept for f in table.found] + repeats + _missing(kept)
    dimensions = tuple(dict.fromkeys(d for table in kept for d in table.dimensions))
    return replace(
        kept[0], frame=pl.concat(frames, how="diagonal"), dimensions=dimensions, page=None, found=tuple(found)
    )


def _order(entry: tuple[str, RawTable]) -> tuple[bool, int, str]:
    name, table = entry
    first = table.page.first if table.page else None
    return first is None, first or 0, name


def _without_repeats(tables: Sequence[RawTable]) -> tuple[list[RawTable], list[Found]]:
    kept: list[RawTable] = []
    found = []
    for table in tables:
        if any(table.frame.equals(other.frame) and table.page == other.page for other in kept):
            found.append(Found("SW09", cause="a page came twice"))
        else:
            kept.append(table)
    return kept, found


def _missing(tables: Sequence[RawTable]) -> list[Found]:
    pages = [table.page for table in tables if table.page is not None]
    if not pages:
        return []
    causes = []
    if any(page.has_next and not _is_answered(page, pages) for page in pages):
        causes.append("a further page is named and is not here")
    causes += _gaps(pages, 1 if tables[0].generation == API_JSON else 0)
    n_held = sum(table.frame.height for table in tables)
    if any(page.total is not None and n_held < page.total for page in pages):
        causes.append("fewer records than the service holds")
    return [Found("SW08", cause=cause) for cause in causes]


def _is_answered(page: Page, pages: Sequence[Page]) -> bool:
    """True where another page begins where this one says the next begins; if it does not say, where one is the last."""
    wanted = page.next_first
    if wanted is None and page.last is not None:
        wanted = page.last + 1
    firsts = {other.first for other in pages if other is not page}
    if wanted is None or firsts <= {None}:
        return any(not other.has_next for other in pages if other is not page)
    return wanted in firsts


def _gaps(pages: Sequence[Page], base: int) -> list[str]:
    spans = sorted((p.first, p.last) for p in pages if p.first is not None and p.last is not None)
    if not spans:
        return []
    causes = ["the first page is not here"] if spans[0][0] > base else []
    if any(later[0] > earlier[1] + 1 for earlier, later in pairwise(spans)):
        causes.append("rows between two pages are not here")
    return causes
