"""Whole-number tables that meet given margins and stay near a prior: raking and controlled rounding.

What the tables mean (authorities, placements, legal status) does not belong here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Matrix = list[list[float]]
IntMatrix = list[list[int]]
RAKING_ROUNDS = 60


class MarginsImpossible(ValueError):
    """No whole-number table meets the margins inside the bounds."""


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest whole number allowed in each cell of a table."""

    lower: IntMatrix
    upper: IntMatrix

    @classmethod
    def free(cls, rows: int, columns: int, ceiling: int = 10**9) -> Bounds:
        """Bounds that forbid only negative counts."""
        return cls([[0] * columns for _ in range(rows)], [[ceiling] * columns for _ in range(rows)])


def apportion(
    weights: Sequence[float],
    total: int,
    lower: Sequence[int] | None = None,
    upper: Sequence[int] | None = None,
) -> list[int]:
    """Share `total` over the weights in whole numbers, inside the bounds; raises MarginsImpossible when impossible."""
    n = len(weights)
    bounds = Bounds([list(lower or [0] * n)], [list(upper or [max(total, 0)] * n)])
    scale = total / (sum(weights) or 1.0)
    return balance([_water_fill([w * scale for w in weights], total, bounds)], [total], None, bounds)[0]


def _water_fill(prior: list[float], total: int, bounds: Bounds) -> list[float]:
    """Scale the values that are not held by a bound until the row adds up to the total."""
    values = list(prior)
    for _ in range(RAKING_ROUNDS):
        values = [min(max(v, lo), hi) for v, lo, hi in zip(values, bounds.lower[0], bounds.upper[0], strict=True)]
        gap = total - sum(values)
        if abs(gap) < 1e-9:
            break
        room = [
            i
            for i, v in enumerate(values)
            if (gap > 0 and v < bounds.upper[0][i]) or (gap < 0 and v > bounds.lower[0][i])
        ]
        held = sum(values[i] for i in room)
        for i in room:
            values[i] += gap * (values[i] / held if held > 0 else 1 / len(room))
    return values


def rake(prior: Matrix, rows: Sequence[int], columns: Sequence[int]) -> Matrix:
    """Iterative proportional fitting of a non-negative prior to two margins (zeros stay zero)."""
    table = [list(map(float, row)) for row in prior]
    for _ in range(RAKING_ROUNDS):
        for i, row in enumerate(table):
            held = sum(row)
            table[i] = [v * rows[i] / held for v in row] if held > 0 else row
        for j, wanted in enumerate(columns):
            held = sum(row[j] for row in table)
            if held > 0:
                for row in table:
                    row[j] *= wanted / held
    return table


def balance(
    prior: Matrix, rows: Sequence[int], columns: Sequence[int] | None, bounds: Bounds | None = None
) -> IntMatrix:
    """Whole-number table near the prior with exactly these margins, every cell inside its bounds.

    Columns None leaves the column sums free. The start is the rounded prior; each unit that a margin lacks or has too
    many moves along the cheapest alternating path (successive shortest paths), so a feasible table is always found.
    Raises MarginsImpossible when no table meets the margins.
    """
    bounds = bounds or Bounds.free(len(prior), len(prior[0]))
    table = [
        [min(max(round(v), lo), hi) for v, lo, hi in zip(row, low, high, strict=True)]
        for row, low, high in zip(prior, bounds.lower, bounds.upper, strict=True)
    ]
    network = _Network(prior, table, bounds)
    row_gap = [wanted - sum(row) for wanted, row in zip(rows, table, strict=True)]
    if columns is None:
        column_gap = [0] * len(prior[0])
        return network.settle_free(row_gap)
    column_gap = [wanted - sum(row[j] for row in table) for j, wanted in enumerate(columns)]
    return network.settle(row_gap, column_gap)


class _Network:
    """The bipartite residual graph of a table: rows are nodes 0..R-1, columns are nodes R..R+C-1."""

    def __init__(self, prior: Matrix, table: IntMatrix, bounds: Bounds) -> None:
        self.prior, self.table, self.bounds = prior, table, bounds
        self.rows, self.columns = len(table), len(table[0])

    def settle_free(self, row_gap: list[int]) -> IntMatrix:
        """Close the row gaps alone, each unit in the cell where it costs least."""
        for i, gap in enumerate(row_gap):
            step = 1 if gap > 0 else -1
            for _ in range(abs(gap)):
                options = [(self._cost(i, j, step), j) for j in range(self.columns) if self._can(i, j, step)]
                if not options:
                    raise MarginsImpossible("no whole-number table meets these margins")
                self.table[i][min(options)[1]] += step
        return self.table

    def settle(self, row_gap: list[int], column_gap: list[int]) -> IntMatrix:
        """Send every missing or surplus unit along the cheapest path until all gaps are closed."""
        nodes = [*row_gap, *column_gap]
        while any(nodes):
            source = next(
                (n for n, gap in enumerate(nodes) if (gap > 0 and n < self.rows) or (gap < 0 and n >= self.rows)), None
            )
            path = None if source is None else self._cheapest(source, nodes)
            if source is None or not path:
                raise MarginsImpossible("no whole-number table meets these margins")
            for a, b in pairwise(path):
                i, j, step = (a, b - self.rows, 1) if a < self.rows else (b, a - self.rows, -1)
                self.table[i][j] += step
            nodes[path[0]] += -1 if path[0] < self.rows else 1
            nodes[path[-1]] += 1 if path[-1] < self.rows else -1
        return self.table

    def _can(self, i: int, j: int, step: int) -> bool:
        after = self.table[i][j] + step
        return self.bounds.lower[i][j] <= after <= self.bounds.upper[i][j]

    def _cost(self, i: int, j: int, step: int) -> float:
        """Change in relative squared distance from the prior when the cell moves by one step."""
        here, wanted = self.table[i][j], self.prior[i][j]
        return ((here + step - wanted) ** 2 - (here - wanted) ** 2) / (wanted + 1.0)

    def _arcs(self, node: int) -> list[tuple[int, float]]:
        if node < self.rows:
            return [(self.rows + j, self._cost(node, j, 1)) for j in range(self.columns) if self._can(node, j, 1)]
        j = node - self.rows
        return [(i, self._cost(i, j, -1)) for i in range(self.rows) if self._can(i, j, -1)]

    def _cheapest(self, source: int, gaps: list[int]) -> list[int]:
        """Cheapest path from a node with a unit to give to any node that lacks one (queue-based Bellman-Ford)."""
        distance, parent = {source: 0.0}, {source: -1}
        queue, hops = deque([source]), {source: 0}
        while queue:
            node = queue.popleft()
            for target, cost in self._arcs(node):
                reached = distance[node] + cost
                if reached < distance.get(target, float("inf")) - 1e-9 and hops[node] <= len(gaps):
                    distance[target], parent[target], hops[target] = reached, node, hops[node] + 1
                    queue.append(target)
        ends = [n for n in distance if n != source and self._lacks(n, gaps)]
        if not ends:
            return []
        path = [min(ends, key=lambda n: (distance[n], n))]
        while parent[path[-1]] != -1:
            path.append(parent[path[-1]])
        return path[::-1]

    def _lacks(self, node: int, gaps: list[int]) -> bool:
        return gaps[node] < 0 if node < self.rows else gaps[node] > 0
