"""The board of hidden cells, and the rule on a cell that stands hidden alone in a line.

A single hidden cell is total minus parts. Each shown figure but a zero is off by up to half the rounding base, so over
enough of them the difference says little; in a shorter line the cell needs a companion. Bounds are not looked at here
(see `bounds.py` and `repair.py`).
"""

from __future__ import annotations

from collections import deque

import polars as pl

from pipelines.disclosure import weights
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.records import Lines, Register
from pipelines.disclosure.tally import Figures, grouped

FREE = 0.1
"""Cost of hiding a cell all of whose figures are withheld already: small, but still more than leaving it."""


class Board:
    """Hidden cells and, for every line whose parts make up its total, how many of its cells are hidden and rounded.

    A line with a cell that no table shows (a complement) is left out: nothing can be got from it by subtraction.
    """

    def __init__(self, register: Register, lines: Lines, hidden: pl.Series, config: DisclosureConfig) -> None:
        n_cells, n_lines = register.cells.height, lines.lines.height
        counted = _subtractable(register, lines)
        may_hide = register.cells["is_published"] & ~weights.idle(register.cells, lines)
        self.is_hidden = bytearray(hidden.cast(pl.UInt8).to_list())
        self.may_hide = bytearray(may_hide.cast(pl.UInt8).to_list())
        self.figures = Figures(register, hidden)
        self.worth: list[float] = weights.of(register.cells).to_list()
        self.cells_of = grouped(counted, "line", "cell", n_lines)
        self.lines_of = grouped(counted.sort("cell", "line"), "cell", "line", n_cells)
        self.n_hidden: list[int] = [sum(self.is_hidden[c] for c in cells) for cells in self.cells_of]
        # zeros are shown as they are, so they blunt no subtraction
        self._is_some = bytearray((register.cells["true"] > 0).cast(pl.UInt8).to_list())
        self._n_rounded: list[int] = [
            sum(self._is_some[c] for c in cells if not self.is_hidden[c]) for cells in self.cells_of
        ]
        self._min_rounded = config.lone_cell_min_rounded
        self._bare = deque(line for line in range(n_lines) if self.is_bare(line))

    def hidden_series(self) -> pl.Series:
        """Booleans by cell number; a cell that no table shows is not counted as hidden."""
        return pl.Series("hidden", list(self.is_hidden), dtype=pl.UInt8).cast(pl.Boolean)

    def is_bare(self, line: int) -> bool:
        """Whether the line has exactly one hidden cell and too few rounded figures to blunt the subtraction."""
        return self.n_hidden[line] == 1 and self._n_rounded[line] < self._min_rounded

    def hide(self, cell: int) -> None:
        """Hides a cell; lines it leaves bare wait for `settle`."""
        self.is_hidden[cell] = 1
        self.figures.hide(cell)
        for line in self.lines_of[cell]:
            self.n_hidden[line] += 1
            self._n_rounded[line] -= self._is_some[cell]
            if self.is_bare(line):
                self._bare.append(line)

    def show(self, cell: int) -> None:
        """Takes a hidden cell back; whether its lines bear that is for the caller to ask."""
        self.is_hidden[cell] = 0
        self.figures.show(cell)
        for line in self.lines_of[cell]:
            self.n_hidden[line] -= 1
            self._n_rounded[line] += self._is_some[cell]

    def lone_cell(self, line: int) -> int | None:
        """The only hidden cell of a line, None where there is none or more than one."""
        if self.n_hidden[line] != 1:
            return None
        return next(c for c in self.cells_of[line] if self.is_hidden[c])

    def lone_cells(self) -> list[tuple[int, int]]:
        """(line, cell) wherever a cell stands hidden alone."""
        found = ((line, self.lone_cell(line)) for line in range(len(self.cells_of)))
        return [(line, cell) for line, cell in found if cell is not None]

    def score(self, cell: int) -> tuple[float, int]:
        """Lower is better: the worth of the figures lost, more for each line laid bare, less for each one covered."""
        lines, still = self.lines_of[cell], self._min_rounded + self._is_some[cell]
        opened = sum(self.n_hidden[line] == 0 and self._n_rounded[line] < still for line in lines)
        closed = sum(self.is_bare(line) for line in lines)
        cost = (FREE + self.figures.lost(cell)) * self.worth[cell]
        return cost * (1 + opened) / (1 + closed), cell

    def accompany(self, line: int) -> None:
        """Hides the cheapest cell of the line that may be hidden and is not yet."""
        candidates = [c for c in self.cells_of[line] if self.may_hide[c] and not self.is_hidden[c]]
        if candidates:
            self.hide(min(candidates, key=self.score))

    def settle(self) -> None:
        """Gives the hidden cell of every bare line a companion, until no line is bare."""
        while self._bare:
            line = self._bare.popleft()
            if self.is_bare(line):
                self.accompany(line)


def _subtractable(register: Register, lines: Lines) -> pl.DataFrame:
    """Members (line, cell) of the lines that an outsider can solve for a hidden cell, in one order."""
    shown = register.cells.filter("is_published").select("cell")
    exact = lines.lines.filter("is_exact").select("line")
    covered = lines.members.join(shown, on="cell", how="anti").select("line").unique()
    members = lines.members.join(exact, on="line", how="semi").join(covered, on="line", how="anti")
    # a set under two names gives the same line twice, and one companion serves both
    alike = members.sort("line", "cell").group_by("line", maintain_order=True).agg(pl.col("cell"))
    once = alike.with_columns(name=pl.col("cell").cast(pl.List(pl.String)).list.join(" ")).unique("name", keep="first")
    return once.sort("line").select("line", "cell").explode("cell")
