"""Planted defects: each is there, recorded where it is, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.synthetic import SampleSpec, defects, writers
from pipelines.synthetic.chance import chance
from pipelines.synthetic.defects import BUNDLED, MAKERS, Bench
from pipelines.synthetic.records import Step
from pipelines.synthetic.tables import Holdings


@pytest.fixture(scope="module")
def clean(spec_catalogue, lived):
    authority = "W06000003"
    held = Holdings(authority, lived.world.children[authority], 1)
    form = spec_catalogue.returns["lac_census"]
    return writers.submission(spec_catalogue, form, (authority, "2022-23"), held.tables(Step.of("2022-23")))


def _changed_rows(one, other):
    """(table, 1-based row) of every row that differs; rows beyond the end of the first count as changed."""
    found = set()
    for table, a, b in zip(one.tables, one.sheets, other.sheets, strict=True):
        if a.columns != b.columns:
            found.add((table, None))
            continue
        rows = [*a.rows, *([None] * (len(b.rows) - len(a.rows)))]
        found |= {(table, y) for y, (p, q) in enumerate(zip(rows, b.rows, strict=True), 1) if p != q}
    return found


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_a_defect_changes_the_row_that_it_names_and_no_other(clean, kind):
    bench = Bench.of(clean, chance("test", kind))
    found = MAKERS[kind](bench)
    assert found is not None
    table, row, _ = found
    spoilt = bench.result()
    if kind == "wrong_encoding":
        assert spoilt.encoding == "cp1252"
        return
    changed = _changed_rows(clean, spoilt)
    told = (table, None if row is None else row + 1)
    # An overlap is told at the episode that it reaches into; the one that lasts too long stands just before it.
    assert changed == ({(table, row)} if kind == "overlapping_episodes" else {told})


def test_a_rate_plants_that_share_and_at_least_one(clean):
    n = len(clean.sheet("episode").rows)
    _, planted = defects.spoil(clean, "x", SampleSpec(defects=0.02))
    assert 0.5 * 0.02 * n <= len(planted) <= 0.02 * n + 1
    _, one = defects.spoil(clean, "x", SampleSpec(defects=1e-9))
    assert len(one) == 1


def test_no_rate_leaves_the_submission_alone(clean):
    assert defects.spoil(clean, "x", SampleSpec(defects=0.0)) == (clean, [])


def test_the_bundled_defects_are_few_and_known():
    assert 3 <= len(BUNDLED) <= 4
    assert {k for kinds in BUNDLED.values() for k in kinds} <= set(MAKERS)


def test_the_same_seed_plants_the_same(clean):
    one, two = (defects.spoil(clean, "x", SampleSpec(defects=0.01))[1] for _ in range(2))
    other = defects.spoil(clean, "x", replace(SampleSpec(defects=0.01), seed=5))[1]
    assert one == two != other
