"""The board of hidden cells, and the rule that no line keeps exactly one of them.

Bounds are not looked at here (see `bounds.py` and `repair.py`).
"""

from __future__ import annotations

from collections import deque

import polars as pl

from pipelines.disclosure import weights
from pipelines.disclosure.records import Lines, Register


def grouped(frame: pl.DataFrame, by: str, values: str, size: int) -> list[list[int]]:
    """Lists of `values` for each `by` = 0 .. size - 1 (empty where there are none)."""
    held: list[list[int]] = [[] for _ in range(size)]
    for i, items in frame.group_by(by, maintain_order=True).agg(values).iter_rows():
        held[i] = items
    return held


class Board:
    """Hidden cells and, for every line whose parts make up its total, how many of its cells are hidden.

    A line with a cell that no table shows (a complement) is left out: nothing can be got from it by subtraction.
    """

    def __init__(self, register: Register, lines: Lines, hidden: pl.Series) -> None:
        n_cells, n_lines = register.cells.height, lines.lines.height
        shown = register.cells.filter("is_published").select("cell")
        exact = lines.lines.filter("is_exact").select("line")
        covered = lines.members.join(shown, on="cell", how="anti").select("line").unique()
        counted = (
            lines.members.join(exact, on="line", how="semi").join(covered, on="line", how="anti").sort("line", "cell")
        )
        self.is_hidden = bytearray(hidden.cast(pl.UInt8).to_list())
        self.is_published = bytearray(register.cells["is_published"].cast(pl.UInt8).to_list())
        self.cost: list[float] = weights.of(register.cells, lines).to_list()
        self.cells_of = grouped(counted, "line", "cell", n_lines)
        self.lines_of = grouped(counted.sort("cell", "line"), "cell", "line", n_cells)
        self.n_hidden = [sum(self.is_hidden[c] for c in cells) for cells in self.cells_of]
        self._alone = deque(i for i, n in enumerate(self.n_hidden) if n == 1)

    def hidden_series(self) -> pl.Series:
        """Booleans by cell number; a cell that no table shows is not counted as hidden."""
        return pl.Series("hidden", list(self.is_hidden), dtype=pl.UInt8).cast(pl.Boolean)

    def hide(self, cell: int) -> None:
        """Hides a cell; lines it leaves alone in wait for `settle`."""
        self.is_hidden[cell] = 1
        for line in self.lines_of[cell]:
            self.n_hidden[line] += 1
            if self.n_hidden[line] == 1:
                self._alone.append(line)

    def score(self, cell: int) -> tuple[float, int]:
        """Lower is better: the cost, more for each line the cell would stand alone in, less for each it completes."""
        opened = sum(self.n_hidden[line] == 0 for line in self.lines_of[cell])
        closed = sum(self.n_hidden[line] == 1 for line in self.lines_of[cell])
        return self.cost[cell] * (1 + opened) / (1 + closed), cell

    def settle(self) -> None:
        """Hides the cheapest companion wherever a line has exactly one hidden cell, until none has."""
        while self._alone:
            line = self._alone.popleft()
            if self.n_hidden[line] != 1:
                continue
            open_cells = [c for c in self.cells_of[line] if not self.is_hidden[c]]
            if open_cells:
                self.hide(min(open_cells, key=self.score))
