"""Reference values of the disclosure note, section 6 (as R's prop.test and the PHE technical guide give them)."""

from __future__ import annotations

import pytest

from pipelines.core import limits


@pytest.mark.parametrize(
    ("events", "total", "lower", "upper"),
    [
        (65, 100, 0.552544, 0.736358),
        (1045, 5000, 0.197955, 0.220491),
        (15, 90, 0.103685, 0.256939),
        (0, 90, 0.0, 0.040936),
    ],
)
def test_wilson(events: int, total: int, lower: float, upper: float) -> None:
    assert limits.wilson(events, total) == pytest.approx((lower, upper), abs=1e-6)


@pytest.mark.parametrize(
    ("events", "z", "lower", "upper"),
    [
        (65, limits.Z95, 50.163188, 82.849139),
        (1045, limits.Z95, 982.593202, 1110.331213),
        (65, 3.090232306167813, 42.880261, 94.000291),
        (95, limits.Z95, 76.858729, 116.133737),
    ],
)
def test_byar(events: int, z: float, lower: float, upper: float) -> None:
    assert limits.byar(events, z) == pytest.approx((lower, upper), abs=1e-6)


@pytest.mark.parametrize(
    ("events", "lower", "upper"), [(7, 2.814363, 14.422675), (0, 0.0, 3.688879), (95, 76.860673, 116.132574)]
)
def test_poisson_exact(events: int, lower: float, upper: float) -> None:
    assert limits.poisson_exact(events) == pytest.approx((lower, upper), abs=1e-6)


def test_counts_below_ten_take_exact_limits() -> None:
    assert limits.count_limits(5) == limits.poisson_exact(5)
    assert limits.count_limits(10) == limits.byar(10)
