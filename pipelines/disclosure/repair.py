"""Finds, for a protected cell that can be narrowed, the cell to hide next: in the line that narrows it, or behind it.

Judging which cells are narrowed does not belong here (see `secondary.py`).
"""

from __future__ import annotations

from collections import deque

import polars as pl

from pipelines.disclosure import bounds
from pipelines.disclosure.companions import Board
from pipelines.disclosure.records import Lines

Goal = tuple[int, bool]
"""A cell, and whether its upper bound must rise (else its lower bound must fall)."""


class _Reasons:
    """Which lines hold a bound where it is, and which members of the line are to blame."""

    def __init__(self, lines: Lines, members: pl.DataFrame, held: tuple[pl.Series, pl.Series]) -> None:
        lower, upper = held
        found = bounds.implied(lines.lines, members, lower, upper).with_columns(
            lower=lower.gather(members["cell"]), upper=upper.gather(members["cell"])
        )
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
        """What would have to give way for the goal: for a part, the other parts the other way, its total the same way."""
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
        candidates = {c for c, _ in blamed if board.is_published[c] and not board.is_hidden[c]}
        if candidates:
            return min(candidates, key=board.score)
        seen.update(blamed)
        queue.extend(blamed)
    return None


def widen(board: Board, lines: Lines, failing: pl.DataFrame, held: tuple[pl.Series, pl.Series]) -> None:
    """Hides one more cell for each failing cell, unless this round already hid a cell that bears on it.

    Args:
        failing: cell, needs_upper.
        held: the bounds that failed.
    """
    components = lines.lines.join(
        lines.members.join(failing.select("cell"), on="cell", how="semi"), on="line", how="semi"
    )["component"].unique()
    active = lines.lines.filter(pl.col("component").is_in(components.implode())).select("line")
    reasons = _Reasons(lines, lines.members.join(active, on="line", how="semi").sort("line", "cell"), held)
    fresh: set[int] = set()
    for cell, needs_upper in failing.sort("cell").iter_rows():
        near = {g[0] for g in reasons.blamed((cell, needs_upper))}
        if near & fresh:
            continue
        chosen = _choose(board, reasons, (cell, needs_upper))
        if chosen is not None:
            board.hide(chosen)
            fresh.add(chosen)
