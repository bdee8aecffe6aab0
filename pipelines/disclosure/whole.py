"""One whole-number table of a component under given limits, by CP-SAT.

Which tables are wanted is not known here (see `witness.py`).
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from pipelines.disclosure.polytope import TINY, Box, Floats, Ints, System

FAR = 1_000_000
"""Stands for "no limit" of a cell; far above any count of children."""
STEPS = 20.0
"""Deterministic time (not seconds) after which the best table so far is taken."""


def whole_table(system: System, box: Box, costs: Floats) -> Ints | None:
    """The whole-number table of least cost, or the best found within the steps; None where there is none."""
    model = cp_model.CpModel()
    low = np.where(np.isinf(box.low), 0, np.ceil(box.low)).astype(int)
    high = np.where(np.isinf(box.high), FAR, np.floor(box.high)).astype(int)
    cells = [model.new_int_var(int(a), int(b), "") for a, b in zip(low, high, strict=True)]
    lengths = np.bincount(system.row, minlength=system.n_lines).tolist()
    end = 0
    for line in range(system.n_lines):
        span = slice(end, end := end + lengths[line])
        total = cp_model.LinearExpr.weighted_sum(
            [cells[c] for c in system.column[span]], system.coefficient[span].astype(int).tolist()
        )
        least = -FAR if np.isinf(system.low[line]) else int(system.low[line])
        most = FAR if np.isinf(system.high[line]) else int(system.high[line])
        model.add_linear_constraint(total, least, most)
    wanted = np.flatnonzero(costs)
    model.minimize(cp_model.LinearExpr.weighted_sum([cells[c] for c in wanted], costs[wanted].astype(int).tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = STEPS
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return np.array([solver.value(c) for c in cells], dtype=np.int64)


def whole_table_near(system: System, box: Box, costs: Floats, corner: Floats) -> Ints | None:
    """A whole-number table that differs from a corner only in lines that hold a broken number: they are few.

    Its cost is that of the corner or the next whole number, else None: then all cells have to be looked at.
    """
    whole: Floats = np.rint(corner)
    broken = np.abs(whole - corner) > TINY * 10
    touched = np.unique(system.row[broken[system.column]])
    broken[system.column[np.isin(system.row, touched)]] = True
    rows = np.unique(system.row[broken[system.column]])
    held = np.isin(system.row, rows)
    inner, fixed = held & broken[system.column], held & ~broken[system.column]
    told = np.bincount(
        system.row[fixed], weights=system.coefficient[fixed] * whole[system.column[fixed]], minlength=system.n_lines
    )[rows]
    places = np.cumsum(broken) - 1
    part = System(
        n_cells=int(broken.sum()),
        row=np.array(np.searchsorted(rows, system.row[inner])),
        column=places[system.column[inner]],
        coefficient=system.coefficient[inner],
        low=system.low[rows] - told,
        high=system.high[rows] - told,
    )
    found = whole_table(part, Box(box.low[broken], box.high[broken]), costs[broken])
    if found is None or float(costs[broken] @ found) > np.ceil(float(costs[broken] @ corner[broken]) - TINY):
        return None
    table: Ints = whole.astype(np.int64)
    table[broken] = found
    return table
