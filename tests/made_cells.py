"""Makes cells for tests: a realistic year of children in care, drawn at random and counted by the measures.

No figure here is real; nothing of the warehouse is used, so that the rooms behind it can be tried without it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from schemas.catalogue import WALES, Catalogue
from schemas.model import Measure, Publication, PublicationTable, Text

SHARES: dict[str, dict[str, float]] = {
    "sex": {"M": 0.56, "F": 0.435, "U": 0.005},
    "age_band": {"0000": 0.05, "0104": 0.16, "0509": 0.2, "1015": 0.38, "1617": 0.2, "1899": 0.0, "UNKNOWN": 0.01},
    "ethnicity": {"WHITE": 0.88, "MIXED": 0.04, "ASIAN": 0.03, "BLACK": 0.02, "OTHER": 0.02, "NOT_OBTAINED": 0.01},
    "legal_status": {"CARE_ORDER": 0.82, "VOLUNTARY": 0.14, "COMPULSORY": 0.005, "OTHER": 0.03, "UNKNOWN": 0.005},
    "location": {"1": 0.62, "2": 0.31, "3": 0.05, "4": 0.02},
    "foster_type": {"F1": 0.15, "F2": 0.2, "F3": 0.1, "F4": 0.06, "F5": 0.08, "F6": 0.11, "NOT_FOSTER": 0.3},
}
SIZES = {"fct_child_period": 1.0, "fct_care_start": 0.25, "fct_care_end": 0.25, "fct_review": 2.5}
"""Rows of a fact for each child looked after; facts not named have a tenth."""
FROM_CATEGORY = {
    "is_under_care_order": ("legal_status", ["CARE_ORDER"]),
    "is_voluntarily_accommodated": ("legal_status", ["VOLUNTARY"]),
    "is_in_foster_care": ("foster_type", ["F1", "F2", "F3", "F4", "F5", "F6"]),
    "is_in_kinship_foster_care": ("foster_type", ["F1", "F4"]),
    "is_in_agency_foster_care": ("foster_type", ["F3", "F6"]),
    "is_in_foster_care_inside_authority": ("foster_type", ["F1", "F2", "F3"]),
    "is_placed_inside_authority": ("location", ["1"]),
    "is_placed_elsewhere_in_wales": ("location", ["2"]),
    "is_placed_outside_wales": ("location", ["3"]),
}
OFTEN = ("is_looked_after", "is_care_", "is_adoption", "is_review", "is_care_leaver", "has_child_taken_part")


@dataclass(frozen=True)
class World:
    """What to draw: how many children in Wales in a period, which periods, and the seed."""

    periods: tuple[str, ...] = ("2023-24",)
    n_children: int = 7200
    seed: int = 1


def _codes(catalogue: Catalogue, breakdown_id: str) -> dict[str, float]:
    codes = [c.code for c in catalogue.code_lists[catalogue.breakdowns[breakdown_id].code_list].codes]
    known = SHARES.get(breakdown_id, {})
    # the rest falls off steeply, as needs, placements and reasons do
    return {code: known.get(code, 0.0) if known else 0.5**i for i, code in enumerate(codes)}


def _boolean(name: str, drawn: Mapping[str, list[str]], n_rows: int, dice: random.Random) -> list[bool]:
    if name in FROM_CATEGORY and FROM_CATEGORY[name][0] in drawn:
        breakdown, codes = FROM_CATEGORY[name]
        return [c in codes for c in drawn[breakdown]]
    if name == "is_short_break_at_period_end":
        return [False] * n_rows
    share = 0.97 if name.startswith(OFTEN) else dice.choice([0.03, 0.1, 0.2])
    return [dice.random() < share for _ in range(n_rows)]


def draw(catalogue: Catalogue, fact_id: str, world: World) -> pl.DataFrame:
    """Rows of one fact: authority_code, period_id, its breakdown columns (by breakdown id), booleans and numbers."""
    fact, dice = catalogue.facts[fact_id], random.Random(f"{world.seed}{fact_id}")
    sizes = {a: dice.lognormvariate(0, 0.55) for a in sorted(catalogue.authorities)}
    n_rows = int(world.n_children * SIZES.get(fact_id, 0.1))
    parts = []
    for period in world.periods:
        drawn = {}
        for breakdown in fact.breakdowns:
            shares = _codes(catalogue, breakdown)
            drawn[breakdown] = dice.choices(list(shares), list(shares.values()), k=n_rows)
        columns: dict[str, list[object]] = {
            "authority_code": list(dice.choices(list(sizes), list(sizes.values()), k=n_rows)),
            "period_id": [period] * n_rows,
            **{k: list(v) for k, v in drawn.items()},
            **{b: list(_boolean(b, drawn, n_rows, dice)) for b in fact.booleans},
            **{n: [dice.randint(1, 900) for _ in range(n_rows)] for n in fact.numbers},
        }
        parts.append(pl.DataFrame(columns))
    return pl.concat(parts)


def _counted(rows: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    whole = pl.all_horizontal(pl.lit(value=True), *measure.denominator)
    part = whole & pl.all_horizontal(pl.lit(value=True), *measure.numerator)
    number = pl.col(measure.value_column) if measure.value_column else pl.lit(0)
    average = number.filter(part).median() if measure.unit == "median" else number.filter(part).mean()
    is_average = measure.unit in ("mean", "median", "days")
    return rows.group_by("area_type", "area_code", "period_id", "breakdown_code").agg(
        numerator=number.filter(part).sum().cast(pl.Int64) if is_average else part.sum().cast(pl.Int64),
        denominator=(part if is_average else whole).sum().cast(pl.Int64),
        average=average.cast(pl.Float64),
        contributors=(part if is_average or measure.unit == "count" else whole).sum().cast(pl.Int64),
    )


def _by_area(catalogue: Catalogue, rows: pl.DataFrame) -> pl.DataFrame:
    regions = {a.gss: a.region for a in catalogue.authorities.values()}
    own = pl.col("authority_code")
    return pl.concat(
        [
            rows.with_columns(area_type=pl.lit("authority"), area_code=own),
            rows.with_columns(area_type=pl.lit("region"), area_code=own.replace_strict(regions)),
            rows.with_columns(area_type=pl.lit("wales"), area_code=pl.lit(WALES)),
        ]
    )


def _grid(catalogue: Catalogue, world: World, breakdown: str) -> pl.DataFrame:
    codes = ["T"] if breakdown == "total" else list(_codes(catalogue, breakdown))
    areas = pl.DataFrame(list(catalogue.areas()), schema=["area_type", "area_code"], orient="row")
    return areas.join(pl.DataFrame({"period_id": world.periods}), how="cross").join(
        pl.DataFrame({"breakdown_code": codes}), how="cross"
    )


def cells(catalogue: Catalogue, wanted: Iterable[tuple[str, str]], world: World) -> pl.DataFrame:
    """Cells as the contract describes them, for pairs of measure and breakdown."""
    facts: dict[str, pl.DataFrame] = {}
    parts = []
    for measure_id, breakdown in sorted(set(wanted)):
        measure = catalogue.measures[measure_id]
        if measure.fact not in facts:
            facts[measure.fact] = _by_area(catalogue, draw(catalogue, measure.fact, world))
        code = pl.lit("T") if breakdown == "total" else pl.col(breakdown)
        counted = _counted(facts[measure.fact].with_columns(breakdown_code=code), measure)
        grid = _grid(catalogue, world, breakdown)
        held = grid.join(counted, on=grid.columns, how="left").with_columns(
            pl.col("numerator", "denominator", "contributors").fill_null(0)
        )
        parts.append(_finished(held, measure, breakdown))
    return pl.concat(parts)


def _finished(held: pl.DataFrame, measure: Measure, breakdown: str) -> pl.DataFrame:
    people = {"authority": 28_000, "region": 210_000, "wales": 630_000}
    population = pl.col("area_type").replace_strict(people, return_dtype=pl.Int64)
    nothing = pl.lit(None, dtype=pl.Int64)
    denominators = {"count": nothing, "rate_per_10000": population}
    values = {
        "count": pl.col("numerator").cast(pl.Float64),
        "percent": 100.0 * pl.col("numerator") / pl.col("denominator"),
        "rate_per_10000": 10_000.0 * pl.col("numerator") / population,
    }
    vintage = pl.lit("mid-2023" if measure.unit == "rate_per_10000" else None, dtype=pl.String)
    return held.select(
        pl.lit(measure.id).alias("measure_id"),
        pl.lit(measure.fact).alias("fact_id"),
        pl.lit(measure.unit).alias("unit"),
        "area_type",
        "area_code",
        "period_id",
        pl.lit("year").alias("period_type"),
        pl.lit(breakdown).alias("breakdown_id"),
        "breakdown_code",
        "numerator",
        denominators.get(measure.unit, pl.col("denominator")).alias("denominator"),
        values.get(measure.unit, pl.col("average")).fill_nan(None).alias("value"),
        "contributors",
        pl.lit("complete").alias("coverage_status"),
        vintage.alias("population_vintage"),
    )


def pairs(publication: Publication) -> list[tuple[str, str]]:
    """Measures and breakdowns that a publication names."""
    return [(m, table.breakdown) for table in publication.tables for m in table.measures]


def publication_of(name: str, wanted: Iterable[tuple[str, str]]) -> Publication:
    """A publication with one table per breakdown."""
    by_breakdown: dict[str, list[str]] = {}
    for measure, breakdown in wanted:
        by_breakdown.setdefault(breakdown, []).append(measure)
    label = Text("Made for a test", "Gwnaed ar gyfer prawf")
    tables = tuple(PublicationTable(f"by_{b}", label, tuple(m), b) for b, m in sorted(by_breakdown.items()))
    return Publication(name, label, label, tables, ("csv",), (), (), "", "", None)


def with_publication(catalogue: Catalogue, publication: Publication) -> Catalogue:
    """The catalogue with one publication more."""
    return replace(catalogue, publications={**catalogue.publications, publication.id: publication})


def everything(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Every measure by the total and by every breakdown of its fact: far more than is published."""
    return [(m.id, b) for m in catalogue.measures.values() for b in ("total", *catalogue.facts[m.fact].breakdowns)]


