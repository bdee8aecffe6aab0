"""Controlled rounding: all figures of additive tables at a multiple of the base beside their true value, so that every
sum still holds, and unchanged from an earlier release where that costs little.

Reading and writing tables does not belong here; where cells are hidden instead, `secondary.py` chooses them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from pipelines.disclosure.polytope import Ints, quiet_solver

Sum = tuple[str, Sequence[str]]
"""A total and its parts, by name."""
TIE = 1e-4
"""Most that the order of the names may add to a cost: it decides only between tables that are equally near."""
MAX_SECONDS = 120.0


@dataclass(frozen=True)
class Wanted:
    """What is to be rounded."""

    counts: Mapping[str, int]
    sums: Sequence[Sum]
    base: int = 5
    earlier: Mapping[str, int] = field(default_factory=dict)
    """What an earlier release showed of the cells."""
    stickiness: float = 1.0
    """What it costs to move a figure away from what the earlier release showed, in steps of the base."""


@dataclass(frozen=True)
class Rounded:
    """The table to publish."""

    figures: Mapping[str, int]
    is_proven: bool
    """Whether no additive table is nearer; otherwise time ran out and the best one is given."""
    n_moved: int
    """Figures that differ from the earlier release."""
    mean_error: float
    n_conventional: int
    """Figures that are what conventional rounding gives."""


def controlled(wanted: Wanted) -> Rounded | None:
    """The additive table nearest to the truth, every figure at one of the two multiples beside its count; a count that
    is a multiple stays (a zero is a zero). None where there is no such table."""
    names = sorted(wanted.counts)
    steps, rest = np.divmod(np.array([wanted.counts[name] for name in names], dtype=np.int64), wanted.base)
    up: Ints = np.zeros(len(names), dtype=np.int64)
    is_proven = True
    if (rest > 0).any():
        solver = _programme(wanted, names, steps, rest)
        solver.run()
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        up = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
        is_proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    figures = {name: int(n) for name, n in zip(names, (steps + up) * wanted.base, strict=True)}
    return _told(wanted, figures, is_proven=is_proven) if _is_additive(wanted, figures) else None


def _programme(wanted: Wanted, names: list[str], steps: Ints, rest: Ints) -> highspy.Highs:
    """One choice between down and up for each cell; a multiple has none."""
    solver, none, number = quiet_solver(), np.array([], dtype=np.int32), {name: at for at, name in enumerate(names)}
    for option, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-6), ("time_limit", MAX_SECONDS)):
        solver.setOptionValue(option, value)
    for at, name in enumerate(names):
        cost = wanted.base - 2 * int(rest[at]) + TIE * at / len(names)
        cost += _price_of_moving(wanted, name, int(steps[at]) * wanted.base)
        solver.addCol(cost, 0.0, float(rest[at] > 0), 0, none, np.array([]))
    kinds = np.full(len(names), highspy.HighsVarType.kInteger)
    solver.changeColsIntegrality(len(names), np.arange(len(names), dtype=np.int32), kinds)
    for total, parts in wanted.sums:
        columns = [number[part] for part in parts]
        lacking = float(steps[number[total]] - steps[columns].sum())
        terms = np.array([1.0] * len(columns) + [-1.0])
        solver.addRow(lacking, lacking, len(terms), np.array([*columns, number[total]], dtype=np.int32), terms)
    return solver


def _price_of_moving(wanted: Wanted, name: str, down: int) -> float:
    """The stickiness term: what going up costs more, or less, than going down because of the earlier release."""
    price = wanted.stickiness * wanted.base
    return {down: price, down + wanted.base: -price}.get(wanted.earlier.get(name, -1), 0.0)


def _is_additive(wanted: Wanted, figures: Mapping[str, int]) -> bool:
    """Every sum, in whole numbers: no solver is trusted."""
    return all(figures[total] == sum(figures[part] for part in parts) for total, parts in wanted.sums)


def _told(wanted: Wanted, figures: Mapping[str, int], *, is_proven: bool) -> Rounded:
    base, errors = wanted.base, [abs(n - wanted.counts[name]) for name, n in figures.items()]
    return Rounded(
        figures,
        is_proven,
        n_moved=sum(n != figures.get(name, n) for name, n in wanted.earlier.items()),
        mean_error=sum(errors) / max(len(errors), 1),
        n_conventional=sum(n == (2 * wanted.counts[k] + base) // (2 * base) * base for k, n in figures.items()),
    )
