"""One whole-number table of a component under given limits, by CP-SAT.

Which tables are wanted is not known here (see `witness.py`).
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from pipelines.disclosure.polytope import Box, Floats, Ints, System

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
