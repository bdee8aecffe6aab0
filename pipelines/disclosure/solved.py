"""What was solved before, by the fingerprint of the problem: a component that has not changed is not solved again.

Solving does not belong here (see `optimise.py`). The file tells which cells protect others, so it is never published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import astuple
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pipelines.core.files import atomic_write
from pipelines.disclosure import apart
from pipelines.disclosure.polytope import Booleans
from pipelines.disclosure.problem import Component, Need, Solution

FORM = "2"
"""Raised with every change of the method, so that nothing solved by an older one is taken."""


@cache
def solver() -> str:
    """Name and version of the solver, part of every fingerprint and of the ledger."""
    return f"HiGHS {version('highspy')}"


def fingerprint(component: Component) -> str:
    """sha256 over everything that the pattern of a component depends on."""
    system = component.system
    arrays = (
        *(component.true, component.is_published, component.is_small, component.is_forced, component.cost),
        *(component.shown.low, component.shown.high, component.unseen.low, component.unseen.high, component.groups),
        *(system.row, system.column, system.coefficient, system.low, system.high),
    )
    digest = hashlib.sha256(
        f"{FORM}|{solver()}|{component.small_max}|{component.together}|{sorted(component.dropped)}".encode()
    )
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(b"|")
    needs = [(n.cell, n.sort, n.limit, n.attacker, n.is_conditional) for n in component.needs]
    digest.update(np.array(needs, dtype=np.int64).tobytes())
    return digest.hexdigest()


class Solved:
    """The solutions of one publication, read from and kept in a file."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._held: dict[str, dict[str, object]] = {}
        self._used: dict[str, dict[str, object]] = {}
        if path is not None and path.exists():
            try:
                self._held = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:  # a damaged file costs time, nothing else
                self._held = {}

    def all(
        self, components: Sequence[Component], work: Callable[[Component], Solution], processes: int
    ) -> list[Solution]:
        """The solution of every component, in their order: the one kept, or what `work` finds."""
        keys = [fingerprint(c) for c in components]
        fresh = [i for i, key in enumerate(keys) if key not in self._held]
        sizes = [len(components[i].cells) for i in fresh]
        found = dict(zip(fresh, apart.mapped(work, [components[i] for i in fresh], sizes, processes), strict=True))
        told = [found[i] if i in found else _read(self._held[key], components[i]) for i, key in enumerate(keys)]
        self._used = {key: _written(solution) for key, solution in zip(keys, told, strict=True)}
        return told

    def keep(self) -> None:
        """Writes what this run used; what it did not is forgotten."""
        if self._path is not None:
            atomic_write(self._path, json.dumps(dict(sorted(self._used.items()))) + "\n")


def _written(found: Solution) -> dict[str, object]:
    return {
        "hidden": np.flatnonzero(found.hidden).tolist(),
        "dropped": sorted(found.dropped),
        "cost": found.cost,
        "bound": found.bound,
        "unmet": [astuple(n) for n in found.unmet],
        "n_programmes": found.n_programmes,
        "n_rounds": found.n_rounds,
    }


def _read(record: dict[str, object], component: Component) -> Solution:
    hidden: Booleans = np.zeros(len(component.cells), dtype=np.bool_)
    hidden[np.array(record["hidden"], dtype=np.int64)] = True
    return Solution(
        hidden=hidden,
        dropped=frozenset(record["dropped"]),  # type: ignore[call-overload]
        cost=float(record["cost"]),  # type: ignore[arg-type]
        bound=float(record["bound"]),  # type: ignore[arg-type]
        unmet=tuple(Need(*n) for n in record["unmet"]),  # type: ignore[attr-defined]
        n_programmes=int(record["n_programmes"]),  # type: ignore[call-overload]
        n_rounds=int(record["n_rounds"]),  # type: ignore[call-overload]
    )
