"""The verdict on each hidden cell, for the plain attacker and for the one who guesses which hidden cells are small.

What the figures mean and where they were read does not belong here.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pipelines.audit.attack.guessing import guessed_small
from pipelines.audit.attack.solving import Component, Task, explore
from pipelines.audit.attack.system import System

EXACT, TWO_VALUED, THREE_VALUED, NARROWED, FULL = "exact", "two_valued", "three_valued", "narrowed", "full"
VERDICTS = (EXACT, TWO_VALUED, THREE_VALUED, NARROWED, FULL)
PLAIN, GUESSING = "plain", "guessing"
MAX_NAMED = 12
"""Sums and figures named for a cell: more would not be read."""

Needed = Mapping[str, tuple[int, int]]
"""What must stay possible for a protected cell: its lowest and highest value, by name."""


@dataclass(frozen=True)
class Aim:
    """What the attack measures itself by."""

    small_count_max: int = 4
    open_up_to: int = 5
    """Every hidden cell must stay possible up to this, or it is proved to be small."""
    min_values: int = 3
    needed: Needed | None = None
    """From the restricted ledger where it is held; an outsider does not know which cells are protected."""
    withheld_whole: frozenset[str] = frozenset()
    """Cells of levels that are withheld whatever their counts: that one is withheld tells nobody that it is small."""


@dataclass(frozen=True)
class HiddenCell:
    """A hidden cell and what one attacker is left with; `upper` is None where nothing bounds it."""

    name: str
    lower: int
    upper: int | None
    verdict: str
    is_open: bool
    """Narrower than its protection."""
    because: tuple[str, ...] = ()
    """The sums and figures that bind it, where it is known to three values or fewer."""


@dataclass(frozen=True)
class Attack:
    """What one attacker finds."""

    attacker: str
    cells: tuple[HiddenCell, ...]
    contradictions: tuple[str, ...]
    """Hidden cells of components in which no table agrees with everything published."""
    n_solved: int

    def count(self, verdict: str) -> int:
        """Hidden cells with a verdict."""
        return sum(cell.verdict == verdict for cell in self.cells)

    @property
    def counts(self) -> dict[str, int]:
        """Hidden cells by verdict, every verdict named."""
        found = Counter(cell.verdict for cell in self.cells)
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def opened(self) -> tuple[HiddenCell, ...]:
        """Cells that are narrower than their protection."""
        return tuple(cell for cell in self.cells if cell.is_open)


def verdict_of(lower: int, upper: int | None, aim: Aim) -> str:
    """How much an outsider is left to doubt."""
    n_values = None if upper is None else upper - lower + 1
    if n_values is not None and n_values <= 3:
        return {3: THREE_VALUED, 2: TWO_VALUED}.get(n_values, EXACT)
    is_full = lower <= 1 and (upper is None or upper >= aim.small_count_max)
    return FULL if is_full else NARROWED


def attack(system: System, aim: Aim, attacker: str = PLAIN) -> Attack:
    """One attacker on everything that was published, jointly over all linked tables."""
    return attacks(system, {attacker: aim})[0]


def attacks(system: System, aims: Mapping[str, Aim]) -> tuple[Attack, ...]:
    """Several attackers on the same figures. A component is put together once for all of them, and several components
    are worked on at a time: while one is solved the solver lets other threads run."""
    components = sorted(system.components(), key=lambda part: -len(part[0]))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        searched = list(pool.map(lambda part: _searched(system, part, aims), components))
    return tuple(
        _gathered(system, (attacker, aim), [found[attacker] for found in searched]) for attacker, aim in aims.items()
    )


@dataclass(frozen=True)
class _Found:
    """What one attacker finds in one component."""

    cells: tuple[HiddenCell, ...] = ()
    contradictions: tuple[str, ...] = ()
    n_solved: int = 0


def _searched(system: System, held: tuple[list[int], list[int]], aims: Mapping[str, Aim]) -> dict[str, _Found]:
    """What each attacker finds in one component."""
    cells, relations = held
    hidden = tuple(cell for cell in cells if system.hidden[cell])
    broken = _Found(contradictions=tuple(system.names[cell] for cell in hidden))
    if any(system.low[cell] > system.high[cell] for cell in cells):
        return dict.fromkeys(aims, broken)
    part, found = Component(system, cells, relations), dict[str, _Found]()
    for attacker, aim in aims.items():
        part.restrict({})
        if attacker == GUESSING:
            part.restrict(_guess(system, part, aim))
        task = Task(hidden, open_high=aim.small_count_max if attacker == GUESSING else aim.open_up_to)
        before, is_possible = part.n_solved, explore(part, task)
        judged = tuple(_judged(system, part, cell, (attacker, aim)) for cell in hidden) if is_possible else ()
        found[attacker] = _Found(judged, () if is_possible else broken.contradictions, part.n_solved - before)
    return found


def _gathered(system: System, by: tuple[str, Aim], found: Sequence[_Found]) -> Attack:
    """One attacker's findings in all components, and what needs no component."""
    attacker, aim = by
    cells = [*_known_exactly(system, aim), *(cell for part in found for cell in part.cells)]
    broken = [*system.contradictions, *(name for part in found for name in part.contradictions)]
    n_solved = sum(part.n_solved for part in found)
    return Attack(attacker, tuple(sorted(cells, key=lambda c: c.name)), tuple(sorted(broken)), n_solved)


