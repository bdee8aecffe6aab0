"""Finds the same set of children under different names, and numbers the cells accordingly.

Two measures may reach one set by different booleans, and a measure may be a category of another's breakdown; what
counts are published for them does not belong here.
"""

from __future__ import annotations

import polars as pl

SLICE = ("key", "breakdown_id", "breakdown_code")
INFORMATIVE_MIN = 5
"""Slices whose largest count is below this say nothing about sameness: all their counts are hidden or zero."""


def _fact() -> pl.Expr:
    """Fact of a key: what stands before the bar."""
    return pl.col("key").cast(pl.String).str.split("|").list.first().cast(pl.Categorical)


def _vectors(places: pl.DataFrame) -> pl.DataFrame:
    """Counts of a slice over all areas in one period, as text: equal text, equal counts in the same areas."""
    return (
        places.sort("area_code")
        .group_by("fact", "slice", "period_id", maintain_order=True)
        .agg(
            vector=(pl.col("area_code").to_physical().cast(pl.String) + "=" + pl.col("true").cast(pl.String)).str.join(
                " "
            ),
            largest=pl.col("true").max(),
        )
    )


def _same_pairs(places: pl.DataFrame) -> list[tuple[int, int]]:
    """Pairs of slices of one fact with equal counts in every area of every period both have."""
    vectors = _vectors(places)
    telling = vectors.filter(pl.col("largest") >= INFORMATIVE_MIN)
    pairs = (
        telling.join(telling, on=["fact", "period_id", "vector"], suffix="_b")
        .filter(pl.col("slice") < pl.col("slice_b"))
        .select("slice", "slice_b")
        .unique()
    )
    both = pairs.join(vectors, on="slice").join(
        vectors, left_on=["slice_b", "period_id"], right_on=["slice", "period_id"], suffix="_b"
    )
    alike = both.group_by("slice", "slice_b").agg((pl.col("vector") == pl.col("vector_b")).all().alias("is_same"))
    return sorted(alike.filter("is_same").select("slice", "slice_b").iter_rows())


def _tags(slices: pl.DataFrame, apart: pl.DataFrame) -> dict[int, set[str]]:
    """What two slices of one class may not share: a breakdown of one key, or that one is part of the other."""
    table = slices.select("slice", tag=pl.concat_str("key", "breakdown_id", separator="|"))
    pair = pl.concat_str("whole", "complement", "breakdown_id", "breakdown_code", separator="|")
    related = [
        slices.join(apart, left_on="key", right_on=side, coalesce=False).select("slice", tag=pair)
        for side in ("whole", "complement")
    ]
    held = pl.concat([table, *related]).group_by("slice").agg(pl.col("tag").unique())
    return {i: set(tags) for i, tags in held.iter_rows()}


def _classes(slices: pl.DataFrame, pairs: list[tuple[int, int]], apart: pl.DataFrame) -> list[int]:
    """Class of each slice (its smallest slice); never two categories of one breakdown of one key in a class, nor a
    whole and its complement: they look the same where the part is nowhere, and would then say that it must be."""
    parent = list(range(slices.height))
    tables = _tags(slices, apart)

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in pairs:
        first, second = sorted((root(a), root(b)))
        if first != second and not tables[first] & tables[second]:
            parent[second] = first
            tables[first] |= tables.pop(second)
    return [root(i) for i in parent]


def number(places: pl.DataFrame, apart: pl.DataFrame) -> pl.DataFrame:
    """Places with their cell number (0, 1, ... in the order of class, period, area) and their slice's class.

    Args:
        apart: keys (`whole`, `complement`) of which one is part of the other.
    """
    slices = places.select(SLICE).unique().sort(SLICE).with_row_index("slice")
    held = places.join(slices, on=SLICE).with_columns(fact=_fact())
    classes = pl.DataFrame({"slice": slices["slice"], "class": _classes(slices, _same_pairs(held), apart)})
    held = held.join(classes, on="slice")
    order = ["class", "period_id", "area_code"]
    cells = held.select(order).unique().sort(order).with_row_index("cell")
    return held.join(cells, on=order).drop("slice").sort(*SLICE, "period_id", "area_type", "area_code")
