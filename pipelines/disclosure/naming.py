"""The ids of cells: text that says which set of children, area and period, the same in every file and edition.

Which cells there are is decided in `register.py`.
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.records import Register

PARTS = ("key", "breakdown_id", "breakdown_code", "area_code", "period_id")


def place_ids() -> pl.Expr:
    """`<population>;<breakdown>;<code>;<area>;<period>` of every place."""
    return pl.concat_str([pl.col(c).cast(pl.String) for c in PARTS], separator=";")


def places(register: Register) -> pl.DataFrame:
    """cell, place_id of every name of every cell, sorted by both."""
    return register.places.select("cell", place_id=place_ids()).sort("cell", "place_id")


def ids(register: Register) -> pl.Series:
    """The id of each cell by cell number: of its names the first in the alphabet."""
    first = places(register).group_by("cell").agg(pl.col("place_id").min())
    return register.cells.select("cell").join(first, on="cell", how="left", maintain_order="left")["place_id"]
