"""Which published figures go with a cell: a count may be a measure, a category, and half of several percentages.

What a figure is worth to the reader is not decided here (see `weights.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.records import Register
from pipelines.disclosure.register import ROLES


def grouped(frame: pl.DataFrame, by: str, values: str, size: int) -> list[list[int]]:
    """Lists of `values` for each `by` = 0 .. size - 1 (empty where there are none)."""
    held: list[list[int]] = [[] for _ in range(size)]
    for i, items in frame.group_by(by, maintain_order=True).agg(values).iter_rows():
        held[i] = items
    return held


class Figures:
    """For every figure to publish, how many of the counts behind it are hidden: from one on, it is withheld."""

    def __init__(self, register: Register, hidden: pl.Series) -> None:
        rows = register.rows
        behind = pl.concat([rows.select("row", pl.col(f"{role}_cell").alias("cell")).drop_nulls() for role in ROLES])
        self._rows_of = grouped(behind.unique().sort("cell", "row"), "cell", "row", register.cells.height)
        self._n_hidden = [0] * rows.height
        for cell in hidden.arg_true():
            self.hide(cell)

    def hide(self, cell: int) -> None:
        """Takes note that a cell is hidden."""
        for row in self._rows_of[cell]:
            self._n_hidden[row] += 1

    def show(self, cell: int) -> None:
        """Takes note that a hidden cell is shown again."""
        for row in self._rows_of[cell]:
            self._n_hidden[row] -= 1

    def lost(self, cell: int) -> int:
        """Figures that would be withheld with this cell and are not yet."""
        return sum(not self._n_hidden[row] for row in self._rows_of[cell])

    def regained(self, cell: int) -> int:
        """Figures that would be shown again with this hidden cell."""
        return sum(self._n_hidden[row] == 1 for row in self._rows_of[cell])
