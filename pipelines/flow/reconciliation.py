"""Ours beside every published figure that is held, with the cause of each difference.

Which figure answers to which measure is a fact of the specification (`schemas/spec/published_figures.csv`); changing
a figure to make it fit does not belong anywhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.core.files import atomic_file, atomic_write
from pipelines.core.ledger import Ledger
from pipelines.flow import sample
from pipelines.flow.desk import Desk
from pipelines.publish.records import EXPLANATIONS
from schemas.catalogue import SPEC

TABLE, SUMMARY = "reconciliation.csv", "reconciliation.json"
KEY = ["measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code"]
HIDDEN_FROM, HIDDEN_TO = 1, 4
"""What a published `*` or `c` may stand for (counts of 1 to 4)."""


@dataclass(frozen=True)
class Reconciliation:
    """Where the comparison lies and how many figures came to which cause."""

    path: Path
    counts: dict[str, int]


def reconcile(desk: Desk) -> Reconciliation:
    """Compare the cells with every published figure held and write the table; restricted, for it holds exact counts.

    Columns: the key of a cell, `vintage`, `source`, `published`, `published_status`, `ours`, `difference`,
    `explained_by` (one of `EXPLANATIONS`).
    """
    joined = (
        _published(desk)
        .join(_ours(desk), on=KEY, how="inner")
        .join(_synthetic(desk), on=["area_code", "period_id"], how="left")
        .with_columns(difference=pl.col("ours") - pl.col("published"))
    )
    found = explained(joined).sort([*KEY, "vintage"], nulls_last=True)
    folder = desk.settings.paths.reconciliation
    with atomic_file(folder / TABLE) as path:
        found.write_csv(path)
    counted = dict.fromkeys(EXPLANATIONS, 0) | dict(found.group_by("explained_by").len().iter_rows())
    atomic_write(folder / SUMMARY, json.dumps(counted, indent=2) + "\n")
    return Reconciliation(folder / TABLE, counted)


def read_summary(desk: Desk) -> dict[str, int]:
    """How many figures came to which cause, as last written."""
    path = desk.settings.paths.reconciliation / SUMMARY
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def _published(desk: Desk) -> pl.DataFrame:
    """Published figures of extracts that count, under the measures they answer to."""
    counting = {r.submission_id for r in Ledger(desk.settings.paths).counting()}
    held = [p for p in desk.settings.paths.typed.glob("statswales/observation/*/*.parquet") if p.stem in counting]
    if not held:
        return _no_figures()
    answers = pl.read_csv(SPEC / "published_figures.csv", infer_schema=False)
    seen = pl.concat([pl.read_parquet(p, hive_partitioning=False) for p in sorted(held)])
    on = ["dataset_id", "measure_code", "category_code"]
    blank = [pl.col(c).fill_null("") for c in on]
    return (
        seen.with_columns(blank)
        .join(answers.with_columns(blank), on=on, how="inner")
        .select(
            *KEY,
            pl.col("vintage").fill_null(""),
            source="dataset_id",
            published="value",
            published_status=pl.col("status").fill_null(""),
        )
    )


def _no_figures() -> pl.DataFrame:
    text = dict.fromkeys((*KEY, "vintage", "source"), pl.String)
    return pl.DataFrame(schema={**text, "published": pl.Float64, "published_status": pl.String})


def _ours(desk: Desk) -> pl.DataFrame:
    cells = pl.scan_parquet(desk.settings.paths.cells)
    return cells.select(*KEY, "unit", "coverage_status", ours="value").collect()


def _synthetic(desk: Desk) -> pl.DataFrame:
    """Areas and periods whose figure holds synthetic children: `is_sample` is true there."""
    places = sorted(sample.places(desk))
    text = {"area_code": pl.String, "period_id": pl.String}
    return pl.DataFrame(places, schema=text, orient="row").with_columns(is_sample=pl.lit(value=True))


def explained(joined: pl.DataFrame) -> pl.DataFrame:
    """Each figure published before, with ours and the cause of the difference (one of `EXPLANATIONS`).

    Args:
        joined: the key of a cell, `vintage`, `source`, `published`, `published_status`, `ours`, `difference`, `unit`,
            `coverage_status` and `is_sample`.
    """
    ours, said = pl.col("ours"), pl.col("published")
    is_hidden = said.is_null()
    multiple_of_5 = (said % 5 == 0) & (pl.col("unit") == "count")
    rounds = multiple_of_5 & (((ours / 5 + 0.5).floor() * 5) == said)
    # A rate is printed with none or one decimal place; either is a rounding of ours where ours rounds to it.
    rate = (pl.col("unit") != "count") & ((ours.round(0) == said) | (ours.round(1) == said))
    agrees = (ours == said) | rounds | rate | (is_hidden & ours.is_between(HIDDEN_FROM, HIDDEN_TO))
    is_agreed = agrees.fill_null(value=False)
    # Another release, not another table of this one: within a release two figures for one thing must both agree.
    elsewhere = is_agreed.sum().over(KEY) > is_agreed.sum().over([*KEY, "vintage"])
    cause = (
        pl.when(pl.col("coverage_status") != "complete")
        .then(pl.lit("coverage"))
        .when(ours.is_null())
        .then(pl.lit("coverage"))
        .when(ours == said)
        .then(pl.lit("equal"))
        .when(agrees)
        .then(pl.lit("rounding"))
        .when(elsewhere)
        .then(pl.lit("vintage"))
        .when(pl.col("is_sample"))
        .then(pl.lit("calibration"))
        .otherwise(pl.lit("unexplained"))
    )
    kept = ("vintage", "source", "published", "published_status", "ours", "difference")
    return joined.with_columns(explained_by=cause).select(*KEY, *kept, "explained_by")
