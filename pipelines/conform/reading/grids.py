"""Rows of cells to a `Grid`: trimmed text, wholly empty rows left out, the place of each row kept.

Which table a grid is, and what its columns mean, do not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath

import polars as pl

from pipelines.conform.reading import text
from pipelines.conform.reading.source import Problem, SourceFile
from pipelines.conform.records import CellMark, Grid

MAX_COLUMNS = 400
"""A delimited record beyond this is not a return: no layout has a tenth of it."""

BLANK = " \t\r\n\x0b\x0c\u00a0\u200b\ufeff"
"""What surrounds a value without being part of it: spaces, no-break and zero-width ones too."""


def grid_of(columns: Sequence[Sequence[str | None]], lines: Sequence[int], names: tuple[str, ...], file: str) -> Grid:
    """A delimited grid from whole columns of cells; `lines` has the place of each row."""
    cells = pl.DataFrame({f"c{i}": pl.Series(f"c{i}", column, dtype=pl.String) for i, column in enumerate(columns)})
    return trimmed(cells, pl.Series("line", lines, dtype=pl.Int32), Origin(names, file, "csv"))


@dataclass(frozen=True)
class Origin:
    """Where a grid comes from; the fields are those of `Grid`."""

    names: tuple[str, ...]
    file: str
    container: str


def trimmed(cells: pl.DataFrame, lines: pl.Series, origin: Origin, marks: tuple[CellMark, ...] = ()) -> Grid:
    """A grid with blanks as null and without wholly empty rows."""
    stripped = pl.all().str.strip_chars(BLANK)
    clean = cells.lazy().select(stripped).select(pl.when(pl.all() != "").then(pl.all())).collect()
    if clean.width and clean.height:
        filled = clean.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
        clean, lines = clean.filter(filled), lines.filter(filled)
    return Grid(origin.names, origin.file, clean, lines, origin.container, marks)


def read_delimited(source: SourceFile) -> tuple[Grid | None, tuple[Problem, ...]]:
    """The grid of a delimited text file (None where nothing could be read) and what was wrong with its bytes."""
    names = (PurePosixPath(source.name).stem,)
    decoded = text.decode(source.content, source.name)
    even = _even_rows(decoded.text) if decoded.text else None
    if even is not None:
        cells, lines = even
        return trimmed(cells, lines, Origin(names, source.name, "csv")), decoded.problems
    rows = text.read_rows(source.content, source.name)
    if not any(rows.records):
        return None, rows.problems
    if max(map(len, rows.records)) > MAX_COLUMNS:
        return None, (*rows.problems, Problem("not_a_table", source.name))
    columns = list(zip_longest(*rows.records))
    return grid_of(columns, rows.lines, names, source.name), rows.problems


def _even_rows(content: str) -> tuple[pl.DataFrame, pl.Series] | None:
    """Cells and line numbers of a file in which nothing is quoted and every line has the same delimiters.

    Nearly every CSV file that a system writes is like this, and then no reader of quoted text is needed, which is
    what most of the time of a large submission would go to. None where the file is not of this kind.
    """
    if '"' in content or content[:4].lower() == "sep=" or "\r" in content.replace("\r\n", "\n"):
        return None
    whole = pl.LazyFrame({"text": content.split("\n")}).with_row_index("line", offset=1)
    rows = whole.with_columns(pl.col("text").str.strip_chars_end("\r")).filter(pl.col("text") != "").collect()
    counts = rows.select(pl.col("text").str.count_matches(mark, literal=True).alias(mark) for mark in text.DELIMITERS)
    even = [m for m in text.DELIMITERS if 0 < (counts[m].min() or 0) == counts[m].max() <= MAX_COLUMNS]  # type: ignore[operator]
    if len(even) != 1:
        return None
    names = [f"c{i}" for i in range(int(counts[even[0]][0]) + 1)]
    split = pl.col("text").str.split_exact(even[0], len(names) - 1).struct.rename_fields(names)
    made = rows.select(split, pl.col("line").cast(pl.Int32))
    return made["text"].struct.unnest(), made["line"]
