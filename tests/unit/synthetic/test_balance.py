"""Whole-number tables: margins met, bounds kept, impossibility said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.synthetic.balance import Bounds, MarginsImpossible, apportion, balance, rake


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.1, 50), min_size=1, max_size=8), st.integers(0, 400))
def test_shares_add_up_and_no_exchange_brings_them_nearer(weights, total):
    shares = apportion(weights, total)
    parts = [w * total / sum(weights) for w in weights]

    def farther(i, step):
        """By how much one unit more (or less) takes a share away from its part, the large forgiven more."""
        return ((shares[i] + step - parts[i]) ** 2 - (shares[i] - parts[i]) ** 2) / (parts[i] + 1)

    assert sum(shares) == total
    assert min(shares) >= 0
    pairs = [(i, j) for i in range(len(shares)) for j in range(len(shares)) if i != j and shares[j] > 0]
    assert all(farther(i, 1) + farther(j, -1) > -1e-6 for i, j in pairs)


def test_shares_keep_their_bounds():
    assert apportion([1, 1, 1], 10, [7, 0, 0], [10, 1, 10]) == [7, 1, 2]


def test_bounds_that_cannot_be_met_are_said():
    with pytest.raises(MarginsImpossible):
        apportion([1, 1], 10, [0, 0], [3, 3])


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_table_that_exists_is_found(data):
    n_rows, n_columns = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    truth = [[data.draw(st.integers(0, 12)) for _ in range(n_columns)] for _ in range(n_rows)]
    rows, columns = [sum(r) for r in truth], [sum(c) for c in zip(*truth, strict=True)]
    bounds = Bounds([[max(n - 3, 0) for n in r] for r in truth], [[n + 2 for n in r] for r in truth])
    prior = rake([[data.draw(st.floats(0.1, 9)) for _ in range(n_columns)] for _ in range(n_rows)], rows, columns)
    table = balance(prior, rows, columns, bounds)
    assert [sum(r) for r in table] == rows
    assert [sum(c) for c in zip(*table, strict=True)] == columns
    cells = [
        (n, lo, hi)
        for t, low, high in zip(table, bounds.lower, bounds.upper, strict=True)
        for n, lo, hi in zip(t, low, high, strict=True)
    ]
    assert all(lo <= n <= hi for n, lo, hi in cells)


def test_rounding_stays_next_to_a_prior_that_fits():
    prior = [[1.5, 2.5], [2.5, 1.5]]
    table = balance(prior, [4, 4], [4, 4])
    assert all(abs(n - p) < 1 for row, want in zip(table, prior, strict=True) for n, p in zip(row, want, strict=True))
