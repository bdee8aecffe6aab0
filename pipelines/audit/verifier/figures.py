"""The ledger itself, in whole numbers: counts are multiples of the base, true ones rounded or hidden, ratios follow
from the counts beside them.

Files are held against the ledger elsewhere; nothing here knows how a figure came to be hidden.
"""

from __future__ import annotations

import polars as pl

from pipelines.audit.verifier.ledger import KEY, Ledger
from pipelines.audit.verifier.records import Findings, Subject
from schemas.catalogue import Catalogue

LEDGER = "ledger"
BASE, SMALL = 5, 4
DECIMAL_FROM = 4000
"""Percentages have one decimal from this published denominator on (disclosure note, 3.5)."""
AVERAGES = ("mean", "median", "days")


def check(catalogue: Catalogue, subject: Subject, ledger: Ledger, findings: Findings) -> None:
    """Every row of the ledger by itself, and beside its true count where that may be read."""
    units = {m.id: m.unit for m in catalogue.measures.values()}
    rows = ledger.frame.with_columns(unit=pl.col("measure_id").replace_strict(units, default=""))
    if rows.select(KEY).is_duplicated().any():
        findings.add("cell_twice", LEDGER, n=int(rows.select(KEY).is_duplicated().sum()))
    for name, condition in _own_checks().items():
        _tell(rows.filter(condition), name, findings)
    if subject.cells is not None:
        _against_truth(rows, pl.read_parquet(subject.cells), findings)


def _tell(found: pl.DataFrame, name: str, findings: Findings) -> None:
    for key in found.select(KEY).head(5).iter_rows():
        findings.add(name, LEDGER, ";".join(key))
    if found.height > 5:
        findings.add(name, LEDGER, n=found.height - 5)


def _whole(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int64)


def _half_up(part: pl.Expr, whole: pl.Expr, scale: int) -> pl.Expr:
    """The nearest whole multiple of 1/scale of a quotient, halves up, in whole numbers: in steps of 1/scale."""
    return (2 * part * scale + whole) // (2 * whole)


def _own_checks() -> dict[str, pl.Expr]:
    n, d, value, unit = _whole("numerator"), _whole("denominator"), pl.col("value"), pl.col("unit")
    is_percent, is_rate, is_count = unit == "percent", unit == "rate_per_10000", unit == "count"
    shown = value.is_not_null()
    tenths = pl.when(d >= DECIMAL_FROM).then(_half_up(100 * n, d, 10)).otherwise(10 * _half_up(100 * n, d, 1))
    percent = ((value * 10).round(6) != tenths) | n.is_null() | d.is_null()
    rate = (value.round(6) != _half_up(10_000 * n, d, 1)) | n.is_null()
    codes = pl.col("status").str.split(",").list
    is_hidden = codes.contains("c")
    return {
        "not_a_multiple": ((n % BASE != 0) & ~unit.is_in(AVERAGES)) | ((d % BASE != 0) & ~is_rate),
        "part_over_whole": is_percent & (n > d),
        "percentage_not_from_published": is_percent & shown & percent.fill_null(value=True),
        "rate_not_from_published": is_rate & shown & rate.fill_null(value=True),
        "count_not_numerator": is_count & (value.ne_missing(pl.col("numerator"))),
        "value_beside_code": shown & is_hidden,
        "blank_without_code": value.is_null() & (pl.col("status") == ""),
    }


def _against_truth(rows: pl.DataFrame, cells: pl.DataFrame, findings: Findings) -> None:
    """Shown counts are the rounded true ones, small ones are hidden, a shown zero is a zero."""
    true = cells.select(*KEY, true_n="numerator", true_d="denominator", contributors="contributors")
    held = rows.join(true, on=list(KEY), how="left")
    is_average = pl.col("unit").is_in(AVERAGES)
    whole = pl.when(is_average).then(pl.coalesce("true_d", "contributors")).otherwise(pl.col("true_d"))
    pairs = {
        "numerator": (pl.col("true_n"), ~is_average),
        "denominator": (whole, pl.col("unit") != "rate_per_10000"),
    }
    for column, (truth, applies) in pairs.items():
        shown = pl.col(column).is_not_null() & applies
        rounded = (2 * truth + BASE) // (2 * BASE) * BASE
        _tell(held.filter(shown & truth.is_null()), "count_from_nowhere", findings)
        _tell(held.filter(shown & (_whole(column) != rounded)), "not_rounded", findings)
        _tell(held.filter(shown & truth.is_between(1, SMALL)), "small_count_shown", findings)
