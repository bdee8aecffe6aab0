"""All tables of the mart, in the order in which they are written.

Their shapes stand in `layout.py` (the star) and `quality/shapes.py` (comparison); rows do not belong here.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.publish.derived.shapes import DERIVED
from pipelines.publish.layout import MART, MartTable
from pipelines.publish.quality.shapes import QUALITY

TABLES = (*MART, *QUALITY, *DERIVED)


def opened_tables(opened: tuple[str, ...]) -> tuple[MartTable, ...]:
    """The mart as one publication may show it: columns that show a closed column are left out."""
    return tuple(
        replace(t, columns=tuple(c for c in t.columns if c.shows is None or c.shows in opened)) for t in TABLES
    )
