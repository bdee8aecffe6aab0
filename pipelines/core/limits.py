"""Confidence limits of proportions and rates, from whichever counts are handed in.

Choosing the counts (always the published ones) and comparing two of them do not belong here.
"""

from __future__ import annotations

import math
from functools import lru_cache

Z95 = 1.959963984540054
"""97.5 % point of the standard normal distribution."""


def wilson(events: float, total: float, z: float = Z95) -> tuple[float, float]:
    """Wilson score limits of a proportion, as fractions of one (Wilson 1927; PHE technical guide, Proportions)."""
    centre = 2 * events + z * z
    spread = z * math.sqrt(z * z + 4 * events * (1 - events / total))
    below = 2 * (total + z * z)
    return max(0.0, (centre - spread) / below), min(1.0, (centre + spread) / below)


def byar(events: float, z: float = Z95) -> tuple[float, float]:
    """Byar's approximate limits of a Poisson count; meant for ten events or more (PHE technical guide, Rates)."""
    if events == 0:
        return 0.0, (1 - 1 / 9 + z / 3) ** 3
    more = events + 1
    lower = events * (1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3
    upper = more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3
    return lower, upper


def _poisson_at_most(events: int, mean: float) -> float:
    term = total = math.exp(-mean)
    for k in range(1, events + 1):
        term *= mean / k
        total += term
    return total


def _mean_where(events: int, probability: float) -> float:
    """The Poisson mean at which `events` or fewer have this probability (it falls as the mean grows)."""
    low, high = 0.0, 10.0 + 4.0 * events
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _poisson_at_most(events, middle) > probability else (low, middle)
    return (low + high) / 2


@lru_cache(maxsize=1024)
def poisson_exact(events: int, level: float = 0.95) -> tuple[float, float]:
    """Exact limits of a Poisson count, half of (1 - level) in each tail; the chi-square form of the guide."""
    tail = (1 - level) / 2
    lower = 0.0 if events == 0 else _mean_where(events - 1, 1 - tail)
    return lower, _mean_where(events, tail)


def count_limits(events: int, z: float = Z95) -> tuple[float, float]:
    """95 % limits of a count: exact below ten events, Byar's from ten."""
    return poisson_exact(events) if events < 10 else byar(events, z)
