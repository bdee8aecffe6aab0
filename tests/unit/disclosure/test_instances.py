"""Instances others have published, and what an attacker makes of them (disclosure note, section 4).

Rebuilt from their descriptions; no file of another project is used.
"""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.disclosure.polytope import Box, Polytope, System


def bounds(figures: dict[str, int | None], sums: list[tuple[str, list[str]]], cell: str, least: int = 0) -> list[float]:
    """Lowest and highest value of a cell for who holds the figures (None: hidden) and knows the sums."""
    names = list(figures)
    terms = [
        (line, names.index(n), sign)
        for line, (total, parts) in enumerate(sums)
        for n, sign in ((total, -1.0), *((p, 1.0) for p in parts))
    ]
    row, column, sign = (np.array(v) for v in zip(*sorted(terms), strict=True))
    nothing = np.zeros(len(sums))
    system = System(len(names), row, column, sign, nothing, nothing)
    low = np.array([float(least if v is None else v) for v in figures.values()])
    high = np.array([1e6 if v is None else float(v) for v in figures.values()])
    polytope, found = Polytope(system), []
    for side in (1.0, -1.0):
        costs = np.zeros(len(names))
        costs[names.index(cell)] = side
        found.append(round(float(polytope.minimise(Box(low, high), costs).table[names.index(cell)]), 6))
    return found


def crossed(
    table: dict[str, list[int]], columns: str, hide: set[str]
) -> tuple[dict[str, int | None], list[tuple[str, list[str]]]]:
    """A table with both margins; cells are named row + column."""
    figures: dict[str, int | None] = {
        r + c: v for r, values in table.items() for c, v in zip(columns, values, strict=True)
    }
    sums = [(f"{r}T", [r + c for c in columns]) for r in table] + [(f"T{c}", [r + c for r in table]) for c in columns]
    for total, parts in sums:
        figures[total] = sum(figures[p] or 0 for p in parts)
    return {k: None if k in hide else v for k, v in figures.items()}, sums


T1 = {"w": [30, 47, 64, 89], "x": [90, 124, 5, 31], "y": [92, 100, 59, 85], "z": [800, 991, 651, 685]}
T1_HIDDEN = {"wa", "wb", "wc", "xa", "xc", "yb", "yd", "zb", "zd"}


def test_two_hidden_per_row_and_column_may_still_be_open() -> None:
    """T1: nine cells hidden, two in every row and column, and wb is 47 exactly; one more (xb) opens it."""
    assert bounds(*crossed(T1, "abcd", T1_HIDDEN), "wb") == [47, 47]
    assert bounds(*crossed(T1, "abcd", T1_HIDDEN | {"xb"}), "wb") == [0, 141]


def test_tables_that_are_safe_alone_are_open_together() -> None:
    """T2: eight areas in two counties and by size."""
    sizes = {"A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7}
    figures: dict[str, int | None] = {k: None if k in "ABKLM" else v for k, v in sizes.items()}
    counties = [("c1", list("ABIJ")), ("c2", list("KLMN"))]
    groups = [("big", list("LM")), ("small", list("ABIJKN"))]
    total = [("all", list("ABIJKLMN"))]

    def with_totals(sums: list[tuple[str, list[str]]]) -> dict[str, int | None]:
        return figures | {name: sum(sizes[p] for p in parts) for name, parts in sums}

    assert bounds(with_totals(counties + total), counties + total, "K") == [0, 9]
    assert bounds(with_totals(groups + total), groups + total, "K") == [0, 7]
    both = counties + groups + total
    assert bounds(with_totals(both), both, "K") == [3, 3]


def test_fischetti_and_salazar() -> None:
    """T3: the 3 x 3 table of Management Science 47(7), 2001."""
    table = {"1": [20, 50, 10], "2": [8, 19, 22], "3": [17, 32, 12]}
    assert bounds(*crossed(table, "abc", {"2a", "2c", "3a", "3c"}), "2c") == [5, 30]


@pytest.mark.parametrize(
    ("total", "shown", "n_hidden", "least", "exact"),
    [(0, [], 2, 0, 0), (15, [10, 5], 2, 0, 0), (15, [10, 3], 2, 1, 1)],
    ids=["zero", "fifteen", "never-zero"],
)
def test_traps_of_zero_and_one(total: int, shown: list[int], n_hidden: int, least: int, exact: int) -> None:
    """T4: 0 = x + x + 0; 15 = 10 + 5 + x + x; 15 = 10 + 3 + x + x where a hidden cell is never zero."""
    figures: dict[str, int | None] = {f"s{i}": v for i, v in enumerate(shown)}
    figures |= {f"h{i}": None for i in range(n_hidden)}
    sums = [("T", list(figures))]
    figures["T"] = total
    assert bounds(figures, sums, "h0", least) == [exact, exact]
