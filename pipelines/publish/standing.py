"""How settled figures are, from the marks that the ledger and the editions gave them: provisional, revised or final.

Setting the marks does not belong here (see `facts.with_provisional` and `vintages.with_revised`).
"""

from __future__ import annotations

import polars as pl

from pipelines.core.errors import RefusedError
from pipelines.publish.vintages import REVISED

PROVISIONAL, FINAL = "provisional", "final"
_PLACE = ["area_code", "period_id"]


def with_standing(coverage: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """`fct_coverage` with the word for the figures of each area and period; null where the edition has none of them.

    Provisional: a return that settles one of them is still to come. Revised: none waits, and an earlier edition showed
    one of them differently. Final: neither.
    """
    found = values.group_by(_PLACE).agg(_word())
    return coverage.drop("standing").join(found, on=_PLACE, how="left", maintain_order="left").select(coverage.columns)


def of_edition(values: pl.DataFrame, periods: pl.DataFrame) -> str:
    """The word for a whole edition: how its years stand, for a quarter is provisional by its nature and says so itself.

    Args:
        values: `fct_measure_value`, with its marks.
        periods: `dim_period`.
    """
    years = values.join(periods.filter(pl.col("period_type") == "year"), on="period_id", how="semi")
    return PROVISIONAL if years.is_empty() else years.select(_word()).item()


def refuse_other(claimed: str, values: pl.DataFrame, periods: pl.DataFrame) -> None:
    """Refuse a word that the figures contradict; to call settled figures provisional is caution, and allowed.

    Raises:
        RefusedError: for `final` or `revised` where the marks say something else.
    """
    derived = of_edition(values, periods)
    if claimed not in (PROVISIONAL, derived):
        raise RefusedError("release.contradicted", given=claimed, derived=derived)


def _word() -> pl.Expr:
    codes = pl.col("status").fill_null("").str.split(",")
    return (
        pl.when(codes.list.contains("p").any())
        .then(pl.lit(PROVISIONAL))
        .when(codes.list.contains(REVISED).any())
        .then(pl.lit("revised"))
        .otherwise(pl.lit(FINAL))
        .alias("standing")
    )
