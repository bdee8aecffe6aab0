"""The sums that bind the cells: categories to total, authorities to region and Wales, part and complement to whole.

Drawing conclusions from them does not belong here (see `bounds.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.records import Lines, Register
from pipelines.disclosure.register import TOTAL_BREAKDOWN
from pipelines.disclosure.rounding import UNBOUNDED

ROW, REGION, WALES_REGIONS, WALES_AUTHORITIES, COMPLEMENT = (
    "categories_to_total",
    "authorities_to_region",
    "regions_to_wales",
    "authorities_to_wales",
    "part_and_complement",
)
KINDS = (ROW, REGION, WALES_REGIONS, WALES_AUTHORITIES, COMPLEMENT)


def _sum_line(kind: str, parts: pl.DataFrame, totals: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Members of one line per distinct `on`: the parts (+1) and their total (-1); lines without a total are none."""
    totals = totals.select(*on, pl.col("cell").alias("total"))
    held = parts.select(*on, "cell").join(totals, on=on, how="inner")
    numbers = held.select(*on, "total").unique().sort(on).with_row_index("number")
    plus = held.join(numbers.drop("total"), on=on).select("number", "cell", coefficient=pl.lit(1, dtype=pl.Int64))
    minus = numbers.select("number", pl.col("total").alias("cell"), coefficient=pl.lit(-1, dtype=pl.Int64))
    return pl.concat([plus, minus]).select(pl.lit(kind).alias("kind"), "number", "cell", "coefficient")


def _table_lines(places: pl.DataFrame) -> list[pl.DataFrame]:
    slices = ["key", "period_id", "breakdown_id", "breakdown_code"]
    by_type = {t: places.filter(pl.col("area_type") == t) for t in ("authority", "region", "wales")}
    in_total = pl.col("breakdown_id") == TOTAL_BREAKDOWN
    categories = places.filter(~in_total)
    totals = (
        places.filter(in_total)
        .drop("breakdown_id")
        .join(categories.select("key", "period_id", "breakdown_id").unique(), on=["key", "period_id"])
    )
    regions = by_type["region"].with_columns(region_id=pl.col("area_code"))
    return [
        _sum_line(ROW, categories, totals, ["key", "period_id", "breakdown_id", "area_code"]),
        _sum_line(REGION, by_type["authority"].drop_nulls("region_id"), regions, [*slices, "region_id"]),
        _sum_line(WALES_REGIONS, by_type["region"], by_type["wales"], slices),
        _sum_line(WALES_AUTHORITIES, by_type["authority"], by_type["wales"], slices),
    ]


def _complement_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Numerator + complement = denominator, once per distinct triple."""
    triples = (
        rows.select(pl.col("^(numerator|denominator|complement)_cell$"))
        .drop_nulls()
        .unique()
        .sort("numerator_cell", "denominator_cell", "complement_cell")
        .with_row_index("number")
    )
    parts = [
        triples.select(
            pl.lit(COMPLEMENT).alias("kind"),
            "number",
            pl.col(f"{role}_cell").alias("cell"),
            pl.lit(sign, dtype=pl.Int64).alias("coefficient"),
        )
        for role, sign in (("numerator", 1), ("complement", 1), ("denominator", -1))
    ]
    return pl.concat(parts)


def _surplus(register: Register, members: pl.DataFrame) -> pl.DataFrame:
    """By how much the parts of each line exceed its total."""
    held = members.join(register.cells.select("cell", "true"), on="cell")
    return held.group_by("line").agg((pl.col("true") * pl.col("coefficient")).sum().alias("surplus"))


def _limits(lines: pl.DataFrame) -> pl.DataFrame:
    """What an outsider may hold each line to: equality, or the inequality where parts and total differ."""
    surplus = pl.col("surplus")
    return lines.select(
        "line",
        "kind",
        low=pl.when(surplus < 0).then(-UNBOUNDED).otherwise(0),
        high=pl.when(surplus > 0).then(UNBOUNDED).otherwise(0),
        is_exact=surplus == 0,
    )


def build(register: Register) -> Lines:
    """Every line of the register, in one order.

    A line whose parts do not make up the total (a category left out, overlapping categories) is kept as the
    inequality that an outsider may rely on; the difference itself is taken from nowhere but the true counts' sign.
    """
    published = register.places.filter("is_published")
    found = pl.concat([*_table_lines(published), _complement_lines(register.rows)]).with_columns(
        pl.col("kind").cast(pl.Enum(KINDS))
    )
    # a cell that is both part and total of a line (one set under two names) drops out of it
    netted = found.group_by("kind", "number", "cell").agg(pl.col("coefficient").sum())
    members = netted.filter(pl.col("coefficient") != 0)
    names = members.select("kind", "number").unique().sort("kind", "number").with_row_index("line")
    members = members.join(names, on=["kind", "number"]).select("line", "cell", "coefficient").sort("line", "cell")
    return Lines(members=members, lines=_limits(names.join(_surplus(register, members), on="line").sort("line")))
