"""Status codes and public reasons of every figure, in the one order of the shorthand list.

Computing figures does not belong here (see `ratios.py`).
"""

from __future__ import annotations

import polars as pl

from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.ratios import AVERAGE_DECIMALS

REASONS = {
    "few": "disclosure.reason.too_few",
    "confidential": "disclosure.reason.confidential",
    "missing": "disclosure.reason.not_available",
    "empty": "disclosure.reason.not_applicable",
    "partial": "disclosure.reason.partial_coverage",
    "zero": "disclosure.reason.rounds_to_zero",
    "weak": "disclosure.reason.low_reliability",
}
"""Public wording keys. None tells a primary from a secondary cell."""


def _conditions(config: DisclosureConfig) -> dict[str, pl.Expr]:
    """Why a figure is withheld or marked; later conditions assume that no earlier one holds."""
    unit = pl.col("unit")
    is_average = unit.is_in(list(AVERAGE_DECIMALS))
    has_whole = is_average | (unit == "percent")
    is_missing = pl.col("coverage_status") == "missing"
    is_few = (unit == "percent") & (pl.col("r_d") < config.withheld_below_denominator)
    average_of_few = is_average & (
        (pl.col("contributors") < config.min_contributors) | (pl.col("r_d") < config.withheld_below_denominator)
    )
    hidden = pl.col("n_hidden") | pl.col("d_hidden") | ((unit == "percent") & pl.col("has_small_complement"))
    is_weak = ((unit == "percent") & (pl.col("r_d") < config.unreliable_below_denominator)) | (
        unit.is_in(["percent", "rate_per_10000"]) & (pl.col("r_n") < config.unreliable_below_numerator)
    )
    return {
        "missing": is_missing,
        "empty": has_whole & (pl.col("r_d") == 0),
        "few": is_few,
        "confidential": hidden | average_of_few,
        "absent": pl.col("value").is_null(),
        "zero": (unit.is_in(["percent", "rate_per_10000"])) & (pl.col("value") == 0) & (pl.col("r_n") > 0),
        "partial": pl.col("coverage_status") == "partial",
        "weak": is_weak,
    }


def _first_code(is_: dict[str, pl.Expr]) -> pl.Expr:
    """The code that stands for a withheld value, null where the value is shown."""
    return (
        pl.when(is_["missing"])
        .then(pl.lit("x"))
        .when(is_["empty"])
        .then(pl.lit("z"))
        .when(is_["few"] | is_["confidential"])
        .then(pl.lit("c"))
        .when(is_["absent"])
        .then(pl.lit("x"))
    )


def _reason(is_: dict[str, pl.Expr]) -> pl.Expr:
    order = ("missing", "empty", "few", "confidential", "absent", "partial", "zero", "weak")
    said = [pl.when(is_[name]).then(pl.lit(REASONS.get(name, REASONS["missing"]))) for name in order]
    return pl.coalesce(*said, pl.lit(""))


def marked(rows: pl.DataFrame, order: tuple[str, ...], config: DisclosureConfig) -> pl.DataFrame:
    """Rows with `status` and `reason`, and with no figure beside a code that withholds it.

    Args:
        order: the shorthand codes in the order of their code list; statuses keep it.
    """
    is_ = {name: found.fill_null(value=False) for name, found in _conditions(config).items()}
    rows = rows.with_columns(
        withheld=_first_code(is_),
        reason=_reason(is_),
        is_zero=is_["zero"],
        is_doubtful=is_["partial"] | is_["weak"],
        is_total=pl.lit(config.mark_totals) & pl.col("area_type").is_in(["region", "wales"]),
    )
    is_shown = pl.col("withheld").is_null()
    codes = {
        "c": pl.col("withheld") == "c",
        "x": pl.col("withheld") == "x",
        "z": pl.col("withheld") == "z",
        "k": is_shown & pl.col("is_zero"),
        "u": is_shown & pl.col("is_doubtful"),
        "t": pl.col("is_total"),
    }
    parts = [pl.when(codes[c]).then(pl.lit(c)) for c in sorted(codes, key=order.index)]
    return rows.with_columns(
        pl.concat_str(parts, separator=",", ignore_nulls=True).alias("status"),
        *(pl.when(is_shown).then(pl.col(c)).alias(c) for c in ("value", "lower", "upper")),
    )
