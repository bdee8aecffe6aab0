"""The disclosure settings in force: thresholds, rounding base, accuracy limits.

Applying them does not belong here: each rule has its own module.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DisclosureConfig:
    """Every figure the room decides by; written into each proof and into the confidentiality policy.

    Counts are numbers of children (or of events), percentages are points, denominators are published ones.
    """

    rounding_base: int = 5
    small_count_max: int = 4
    """Counts from 1 to this are hidden."""
    open_up_to: int = 5
    """Every number from 1 to this must stay possible for a hidden small count, whoever holds the publication: one more
    than the largest, so that what is shown never proves a hidden count to be small (disclosure note, 2.1)."""
    hidden_min_span: int = 2
    """No hidden cell, whatever it is hidden for, may be known closer than this (highest less lowest possible value)."""
    must_publish_factor: float = 100.0
    """How many other cells are rather hidden than an area total that is split further, or a figure of Wales."""
    group_total_min: int = 5
    """Group disclosure (P3) is looked for in rows with at least this total."""
    group_rest_max: int = 1
    """A category discloses its group where no more than this many of the row are outside it: whoever is the one outside
    knows of all others what they are."""
    percent_decimal_min_denominator: int = 4000
    unreliable_below_denominator: int = 30
    unreliable_below_numerator: int = 10
    withheld_below_denominator: int = 10
    min_contributors: int = 10
    rate_per: int = 10_000
    mark_totals: bool = True
    """Whether rows of Wales and the regions carry the code `t`."""
    earlier_figures: str = "where_possible"
    """How far an outsider may take figures of earlier editions as unrevised: `strict` (every one that still fits), or
    `where_possible` (strict, but where nothing could then protect a revised row, any figure may have been revised)."""
    processes: int = 2
    """Components solved at a time."""

    @property
    def half_base(self) -> int:
        """Largest rounding error of a shown count."""
        return self.rounding_base // 2


IN_FORCE = DisclosureConfig()
"""The settings of every publication of this project."""
