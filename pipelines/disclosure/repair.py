"""Finds, for a protected cell that can be narrowed, the cell to hide next: in the line that narrows it, or behind it.

Judging which cells are narrowed does not belong here (see `secondary.py`).
"""

from __future__ import annotations

from collections import deque

import polars as pl

from pipelines.disclosure import bounds
from pipelines.disclosure.companions import Board
from pipelines.disclosure.records import Bounds, Lines

Goal = tuple[int, bool]
"""A cell, and whether its upper bound must rise (else its lower bound must fall)."""


class _Reasons:
    """Which lines hold a bound where it is, and which members of the line are to blame."""

    def __init__(self, lines: Lines, members: pl.DataFrame, held: Bounds) -> None:
        lower, upper = held
        found = bounds.implied(lines.lines, members, lower, upper).with_columns(
            lower=lower.gather(members["cell"]), upper=upper.gather(members["cell"])
        )
        # a line taken in part would seem to say more than it does: `members` holds whole lines
        self.lower: dict[int, int] = dict(zip(found["cell"], found["lower"], strict=True))
        self.members: dict[int, list[Goal]] = {}
        for line, cell, coefficient in found.select("line", "cell", "coefficient").iter_rows():
            self.members.setdefault(line, []).append((cell, coefficient > 0))
        raised = found.filter((pl.col("below") >= pl.col("lower")) & (pl.col("below") > 0))
        lowered = found.filter(pl.col("above") <= pl.col("upper"))
        self.binding: dict[Goal, list[int]] = {}
        for is_upper, frame in ((False, raised), (True, lowered)):
            for cell, line in frame.select("cell", "line").sort("cell", "line").iter_rows():
                self.binding.setdefault((cell, is_upper), []).append(line)

    def blamed(self, goal: Goal) -> list[Goal]:
        """What would have to give way for the goal: for a part, other parts the other way, the total the same."""
        cell, is_upper = goal
        found: list[Goal] = []
        for line in self.binding.get(goal, []):
            is_part = dict(self.members[line])[cell]
            found += [
                (other, is_upper if other_is_part != is_part else not is_upper)
                for other, other_is_part in self.members[line]
                if other != cell
            ]
        # a lower bound of zero cannot fall further
        return [g for g in found if g[1] or self.lower[g[0]] > 0]


def _choose(board: Board, reasons: _Reasons, goal: Goal) -> int | None:
    """The cheapest shown cell among those to blame; behind hidden ones where all of a line are hidden."""
    seen, queue = {goal}, deque([goal])
    while queue:
        blamed = [g for g in reasons.blamed(queue.popleft()) if g not in seen]
        candidates = {c for c, _ in blamed if board.may_hide[c] and not board.is_hidden[c]}
        if candidates:
            return min(candidates, key=board.score)
        seen.update(blamed)
        queue.extend(blamed)
    return None


def _near(lines: Lines, cells: pl.DataFrame, steps: int | None) -> pl.DataFrame:
    """Members of the lines within so many steps of the cells (None: of every line), in one order."""
    members = lines.members
    if steps is None:
        return members
    for step in range(steps):
        near = members.join(cells, on="cell", how="semi").select("line").unique()
        found = members.join(near, on="line", how="semi", maintain_order="left")
        if step + 1 < steps:
            cells = found.select("cell").unique()
    return found


def widen(board: Board, lines: Lines, failing: pl.DataFrame, held: Bounds) -> None:
    """Hides one more cell for each failing cell, unless this round already hid a cell that bears on it.

    Looks near the failing cells first, and at every line for those whose reasons lie further off.

    Args:
        failing: cell, needs_upper.
        held: the bounds that failed.
    """
    failing = failing.sort("cell")
    fresh: set[int] = set()
    for steps in (1, 2, 3, None):
        reasons = _Reasons(lines, _near(lines, failing.select("cell"), steps), held)
        unmet = _relieve(board, reasons, failing, fresh)
        if not unmet:
            return
        failing = failing.filter(pl.col("cell").is_in(unmet))


def _relieve(board: Board, reasons: _Reasons, failing: pl.DataFrame, fresh: set[int]) -> list[int]:
    """One more hidden cell for each failing cell that none of the fresh ones bears on; those left without one."""
    unmet = []
    for cell, needs_upper in failing.iter_rows():
        goal = (cell, needs_upper)
        if {g[0] for g in reasons.blamed(goal)} & fresh:
            continue
        chosen = _choose(board, reasons, goal)
        if chosen is None:
            unmet.append(cell)
        else:
            board.hide(chosen)
            fresh.add(chosen)
    return unmet
