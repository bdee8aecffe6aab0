"""Columns of a grid to items of a table: where the header is, what is missing, extra, doubled or spelt otherwise.

Which table and period are meant (`identify.py`) and what the cells hold (`casting.py`) do not belong here.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from pipelines.conform.columns import TableColumns
from pipelines.conform.reading.names import fold_name
from pipelines.conform.records import Grid, TableLayout
from pipelines.core.errors import Place

if TYPE_CHECKING:
    import polars as pl

    from pipelines.conform.faultlog import FaultLog
    from schemas.model import Table

HEADER_DEPTH = 30
"""Rows among which the header is looked for: titles and notes stand above it, never this many."""

_LAYOUT_RULES = ("LY02", "LY03", "LY04", "LY05", "LY06", "LY07", "LY16")


def header_row(grid: Grid, known: frozenset[str]) -> int | None:
    """0-based row that names most known columns (folded); None where no row names any."""
    best, best_score = None, 0
    for index, row in enumerate(grid.cells.head(HEADER_DEPTH).iter_rows()):
        score = len({fold_name(cell) for cell in row if cell and len(cell) <= 60} & known)
        if score > best_score:
            best, best_score = index, score
        if best_score == len(row):
            break  # every cell is a name: no other row can have more
    return best


def header_names(grid: Grid, row: int) -> tuple[str | None, ...]:
    """Names in a row of a grid."""
    return grid.cells.row(row)


def fit(names: tuple[str | None, ...], columns: frozenset[str]) -> float:
    """How well names answer to the columns of a table: shared over all (Jaccard), 0 to 1."""
    held = {fold_name(name) for name in names if name}
    return len(held & columns) / len(held | columns) if held and columns else 0.0


def lay_out(grid: Grid, row: int, official: TableColumns) -> TableLayout:
    """Match the header of a grid to the items of a table.

    An exact name wins over another spelling of it, the first of two equals over the second. A name close to that of a
    missing column is only suggested, never used: a wrong guess would give wrong figures, a missing column is seen.
    """
    names = header_names(grid, row)
    columns, renamed, duplicated = _match(names, official)
    missing = tuple(item for item in official.columns if item not in columns)
    used = set(columns.values())
    unknown = tuple(n for i, n in enumerate(names) if n and i not in used and fold_name(n) not in official.items)
    near = {}
    for item in missing:
        column = official.columns[item]
        close = get_close_matches(column.upper(), [n.upper() for n in unknown], n=1, cutoff=0.75)
        if close:
            near[column] = next(n for n in unknown if n.upper() == close[0])
    is_late = int(grid.lines[row]) > 1 and grid.container != "xml"
    return TableLayout(official.table, columns, row, missing, near, unknown, is_late, renamed, duplicated)


def _match(
    names: tuple[str | None, ...], official: TableColumns
) -> tuple[dict[str, int], tuple[str, ...], tuple[str, ...]]:
    """(item -> column position, items under another spelling, items whose column stands twice)."""
    exact = {column: item for item, column in official.columns.items()}
    columns = {exact[name]: i for i, name in reversed(list(enumerate(names))) if name in exact}
    renamed, duplicated = [], []
    for i, name in enumerate(names):
        item = official.items.get(fold_name(name)) if name else None
        if item is None or columns.get(item) == i:
            continue
        if item in columns:
            duplicated.append(item)
        else:
            columns[item] = i
            renamed.append(item)
    return columns, tuple(renamed), tuple(dict.fromkeys(duplicated))


def report(layout: TableLayout, table: Table, official: TableColumns, place: tuple[FaultLog, bool]) -> None:
    """Tell the faults of a layout. `place` is (log, whether absent columns are faults: in XML they are empty ones)."""
    log, is_tabular = place
    log.judge(_LAYOUT_RULES, len(official.columns))
    log.judge(("LY08",), 1)
    for item in layout.missing if is_tabular else ():
        at = Place(table=layout.table, item=item)
        log.add(rule_of_absence(table, item), f"missing_column:{official.columns[item]}", at)
    report_names(layout, table, official, log)


def rule_of_absence(table: Table, item: str) -> str:
    """The rule that an absent column breaks: that of the key, of what may be blank, or of all others."""
    held = table.item(item)
    is_optional = held is None or held.presence == "optional"
    return "LY03" if item == table.keys[0] else "LY16" if is_optional else "LY02"


def report_names(layout: TableLayout, table: Table, official: TableColumns, log: FaultLog) -> None:
    """Tell the columns that are there under another name, twice, nearly or needlessly, and a late header."""
    for rule, word, names in (
        ("LY04", "renamed_column", layout.renamed),
        ("LY07", "duplicate_column", layout.duplicated),
    ):
        for item in names:  # of an export these are its columns, which are no items
            place = Place(table=layout.table, item=item if table.item(item) else None)
            log.add(rule, f"{word}:{official.columns[item]}", place)
    for column in layout.near:
        log.add("LY06", f"near_column:{column}", Place(table=layout.table))
    # Names as received may be content (a file without a header), so extra columns are told by number only.
    if len(layout.unknown) > len(layout.near):
        log.add("LY05", f"extra_columns:{len(layout.unknown) - len(layout.near)}", Place(table=layout.table))
    if layout.is_header_late:
        log.add("LY08", "late_header", Place(table=layout.table))


def data_rows(grid: Grid, layout: TableLayout, log: FaultLog) -> tuple[pl.DataFrame, pl.Series]:
    """Cells under the header and their lines, without repeats of the header; row numbers count from 1 after this."""
    import polars as pl

    names = header_names(grid, layout.header_row)
    cells, lines = grid.cells[layout.header_row + 1 :], grid.lines[layout.header_row + 1 :]
    log.judge(("LY13", "LY15"), cells.height)
    used = list(layout.columns.values())
    if len(used) > 1 and cells.height:
        is_repeat = cells.select(
            pl.all_horizontal(pl.col(f"c{i}").eq_missing(pl.lit(names[i], pl.String)) for i in used)
        ).to_series()
        if is_repeat.any():
            log.add("LY13", f"repeated_header:{int(is_repeat.sum())}", Place(table=layout.table))
            cells, lines = cells.filter(~is_repeat), lines.filter(~is_repeat)
    return cells, lines


def report_wide_rows(cells: pl.DataFrame, layout: TableLayout, width: int, log: FaultLog) -> None:
    """Rows with something beyond the last named column: a delimiter inside a value has moved its cells."""
    import polars as pl

    beyond = cells.columns[width:]
    if beyond and cells.height:
        is_wide = cells.select(pl.any_horizontal(pl.col(beyond).is_not_null())).to_series()
        rows = (is_wide.arg_true() + 1).cast(pl.Int32)
        log.add_rows("LY15", (layout.table, None), rows, "cells_beyond_header")
