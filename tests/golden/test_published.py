"""The published CSV against files reviewed by hand: Wales and four authorities, headline figures, every census year.

The expected files follow from the true counts by the published rule (`hand_rule.py`), never from an edition. What is
hidden although it is not small stands in `expected/hidden_to_protect.csv`, each with what it protects and why.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from golden import hand_rule
from made_build import Built

from pipelines.core.settings import PROJECT

Figures = dict[tuple[str, ...], tuple[str, ...]]
"""(period, area, measure, breakdown, category) -> (numerator, denominator, value, status)."""
N_KEY = 5


def read(path: Path) -> Figures:
    with path.open(encoding="utf-8", newline="") as handle:
        rows = [tuple(row[c] for c in hand_rule.COLUMNS) for row in csv.DictReader(handle)]
    found = {row[:N_KEY]: row[N_KEY:] for row in rows}
    assert len(found) == len(rows), f"{path.name} has a figure twice"
    return found


@pytest.fixture(scope="module")
def published(full_sample: Built) -> Figures:
    return read(full_sample.edition / "csv" / "observations.csv")


@pytest.mark.parametrize("area", hand_rule.AREAS)
def test_published_figures_are_the_reviewed_ones(area: str, published: Figures) -> None:
    expected = read(hand_rule.EXPECTED / f"{area}.csv")
    wrong = {key: (want, published.get(key)) for key, want in expected.items() if published.get(key) != want}
    assert wrong == {}
    assert len(expected) == len(hand_rule.YEARS) * 18


@pytest.mark.parametrize("area", hand_rule.AREAS)
def test_reviewed_files_follow_from_the_truth(area: str) -> None:
    text = (hand_rule.EXPECTED / f"{area}.csv").read_text(encoding="utf-8")
    assert text == hand_rule.as_text(area), "run `python tests/golden/hand_rule.py` and look at every line that changed"


def test_what_is_hidden_to_protect_hides_one_small_count() -> None:
    """Each reviewed line names a count of 1 to 4 that would be the only one hidden in its row without it."""
    true = hand_rule.truth()
    with hand_rule.PROTECTING.open(encoding="utf-8", newline="") as handle:
        for line in csv.DictReader(handle):
            own, kept = _counts(true, line, line["area_code"]), _counts(true, line, line["protects_area"])
            small = kept[line["protects_category"]]
            assert hand_rule.is_small(small), line
            assert not hand_rule.is_small(own[line["category_code"]]), line
            assert line["why"].startswith(f"{small} child"), line
            if line["breakdown_id"] == "placement":
                assert sum(map(hand_rule.is_small, own.values())) == 1, line


def _counts(true: hand_rule.Truth, line: dict[str, str], area: str) -> Counter[str]:
    """True counts of the row in which a figure stands, by category."""
    if line["breakdown_id"] == "placement":
        at = (area, line["period"], "looked_after_by_placement")
        return Counter({p: true[(*at, p)] for p in hand_rule.PLACEMENTS})
    concept, category = hand_rule.COUNTS[line["measure_id"]]
    return Counter({"T": true[area, line["period"], concept, category]})


def test_reviewed_files_hold_every_kind_of_figure() -> None:
    """Else the comparison would prove little: hidden, low reliability, not available, totals, decimals."""
    lines = [line for area in hand_rule.AREAS for line in hand_rule.lines(area)]
    statuses = {line[-1] for line in lines}
    assert {"", "c", "u", "x", "t", "x,t"} <= statuses
    assert any("." in line[-2] for line in lines)
    assert any(line[-2] == "0" for line in lines)


def test_a_wrong_figure_would_be_seen(published: Figures) -> None:
    """The comparison itself: one published count moved by one base is found."""
    key = ("2019-20", hand_rule.WALES, "CLA_STOCK", "total", "T")
    expected = read(hand_rule.EXPECTED / f"{hand_rule.WALES}.csv")
    assert expected[key] == published[key] == ("7170", "", "7170", "t")
    moved = published | {key: ("7175", "", "7175", "t")}
    assert [k for k, want in expected.items() if moved[k] != want] == [key]


def test_the_way_of_one_datum_is_as_the_architecture_tells_it(full_sample: Built) -> None:
    """Every file that docs/architecture.md names on the way of Ceredigion's first episode is there after the build."""
    way = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8").split("## The way of one datum")[1]
    rooms = ("landing", "typed", "faults", "coverage", "receipts", "cells", "reconciliation", "disclosed", "published")
    named = re.findall(rf"^\| \d+ \| `((?:{'|'.join(rooms)})/[^`<]+)`", way, re.MULTILINE)
    assert len(named) == 10
    assert [name for name in named if not (full_sample.data / name).is_file()] == []
