"""What an attacker learns of a component under a pattern, and which further cells would have to be hidden.

The cut is the one of disclosure note 2.1 (Fischetti and Salazar 2001, with rounding intervals for shown cells): the
multipliers that narrow a cell say how much every hidden candidate would widen it. Choosing is done in `master.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.disclosure.polytope import TINY, Booleans, Box, Floats, Ints, Polytope, Vertex
from pipelines.disclosure.problem import DOWN, GUESSING, OPEN, UP, WIDTH, Component, Need

POOL_MAX = 80
"""Tables kept to vouch for bounds in later rounds."""
AGGREGATE_ROUNDS = 4


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


def is_met(need: Need, values: Floats) -> bool:
    """Whether values that the cell can take reach what is needed."""
    if not len(values):
        return False
    if need.sort == WIDTH:
        return bool(values.max() - values.min() >= need.limit - TINY)
    if need.sort == UP:
        return bool(values.max() >= need.limit - TINY)
    return bool(values.min() <= need.limit + TINY)


class Attacker:
    """Asks a component, under one pattern after another, which needs are not met."""

    def __init__(self, component: Component) -> None:
        self.component = component
        self.polytope = Polytope(component.system)
        self._pool = np.empty((0, component.system.n_cells))

    def unmet(self, hidden: Booleans, dropped: frozenset[int], needs: Sequence[Need]) -> list[Cut]:
        """A cut for each need that the pattern does not meet; none means that every one is met."""
        found: list[Cut] = []
        for attacker in (OPEN, GUESSING):
            asked = [n for n in needs if n.attacker == attacker and (not n.is_conditional or hidden[n.cell])]
            if asked:
                box = self.component.box(hidden, attacker, dropped)
                found += self._look(_Look(box, hidden, dropped), asked)
        return found

    def _look(self, look: _Look, asked: list[Need]) -> list[Cut]:
        left = self._left(look.box, asked)
        for side in (UP, DOWN):
            left = self._together(look.box, left, side)
        found = []
        for need in left:
            reasons = [
                (side, self._solve(self._no_further(look.box, need), self._costs(need.cell, side)))
                for side in _sides(need)
            ]
            if not is_met(need, np.array([vertex.table[need.cell] for _, vertex in reasons])):
                found.append(self._cut(look, need, reasons))
        return found

    def _left(self, box: Box, needs: list[Need]) -> list[Need]:
        """Needs that no table found so far vouches for."""
        known = self._pool[box.holds(self._pool)]
        return [n for n in needs if not is_met(n, known[:, n.cell])]

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

    def _together(self, box: Box, needs: list[Need], side: int) -> list[Need]:
        """Pushes all cells of a side at once, each no further than it has to go; what is left needs a run of its own.

        The true table lies within the narrower box, so there always is a solution.
        """
        for _ in range(AGGREGATE_ROUNDS):
            mine = [n for n in needs if side in _sides(n)]
            if len(mine) < 2:
                break
            low, high, costs = box.low.copy(), box.high.copy(), np.zeros(len(box.low))
            for n in mine:
                costs[n.cell] = side
                true = float(self.component.true[n.cell])
                reach = true - side * n.limit if n.sort == WIDTH else n.limit
                if side == UP:
                    high[n.cell] = min(high[n.cell], max(reach, true))
                else:
                    low[n.cell] = max(low[n.cell], min(reach, true))
            self._solve(Box(low, high), costs)
            before, needs = len(needs), self._left(box, needs)
            if before - len(needs) < 2:
                break
        return needs

    def _solve(self, box: Box, costs: Floats) -> Vertex:
        vertex = self.polytope.minimise(box, costs)
        self._pool = np.vstack([self._pool[-POOL_MAX:], vertex.table])
        return vertex

    def _cut(self, look: _Look, need: Need, reasons: list[tuple[int, Vertex]]) -> Cut:
        component = self.component
        free = component.is_published & ~component.is_forced
        free[need.cell] = False
        # as if every candidate were shown; what is forced, or never shown, stands as it is
        base = component.box(component.is_forced | _only(need.cell, len(free)), need.attacker, look.dropped)
        lacking, gain = 0.0, np.zeros(len(free))
        touched: Booleans = np.zeros(len(free), dtype=np.bool_)
        for side, vertex in reasons:
            left, bound = self.polytope.reduced(self._costs(need.cell, side), vertex.multipliers)
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
    hidden: Booleans
    dropped: frozenset[int]


def _sides(need: Need) -> tuple[int, ...]:
    return (UP, DOWN) if need.sort == WIDTH else (need.sort,)


def _only(cell: int, n: int) -> Booleans:
    found: Booleans = np.zeros(n, dtype=np.bool_)
    found[cell] = True
    return found
