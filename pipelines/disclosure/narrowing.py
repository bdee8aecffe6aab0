"""What one more shown cell lets an outsider conclude, followed from line to line and undone where it is too much.

The bounds from nothing are worked out in `bounds.py`; which cells to try does not belong here (see `prune.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import polars as pl

from pipelines.disclosure.records import Bounds, Lines
from pipelines.disclosure.rounding import UNBOUNDED

Journal = list[tuple[int, int, int]]
"""(cell, lower and upper before), in the order of the changes."""


class Narrowing:
    """Bounds that no line narrows further, kept so while cells are shown one at a time."""

    def __init__(self, lines: Lines, held: Bounds, cells: pl.Series) -> None:
        """Over the lines of the components in which these cells lie.

        Args:
            held: bounds by cell number, propagated to the end.
            cells: numbers of the cells that may be shown.
        """
        self.lower: list[int] = held[0].to_list()
        self.upper: list[int] = held[1].to_list()
        touched = lines.members.join(cells.to_frame("cell"), on="cell", how="semi").select("line")
        components = lines.lines.join(touched.unique(), on="line", how="semi")["component"].unique()
        self._room: dict[int, tuple[int, int]] = {}
        self._members: dict[int, list[tuple[int, bool]]] = {}
        self._lines_of: dict[int, list[int]] = {}
        near = lines.lines.filter(pl.col("component").is_in(components.implode()))
        for line, low, high in near.select("line", "low", "high").iter_rows():
            self._room[line], self._members[line] = (low, high), []
        members = lines.members.join(near.select("line"), on="line", how="semi").sort("line", "cell")
        for line, cell, coefficient in members.select("line", "cell", "coefficient").iter_rows():
            self._members[line].append((cell, coefficient > 0))
            self._lines_of.setdefault(cell, []).append(line)

    def narrow(self, cell: int, to: tuple[int, int], holds: Callable[[int], bool]) -> Journal | None:
        """Takes a cell's new bounds through all lines.

        Args:
            to: lower and upper bound that the shown figure allows.
            holds: whether a changed cell may have the bounds it now has.

        Returns:
            What was changed, for `undo`; None, and nothing changed, where some cell may not have its new bounds.
        """
        journal: Journal = []
        low, high = max(to[0], self.lower[cell]), min(to[1], self.upper[cell])
        if (low, high) == (self.lower[cell], self.upper[cell]):
            return journal
        self._put(cell, low, high, journal)
        waiting = deque(self._lines_of.get(cell, []))
        queued = set(waiting)
        while waiting:
            line = waiting.popleft()
            queued.discard(line)
            for other, low, high in list(self._said(line)):
                self._put(other, low, high, journal)
                if low > high or not holds(other):
                    self.undo(journal)
                    return None
                # one look at a line is all that it says, so it need not be asked again for its own doing
                more = [k for k in self._lines_of[other] if k != line and k not in queued]
                waiting.extend(more)
                queued.update(more)
        return journal

    def undo(self, journal: Journal) -> None:
        """Puts back what a `narrow` changed; the latest one first, where there are several."""
        for cell, low, high in reversed(journal):
            self.lower[cell], self.upper[cell] = low, high

    def _put(self, cell: int, low: int, high: int, journal: Journal) -> None:
        journal.append((cell, self.lower[cell], self.upper[cell]))
        self.lower[cell], self.upper[cell] = low, high

    def _said(self, line: int) -> Iterator[tuple[int, int, int]]:
        """Cells of the line that it narrows, with their new bounds (cell, lower, upper)."""
        members, (room_low, room_high) = self._members[line], self._room[line]
        ends = [(self.lower[c], self.upper[c]) if part else (-self.upper[c], -self.lower[c]) for c, part in members]
        least, most = sum(low for low, _ in ends), sum(high for _, high in ends)
        for (cell, is_part), (low, high) in zip(members, ends, strict=True):
            below = max(low, room_low - (most - high))
            above = min(high, room_high - (least - low))
            if below == low and above == high:
                continue
            found = (below, above) if is_part else (-above, -below)
            if found[1] < UNBOUNDED // 2 or found[0] > self.lower[cell]:
                yield cell, found[0], found[1] if found[1] < UNBOUNDED // 2 else self.upper[cell]
