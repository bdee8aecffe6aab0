"""Grids of an annual return to typed tables: which grid is which table, each laid out and cast on its own.

Exports of case-management systems (`exports.py`) and identifying the return do not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform import columns, layout
from pipelines.conform.faultlog import FaultLog
from pipelines.conform.reading.names import fold_name
from pipelines.conform.records import Grid, SourceNote, TableLayout
from pipelines.conform.tables import Casting, CastTable, cast_frame, cast_table
from pipelines.core.errors import Place

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import Return

LISTS = frozenset({"codes", "codau"})
"""Folded names of the sheet of a template that says what codes mean: no table, and nothing to tell its sender."""
NAMED_FIT, UNNAMED_FIT = 0.25, 0.4
"""How well columns must agree: less where the sheet or file bears the table's name."""


@dataclass
class Read:
    """Cast tables by id, what the layout collects, and where each grid came from."""

    tables: dict[str, CastTable] = field(default_factory=dict)
    collected: dict[str, frozenset[str]] = field(default_factory=dict)
    notes: list[SourceNote] = field(default_factory=list)


@dataclass(frozen=True)
class _Placed:
    grid: Grid
    table: str | None
    header: int | None


@dataclass(frozen=True)
class Target:
    """The return, the period whose layout counts, and the log."""

    catalogue: Catalogue
    held: Return
    period: str
    log: FaultLog


def read(grids: Sequence[Grid], target: Target) -> Read:
    """Every grid that is a table of the return, laid out and cast; the others are told (LY11)."""
    log = target.log
    official = columns.table_columns(target.catalogue, target.held, target.period)
    found = Read(collected={t: frozenset(o.columns) for t, o in official.items()})
    log.judge(("LY10", "LY11", "LY12"), len(grids))
    for placed in sorted((_place(g, official, target) for g in grids), key=lambda p: p.table is None):
        if placed.table is None and fold_name(placed.grid.names[0]) in LISTS:
            continue
        if placed.table is None or placed.header is None:
            log.add("LY11", "not_a_table_of_the_return")
            found.notes.append(SourceNote(placed.grid.file, placed.grid.names[0], None, None))
        elif placed.table in found.tables:
            log.add("LY10", "table_sent_twice", Place(table=placed.table))
            found.notes.append(SourceNote(placed.grid.file, placed.grid.names[0], placed.table, None))
        else:
            _read_one(placed, official[placed.table], target, found)
    _fill_absent(grids, official, target, found)
    _report_absent(target, found)
    found.tables = {table: found.tables[table] for table in target.held.tables if table in found.tables}
    return found


def _place(grid: Grid, official: dict[str, columns.TableColumns], target: Target) -> _Placed:
    """The table of a grid: by its name where the columns do not speak against it, else by its columns."""
    known = frozenset(name for o in official.values() for name in o.items)
    header = layout.header_row(grid, known)
    if header is None:
        return _Placed(grid, None, None)
    names = layout.header_names(grid, header)
    fits = {table: layout.fit(names, o.folded) for table, o in official.items()}
    named = columns.table_of(target.held, grid.names)
    best = max(fits, key=lambda table: fits[table])
    if named and fits[named] >= NAMED_FIT and fits[best] - fits[named] < 0.5:
        return _Placed(grid, named, header)
    if named and named != best:
        target.log.add("LY12", "name_and_columns_disagree", Place(table=best))
    if fits[best] >= UNNAMED_FIT or named == best:
        return _Placed(grid, best, header)
    # Labels in place of column names, or a table whose columns were mostly renamed: its name is the better witness.
    return _Placed(grid, named, header)


def _read_one(placed: _Placed, official: columns.TableColumns, target: Target, found: Read) -> None:
    table = target.catalogue.tables[official.table]
    grid, header = placed.grid, placed.header or 0
    layout_ = layout.lay_out(grid, header, official)
    layout.report(layout_, table, official, (target.log, grid.container != "xml"))
    found.notes.append(_note(grid, layout_))
    casting = Casting(target.catalogue, table, official.columns, target.held.jurisdiction, target.log)
    try:
        found.tables[official.table] = cast_table(grid, layout_, casting)
    except (pl.exceptions.PolarsError, ValueError, TypeError, ArithmeticError, LookupError):
        # A table on which we fail must not take the others down; the fault says that it was us.
        target.log.add("FM18", "table_not_examined", Place(table=official.table))


def _note(grid: Grid, placed: TableLayout) -> SourceNote:
    line = int(grid.lines[placed.header_row])
    return SourceNote(grid.file, grid.names[0], placed.table, line, placed.near, placed.unknown)


def _fill_absent(grids: Sequence[Grid], official: dict[str, columns.TableColumns], target: Target, found: Read) -> None:
    """A table of which an XML message holds no record was sent, and is empty: a message is whole or broken."""
    if not any(grid.container == "xml" for grid in grids):
        return
    empty = pl.DataFrame(schema={"row_number": pl.Int32, "source_line": pl.Int32})
    for table, names in official.items():
        if table not in found.tables and table not in target.held.required_tables and names.columns:
            held = target.catalogue.tables[table]
            casting = Casting(target.catalogue, held, names.columns, target.held.jurisdiction, target.log)
            found.tables[table] = cast_frame(empty, casting)


def _report_absent(target: Target, found: Read) -> None:
    """Tables without which there is no return: not sent (LY01) or without a row (LY14)."""
    target.log.judge(("LY01", "LY14"), len(target.held.required_tables))
    for table in target.held.required_tables:
        if table not in found.tables:
            if not target.log.has("FM18"):
                target.log.add("LY01", f"table_missing:{target.held.source_names[table][0]}", Place(table=table))
        elif not found.tables[table].typed.height:
            target.log.add("LY14", f"table_empty:{target.held.source_names[table][0]}", Place(table=table))
