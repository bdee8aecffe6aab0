"""The records this room works with: the register of cells and the lines that bind them.

Reading cells and writing results do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.disclosure.config import DisclosureConfig

Bounds = tuple[pl.Series, pl.Series]
"""(lower, upper) of every cell, by cell number."""


@dataclass(frozen=True)
class Register:
    """Every published or derivable count of a publication, each set of children once."""

    rows: pl.DataFrame
    """One row per figure to publish: the columns of `cells`, `table_id`, and the cell number (or null) of its
    numerator (`numerator_cell`), denominator (`denominator_cell`) and complement (`complement_cell`)."""
    places: pl.DataFrame
    """Where each cell stands: key, breakdown_id, breakdown_code, area_type, area_code, region_id, period_id, cell."""
    cells: pl.DataFrame
    """cell (0, 1, ...), true (count), is_published, area_type; is_total (a measure's figure for a whole area) and
    is_margin (such a total that is also split by categories); component (fact and period: no line joins two)."""


@dataclass(frozen=True)
class Lines:
    """Sums an outsider can form: for each line, the total of coefficient x count lies in [low, high]."""

    members: pl.DataFrame
    """line, cell, coefficient (+1 part, -1 total), sorted by line."""
    lines: pl.DataFrame
    """line (0, 1, ...), kind, low, high, component; `is_exact` where the parts make up the total."""


@dataclass(frozen=True)
class Targets:
    """What must stay possible: a protected cell's bounds must reach down to `low` and up to `high`."""

    cells: pl.DataFrame
    """cell, low, high."""


@dataclass(frozen=True)
class Problem:
    """All that secondary suppression works from."""

    register: Register
    lines: Lines
    primary: pl.Series
    """Boolean by cell number: hidden for its own sake."""
    targets: Targets
    config: DisclosureConfig


@dataclass(frozen=True)
class Pattern:
    """Which cells are hidden, and how the room came to it."""

    hidden: pl.Series
    """Boolean by cell number."""
    lower: pl.Series
    upper: pl.Series
    n_rounds: int
    n_unprotected: int
    """Hidden cells that could still be narrowed too far when the room gave up; zero unless the pattern failed."""
