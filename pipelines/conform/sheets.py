"""Further tables of a quarterly export (visits, plans, carers): each a grid of its own, in the profile's columns.

The report that holds children and episodes does not belong here (see `exports.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform import columns, layout
from pipelines.conform.faultlog import FaultLog
from pipelines.conform.records import Grid, SourceNote, TableLayout
from pipelines.conform.tables import Casting, CastTable, cast_frame

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import ExportProfile, Return

LEAST_FIT = 0.5
"""Share of columns that a grid without a telling name must have in common with a table."""


@dataclass(frozen=True)
class Sheet:
    """A grid and the further table it carries."""

    grid: Grid
    official: columns.TableColumns
    placed: TableLayout

    @property
    def note(self) -> SourceNote:
        line = int(self.grid.lines[self.placed.header_row])
        table = self.official.table
        return SourceNote(self.grid.file, self.grid.names[0], table, line, self.placed.near, self.placed.unknown)


def find(grids: Sequence[Grid], profile: ExportProfile, held: Return) -> list[Sheet]:
    """The grids that carry a further table of the profile, each table once: by name first, else by columns."""
    known = columns.further_columns(profile)
    found: dict[str, Sheet] = {}
    for grid in grids:
        named = columns.table_of(held, grid.names)
        best = max(known, key=lambda t: (t == named, _fit(grid, known[t])), default=None)
        if best is None or best in found:
            continue
        row = layout.header_row(grid, known[best].folded)
        if row is not None and (best == named or _fit(grid, known[best]) >= LEAST_FIT):
            found[best] = Sheet(grid, known[best], layout.lay_out(grid, row, known[best]))
    return list(found.values())


def _fit(grid: Grid, official: columns.TableColumns) -> float:
    row = layout.header_row(grid, official.folded)
    return layout.fit(layout.header_names(grid, row), official.folded) if row is not None else 0.0


def read(sheet: Sheet, profile: ExportProfile, context: tuple[Catalogue, Return, FaultLog]) -> CastTable:
    """One further table, cast: dates in the profile's forms, labels to codes, faults told."""
    catalogue, held, log = context
    table = catalogue.tables[sheet.official.table]
    layout.report(sheet.placed, table, sheet.official, (log, True))
    cells, lines = layout.data_rows(sheet.grid, sheet.placed, log)
    numbers = pl.Series("row_number", range(1, cells.height + 1), dtype=pl.Int32)
    held_cells = [cells[f"c{i}"].alias(item) for item, i in sheet.placed.columns.items()]
    raw = pl.DataFrame([numbers, lines.alias("source_line"), *held_cells])
    dates = {item for item in sheet.placed.columns if catalogue.items[item].kind == "date"}
    labels = {c.item: c.values for c in profile.columns if c.table == table.id and c.values}
    casting = Casting(catalogue, table, sheet.official.columns, held.jurisdiction, log, labels)
    cast = cast_frame(readable(raw, dates, profile.date_formats), casting)
    return CastTable(cast.typed, raw, cast.unlisted)


def readable(raw: pl.DataFrame, dates: Iterable[str], formats: Sequence[str]) -> pl.DataFrame:
    """Texts with the dates of the profile's own forms as yyyy-mm-dd."""
    return raw.with_columns(in_iso(raw[item], formats).alias(item) for item in sorted(dates))


def in_iso(text: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Dates of the profile's own forms as yyyy-mm-dd; all other texts as they are."""
    for form in formats:
        days = text.str.to_date(form, strict=False)
        is_sure = days.dt.year() >= 1000
        iso = pl.select(pl.when(is_sure).then(days.dt.to_string("%Y-%m-%d")).otherwise(text)).to_series()
        text = iso.alias(text.name)
    return text
