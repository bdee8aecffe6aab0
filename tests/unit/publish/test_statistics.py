"""Comparing published figures: reference values of the disclosure note, section 6, and of the papers it names.

Tables do not belong here (see `test_comparison.py`).
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.limits import Z95
from pipelines.publish.quality import statistics as s

shares = st.integers(1, 2000).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d)))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((48, 80), (56, 70), (0.2000, 0.0524, 0.3339)),
        ((18, 72), (23, 60), (0.1333, -0.0246, 0.2861)),
    ],
)
def test_newcombe(first: s.Share, second: s.Share, expected: s.Interval) -> None:
    assert s.newcombe(first, second) == pytest.approx(expected, abs=5e-5)


def test_funnel_of_a_proportion() -> None:
    """One of the 400 limits that PHEindicatormethods publishes, and the clipping at the ends."""
    low, high = s.funnel_proportion(0.80642448, 10, Z95)
    assert low == pytest.approx(0.56154344, abs=1e-8)
    assert high == 1.0


@pytest.mark.parametrize(("mean", "low", "high"), [(5, 1, 10), (100, 81, 120), (900, 842, 959)])
def test_funnel_of_a_count_lies_within_one_of_the_exact_quantiles(mean: int, low: int, high: int) -> None:
    """Whole quantiles by adding up the distribution in logarithms; interpolation moves a limit by less than one."""
    reached, quantiles = 0.0, {}
    for k in range(3 * mean + 20):
        reached += math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
        for tail in (0.025, 0.975):
            if reached >= tail:
                quantiles.setdefault(tail, k)
    assert (quantiles[0.025], quantiles[0.975]) == (low, high)
    for limit, whole in zip(s.funnel_count(mean, Z95), (low, high), strict=True):
        assert whole - 1 < limit <= whole


@pytest.mark.parametrize(("value", "degrees", "tail"), [(33.924, 22, 0.05), (3.841459, 1, 0.05), (23.209, 10, 0.01)])
def test_chi_square_tail(value: float, degrees: int, tail: float) -> None:
    """The tables at the end of every textbook."""
    assert s.chi_square_tail(value, degrees) == pytest.approx(tail, abs=1e-5)
    assert s.chi_square_tail(5000.0, degrees) == pytest.approx(0, abs=1e-12)


def test_the_score_test_is_the_chi_square_test() -> None:
    """X squared of a 2 x 2 table in its short form, n (ad - bc)^2 over the product of the margins."""
    squared = 150 * (56 * 32 - 14 * 48) ** 2 / (70 * 80 * 104 * 46)
    assert s.proportions_test((48, 80), (56, 70)) == pytest.approx(s.chi_square_tail(squared, 1), abs=1e-12)
    assert s.proportions_test((0, 10), (0, 20)) == 1.0


def test_counts_are_tested_given_their_sum() -> None:
    """50 against 50 is no change; 30 of 40 in equal years is 3.16 standard errors from the half."""
    assert s.counts_test((50, 1), (50, 1)) == 1.0
    assert s.counts_test((10, 1), (30, 1)) == pytest.approx(math.erfc(10 / math.sqrt(10) / math.sqrt(2)))
    assert s.counts_test((10, 100), (30, 300)) == pytest.approx(1.0)


def test_benjamini_and_hochberg() -> None:
    """R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "BH")."""
    assert s.adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert s.adjusted([]) == []


def test_overdispersion_is_told_from_chance() -> None:
    plain = [(-1.0) ** k * (0.5 + k / 22) for k in range(22)]
    assert s.overdispersion(plain) == (pytest.approx(1.0, abs=0.2), False)
    phi, is_more = s.overdispersion([3 * score for score in plain])
    assert phi == pytest.approx(9 * s.overdispersion(plain)[0])
    assert is_more


@given(shares, shares)
def test_a_difference_turned_round_is_its_negative(first: s.Share, second: s.Share) -> None:
    forth, back = s.newcombe(first, second), s.newcombe(second, first)
    assert forth == pytest.approx((-back[0], -back[2], -back[1]), abs=1e-12)
    assert forth[1] - 1e-12 <= forth[0] <= forth[2] + 1e-12


@given(st.lists(st.floats(0, 1), max_size=30))
def test_correction_never_lowers_p_and_keeps_its_order(given_p: list[float]) -> None:
    found = s.adjusted(given_p)
    assert all(a >= p - 1e-15 for a, p in zip(found, given_p, strict=True))
    ranked = [a for _, a in sorted(zip(given_p, found, strict=True))]
    assert ranked == sorted(ranked)


@given(st.floats(0.01, 0.99), st.integers(5, 5000), st.floats(1, 20))
def test_inflation_only_widens_a_funnel(target: float, total: int, phi: float) -> None:
    low, high = s.funnel_proportion(target, total, Z95)
    wide_low, wide_high = s.funnel_proportion(target, total, Z95, phi)
    assert wide_low <= low <= target <= high <= wide_high
    assert 0 <= wide_low <= wide_high <= 1
