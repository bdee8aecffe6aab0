"""The records this room works with: the register of cells and the lines that bind them.

Reading cells and writing results do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

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
    is_margin (such a total that is also split by categories); once the lines are known, component (1, 2, ...: no line
    joins two)."""


@dataclass(frozen=True)
class Lines:
    """Sums an outsider can form: for each line, the total of coefficient x count lies in [low, high]."""

    members: pl.DataFrame
    """line, cell, coefficient (+1 part, -1 total), sorted by line."""
    lines: pl.DataFrame
    """line (0, 1, ...), kind, low, high; `is_exact` where the parts make up the total."""


@dataclass(frozen=True)
class Targets:
    """What must stay possible: a protected cell's bounds must reach down to `low` and up to `high`."""

    cells: pl.DataFrame
    """cell, low, high."""


@dataclass(frozen=True)
class Primary:
    """What is hidden for its own sake."""

    reasons: pl.Series
    """By cell number: `small`, `group`, `complement`, `flag`; empty where nothing speaks against showing the cell."""
    targets: Targets
    n_groups: int
    """Rows in which everyone, or all but a few, share a sensitive attribute."""
    together: tuple[tuple[int, ...], ...] = ()
    """Cells of which at least one has to be hidden."""

    @property
    def hidden(self) -> pl.Series:
        """Boolean by cell number; a cell that no table shows is among them where it is small."""
        return (self.reasons != "").alias("hidden")


@dataclass(frozen=True)
class Protection:
    """What secondary suppression has to bring about."""

    hidden: pl.Series
    """Boolean by cell number: hidden whatever else."""
    targets: Targets
    known_low: pl.Series
    known_high: pl.Series
    """What is known of each cell even while it is hidden, from earlier editions and from others."""
    together: tuple[tuple[int, ...], ...] = ()
    """Cells of which at least one must be hidden."""
    dropped: pl.Series | None = None
    """Boolean by cell number: in a level that an earlier edition withheld whole."""


@dataclass(frozen=True)
class ComponentSummary:
    """How one component was solved: published cells, those hidden to protect others, their cost, its proven bound."""

    component: int
    n_cells: int
    n_extra: int
    cost: float
    bound: float
    is_proven: bool
    n_rounds: int
    n_programmes: int


@dataclass(frozen=True)
class Pattern:
    """Which cells are hidden, and how the room came to it."""

    hidden: pl.Series
    """Boolean by cell number."""
    dropped: pl.Series
    """Boolean by cell number: in a level that is withheld whole."""
    unmet: tuple[int, ...]
    """Cells that nothing that may be hidden can protect; none unless the room has to refuse."""
    components: tuple[ComponentSummary, ...]
