"""The cell register: one cell per set of children, however many measures and tables show it.

Deciding what is hidden does not belong here (see `primary.py` and `secondary.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from pipelines.disclosure import same_sets
from pipelines.disclosure.errors import CellsDisagree
from pipelines.disclosure.records import Register
from schemas.catalogue import Catalogue
from schemas.model import Measure, Publication

ROLES = ("numerator", "denominator", "complement")
PLACE = ("key", "breakdown_id", "breakdown_code", "area_type", "area_code", "period_id")
TOTAL_CODE = "T"
TOTAL_BREAKDOWN = "total"


def _key(fact: str, *concepts: Iterable[str]) -> str:
    """Name of a set of rows of a fact: the fact and its booleans, in one order whoever names them."""
    return f"{fact}|{'&'.join(sorted({c for held in concepts for c in held}))}"


def keys_of(measure: Measure) -> dict[str, str | None]:
    """The sets behind a measure: numerator, denominator and complement key, None where it has none.

    The rows behind a mean are those with a value, so its denominator also names the value column.
    """
    both = _key(measure.fact, measure.numerator, measure.denominator)
    if measure.unit == "count":
        return {"numerator": both, "denominator": None, "complement": None}
    if measure.unit == "rate_per_10000":
        # the population is the denominator, so the measure's own denominator booleans do not narrow the count
        return {"numerator": _key(measure.fact, measure.numerator), "denominator": None, "complement": None}
    whole = _key(measure.fact, measure.denominator)
    if measure.unit == "percent":
        return {"numerator": both, "denominator": whole, "complement": f"{whole} less {both}"}
    with_value = _key(measure.fact, measure.numerator, measure.denominator, [f"value:{measure.value_column}"])
    return {"numerator": None, "denominator": with_value, "complement": None}


def _measure_frame(catalogue: Catalogue, publication: Publication) -> pl.DataFrame:
    """Tables and keys of every measure the publication names: table_id, measure_id, breakdown_id and the keys."""
    records: list[dict[str, str | None]] = [
        {
            "table_id": table.id,
            "measure_id": m,
            "breakdown_id": table.breakdown,
            **{f"{role}_key": key for role, key in keys_of(catalogue.measures[m]).items()},
        }
        for table in publication.tables
        for m in table.measures
    ]
    names = ("table_id", "measure_id", "breakdown_id", *(f"{r}_key" for r in ROLES))
    return pl.DataFrame(records, schema=dict.fromkeys(names, pl.String)).unique(maintain_order=True)


def _located(catalogue: Catalogue, publication: Publication, cells_path: Path) -> pl.DataFrame:
    """The cells the publication names, each with its table, its region, its keys and the breakdown it stands in."""
    regions = pl.DataFrame(
        [(a.gss, a.region) for a in catalogue.authorities.values()],
        schema={"area_code": pl.String, "region_id": pl.String},
        orient="row",
    )
    is_total = pl.col("breakdown_code") == TOTAL_CODE
    held = (
        pl.read_parquet(cells_path)
        .join(_measure_frame(catalogue, publication), on=["measure_id", "breakdown_id"], how="inner")
        .join(regions, on="area_code", how="left")
        .with_columns(stands_in=pl.when(is_total).then(pl.lit(TOTAL_BREAKDOWN)).otherwise("breakdown_id"))
    )
    return held.with_columns(_enums(held))


def _rows(catalogue: Catalogue, publication: Publication, cells_path: Path) -> pl.DataFrame:
    """The rows to publish in one order, with the counts behind them; what is missing has none."""
    order = ["table_id", "measure_id", "period_id", "breakdown_id", "breakdown_code", "area_type", "area_code"]
    is_observed = pl.col("coverage_status") != "missing"
    has_part, has_whole = pl.col("numerator_key").is_not_null(), pl.col("denominator_key").is_not_null()
    complement = pl.col("denominator_count") - pl.col("numerator_count")
    return (
        _located(catalogue, publication, cells_path)
        .sort(order)
        .with_columns(
            numerator_count=pl.when(is_observed & has_part).then("numerator"),
            denominator_count=pl.when(is_observed & has_whole).then(pl.coalesce("denominator", "contributors")),
        )
        .with_columns(complement_count=pl.when(pl.col("complement_key").is_not_null()).then(complement))
        .with_row_index("row")
    )


def _enums(held: pl.DataFrame) -> list[pl.Expr]:
    """Ids as enumerations in alphabetical order (shared where columns are compared): sorts and joins on numbers."""
    together = [
        ("table_id",),
        ("measure_id",),
        ("period_id",),
        ("breakdown_id", "stands_in"),
        ("breakdown_code",),
        ("area_code", "region_id"),
        tuple(f"{role}_key" for role in ROLES),
    ]
    found = []
    for names in together:
        values = pl.concat([held[n].drop_nulls() for n in names]).unique().sort()
        found += [pl.col(n).cast(pl.Enum(values)) for n in names]
    return found


def _statistics(rows: pl.DataFrame) -> pl.DataFrame:
    """One line per row and role: where the count stands and what it is. A category `T` is the total breakdown."""
    parts = [
        rows.filter(pl.col(f"{role}_count").is_not_null()).select(
            "row",
            pl.lit(role).alias("role"),
            pl.col(f"{role}_key").alias("key"),
            pl.col("stands_in").alias("breakdown_id"),
            *PLACE[2:],
            "region_id",
            pl.col(f"{role}_count").alias("true"),
            pl.lit(role != "complement").alias("is_published"),
        )
        for role in ROLES
    ]
    return pl.concat(parts)


def _places(statistics: pl.DataFrame) -> pl.DataFrame:
    """One row per place; two measures that disagree about a place stop the room (nothing could be kept alike)."""
    places = statistics.group_by(PLACE).agg(
        pl.col("region_id").first(),
        pl.col("true").max(),
        (pl.col("true").min() != pl.col("true").max()).alias("differs"),
        pl.col("is_published").any(),
    )
    if places["differs"].any():
        raise CellsDisagree(
            int(places["differs"].sum()), sorted(places.filter("differs")["key"].cast(pl.String).unique())
        )
    return places.drop("differs").sort(PLACE)


def build(catalogue: Catalogue, publication: Publication, cells_path: Path) -> Register:
    """The register of one publication.

    Raises:
        CellsDisagree: two measures give different counts for the same set of children.
    """
    rows = _rows(catalogue, publication, cells_path)
    statistics = _statistics(rows)
    related = rows.select(whole="denominator_key", complement="complement_key").drop_nulls().unique()
    places = same_sets.number(_places(statistics), related)
    split = places.filter(pl.col("breakdown_id") != TOTAL_BREAKDOWN).select("key", "period_id").unique()
    is_total = pl.col("breakdown_id") == TOTAL_BREAKDOWN
    cells = (
        places.join(split.with_columns(is_split=pl.lit(value=True)), on=["key", "period_id"], how="left")
        .group_by("cell")
        .agg(
            pl.col("true").first(),
            pl.col("is_published").any(),
            pl.col("area_type").first(),
            is_total.any().alias("is_total"),
            (is_total & pl.col("is_split").fill_null(value=False)).any().alias("is_margin"),
        )
        .sort("cell")
    )
    numbered = statistics.select("row", "role", *PLACE).join(places.select(*PLACE, "cell"), on=PLACE, how="left")
    for role in ROLES:
        held = numbered.filter(pl.col("role") == role).select("row", pl.col("cell").alias(f"{role}_cell"))
        rows = rows.join(held, on="row", how="left")
    return Register(rows=_one_complement(rows).sort("row"), places=places, cells=cells)


def _one_complement(rows: pl.DataFrame) -> pl.DataFrame:
    """The same complement wherever part and whole are the same: its own counts are often too small to tell that."""
    pair = ["numerator_cell", "denominator_cell"]
    has_one = pl.col("complement_cell").is_not_null()
    return rows.with_columns(complement_cell=pl.when(has_one).then(pl.col("complement_cell").min().over(pair)))
