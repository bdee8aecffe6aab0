"""Laws of the attack: it never excludes the truth, more published never helps the publisher, order means nothing."""

from __future__ import annotations

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.audit.attack import GUESSING, PLAIN, Aim, Practice, Report, System, attack, exact_bounds, report_of
from tests.made_system import Table, hiding, system_of, two_way

SETTINGS = settings(deadline=None, max_examples=25)
ROUNDED, UNROUNDED = Practice(), Practice(base=1)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, set[str]]:
    """A two-way table with margins and a set of hidden cells: every small one and some others."""
    n_rows, columns = draw(st.integers(2, 4)), "abcd"[: draw(st.integers(2, 4))]
    cells = st.lists(st.integers(0, 12), min_size=len(columns), max_size=len(columns))
    made = two_way({f"r{i}": draw(cells) for i in range(n_rows)}, columns)
    others = draw(st.sets(st.sampled_from(sorted(made[0])), max_size=4))
    return made, others | {name for name, n in made[0].items() if 1 <= n <= 4}


def ends(made: System, names: set[str]) -> dict[str, tuple[int, float]]:
    found = exact_bounds(made, sorted(names))
    return {name: (low, math.inf if high is None else high) for name, (low, high) in found.items()}


@SETTINGS
@given(drawn=tables(), practice=st.sampled_from([ROUNDED, UNROUNDED]))
def test_bounds_hold_the_truth_for_both_attackers(drawn: tuple[Table, set[str]], practice: Practice) -> None:
    table, hidden = drawn
    made = hiding(table, hidden, practice)
    assert all(low <= table[0][name] <= high for name, (low, high) in ends(made, hidden).items())
    small = {name: (1, 5) for name in hidden if 1 <= table[0][name] <= 4}
    for cell in attack(made, Aim(needed=small), GUESSING).cells:
        assert cell.lower <= table[0][cell.name] or cell.verdict == "full"
        if cell.verdict in ("exact", "two_valued", "three_valued"):
            assert cell.lower <= table[0][cell.name] <= (cell.upper or 0)


@SETTINGS
@given(drawn=tables(), which=st.integers(0, 1000), practice=st.sampled_from([ROUNDED, UNROUNDED]))
def test_one_more_figure_never_widens_a_bound(drawn: tuple[Table, set[str]], which: int, practice: Practice) -> None:
    table, hidden = drawn
    if not hidden:
        return
    name = sorted(hidden)[which % len(hidden)]
    before, narrower = hiding(table, hidden, practice), hiding(table, hidden, practice)
    narrower.add(name, (table[0][name] - 1, table[0][name] + 1))
    after = ends(narrower, hidden)
    for cell, (low, high) in ends(before, hidden).items():
        assert after[cell][0] >= low
        assert after[cell][1] <= high


@SETTINGS
@given(drawn=tables(), seed=st.integers(0, 1000))
def test_the_order_of_figures_and_sums_changes_nothing(drawn: tuple[Table, set[str]], seed: int) -> None:
    (truth, sums), hidden = drawn
    shown = [(name, None if name in hidden else n) for name, n in truth.items()]
    mixed, mixed_sums = list(shown), list(sums)
    random.Random(seed).shuffle(mixed)
    random.Random(seed).shuffle(mixed_sums)
    first, other = system_of(dict(shown), sums, UNROUNDED), system_of(dict(mixed), mixed_sums, UNROUNDED)
    assert ends(first, hidden) == ends(other, hidden)
    aims = dict.fromkeys((PLAIN, GUESSING), Aim())
    assert verdicts(report_of("first", first, aims)) == verdicts(report_of("other", other, aims))


def verdicts(report: Report) -> list[tuple[str, str, str, bool]]:
    return [(a.attacker, c.name, c.verdict, c.is_open) for a in report.attacks for c in a.cells]
