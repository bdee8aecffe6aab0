"""The sums that bind the cells: categories to total, authorities to region and Wales, part and complement to whole,
quarters to their year.

Drawing conclusions from them does not belong here (see `bounds.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.records import Lines, Register
from pipelines.disclosure.register import TOTAL_BREAKDOWN
from pipelines.disclosure.rounding import UNBOUNDED

ROW, REGION, WALES_REGIONS, WALES_AUTHORITIES, COMPLEMENT, YEAR_END, WITHIN_YEAR, QUARTERS = (
    "categories_to_total",
    "authorities_to_region",
    "regions_to_wales",
    "authorities_to_wales",
    "part_and_complement",
    "year_end",
    "quarter_of_year",
    "quarters_to_year",
)
KINDS = (ROW, REGION, WALES_REGIONS, WALES_AUTHORITIES, COMPLEMENT, YEAR_END, WITHIN_YEAR, QUARTERS)
N_QUARTERS = 4
AT_END = "is_looked_after_at_period_end"
"""In the name of a set that is counted on the last day: the same in the last quarter and in its year."""


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


def _quarter_lines(places: pl.DataFrame) -> list[pl.DataFrame]:
    """A quarter's flow is part of its year's, and all four are at least the year's (a child may count in each); what is
    counted on the last day of the last quarter is the figure of the year."""
    held = places.with_columns(
        pl.col("period_id").cast(pl.String).str.slice(0, 7).alias("year"),
        quarter=pl.col("period_id").cast(pl.String).str.slice(7),
        is_stock=pl.col("key").cast(pl.String).str.contains(AT_END, literal=True),
    )
    slices = ["key", "breakdown_id", "breakdown_code", "area_code", "year"]
    parts, years = held.filter(pl.col("quarter") != ""), held.filter(pl.col("quarter") == "")
    ends = parts.filter(pl.col("is_stock") & (pl.col("quarter") == "Q4"))
    flows = parts.filter(~pl.col("is_stock"))
    of_each = years.drop("quarter").join(flows.select(*slices, "quarter").unique(), on=slices)
    whole = flows.filter(pl.col("quarter").n_unique().over(slices) == N_QUARTERS)
    return [
        _sum_line(YEAR_END, ends, years, slices),
        _sum_line(WITHIN_YEAR, flows, of_each, [*slices, "quarter"]),
        _sum_line(QUARTERS, whole, years, slices),
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
    """By how much the parts of each line exceed its total; a relation of quarters and year that the sources do not bear
    out (they are other returns than the year's) is left out: nobody can conclude anything true from it."""
    held = members.join(register.cells.select("cell", "true"), on="cell")
    found = held.group_by("kind", "number").agg((pl.col("true") * pl.col("coefficient")).sum().alias("surplus"))
    kind, surplus = pl.col("kind"), pl.col("surplus")
    is_untrue = (
        ((kind == YEAR_END) & (surplus != 0))
        | ((kind == WITHIN_YEAR) & (surplus > 0))
        | ((kind == QUARTERS) & (surplus < 0))
    )
    return found.filter(~is_untrue).sort("kind", "number")


def _limits(lines: pl.DataFrame) -> pl.DataFrame:
    """What an outsider may hold each line to: equality, or the inequality where parts and total differ; between quarter
    and year the inequality that the definition gives."""
    surplus = pl.col("surplus")
    is_most, is_least = pl.col("kind") == WITHIN_YEAR, pl.col("kind") == QUARTERS
    return lines.select(
        "line",
        "kind",
        low=pl.when(is_most | ((surplus < 0) & ~is_least)).then(-UNBOUNDED).otherwise(0),
        high=pl.when(is_least | ((surplus > 0) & ~is_most)).then(UNBOUNDED).otherwise(0),
        is_exact=(surplus == 0) | is_most | is_least,
    )


def build(register: Register) -> Lines:
    """Every line of the register, in one order.

    A line whose parts do not make up the total (a category left out, overlapping categories) is kept as the
    inequality that an outsider may rely on; the difference itself is taken from nowhere but the true counts' sign.
    """
    published = register.places.filter("is_published")
    found = pl.concat(
        [*_table_lines(published), *_quarter_lines(published), _complement_lines(register.rows)]
    ).with_columns(pl.col("kind").cast(pl.Enum(KINDS)))
    # a cell that is both part and total of a line (one set under two names) drops out of it
    netted = found.group_by("kind", "number", "cell").agg(pl.col("coefficient").sum())
    members = netted.filter(pl.col("coefficient") != 0)
    names = _surplus(register, members).with_row_index("line")
    members = members.join(names, on=["kind", "number"]).select("line", "cell", "coefficient").sort("line", "cell")
    return Lines(members=members, lines=_limits(names))
