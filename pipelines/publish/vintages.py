"""Every value that was ever published, with the edition it first stood in: what a reader saw then can be seen again.

Why a value changed does not belong here (see `revisions.py`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.publish.layout import FCT_VINTAGE, KEY
from pipelines.publish.quality.breaks import with_code
from pipelines.publish.records import Edition

REVISED = "r"
_FROM = ("from_edition_id", "from_sequence")


def plain(column: str) -> pl.Expr:
    """A status without the mark `r`, which says how a value stands to others and nothing of the value."""
    codes = pl.col(column).fill_null("").str.split(",")
    return codes.list.eval(pl.element().filter(pl.element() != REVISED)).list.join(",")


def held_before(folder: Path | None) -> pl.DataFrame:
    """All values up to the previous edition; without rows before the first."""
    path = folder / "parquet" / f"{FCT_VINTAGE.name}.parquet" if folder else None
    if path is None or not path.is_file():
        return pl.DataFrame(schema=FCT_VINTAGE.polars_schema)
    return pl.read_parquet(path).select(FCT_VINTAGE.polars_schema.keys()).cast(FCT_VINTAGE.polars_schema)


def grown(before: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """All values with those that are new in this edition; their edition is filled in once it has its name."""
    last = before.sort("from_sequence").unique(KEY, keep="last", maintain_order=True)
    now = values.select(*KEY, "value", plain("status").alias("status"), pl.lit(value=False).alias("is_withdrawn"))
    both = now.join(last, on=KEY, how="full", coalesce=True, suffix="_old")
    is_gone = pl.col("is_withdrawn").is_null()
    is_new = pl.col("is_withdrawn_old").is_null() | pl.col("is_withdrawn_old")
    differs = pl.col("value").ne_missing(pl.col("value_old")) | pl.col("status").ne_missing(pl.col("status_old"))
    stays = is_gone & pl.col("is_withdrawn_old")
    fresh = both.filter((is_gone | is_new | differs) & ~stays.fill_null(value=False)).with_columns(
        pl.col("is_withdrawn").fill_null(value=True),
        pl.lit(None, dtype=pl.String).alias(_FROM[0]),
        pl.lit(None, dtype=pl.Int32).alias(_FROM[1]),
    )
    return pl.concat([before, fresh.select(before.columns)])


def with_revised(values: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """The values with `r` where an earlier edition showed another figure."""
    earlier = held.filter(pl.col("from_sequence").is_not_null(), pl.col("value").is_not_null())
    both = earlier.select(*KEY, pl.col("value").alias("shown")).join(values.select(*KEY, "value"), on=KEY, how="inner")
    revised = both.filter(pl.col("shown").ne_missing(pl.col("value"))).select(KEY).unique()
    flagged = revised.with_columns(is_revised=pl.lit(value=True))
    marked = values.join(flagged, on=KEY, how="left", maintain_order="left")
    status = pl.when("is_revised").then(with_code(REVISED)).otherwise("status")
    return marked.with_columns(status=status).drop("is_revised")


def named(held: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    """The values with the name of the edition in those that are new in it, in a total order."""
    filled = held.with_columns(pl.col(_FROM[0]).fill_null(edition.id), pl.col(_FROM[1]).fill_null(edition.sequence))
    return filled.sort("from_sequence", *KEY)


def statements() -> tuple[str, ...]:
    """SQL of the mart: the values of every edition side by side, and those that held in one edition."""
    key, shown = ", ".join(f"v.{c}" for c in KEY), "v.value, v.status, v.from_edition_id"
    newest = f"QUALIFY row_number() OVER (PARTITION BY e.edition_id, {key} ORDER BY v.from_sequence DESC) = 1"
    return (
        f"""CREATE VIEW values_by_edition AS
            SELECT * EXCLUDE (is_withdrawn) FROM (
                SELECT e.edition_id, e.edition_date, {key}, {shown}, v.is_withdrawn
                FROM dim_edition AS e JOIN fct_vintage AS v ON v.from_sequence <= e.edition_sequence {newest}
            ) WHERE NOT is_withdrawn""",
        "COMMENT ON VIEW values_by_edition IS 'Every value as each edition showed it (without the mark r)'",
        "CREATE MACRO values_as_of(edition) AS TABLE SELECT * FROM values_by_edition WHERE edition_id = edition",
    )
