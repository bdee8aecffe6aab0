"""Comparing two published figures, or many with one: intervals, tests, funnel limits, correction for many tests.

Tables, words and the choice of figures do not belong here; every argument is a number that anyone can read off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

from pipelines.core.limits import Z95, wilson

Z998 = NormalDist().inv_cdf(0.999)
"""99.9 % point of the standard normal distribution: limits that leave out 0.2 %."""

Interval = tuple[float, float, float]
"""(estimate, lower, upper)."""
Share = tuple[float, float]
"""(events, total)."""

WINSORISED = 0.1
ALPHA = 0.05


def square_and_add(first: Interval, second: Interval) -> Interval:
    """Difference `second - first` with limits from the limits of both (Newcombe 1998, method 10; Zou, Donner 2008)."""
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    difference = b - a
    return (
        difference,
        difference - math.hypot(b - b_low, a_high - a),
        difference + math.hypot(b_high - b, a - a_low),
    )


def newcombe(first: Share, second: Share, z: float = Z95) -> Interval:
    """Difference of two independent proportions, `second - first`, as fractions of one (Newcombe 1998, method 10)."""
    sides = [(events / total, *wilson(events, total, z)) for events, total in (first, second)]
    return square_and_add(sides[0], sides[1])


def two_sided(z: float) -> float:
    """Probability of a standard normal value at least as far from zero as `z`."""
    return math.erfc(abs(z) / math.sqrt(2))


def proportions_test(first: Share, second: Share) -> float:
    """p of the score test that two proportions are equal (the chi-square test of a 2 x 2 table, uncorrected)."""
    (events, total), (more, larger) = first, second
    pooled = (events + more) / (total + larger)
    variance = pooled * (1 - pooled) * (1 / total + 1 / larger)
    return 1.0 if variance <= 0 else two_sided((more / larger - events / total) / math.sqrt(variance))


def counts_test(first: Share, second: Share) -> float:
    """p of the score test that two Poisson counts have one rate; the second number of each is what it is counted in.

    Given their sum, the second count is binomial with the share of its exposure (Przyborowski and Wilenski 1940).
    """
    (events, exposure), (more, larger) = first, second
    total, share = events + more, larger / (exposure + larger)
    variance = total * share * (1 - share)
    return 1.0 if variance <= 0 else two_sided((more - total * share) / math.sqrt(variance))


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's adjusted p values, in the order given (1995, step-up)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i], reverse=True)
    found, smallest, n = [1.0] * len(p_values), 1.0, len(p_values)
    for rank, i in enumerate(order):
        smallest = min(smallest, p_values[i] * n / (n - rank))
        found[i] = smallest
    return found


def funnel_proportion(target: float, total: float, z: float, inflation: float = 1.0) -> tuple[float, float]:
    """Limits within which a proportion of `total` falls if its true value is the target; clipped to 0 and 1."""
    spread = z * math.sqrt(inflation * target * (1 - target) / total)
    return max(0.0, target - spread), min(1.0, target + spread)


def funnel_count(expected: float, z: float, inflation: float = 1.0) -> tuple[float, float]:
    """Limits within which a count falls if its mean is `expected`.

    Exact Poisson quantiles, interpolated between whole counts (Spiegelhalter 2005, appendix A.1.1); where
    overdispersion inflates them, the normal limits with the variance inflated.
    """
    if inflation > 1:
        spread = z * math.sqrt(inflation * expected)
        return max(0.0, expected - spread), expected + spread
    tail = two_sided(z) / 2
    return _poisson_quantile(expected, tail), _poisson_quantile(expected, 1 - tail)


def _poisson_quantile(mean: float, probability: float) -> float:
    """Where the Poisson distribution function, drawn as a line between whole counts, reaches the probability."""
    if mean <= 0:
        return 0.0
    k = max(0, math.floor(mean - 12 * math.sqrt(mean)))
    term = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
    reached = term
    while reached < probability and term > 0:
        k += 1
        term *= mean / k
        reached += term
    return max(0.0, k - (reached - probability) / term) if term > 0 else float(k)


def score_of_share(share: Share, target: float) -> float:
    """How many standard errors a proportion lies from the target, the standard error being that of the target."""
    events, total = share
    return (events / total - target) / math.sqrt(target * (1 - target) / total)


def score_of_count(events: float, expected: float) -> float:
    """How many standard errors a count lies from the expected one."""
    return (events - expected) / math.sqrt(expected)


def overdispersion(scores: Sequence[float]) -> tuple[float, bool]:
    """(phi, whether it is more than chance): the mean squared score, winsorised at 10 % (Spiegelhalter 2005)."""
    n = len(scores)
    if n < 3:
        return 1.0, False
    ordered = sorted(scores)
    low, high = _quantile(ordered, WINSORISED), _quantile(ordered, 1 - WINSORISED)
    phi = sum(min(max(score, low), high) ** 2 for score in scores) / n
    return phi, chi_square_tail(n * phi, n) < ALPHA


def _quantile(ordered: Sequence[float], share: float) -> float:
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def chi_square_tail(value: float, degrees: int) -> float:
    """Probability that a chi-square variable with so many degrees of freedom exceeds the value.

    The series of the incomplete gamma function (Abramowitz and Stegun 6.5.29).
    """
    if value <= 0:
        return 1.0
    a, x = degrees / 2, value / 2
    term = total = 1 / a
    n = a
    while term > total * 1e-15:
        n += 1
        term *= x / n
        total += term
    return max(0.0, 1 - total * math.exp(a * math.log(x) - x - math.lgamma(a)))


def distances(points: Mapping[str, Sequence[float]]) -> dict[tuple[str, str], float]:
    """Distance of every two points after each coordinate is brought to mean 0 and standard deviation 1."""
    names = sorted(points)
    columns = list(zip(*(points[name] for name in names), strict=True))
    scaled = {name: [] for name in names}  # type: dict[str, list[float]]
    for column in columns:
        centre = sum(column) / len(column)
        spread = math.sqrt(sum((v - centre) ** 2 for v in column) / len(column)) or 1.0
        for name, value in zip(names, column, strict=True):
            scaled[name].append((value - centre) / spread)
    return {(a, b): math.dist(scaled[a], scaled[b]) for a in names for b in names if a != b}
