"""What the lines around a cell say of it: never more than all lines do, and the smallest pattern stays the same."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipelines.disclosure import attacker, components, lines, primary, register, rounding, secondary
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.near import Near
from pipelines.disclosure.optimise import solve
from pipelines.disclosure.polytope import TINY, Box, Floats, Polytope
from pipelines.disclosure.problem import DOWN, OPEN, UP, Component
from pipelines.disclosure.records import Protection

from .conftest import PUBLICATION, Year

FAR = 1_000_000.0


@pytest.fixture(scope="module")
def parts(year: Year) -> list[Component]:
    """Components of a year in which something has to be protected, those with most lines first."""
    config, sensitive = (
        DisclosureConfig(),
        frozenset(b.id for b in year.catalogue.breakdowns.values() if b.is_sensitive),
    )
    held = register.build(year.catalogue, year.catalogue.publications[PUBLICATION], year.folder / "cells.parquet")
    bound = lines.build(held)
    held = components.numbered(held, bound)
    own = primary.find(held, sensitive, config)
    floor = pl.Series([0] * held.cells.height, dtype=pl.Int64)
    wanted = Protection(own.hidden, own.targets, floor, floor + rounding.UNBOUNDED, own.together)
    found = [c for _, c in secondary.components_of(held, bound, wanted, config) if c.is_forced.any()]
    return sorted(found, key=lambda c: -c.system.n_lines)


def on_every_line(component: Component, cell: int, box: Box, side: int) -> float:
    costs: Floats = np.zeros(len(box.low))
    costs[cell] = side
    return float(Polytope(component.system).minimise(box, costs).table[cell])


def test_the_surroundings_bound_a_cell_and_prove_it(parts: list[Component]) -> None:
    component = parts[0]
    near, asked = Near(component.system), np.flatnonzero(component.is_forced & component.is_published)[:12]
    assert len(asked) > 5
    base = component.box(component.is_forced, OPEN, frozenset())
    box = Box(base.low, np.minimum(base.high, FAR))
    for cell in asked:
        for side in (UP, DOWN):
            reach, multipliers = near.reach(int(cell), box, side)
            within = on_every_line(component, int(cell), box, side)
            assert side * reach <= side * within + TINY  # all lines never leave more than some of them
            costs: Floats = np.zeros(len(box.low))
            costs[cell] = side
            left, bound = Polytope(component.system).reduced(costs, multipliers)
            proved = bound + float((left * np.where(left > 0, box.low, box.high)).sum())
            assert proved == pytest.approx(side * reach, abs=1e-5)  # by the multipliers, whatever solver found them


def test_the_smallest_pattern_is_the_same_with_and_without(
    parts: list[Component], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no level has to be dropped: which one is depends on the order in which needs are found."""
    monkeypatch.setattr(attacker, "SMALL", 10**9)
    whole = [(p, solve(p)) for p in parts if p.system.n_lines > 20]
    tried = [(p, found) for p, found in whole if not found.dropped and found.cost > 0]
    monkeypatch.setattr(attacker, "SMALL", 0)
    again = [solve(p) for p, _ in tried]
    assert len(tried) > 1
    assert sum(a.n_programmes != b.n_programmes for (_, a), b in zip(tried, again, strict=True))  # it was another way
    for (_, one), other in zip(tried, again, strict=True):
        assert (one.cost, one.bound, one.dropped) == (other.cost, other.bound, other.dropped)
        assert bool((one.hidden == other.hidden).all())
