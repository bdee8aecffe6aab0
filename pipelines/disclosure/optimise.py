"""The smallest pattern of one component under which every need is met, proven smallest or with its bound.

What is needed is decided before (see `needs.py`); whether it holds is judged again by a program that shares no code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.disclosure.attacker import Attacker, Cut
from pipelines.disclosure.master import Master
from pipelines.disclosure.polytope import Booleans
from pipelines.disclosure.problem import OPEN, Component, Need, Solution

PROVEN = 0.01
"""A bound this close to the cost proves it: half the smallest difference of two costs is more."""


@dataclass(frozen=True)
class Effort:
    """How far the search goes before it takes what it has; counted in steps and not in seconds, so that a rerun is
    the same on any machine."""

    max_rounds: int = 150
    max_nodes: int = 20_000


class _Search:
    """The state of one search: pattern, bound, levels dropped, needs that cannot be met."""

    def __init__(self, component: Component, effort: Effort) -> None:
        self.component, self.effort = component, effort
        self.attacker = Attacker(component)
        self.needs = list(component.needs)
        self.dropped = component.dropped
        self.unmet: list[Need] = []
        self.hidden = self._always()
        self.n_rounds = 0
        self._cuts: list[Cut] = []
        self._restart()
        if component.together:
            self._choose()

    def run(self) -> bool:
        """Whether the exact search came to its end (else greed has to finish it)."""
        for _ in range(self.effort.max_rounds):
            cuts = self._next()
            if not cuts:
                return True
            for cut in cuts:
                self.master.add(cut)
            self._cuts += cuts
            self._choose()
        return False

    def finish_by_greed(self) -> None:
        """Repair: hide more until every need is met; then prune: give back what was hidden for nothing."""
        while cuts := self._next():
            more = self.master.by_greed(cuts, self.hidden)
            if (more == self.hidden).all():  # greed has nothing more to give
                self.unmet += [c.need for c in cuts if c.need is not None]
                self.needs = [n for n in self.needs if n not in self.unmet]
            self.hidden = more
        extra = np.flatnonzero(self.hidden & ~self._always())
        for cell in sorted(extra, key=lambda c: (-self.component.cost[c], c)):
            trial = self.hidden.copy()
            trial[cell] = False
            together = all(any(trial[c] for c in cells) for cells in self.component.together)
            if together and not self.attacker.unmet(trial, self.dropped, self.needs):
                self.hidden = trial

    def _always(self) -> Booleans:
        held = self.component.is_forced.copy()
        if self.dropped:
            held |= np.isin(self.component.groups, sorted(self.dropped)) & self.component.is_published
        return held

    def _restart(self) -> None:
        """A new choice from the cuts that still hold: those under a guess may not, once a level is dropped."""
        component = self.component
        self.bound = 0.0
        self.master = Master(component.candidates, component.cost, self.effort.max_nodes)
        self.master.fix(np.flatnonzero(self._always()))
        free = ~component.is_forced
        for cells in component.together:
            columns = np.array([c for c in cells if free[c]], dtype=np.int64)
            if len(columns) == len(cells):
                self.master.add(Cut(columns, np.ones(len(columns))))
        self._cuts = [c for c in self._cuts if c.need is None or c.need.attacker == OPEN]
        for cut in self._cuts:
            self.master.add(cut)

    def _choose(self) -> None:
        """The cheapest pattern that meets every cut; where there is none, needs are relaxed until there is one."""
        while (found := self.master.choose()) is None:
            self._relax()
        self.hidden = found[0] | self._always()
        self.bound = max(self.bound, found[1])

    def _relax(self) -> None:
        """Cuts that each could be met, but not all of them: the next level goes, or the last need of the guess."""
        under_guess = [c for c in self._cuts if c.need is not None and c.need.attacker != OPEN]
        levels = {level for c in under_guess for level in c.levels} - self.dropped
        if levels:
            self.dropped |= {min(levels)}
        else:
            last = (under_guess or self._cuts)[-1].need
            assert last is not None  # cells that go together can always be hidden together
            self.unmet.append(last)
            self.needs = [n for n in self.needs if n != last]
            self._cuts = [c for c in self._cuts if c.need != last]
        self._restart()

    def _next(self) -> list[Cut]:
        """Cuts against the pattern of the moment. For one that nothing can meet, a level is dropped (and the pattern
        looked at anew), or the need is given up."""
        while True:
            self.n_rounds += 1
            cuts = self.attacker.unmet(self.hidden, self.dropped, self.needs)
            hopeless = [c for c in cuts if self._is_hopeless(c)]
            levels = [c.levels for c in hopeless if set(c.levels) - self.dropped]
            for cut in hopeless:
                if cut.need is not None and not (set(cut.levels) - self.dropped):
                    self.unmet.append(cut.need)
                    self.needs.remove(cut.need)
            if not levels:
                gone = set(self.unmet)
                return [c for c in cuts if c.need not in gone]
            self.dropped |= _independent(levels, self.dropped)
            self._restart()
            self._choose()

    def _is_hopeless(self, cut: Cut) -> bool:
        """Whether nothing that may be hidden (or shown, for a cell hidden to protect others) meets the need."""
        if cut.owner is not None and not self._always()[cut.owner]:
            return False
        return float(cut.weights.sum()) < 1 - 1e-9


def _independent(levels: list[tuple[int, ...]], dropped: frozenset[int]) -> set[int]:
    """One level for each need that has none in common with a need before it: one drop may help all that share it."""
    found: set[int] = set()
    claimed: set[int] = set()
    for held in levels:
        own = set(held) - dropped
        if not own & claimed:
            found.add(min(own))
        claimed |= own
    return found


def solve(component: Component, effort: Effort = Effort()) -> Solution:
    """The pattern of one component.

    Rounds of attack and choice: an attacker's programmes find what is narrowed, each finding is a cut, the cheapest
    pattern that meets all cuts is attacked again. What it ends with is smallest, since every cut is necessary. After
    `Effort.max_rounds` the pattern is repaired and pruned instead, and stands with its bound.
    """
    search = _Search(component, effort)
    is_exact = search.run()
    if not is_exact:
        search.finish_by_greed()
    extra = search.hidden & ~component.is_forced
    cost = float(component.cost[extra].sum())
    is_proven = is_exact and search.bound >= cost - PROVEN
    return Solution(
        hidden=search.hidden,
        dropped=search.dropped,
        cost=cost,
        bound=cost if is_proven else min(cost, search.bound),
        unmet=tuple(search.unmet),
        n_programmes=search.attacker.n_solved,
        n_rounds=search.n_rounds,
    )
