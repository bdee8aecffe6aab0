"""Secondary suppression: hides what is needed so that nobody narrows a protected cell, component by component.

Which cells need protection is not decided here (see `primary.py`); nor is the outcome judged here (see `audit.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl

from pipelines.disclosure import components, levels, needs, rounding, weights
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.optimise import solve
from pipelines.disclosure.polytope import Booleans, Box, Floats, Ints, System
from pipelines.disclosure.problem import Component, Need, Solution
from pipelines.disclosure.records import ComponentSummary, Lines, Pattern, Protection, Register
from pipelines.disclosure.solved import Solved


def protect(register: Register, lines: Lines, wanted: Protection, config: DisclosureConfig, solved: Solved) -> Pattern:
    """The pattern of hidden cells: those hidden for their own sake, and the fewest that have to go with them.

    Every component is solved by itself, several at a time; one whose problem was solved before (`solved`) is not solved
    again.
    """
    made = list(components_of(register, lines, wanted, config))
    work = partial(_solve, is_strict=config.earlier_figures == "strict")
    found = solved.all([component for _, component in made], work, config.processes)
    return _pattern(wanted, [(*one, solution) for one, solution in zip(made, found, strict=True)])


def _solve(component: Component, *, is_strict: bool) -> Solution:
    """The pattern of a component, if need be without taking figures of earlier editions as unrevised."""
    found = solve(component)
    if not found.unmet or is_strict or not component.unrevisable():
        return found
    n_cells = len(component.cells)
    return solve(replace(component, unseen=Box(np.zeros(n_cells), np.full(n_cells, np.inf))))


def components_of(
    register: Register, lines: Lines, wanted: Protection, config: DisclosureConfig
) -> Iterator[tuple[int, Component]]:
    """Every component that has lines, with its number."""
    columns = _Columns(register, wanted, config)
    for number, (cells, system) in components.systems(lines, register.cells["component"]).items():
        yield number, columns.component(cells, system)


class _Columns:
    """What the register says of each cell, as arrays from which the components are cut."""

    def __init__(self, register: Register, wanted: Protection, config: DisclosureConfig) -> None:
        cells = register.cells
        nothing = pl.repeat(value=False, n=cells.height, eager=True)
        shown = rounding.bounds(cells, nothing, config)
        self.config = config
        self.true: Floats = cells["true"].to_numpy().astype(float)
        self.published = cells["is_published"].to_numpy()
        small = cells["true"].is_between(1, config.small_count_max).to_numpy()
        self.forced = wanted.hidden.to_numpy() & self.published
        self.small = small & self.forced
        self.cost: Floats = weights.of(register, config).to_numpy().astype(float)
        self.groups = levels.of(register).to_numpy()
        self.shown = Box(_floats(shown[0]), _floats(shown[1]))
        self.unseen = Box(_floats(wanted.known_low), _floats(wanted.known_high))
        # what earlier editions told too closely cannot be opened again
        self.is_open = self.unseen.high - self.unseen.low >= config.hidden_min_span
        self.targets = {c: (low, high) for c, low, high in wanted.targets.cells.iter_rows()}
        self.together = wanted.together
        nothing_dropped = pl.repeat(value=False, n=cells.height, eager=True)
        self.dropped: Booleans = (nothing_dropped if wanted.dropped is None else wanted.dropped).to_numpy()

    def component(self, cells: Ints, system: System) -> Component:
        place = {int(c): i for i, c in enumerate(cells)}
        true, published, forced = self.true[cells], self.published[cells], self.forced[cells]
        asked: list[Need] = []
        for cell in sorted(place.keys() & self.targets.keys()):
            asked += needs.of_target(place[cell], *self.targets[cell])
        asked += needs.of_hidden(published & self.is_open[cells], forced, self.config)
        unseen = Box(self.unseen.low[cells], self.unseen.high[cells])
        low = np.maximum(self.shown.low[cells], unseen.low)
        high = np.minimum(self.shown.high[cells], unseen.high)
        groups = _renumbered(self.groups[cells])
        return Component(
            cells=cells,
            true=true,
            is_published=published,
            is_small=self.small[cells],
            is_forced=forced,
            cost=self.cost[cells],
            shown=Box(low, high),
            unseen=unseen,
            needs=tuple(asked),
            groups=groups,
            dropped=frozenset(int(g) for g in groups[self.dropped[cells]] if g >= 0),
            together=tuple(tuple(place[c] for c in one) for one in self.together if all(c in place for c in one)),
            system=system,
            small_max=self.config.small_count_max,
        )


def _renumbered(groups: Ints) -> Ints:
    """Levels numbered from nought within the component, in the same order, so that it does not depend on others."""
    return np.where(groups < 0, levels.NONE, np.unique(groups, return_inverse=True)[1])


def _floats(series: pl.Series) -> Floats:
    values: Floats = series.to_numpy().astype(float)
    return np.where(values >= rounding.UNBOUNDED, np.inf, values)


def _pattern(wanted: Protection, found: list[tuple[int, Component, Solution]]) -> Pattern:
    hidden = wanted.hidden.to_numpy().copy()
    dropped: Booleans = np.zeros(len(hidden), dtype=np.bool_)
    unmet: list[int] = []
    told = []
    for number, component, solution in found:
        hidden[component.cells[solution.hidden]] = True
        is_dropped = np.isin(component.groups, sorted(solution.dropped)) & component.is_published
        dropped[component.cells[is_dropped]] = True
        unmet += [int(component.cells[n.cell]) for n in solution.unmet]
        told.append(_summary(number, component, solution))
    return Pattern(
        hidden=pl.Series("hidden", hidden),
        dropped=pl.Series("dropped", dropped),
        unmet=tuple(sorted(set(unmet))),
        components=tuple(told),
    )


def _summary(number: int, component: Component, solution: Solution) -> ComponentSummary:
    return ComponentSummary(
        component=number,
        n_cells=int(component.is_published.sum()),
        n_extra=int((solution.hidden & ~component.is_forced).sum()),
        cost=round(solution.cost, 2),
        bound=round(solution.bound, 2),
        is_proven=solution.bound >= solution.cost,
        n_rounds=solution.n_rounds,
        n_programmes=solution.n_programmes,
    )
