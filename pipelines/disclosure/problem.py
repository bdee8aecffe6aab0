"""One component as the optimiser sees it: its cells, its lines, who may be hidden at what cost, who needs what.

Cutting the register into components is done in `components.py`; solving in `optimise.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.disclosure.polytope import Booleans, Box, Floats, Ints, System

UP, DOWN, WIDTH = -1, 1, 0
"""Sorts of need: the upper bound must rise to the limit, the lower one fall to it (each the sign of the cost that asks
for it), or the two must lie that far apart."""
OPEN, GUESSING = 0, 1
"""The attacker who holds what is published, and the one who also guesses rightly which hidden cells are small."""


@dataclass(frozen=True)
class Need:
    """What the bounds of a cell must reach under an attacker; if `is_conditional`, only while it is hidden."""

    cell: int
    sort: int
    limit: int
    attacker: int = OPEN
    is_conditional: bool = False


@dataclass(frozen=True)
class Component:
    """Cells that lines bind together, numbered from nought in the order of their ids."""

    cells: Ints
    """Their numbers in the register."""
    true: Floats
    is_published: Booleans
    is_small: Booleans
    """Hidden for being small: what a guessing attacker guesses."""
    is_forced: Booleans
    """Hidden whatever else: primary cells, and those an earlier edition hid."""
    cost: Floats
    shown: Box
    """What each cell tells while it is shown (for one that no table shows: what it tells anyway)."""
    unseen: Box
    """What is known of each cell while it is hidden: nothing, or what earlier editions and others have told."""
    needs: tuple[Need, ...]
    groups: Ints
    """Of each cell, the level (category in all areas of a type, or row of an authority) that can be dropped whole."""
    together: tuple[tuple[int, ...], ...]
    """At least one cell of each must be hidden."""
    system: System
    small_max: int
    dropped: frozenset[int] = frozenset()
    """Levels that are withheld whole from the start."""

    def unrevisable(self) -> bool:
        """Whether something is known of a cell even while it is hidden."""
        return bool((self.unseen.low > 0).any() or np.isfinite(self.unseen.high).any())

    @property
    def candidates(self) -> Ints:
        """Cells that may be hidden and need not be."""
        return np.flatnonzero(self.is_published & ~self.is_forced)

    def box(self, hidden: Booleans, attacker: int, dropped: frozenset[int]) -> Box:
        """What an attacker knows of each cell by itself, given what is hidden."""
        is_open = hidden | ~self.is_published
        low = np.where(is_open, self.unseen.low, self.shown.low)
        high = np.where(is_open, self.unseen.high, self.shown.high)
        if attacker == GUESSING:
            guessed = self.guessed(dropped)
            low = np.where(guessed, np.maximum(low, 1), low)
            high = np.where(guessed, np.minimum(high, self.small_max), high)
        return Box(low, high)

    def guessed(self, dropped: frozenset[int]) -> Booleans:
        """Small cells in levels that are not dropped as a whole (there nothing is left to guess from)."""
        if not dropped:
            return self.is_small & self.is_published
        return self.is_small & self.is_published & ~np.isin(self.groups, sorted(dropped))


@dataclass(frozen=True)
class Solution:
    """The pattern of one component and what is proved of it."""

    hidden: Booleans
    dropped: frozenset[int]
    cost: float
    """Of the cells hidden to protect others."""
    bound: float
    """No pattern that meets every need costs less (equal to the cost where it is proven smallest)."""
    unmet: tuple[Need, ...]
    """Needs that nothing that may be hidden can meet."""
    n_programmes: int
    n_rounds: int