def exact_bounds(system: System, names: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    """Both ends of some cells, exactly, for the plain attacker.

    Raises:
        ValueError: no table agrees with everything published.
    """
    wanted, found = {system.number(name) for name in names}, {}
    for cell in wanted:
        found[system.names[cell]] = (
            int(system.low[cell]),
            None if system.high[cell] == math.inf else int(system.high[cell]),
        )
    for cells, relations in system.components():
        part = Component(system, cells, relations)
        for cell in wanted.intersection(cells):
            if not all(part.solve({cell: 1.0}, is_greatest=greatest) for greatest in (True, False)):
                raise ValueError("no table agrees with everything published")
            found[system.names[cell]] = part.whole(cell)
    return found


def _guess(system: System, part: Component, aim: Aim) -> dict[int, tuple[float, float]]:
    """Small cells by the guess: those that are protected where that is known, else as many as agree with the rest."""
    if aim.needed is not None:
        needs = {cell: aim.needed.get(system.names[cell]) for cell in part.cells if system.hidden[cell]}
        told = {cell for cell in needs if system.names[cell] not in aim.withheld_whole}
        small = [cell for cell, need in needs.items() if cell in told and need == (1, aim.open_up_to)]
    else:
        small = guessed_small(part, aim.small_count_max)
    return {c: (max(1, system.low[c]), min(aim.small_count_max, system.high[c])) for c in small}


def _known_exactly(system: System, aim: Aim) -> list[HiddenCell]:
    """Hidden cells that their own figures tell."""
    ends = zip(system.names, system.low, system.high, system.hidden, strict=True)
    return [
        HiddenCell(name, int(low), int(high), verdict_of(int(low), int(high), aim), is_open=True)
        for name, low, high, is_hidden in ends
        if is_hidden and low == high
    ]


def _judged(system: System, part: Component, cell: int, by: tuple[str, Aim]) -> HiddenCell:
    attacker, aim = by
    name, (lower, upper) = system.names[cell], part.whole(cell)
    verdict = verdict_of(lower, upper, aim)
    # a guess made without the ledger may be wrong, so what follows from it is told and no finding
    is_open = verdict in (EXACT, TWO_VALUED) and (attacker == PLAIN or aim.needed is not None)
    if attacker == PLAIN:
        need = (aim.needed or {}).get(name, (lower, aim.open_up_to if aim.needed is None else lower))
        is_open = is_open or lower > need[0] or (upper is not None and upper < need[1])
    is_told = is_open or verdict == THREE_VALUED
    return HiddenCell(name, lower, upper, verdict, is_open, _because(system, part, cell) if is_told else ())


def _because(system: System, part: Component, cell: int) -> tuple[str, ...]:
    """The sums and figures with a price when the cell is pushed down and up as far as it goes."""
    relations: set[int] = set()
    figures: set[int] = set()
    for is_greatest in (False, True):
        if (reason := part.reason(cell, is_greatest=is_greatest)) is not None:
            relations |= set(reason.relations)
            figures |= set(reason.cells)
    named = [system.relations[i].name for i in sorted(relations)]
    named += [f"figure {system.names[c]}" for c in sorted(figures) if not system.hidden[c]]
    return tuple(dict.fromkeys(named))[:MAX_NAMED]
