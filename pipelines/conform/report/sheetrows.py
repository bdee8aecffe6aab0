"""The rows of a sheet at once: xlsxwriter writes the sheet, the rows come as bytes made by column operations.

Cell by cell, fifty thousand faults took seven seconds; so they take a quarter of one. What stands in the cells does not
belong here.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import FunctionType
from typing import IO, TYPE_CHECKING, Literal
from zipfile import ZipFile, ZipInfo

import polars as pl
import xlsxwriter.workbook
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.core.defuse import FORMULA_START, defused

if TYPE_CHECKING:
    from xlsxwriter.format import Format

_UNPRINTABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
"""Characters that no XML may hold."""
_UNPRINTABLE_TOO = re.compile(_UNPRINTABLE.replace("x{fffe}", "ufffe").replace("x{ffff}", "uffff"))
_PADDED = r"^\s|\s$|[\n\t]|  "
_PADDED_TOO = re.compile(_PADDED)
_OFTEN = 4
"""Cells for each text of a column from which it is the texts that are worked on; they stand in the file once."""


class QuickZip(ZipFile):
    """An archive with the quickest compression, half as large again in a third of the time, and fed in large pieces:
    eight thousand bytes at a time, Python's part of it took as long as the compression."""

    _AT_ONCE = 1 << 20

    def __init__(self, file: str, mode: Literal["r", "w", "x", "a"], compression: int, allowZip64: bool) -> None:  # noqa: N803
        super().__init__(file, mode, compression, allowZip64, compresslevel=1)

    def write(self, filename: str, arcname: str) -> None:  # type: ignore[override]
        """Put a file into the archive, as the class above does."""
        about = ZipInfo.from_file(filename, arcname)
        about.compress_type = self.compression
        about._compresslevel = self.compresslevel  # type: ignore[attr-defined] # as the class above sets it
        with Path(filename).open("rb") as source, self.open(about, "w") as target:
            shutil.copyfileobj(source, target, self._AT_ONCE)


class QuickBook(Workbook):
    """A workbook that is packed quickly."""

    # What writes the file takes `ZipFile` from its module and no level from anybody; so it is given one of its own,
    # and workbooks that others make in this process stay as they are.
    _store_workbook = FunctionType(
        Workbook._store_workbook.__code__,
        {**vars(xlsxwriter.workbook), "ZipFile": QuickZip},
    )


class RowsSheet(Worksheet):
    """A sheet whose last rows are made all at once, when the file is put together and formats have their numbers."""

    prepared: Rows | None = None

    def add_rows(self, rows: Rows) -> None:
        """Say how far the rows reach, and give their texts to the table of texts that the sheets share."""
        self._check_dimensions(rows.top + rows.frame.height - 1, rows.frame.width - 1)
        rows.share(self)
        self.prepared = rows

    def _write_rows(self) -> None:
        if self.prepared is None:
            super()._write_rows()
            return
        reach = self.dim_rowmax
        self.dim_rowmax: int = self.prepared.top - 1  # it would look through all of them for cells
        super()._write_rows()
        self.dim_rowmax = reach
        self.fh.flush()
        self.prepared.write(self.fh.buffer)


@dataclass(frozen=True)
class Looks:
    """Formats of the rows: of text, of numbers, and of one column by what stands in it."""

    text: Format
    number: Format
    marked: Mapping[str, Format]
    marked_column: str


