"""What every cell of a component needs: protected cells must stay open, hidden ones must keep enough values.

Which cells are protected is decided in `primary.py`; meeting the needs in `optimise.py`.
"""

from __future__ import annotations

from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.polytope import Booleans
from pipelines.disclosure.problem import DOWN, GUESSING, UP, WIDTH, Need


def of_target(cell: int, low: int, high: int) -> list[Need]:
    """A protected cell's bounds must reach down to `low` and up to `high`."""
    return [Need(cell, DOWN, low), Need(cell, UP, high)]


def of_hidden(published: Booleans, forced: Booleans, config: DisclosureConfig) -> list[Need]:
    """The second gate: every cell that some table names keeps enough values while it is hidden.

    Args:
        forced: hidden anyway.
    """
    cells = published.nonzero()[0]
    return [Need(int(c), WIDTH, config.hidden_min_span, GUESSING, not forced[c]) for c in cells]
