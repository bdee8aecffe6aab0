"""What an attacker learns of a component under a pattern, and which further cells would have to be hidden.

The cut is the one of disclosure note 2.1 (Fischetti and Salazar 2001, with rounding intervals for shown cells): the
multipliers that narrow a cell say how much every hidden candidate would widen it. Choosing is done in `master.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.disclosure.near import SMALL, Near
from pipelines.disclosure.polytope import TINY, Booleans, Box, Floats, Ints, Polytope, Vertex
from pipelines.disclosure.problem import DOWN, GUESSING, OPEN, UP, WIDTH, Component, Need

Reasons = list[tuple[int, Floats]]
"""For each side asked, the multipliers of the lines that let the cell go no further."""

POOL_MAX = 400
"""Tables kept to vouch for bounds in later rounds."""


@dataclass(frozen=True)
class Cut:
    """Hidden candidates, weighted, must add up to one (or to the state of `owner`, where the need is its own)."""

    columns: Ints
    weights: Floats
    need: Need | None = None
    levels: tuple[int, ...] = ()
    """Levels whose guessed cells bear on the need, in the order in which they would be dropped."""

    @property
    def owner(self) -> int | None:
        return self.need.cell if self.need is not None and self.need.is_conditional else None


class Seen:
    """The smallest and greatest value that the tables looked at so far give each cell."""

    def __init__(self, tables: Floats) -> None:
        """
        Args:
            tables: at least one, as rows.
        """
        self.low: Floats = tables.min(axis=0)
        self.high: Floats = tables.max(axis=0)

    def note(self, table: Floats) -> None:
        """One more table."""
        np.minimum(self.low, table, out=self.low)
        np.maximum(self.high, table, out=self.high)

    def meets(self, need: Need) -> bool:
        """Whether the values seen of the cell reach what is needed."""
        low, high = self.low[need.cell], self.high[need.cell]
        if need.sort == WIDTH:
            return bool(high - low >= need.limit - TINY)
        if need.sort == UP:
            return bool(high >= need.limit - TINY)
        return bool(low <= need.limit + TINY)


class Attacker:
    """Asks a component, under one pattern after another, which needs are not met."""

    def __init__(self, component: Component) -> None:
        self.component = component
        self.polytope, self.near = Polytope(component.system), Near(component.system)
        self._pool: deque[Floats] = deque(maxlen=POOL_MAX)

    @property
    def n_solved(self) -> int:
        """Programmes solved so far, of the component or of surroundings in it."""
        return self.polytope.n_solved + self.near.n_solved

    def unmet(self, hidden: Booleans, dropped: frozenset[int], needs: Sequence[Need]) -> list[Cut]:
        """A cut for each need that the pattern does not meet; none means that every one is met."""
        found: list[Cut] = []
        for attacker in (OPEN, GUESSING):
            asked = [n for n in needs if n.attacker == attacker and (not n.is_conditional or hidden[n.cell])]
            if asked:
                box = self.component.box(hidden, attacker, dropped)
                found += self._look(_Look(box, self._seen(box), dropped), asked)
        return found

    def _seen(self, box: Box) -> Seen:
        """From the tables of earlier programmes that this box allows, and from the true one, which every box does."""
        known = np.array([self.component.true, *self._pool])
        return Seen(np.vstack([self.component.true, known[box.holds(known)]]))

    def _look(self, look: _Look, asked: list[Need]) -> list[Cut]:
        left = [n for n in asked if not look.seen.meets(n)]
        for side in (UP, DOWN):
            left = self._together(look, left, side)
        found = []
        for need in left:
            if look.seen.meets(need):  # by a table that was found for another need
                continue
            reasons = self._nearby(look, need)
            if reasons is None:
                box = self._no_further(look.box, need)
                reasons = [(s, self._solve(look, box, self._costs(need.cell, s)).multipliers) for s in _sides(need)]
            if not look.seen.meets(need):
                found.append(self._cut(look, need, reasons))
        return found

    def _nearby(self, look: _Look, need: Need) -> Reasons | None:
        """Why the need is not met, where the lines around its cell say so by themselves."""
        if self.component.system.n_lines < SMALL:
            return None
        box, reasons, reach = self._no_further(look.box, need), [], {}
        for side in _sides(need):
            reach[side], multipliers = self.near.reach(need.cell, box, side)
            reasons.append((side, multipliers))
        if need.sort == WIDTH:
            lacks = reach[UP] - reach[DOWN] < need.limit - TINY
        else:
            lacks = need.sort * (reach[need.sort] - need.limit) > TINY
        return reasons if lacks else None

    def _no_further(self, box: Box, need: Need) -> Box:
        """The box in which the cell rises no further than it has to: nothing may bound it at all."""
        high = box.high.copy()
        true = float(self.component.true[need.cell])
        reach = need.limit + (true if need.sort == WIDTH else 0)
        high[need.cell] = min(high[need.cell], max(reach, true))
        return Box(box.low, high)

    def _costs(self, cell: int, side: int) -> Floats:
        costs = np.zeros(self.component.system.n_cells)
        costs[cell] = side
        return costs

    def _together(self, look: _Look, needs: list[Need], side: int) -> list[Need]:
        """Pushes all cells of a side at once, each no further than it has to go, as long as that meets some need; what
        is left needs a run of its own.

        The true table lies within the narrower box, so there always is a solution.
        """
        while True:
            mine = [n for n in needs if side in _sides(n)]
            if len(mine) < 2:
                return needs
            low, high, costs = look.box.low.copy(), look.box.high.copy(), np.zeros(len(look.box.low))
            for n in mine:
                costs[n.cell] = side
                true = float(self.component.true[n.cell])
                reach = true - side * n.limit if n.sort == WIDTH else n.limit
                if side == UP:
                    high[n.cell] = min(high[n.cell], max(reach, true))
                else:
                    low[n.cell] = max(low[n.cell], min(reach, true))
            self._solve(look, Box(low, high), costs)
            before, needs = len(needs), [n for n in needs if not look.seen.meets(n)]
            if before == len(needs):
                return needs

    def _solve(self, look: _Look, box: Box, costs: Floats) -> Vertex:
        vertex = self.polytope.minimise(box, costs)
        look.seen.note(vertex.table)
        self._pool.append(vertex.table)
        return vertex

    def _cut(self, look: _Look, need: Need, reasons: Reasons) -> Cut:
        component = self.component
        free = component.is_published & ~component.is_forced
        free[need.cell] = False
        # as if every candidate were shown; what is forced, or never shown, stands as it is
        base = component.box(component.is_forced | _only(need.cell, len(free)), need.attacker, look.dropped)
        lacking, gain = 0.0, np.zeros(len(free))
        touched: Booleans = np.zeros(len(free), dtype=np.bool_)
        for side, multipliers in reasons:
            left, bound = self.polytope.reduced(self._costs(need.cell, side), multipliers)
            limits = np.where(left > 0, base.low, np.where(left < 0, base.high, 0.0))
            stray = np.isinf(limits)  # a multiplier left over by the solver's tolerance
            left, limits = np.where(stray, 0.0, left), np.where(stray, 0.0, limits)
            lacking += bound + float((left * limits).sum())
            up, down = free & (left < 0), free & (left > 0)
            gain[down] += left[down] * (base.low[down] - component.unseen.low[down])
            gain[up] -= left[up] * (component.unseen.high[up] - base.high[up])
            touched |= left != 0
        lacking -= -need.limit if need.sort == WIDTH else need.sort * need.limit
        gain = np.minimum(gain, max(lacking, 0.0))
        columns = np.flatnonzero(gain > TINY)
        weights = gain[columns] / lacking if lacking > TINY else gain[columns]
        guessed = component.guessed(look.dropped) if need.attacker == GUESSING else np.zeros_like(free)
        levels = np.unique(component.groups[guessed & touched])
        return Cut(columns, weights, need, tuple(int(g) for g in levels if g >= 0))


@dataclass(frozen=True)
class _Look:
    """One pattern under one attacker."""

    box: Box
    seen: Seen
    dropped: frozenset[int]


def _sides(need: Need) -> tuple[int, ...]:
    return (UP, DOWN) if need.sort == WIDTH else (need.sort,)


def _only(cell: int, n: int) -> Booleans:
    found: Booleans = np.zeros(n, dtype=np.bool_)
    found[cell] = True
    return found
