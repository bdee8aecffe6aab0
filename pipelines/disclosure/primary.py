"""Primary rules: which cells must be hidden for their own sake.

Hiding others to protect them does not belong here (see `secondary.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.records import Primary, Register, Targets
from pipelines.disclosure.register import TOTAL_BREAKDOWN


def _is_small(config: DisclosureConfig) -> pl.Expr:
    return pl.col("true").is_between(1, config.small_count_max)


def small_cells(register: Register, config: DisclosureConfig) -> pl.DataFrame:
    """P1 and P2: cells of 1 to the largest small count, complements of ratios among them. One column, `cell`.

    A complement that another one stands for (the same part and whole) is not asked for twice.
    """
    complements = register.rows.select(cell="complement_cell").drop_nulls().unique()
    is_told = pl.col("is_published") | pl.col("cell").is_in(complements["cell"].implode())
    return register.cells.filter(_is_small(config) & is_told).select("cell")


def parts_beside_small_complements(register: Register, config: DisclosureConfig) -> pl.DataFrame:
    """P2: numerators whose complement is small; shown beside the denominator they would give it away.

    Not a zero: there the denominator is as small as the complement and is hidden itself.
    """
    small = small_cells(register, config)
    some = register.cells.filter(pl.col("true") > 0).select("cell")
    return (
        register.rows.select("numerator_cell", "complement_cell")
        .drop_nulls()
        .join(small, left_on="complement_cell", right_on="cell", how="semi")
        .join(some, left_on="numerator_cell", right_on="cell", how="semi")
        .select(pl.col("numerator_cell").alias("cell"))
        .unique()
        .sort("cell")
    )


def groups(register: Register, sensitive: frozenset[str], config: DisclosureConfig) -> pl.DataFrame:
    """P3: cells of a sensitive breakdown that hold the whole of a row large enough to be published, or all but a few.

    Everyone in the row shares the attribute, so knowing that a child is in the row tells it; where one does not, that
    one learns it of all others. A category that is the total by definition (the measure counts only that category)
    tells nothing and is left alone. Columns `cell`, `count`, `total`.
    """
    places = register.places.join(register.cells.select("cell", pl.col("true").alias("count")), on="cell")
    row = ["key", "period_id", "area_code"]
    totals = places.filter(pl.col("breakdown_id") == TOTAL_BREAKDOWN).select(
        *row, pl.col("count").alias("total"), pl.col("class").alias("total_class")
    )
    return (
        places.filter(pl.col("breakdown_id").cast(pl.String).is_in(sorted(sensitive)) & pl.col("is_published"))
        .join(totals, on=row)
        .filter(
            (pl.col("count") >= pl.col("total") - config.group_rest_max)
            & (pl.col("total") >= config.group_total_min)
            & (pl.col("class") != pl.col("total_class"))
        )
        .group_by("cell", "count")
        .agg(pl.col("total").min())
        .sort("cell")
    )


def beside_groups(register: Register, groups: pl.DataFrame) -> tuple[tuple[int, ...], ...]:
    """For each such group the other categories of its row, zeros and the few that are outside: were all of them shown,
    the group would be known whatever else is hidden, so at least one has to go with it."""
    row = ["key", "period_id", "area_code", "breakdown_id"]
    shown = register.places.filter(pl.col("is_published") & (pl.col("breakdown_id") != TOTAL_BREAKDOWN))
    of_groups = shown.join(groups.select("cell"), on="cell", how="semi").select(*row, group="cell")
    others = shown.join(of_groups, on=row).filter(pl.col("cell") != pl.col("group")).sort("group", "cell")
    found = others.group_by(*row, "group", maintain_order=True).agg(pl.col("cell").unique().sort())
    return tuple(sorted({tuple(cells) for cells in found["cell"].to_list()}))


def find(register: Register, sensitive: frozenset[str], config: DisclosureConfig) -> Primary:
    """Every cell that is hidden for its own sake, why, and what must stay possible.

    A small cell must stay open down to 1 and up to one more than the largest small count; of a group it must not be
    known that so few of the row are outside it, so its lower bound must leave room for one more.
    """
    small = small_cells(register, config)
    beside = parts_beside_small_complements(register, config)
    held = groups(register, sensitive, config)
    # the first reason counts where there are several
    why = pl.concat(
        [
            small.with_columns(reason=pl.lit("small")),
            held.select("cell", reason=pl.lit("group")),
            beside.with_columns(reason=pl.lit("complement")),
        ]
    ).unique("cell", keep="first", maintain_order=True)
    reasons = register.cells.select("cell").join(why, on="cell", how="left", maintain_order="left")["reason"]
    whole = held.join(small, on="cell", how="anti").select(
        "cell", low=pl.col("total") - config.group_rest_max - 1, high=pl.lit(0, dtype=pl.Int64)
    )
    targets = pl.concat(
        [
            small.with_columns(low=pl.lit(1, dtype=pl.Int64), high=pl.lit(config.open_up_to, dtype=pl.Int64)),
            whole,
        ]
    ).sort("cell")
    return Primary(reasons.fill_null(""), Targets(cells=targets), held.height, beside_groups(register, held))
