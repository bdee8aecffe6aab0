"""The published CSV against files reviewed by hand: Wales and four authorities, headline figures, every census year.

The expected files follow from the true counts by the published rule (`hand_rule.py`), never from an edition. What is
hidden although it is not small stands in `expected/hidden_to_protect.csv`, each with what it protects and why.
"""

from __future__ import annotations

import csv
import re
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
    assert len(expected) == len(hand_rule.YEARS) * 22


@pytest.mark.parametrize("area", hand_rule.AREAS)
def test_reviewed_files_follow_from_the_truth(area: str) -> None:
    text = (hand_rule.EXPECTED / f"{area}.csv").read_text(encoding="utf-8")
    assert text == hand_rule.as_text(area), "run `python tests/golden/hand_rule.py` and look at every line that changed"


def test_what_is_hidden_to_protect_is_needed(published: Figures) -> None:
    """Each reviewed line, by plain subtraction: were its figure shown, a count of 1 to 4 would be known too closely."""
    true = hand_rule.truth()
    with hand_rule.PROTECTING.open(encoding="utf-8", newline="") as handle:
        for line in csv.DictReader(handle):
            at = (line["area_code"], line["period"], f"looked_after_by_{line['breakdown_id']}")
            small = true[(*at, line["protects_category"])]
            assert hand_rule.is_small(small), line
            assert not hand_rule.is_small(true[(*at, line["category_code"])]), line
            low, high = _if_shown(published, line, true[(*at, line["category_code"])])
            assert low <= small <= high
            assert high < OPEN_UP_TO or low > 1, line
            assert str(high if high < OPEN_UP_TO else low - 1) in line["why"].split(":")[-1], line


OPEN_UP_TO = 5
"""The policy wants every number from 1 to this to stay possible for a hidden small count."""


def _if_shown(published: Figures, line: dict[str, str], n: int) -> tuple[int, int]:
    """Lowest and highest possible value of the protected count, from its row alone, if the companion were shown."""
    row = (line["period"], line["area_code"], "CLA_STOCK")
    own = _shown(published, (*row, line["breakdown_id"])) | {line["category_code"]: hand_rule.rounded(n)}
    parts = [_range(value) for category, value in own.items() if category != line["protects_category"]]
    least, most = _total(published, row)
    return max(0, least - sum(high for _, high in parts)), most - sum(low for low, _ in parts)


def _total(published: Figures, row: tuple[str, ...]) -> tuple[int, int]:
    """The children of a row lie between these: its total, and the sums of the breakdowns that are shown whole."""
    breakdowns = {key[3] for key in published if key[:3] == row}
    whole = [held for b in breakdowns if "" not in (held := _shown(published, (*row, b))).values()]
    ranges = [[_range(value) for value in held.values()] for held in whole]
    return max(sum(low for low, _ in r) for r in ranges), min(sum(high for _, high in r) for r in ranges)


def _shown(published: Figures, row: tuple[str, ...]) -> dict[str, str]:
    return {key[4]: figures[2] for key, figures in published.items() if key[:4] == row}


def _range(value: str) -> tuple[int, int]:
    """What a shown count may stand for: a zero is a zero, and what is shown is never 1 to 4."""
    n = int(value)
    return (max(n - 2, 5), n + 2) if n else (0, 0)


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
