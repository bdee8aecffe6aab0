"""The shrewd attacker's guess: as many hidden cells as can be are small, since most are hidden because they are.

It reads only what is published; that a guess is right is not known here.
"""

from __future__ import annotations

import zlib

import numpy as np

from pipelines.audit.attack.solving import SLACK, Component

SLIGHTLY = 1e-3
"""How far prices of steps lie apart at most: little beside a step, enough that no two guesses cost the same."""


def _price(name: str) -> float:
    """The price of a step of a cell, told by its name: of all guesses that are equally large always the same one is
    taken, in whatever order figures come."""
    return 1.0 + SLIGHTLY * zlib.crc32(name.encode()) / 2**32


def guessed_small(part: Component, small_count_max: int) -> list[int]:
    """Hidden cells of a component that are guessed to hold 1 to `small_count_max`.

    One linear programme with a price on every step outside that range; cells that must leave it are not guessed, so
    the guess always agrees with what is published.
    """
    import highspy

    hidden = [cell for cell in part.cells if part.system.hidden[cell]]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(part.solver.getLp())
    n_columns, n_rows = len(part.cells), len(part.rows)
    none = (0, np.array([], dtype=np.int32), np.array([], dtype=float))
    for column in range(n_columns):
        solver.changeColCost(column, 0.0)
    for at, cell in enumerate(hidden):
        for _ in range(2):
            solver.addCol(_price(part.system.names[cell]), 0.0, highspy.kHighsInf, *none)
        above, below, own = n_columns + 2 * at, n_columns + 2 * at + 1, part.local[cell]
        columns = np.array([own, above, below], dtype=np.int32)
        solver.addRow(1.0, float(small_count_max), 3, columns, np.array([1.0, -1.0, 1.0]))
    solver.changeObjectiveSense(highspy.ObjSense.kMinimize)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return []
    steps = np.array(solver.getSolution().col_value)[n_columns:].reshape(-1, 2).sum(axis=1)
    assert solver.getNumRow() == n_rows + len(hidden)
    return [cell for cell, step in zip(hidden, steps, strict=True) if step <= SLACK]