class Rows:
    """Rows of a sheet as SpreadsheetML. `top`: the 0-based row of the first; `heights`: points, where not the usual."""

    def __init__(self, frame: pl.DataFrame, top: int, looks: Looks, heights: pl.Expr | None = None) -> None:
        self.frame, self.top = frame, top
        self._looks, self._heights = looks, heights
        self._shared: dict[str, dict[str, int | None]] = {}
        """Column -> text -> its number in the table of texts; None where it is written into its cell."""

    def share(self, sheet: Worksheet) -> None:
        """Enter the texts of columns in which they come again and again."""
        for name, kind in self.frame.schema.items():
            texts = self.frame[name].unique() if kind == pl.String else None
            if texts is not None and texts.len() * _OFTEN <= self.frame.height:
                held = (text for text in texts.drop_nulls().sort() if text)
                self._shared[name] = {text: _entered(sheet, text) for text in held}

    def write(self, to: IO[bytes]) -> None:
        """Write the rows; the formats have their numbers by now."""
        number = (pl.int_range(pl.len()) + self.top + 1).cast(pl.String)
        tall = pl.lit("") if self._heights is None else pl.format(' ht="{}" customHeight="1"', self._heights.round(1))
        parts = [pl.format('<row r="{}"{}>', number, tall)]
        for name in self.frame.columns:
            parts += [pl.lit("<c"), self._cell(name)]
        rows = self.frame.select(pl.concat_str(*parts, pl.lit("</row>")))
        rows.write_csv(to, include_header=False, quote_style="never")

    def _cell(self, name: str) -> pl.Expr:
        """The cells of a column from their style on. They do not say their place: no cell of a row is left out, so that
        each stands after the one before, and places were a quarter of the sheet and most of the work of packing it."""
        looks, number = self._looks, self._looks.number._get_xf_index()
        if self.frame.schema[name] != pl.String:
            filled = pl.concat_str(pl.lit(f' s="{number}"><v>'), pl.col(name).cast(pl.String), pl.lit("</v></c>"))
            return filled.fill_null(pl.lit(f' s="{number}"/>'))
        marked = looks.marked if name == looks.marked_column else {}
        plain = looks.text._get_xf_index()
        if name not in self._shared:
            return _inline(name, {text: look._get_xf_index() for text, look in marked.items()}, plain)
        made = {
            text: _made(text, marked.get(text, looks.text)._get_xf_index(), place)
            for text, place in self._shared[name].items()
        }
        return pl.col(name).replace_strict(made, default=f' s="{plain}"/>', return_dtype=pl.String)


def _entered(sheet: Worksheet, text: str) -> int | None:
    if text.startswith("<r>"):
        return None  # such a text in the table would be taken for one with fonts of its own, and not be escaped
    return int(sheet.str_table._get_shared_string_index(_UNPRINTABLE_TOO.sub("", defused(text))))


def _made(text: str, style: int, place: int | None) -> str:
    """What `_inline` says of the cells of a column, for one text."""
    if place is not None:
        return f' s="{style}" t="s"><v>{place}</v></c>'
    held, space = _UNPRINTABLE_TOO.sub("", defused(text)), ' xml:space="preserve"'
    is_padded = _PADDED_TOO.search(held)
    return f' s="{style}" t="inlineStr"><is><t{space if is_padded else ""}>{escape(held, quote=False)}</t></is></c>'


def _inline(name: str, marked: Mapping[str, int], plain: int) -> pl.Expr:
    style = pl.lit(str(plain))
    if marked:
        styles = {text: str(look) for text, look in marked.items()}
        style = pl.col(name).replace_strict(styles, default=str(plain), return_dtype=pl.String)
    is_formula = pl.col(name).str.slice(0, 1).is_in(FORMULA_START)
    text = pl.when(is_formula).then(pl.lit("'") + pl.col(name)).otherwise(pl.col(name))
    space = pl.when(text.str.contains(_PADDED)).then(pl.lit(' xml:space="preserve"')).otherwise(pl.lit(""))
    opened, after = pl.concat_str(pl.lit(' s="'), style, pl.lit('"')), pl.lit("</t></is></c>")
    held = pl.concat_str(opened, pl.lit(' t="inlineStr"><is><t'), space, pl.lit(">"), _escaped(text), after)
    is_blank = pl.col(name).is_null() | (pl.col(name) == "")
    return pl.when(is_blank).then(pl.concat_str(opened, pl.lit("/>"))).otherwise(held)


def _escaped(text: pl.Expr) -> pl.Expr:
    text = text.str.replace_all(_UNPRINTABLE, "")
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.str.replace_all(sign, written, literal=True)
    return text
