"""Planted leaks: each change to a clean file is found by the audit, under the name it should have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.disclosure import Subject, check
from schemas.catalogue import WALES
from tests.unit.disclosure.conftest import Year

PUBLICATION = "children-looked-after"
Change = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""(disclosed rows, cells in the same order) -> rows with a leak."""


@pytest.fixture(scope="module")
def clean(year: Year) -> Year:
    return year


def first(rows: pl.DataFrame, condition: pl.Expr) -> pl.Expr:
    """True on the first row that meets the condition, which must exist."""
    row = rows.with_row_index("at").filter(condition)["at"][0]
    return pl.int_range(pl.len()) == row


def put(rows: pl.DataFrame, where: pl.Expr, **values: object) -> pl.DataFrame:
    return rows.with_columns(pl.when(where).then(pl.lit(v)).otherwise(pl.col(c)).alias(c) for c, v in values.items())


IS_COUNT, IS_PERCENT = pl.col("unit") == "count", pl.col("unit") == "percent"
IS_RATE, IS_MEAN = pl.col("unit") == "rate_per_10000", pl.col("unit") == "mean"
IS_SHOWN, IS_C = pl.col("value").is_not_null(), pl.col("status").str.starts_with("c")
INNER = (pl.col("area_type") == "authority") & (pl.col("breakdown_id") == "age_band")


def unhide(small: bool) -> Change:
    """Shows a hidden count again, rounded: a small one as its rounding, a larger one (a companion) as it would be."""

    def change(rows: pl.DataFrame, true: pl.DataFrame) -> pl.DataFrame:
        held = rows.with_columns(true=true["numerator"])
        size = pl.col("true").is_between(1, 4) if small else (pl.col("true") >= 5) | (pl.col("true") == 0)
        where = first(held, IS_COUNT & IS_C & INNER & size)
        shown = (pl.col("true") * 2 + 5) // 10 * 5
        return held.with_columns(
            numerator=pl.when(where).then(shown).otherwise("numerator"),
            value=pl.when(where).then(shown.cast(pl.Float64)).otherwise("value"),
            status=pl.when(where).then(pl.lit("")).otherwise("status"),
        ).drop("true")

    return change


def true_count(rows: pl.DataFrame, true: pl.DataFrame) -> pl.DataFrame:
    held = rows.with_columns(true=true["numerator"])
    where = first(held, IS_COUNT & IS_SHOWN & (pl.col("true") % 5 != 0))
    return held.with_columns(
        numerator=pl.when(where).then("true").otherwise("numerator"),
        value=pl.when(where).then(pl.col("true").cast(pl.Float64)).otherwise("value"),
    ).drop("true")


def true_percent(rows: pl.DataFrame, true: pl.DataFrame) -> pl.DataFrame:
    held = rows.with_columns(true=true["value"].round(1))
    where = first(held, IS_PERCENT & IS_SHOWN & ((pl.col("true") - pl.col("value")).abs() > 0.05))
    return held.with_columns(value=pl.when(where).then("true").otherwise("value")).drop("true")


def setting(condition: pl.Expr, **values: object) -> Change:
    return lambda rows, _: put(rows, first(rows, condition), **values)


def shifted(condition: pl.Expr, column: str, by: float) -> Change:
    def change(rows: pl.DataFrame, _: pl.DataFrame) -> pl.DataFrame:
        where = first(rows, condition)
        return rows.with_columns(pl.when(where).then(pl.col(column) + by).otherwise(pl.col(column)).alias(column))

    return change


LEAKS: list[tuple[str, Change]] = [
    ("small_count_shown", unhide(small=True)),
    ("narrowed", unhide(small=False)),
    ("not_rounded", true_count),
    ("percent_differs", true_percent),
    ("columns", lambda rows, true: rows.with_columns(contributors=true["contributors"])),
    ("columns", lambda rows, _: rows.drop("reason")),
    ("rows", lambda rows, _: rows.head(rows.height - 1)),
    ("rows", lambda rows, _: pl.concat([rows, rows.head(1)])),
    ("null_without_status", setting(IS_COUNT & IS_C, status="")),
    ("value_beside_code", setting(IS_COUNT & IS_SHOWN, status="c")),
    ("value_beside_code", setting(IS_PERCENT & IS_C, lower=12.0)),
    ("reason_missing", setting(IS_C, reason="")),
    ("status_codes", setting(IS_COUNT & IS_SHOWN, status="primary")),
    ("status_codes", setting(IS_PERCENT & IS_SHOWN & (pl.col("status") == "u"), status="t,u")),
    ("base_differs", setting(IS_COUNT, rounding_base=1)),
    ("count_not_numerator", shifted(IS_COUNT & IS_SHOWN, "value", 5)),
    ("looks_different", shifted(IS_PERCENT & IS_SHOWN & (pl.col("denominator") > 100), "denominator", 5)),
    ("unreliable_unmarked", setting(IS_PERCENT & IS_SHOWN & (pl.col("status") == "u"), status="")),
    ("wilson_differs", shifted(IS_PERCENT & IS_SHOWN & pl.col("lower").is_not_null(), "lower", 2)),
    ("rate_differs", shifted(IS_RATE & IS_SHOWN, "value", 0.3)),
    ("byar_differs", shifted(IS_RATE & IS_SHOWN & (pl.col("numerator") >= 10), "upper", 2)),
    ("population_differs", shifted(IS_RATE & IS_SHOWN, "denominator", 100)),
    ("average_too_fine", shifted(IS_MEAN & IS_SHOWN, "value", 0.04)),
    ("average_with_numerator", setting(IS_MEAN & IS_SHOWN, numerator=12345)),
    ("ratio_of_few", setting(IS_PERCENT & IS_SHOWN, denominator=5)),
    ("ratio_of_nothing", setting(IS_PERCENT & IS_SHOWN, denominator=0)),
    ("part_over_whole", setting(IS_PERCENT & IS_SHOWN, denominator=10, numerator=15)),
    ("ratio_from_hidden", setting(IS_PERCENT & IS_C & pl.col("numerator").is_null(), value=40.0, status="")),
    ("hidden_count_shown", setting(IS_COUNT & IS_C, numerator=5)),
    ("contradiction", shifted(IS_COUNT & IS_SHOWN & (pl.col("area_code") == WALES), "numerator", 500)),
]


def test_clean_file_passes(clean: Year) -> None:
    verdict = check(clean.catalogue, Subject(PUBLICATION, clean.folder / "cells.parquet", _saved(clean, clean.rows)))
    assert verdict.violations == ()
    assert verdict.n_protected > 100


def _saved(clean: Year, rows: pl.DataFrame) -> Path:
    path = clean.folder / "changed.parquet"
    rows.write_parquet(path)
    return path


@pytest.mark.parametrize(("name", "change"), LEAKS, ids=[f"{i}-{name}" for i, (name, _) in enumerate(LEAKS)])
def test_planted_leak_is_found(clean: Year, name: str, change: Change) -> None:
    changed = change(clean.rows, clean.true)
    assert not changed.equals(clean.rows), "the leak was not planted"
    verdict = check(clean.catalogue, Subject(PUBLICATION, clean.folder / "cells.parquet", _saved(clean, changed)))
    assert name in verdict.checks
    held = {t.id for t in clean.catalogue.publications[PUBLICATION].tables}
    assert set(verdict.tables) <= held | {""}
