"""Many rows of a sheet at once: xlsxwriter writes the sheet, the rows come as one text made by column operations.

Cell by cell, fifty thousand faults took seven seconds; so they take half of one. Small tables do not belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING
from zipfile import ZipFile

import polars as pl
import xlsxwriter.workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from xlsxwriter.format import Format

_UNPRINTABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
"""Characters that no XML may hold."""


class QuickBook(Workbook):
    """A workbook that is packed with the quickest compression: half as large again, in a third of the time."""

    # What writes the file takes `ZipFile` from its module and no level from anybody; so it is given one of its own,
    # and workbooks that others make in this process stay as they are.
    _store_workbook = FunctionType(
        Workbook._store_workbook.__code__,
        {**vars(xlsxwriter.workbook), "ZipFile": partial(ZipFile, compresslevel=1)},
    )


class RowsSheet(Worksheet):
    """A sheet whose last rows are made all at once, when the file is put together and formats have their numbers."""

    prepared: Callable[[], str] | None = None

    def add_rows(self, bottom: int, right: int, prepared: Callable[[], str]) -> None:
        """Say how far the rows reach (0-based), and how to make them."""
        self._check_dimensions(bottom, right)
        self.prepared = prepared

    def _write_rows(self) -> None:
        super()._write_rows()
        if self.prepared:
            self.fh.write(self.prepared())


@dataclass(frozen=True)
class Looks:
    """Formats of the rows: of text, of numbers, and of one column by what stands in it."""

    text: Format
    number: Format
    marked: Mapping[str, Format]
    marked_column: str


def rows_xml(frame: pl.DataFrame, top: int, looks: Looks, heights: pl.Expr | None = None) -> str:
    """Rows of a sheet as SpreadsheetML. `top`: the 0-based row of the first; `heights`: points, where not the usual."""
    number = (pl.int_range(pl.len()) + top + 1).cast(pl.String)
    tall = pl.lit("") if heights is None else pl.format(' ht="{}" customHeight="1"', heights.round(1))
    start = pl.format('<row r="{}"{}>', number, tall)
    columns = enumerate(frame.schema.items())
    cells = [_cell(name, dtype, xl_col_to_name(at), (number, looks)) for at, (name, dtype) in columns]
    return str(frame.select(pl.concat_str(start, *cells, pl.lit("</row>")).str.join("")).item() or "")


def _cell(name: str, dtype: pl.DataType, letter: str, given: tuple[pl.Expr, Looks]) -> pl.Expr:
    number, looks = given
    place = pl.concat_str(pl.lit(f'<c r="{letter}'), number)
    if dtype != pl.String:
        shown = f'" s="{looks.number._get_xf_index()}"'
        filled = pl.concat_str(place, pl.lit(f"{shown}><v>"), pl.col(name).cast(pl.String), pl.lit("</v></c>"))
        return filled.fill_null(pl.concat_str(place, pl.lit(f"{shown}/>")))
    style_of = {text: str(look._get_xf_index()) for text, look in looks.marked.items()}
    plain = str(looks.text._get_xf_index())
    style = pl.col(name).replace_strict(style_of, default=plain) if name == looks.marked_column else pl.lit(plain)
    opened = pl.concat_str(place, pl.lit('" s="'), style, pl.lit('"'))
    text = pl.col(name)
    is_padded = text.str.contains(r"^\s|\s$|[\n\t]|  ")  # only then, since it is a fifth of a sheet
    space = pl.when(is_padded).then(pl.lit(' xml:space="preserve"')).otherwise(pl.lit(""))
    before = pl.concat_str(pl.lit(' t="inlineStr"><is><t'), space, pl.lit(">"))
    after = pl.lit("</t></is></c>")
    held = pl.concat_str(opened, before, _escaped(name), after)
    is_blank = pl.col(name).is_null() | (pl.col(name) == "")
    return pl.when(is_blank).then(pl.concat_str(opened, pl.lit("/>"))).otherwise(held)


def _escaped(name: str) -> pl.Expr:
    text = pl.col(name).str.replace_all(_UNPRINTABLE, "")
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.str.replace_all(sign, written, literal=True)
    return text