def write(held: pl.DataFrame, folder: Path) -> Path:
    """The cells as `cells.parquet` in a folder."""
    path = folder / "cells.parquet"
    held.write_parquet(path)
    return path


Inner = dict[tuple[str, str], tuple[int, int]]
"""(authority, category) -> (numerator, denominator)."""


def summed(catalogue: Catalogue, inner: Inner, breakdown: str, measure_id: str) -> pl.DataFrame:
    """Cells of one measure from its inner counts: the breakdown, its total, regions and Wales added up from them."""
    measure = catalogue.measures[measure_id]
    rows = pl.DataFrame(
        [(a, c, n, d) for (a, c), (n, d) in inner.items()],
        schema={"authority_code": pl.String, "code": pl.String, "numerator": pl.Int64, "denominator": pl.Int64},
        orient="row",
    ).with_columns(period_id=pl.lit("2023-24"))
    both = {"total": pl.lit("T"), breakdown: pl.col("code")} if breakdown != "total" else {"total": pl.lit("T")}
    parts = []
    for name, code in both.items():
        held = (
            _by_area(catalogue, rows.with_columns(breakdown_code=code))
            .group_by("area_type", "area_code", "period_id", "breakdown_code")
            .agg(pl.col("numerator", "denominator").sum())
            .with_columns(contributors=pl.col("denominator"), average=pl.lit(100.0))
        )
        parts.append(_finished(held, measure, name))
    return pl.concat(parts)
