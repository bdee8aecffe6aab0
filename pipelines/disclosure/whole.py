"""One whole-number table of a component under given limits, by CP-SAT.

Which tables are wanted is not known here (see `witness.py`).
"""

from __future__ import annotations

import numpy as np

from pipelines.disclosure.polytope import TINY, Box, Floats, Ints, System

FAR = 1_000_000
"""Stands for "no limit" of a cell; far above any count of children."""
STEPS = 20.0
"""Deterministic time (not seconds) after which the best table so far is taken."""


def whole_table(system: System, box: Box, costs: Floats) -> Ints | None:
    """The whole-number table of least cost, or the best found within the steps; None where there is none."""
    from ortools.sat.python import cp_model  # takes a second, and who only solves linear programmes needs none of it

    model, solver = cp_model.CpModel(), cp_model.CpSolver()
    model.model_proto.parse_text_format(_model(system, box, costs))
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = STEPS
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return np.array(solver.response_proto.solution, dtype=np.int64)


def _model(system: System, box: Box, costs: Floats) -> str:
    """The model as text, which is read in a fifth of the time that its making by calls takes."""
    low = _whole(np.where(np.isinf(box.low), 0, np.ceil(box.low)))
    high = _whole(np.where(np.isinf(box.high), FAR, np.floor(box.high)))
    least = _whole(np.where(np.isinf(system.low), -FAR, system.low))
    most = _whole(np.where(np.isinf(system.high), FAR, system.high))
    columns, coefficients = _whole(system.column), _whole(system.coefficient)
    ends = np.cumsum(np.bincount(system.row, minlength=system.n_lines)).tolist()
    wanted = np.flatnonzero(costs)
    parts = [f"variables{{domain:[{a},{b}]}}" for a, b in zip(low, high, strict=True)]
    parts += [
        f"constraints{{linear{{vars:{columns[a:b]} coeffs:{coefficients[a:b]} domain:[{n},{m}]}}}}"
        for a, b, n, m in zip([0, *ends[:-1]], ends, least, most, strict=True)
    ]
    parts.append(f"objective{{vars:{wanted.tolist()} coeffs:{_whole(costs[wanted])} scaling_factor:1}}")
    return "".join(parts)


def _whole(numbers: Floats) -> list[int]:
    found: list[int] = numbers.astype(int).tolist()
    return found


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
