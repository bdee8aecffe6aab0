"""What binds a quarter to its year: a flow is part of it, the last day is the same day, and nothing that is untrue."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.disclosure import lines
from pipelines.disclosure.records import Register
from pipelines.disclosure.rounding import UNBOUNDED

FLOW, STOCK = "fct_care_end|is_care_end", "fct_child_period|is_looked_after_at_period_end"
ONE_SIDED = (-UNBOUNDED, 0)


def register(key: str, counts: dict[str, int]) -> Register:
    """One set of children of one authority in several periods, shown in all of them."""
    places = pl.DataFrame(
        [(key, "total", "T", "authority", "W06000015", None, period, n) for n, period in enumerate(counts)],
        schema=["key", "breakdown_id", "breakdown_code", "area_type", "area_code", "region_id", "period_id", "cell"],
        orient="row",
    ).with_columns(pl.col("cell").cast(pl.UInt32), pl.col("region_id").cast(pl.String), is_published=pl.lit(value=True))
    cells = pl.DataFrame({"cell": range(len(counts)), "true": counts.values()}).with_columns(
        pl.col("cell").cast(pl.UInt32)
    )
    no_ratio = pl.DataFrame(schema={f"{role}_cell": pl.UInt32 for role in ("numerator", "denominator", "complement")})
    return Register(rows=no_ratio, places=places, cells=cells)


def found(key: str, counts: dict[str, int]) -> list[tuple[str, int, int, dict[int, int]]]:
    """Kind, ends and terms (cell to coefficient) of every line."""
    made = lines.build(register(key, counts))
    terms = {
        line: dict(held.select("cell", "coefficient").iter_rows()) for (line,), held in made.members.group_by("line")
    }
    return [(kind, low, high, terms[line]) for line, kind, low, high, _ in made.lines.iter_rows()]


@pytest.mark.parametrize("count", [0, 3, 7])
def test_a_quarters_flow_is_part_of_its_year_even_where_they_are_equal(count: int) -> None:
    told = found(FLOW, {"2023-24": 7, "2023-24Q4": count, "2024-25Q1": 1})
    assert told == [("quarter_of_year", *ONE_SIDED, {1: 1, 0: -1})]


def test_four_quarters_hold_at_least_the_year() -> None:
    """A child may end twice in a year, in two quarters: the sum may be more than the year's figure."""
    counts = {"2023-24": 7, **{f"2023-24Q{q}": 2 for q in (1, 2, 3, 4)}}
    told = found(FLOW, counts)
    assert [kind for kind, *_ in told] == ["quarter_of_year"] * 4 + ["quarters_to_year"]
    assert told[-1][1:] == (0, UNBOUNDED, {0: -1, 1: 1, 2: 1, 3: 1, 4: 1})


def test_the_last_quarter_ends_with_the_year() -> None:
    assert found(STOCK, {"2023-24": 7, "2023-24Q3": 9, "2023-24Q4": 7}) == [("year_end", 0, 0, {2: 1, 0: -1})]


@pytest.mark.parametrize(
    ("key", "counts"),
    [
        (FLOW, {"2023-24": 2, "2023-24Q4": 3}),
        (STOCK, {"2023-24": 7, "2023-24Q4": 8}),
        (FLOW, {"2022-23": 7, "2023-24Q4": 3}),
    ],
)
def test_what_the_sources_do_not_bear_out_is_no_line(key: str, counts: dict[str, int]) -> None:
    """Quarter and year come from different returns and may disagree; then nothing true follows from either."""
    assert found(key, counts) == []
