"""What an outsider holds: cells with the interval that is known of each, and the sums that bind them.

True counts do not belong here, and neither does solving (see `solving.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

Interval = tuple[float, float]
"""Lowest and highest value that is possible; `math.inf` where nothing bounds it."""
Terms = Mapping[str, float]
"""Coefficient by cell name."""


@dataclass(frozen=True)
class Practice:
    """How the publisher works, as the outsider knows it."""

    base: int = 5
    """Counts are rounded to the nearest multiple; 1 where they are not."""
    small_count_max: int = 4
    """Counts from 1 to this are hidden."""
    hidden_min: int = 0
    """1 where the publisher never hides a zero."""
    hidden_max: int | None = None
    """Where the publisher hides small counts only and nothing to protect them: the largest of those."""
    zeros_are_true: bool = True
    """A shown zero is a zero (small counts are hidden and not rounded down)."""

    def interval(self, shown: int | None) -> Interval:
        """What a published count (None: hidden) says of the true one."""
        if shown is None:
            return self.hidden_min, math.inf if self.hidden_max is None else self.hidden_max
        half = self.base // 2
        if half == 0 or (shown == 0 and self.zeros_are_true):
            return shown, shown
        lowest = self.small_count_max + 1 if self.zeros_are_true else 0
        return max(shown - half, lowest), shown + half


@dataclass(frozen=True)
class Relation:
    """A sum whose value lies in an interval: `low <= sum of coefficient x cell <= high`."""

    name: str
    cells: tuple[int, ...]
    coefficients: tuple[float, ...]
    low: float
    high: float


@dataclass
class System:
    """Cells by number and the relations between them; figures are only ever added, so bounds only ever narrow."""

    names: list[str] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    hidden: list[bool] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    """Cells for which two figures leave no value at all."""
    _number: dict[str, int] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self._number

    def number(self, name: str) -> int:
        """The number of a cell.

        Raises:
            KeyError: no figure of that name was added.
        """
        return self._number[name]

    def add(self, name: str, known: Interval, *, is_hidden: bool = False) -> None:
        """One more figure of a cell: what is known of it is what all figures leave together."""
        if name not in self._number:
            self._number[name] = len(self.names)
            self.names.append(name)
            self.low.append(known[0])
            self.high.append(known[1])
            self.hidden.append(is_hidden)
            return
        at = self._number[name]
        self.low[at], self.high[at] = max(self.low[at], known[0]), min(self.high[at], known[1])
        self.hidden[at] = self.hidden[at] or is_hidden
        if self.low[at] > self.high[at] and name not in self.contradictions:
            self.contradictions.append(name)

    def relate(self, name: str, terms: Terms, low: float = 0, high: float = 0) -> None:
        """A relation between cells that were added."""
        kept = {self._number[cell]: value for cell, value in terms.items() if value}
        self.relations.append(Relation(name, tuple(kept), tuple(kept.values()), low, high))

    def total(self, name: str, whole: str, parts: Iterable[str]) -> None:
        """Parts make up a whole."""
        terms: dict[str, float] = {whole: -1.0}
        for part in parts:
            terms[part] = terms.get(part, 0.0) + 1.0
        self.relate(name, terms)

    def at_most(self, name: str, part: str, whole: str) -> None:
        """A part is no larger than its whole."""
        self.relate(name, {part: 1.0, whole: -1.0}, low=-math.inf)

    def ratio(self, name: str, part: str, whole: str, shown: Interval) -> None:
        """A published quotient of two cells lies in an interval (as a fraction): two inequalities."""
        self.relate(f"{name} >=", {part: 1.0, whole: -shown[0]}, low=0, high=math.inf)
        self.relate(f"{name} <=", {part: 1.0, whole: -shown[1]}, low=-math.inf, high=0)

    def components(self) -> list[tuple[list[int], list[int]]]:
        """Cells and relations that are bound to each other; cells known exactly bind nothing.

        Only components with a hidden cell are given: nothing else can be learnt.
        """
        is_free = np.asarray(self.low) < np.asarray(self.high)
        bound = [[cell for cell in relation.cells if is_free[cell]] for relation in self.relations]
        root = _roots(len(self.names), bound)
        held: dict[int, tuple[list[int], list[int]]] = {}
        for cell in np.flatnonzero(is_free).tolist():
            held.setdefault(root[cell], ([], []))[0].append(cell)
        for at, cells in enumerate(bound):
            if cells:
                held[root[cells[0]]][1].append(at)
        return [part for part in held.values() if any(self.hidden[cell] for cell in part[0])]


def _roots(n_cells: int, groups: list[list[int]]) -> list[int]:
    """For every cell one that stands for all it is bound to (union-find)."""
    root = list(range(n_cells))

    def find(cell: int) -> int:
        while root[cell] != cell:
            root[cell] = root[root[cell]]
            cell = root[cell]
        return cell

    for group in groups:
        for cell in group[1:]:
            root[find(group[0])] = find(cell)
    return [find(cell) for cell in range(n_cells)]
