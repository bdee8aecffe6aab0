"""The files of the proof: the open ones that go out with an edition, and the closed ones that never do.

Working out what stands in them does not belong here. No open file is made from a true count or a reason.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.core.files import atomic_files, sha256_of
from pipelines.disclosure import naming, rounding
from pipelines.disclosure.certify import Certified
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.records import Lines, Pattern, Register, Targets
from pipelines.disclosure.register import ROLES
from pipelines.disclosure.solved import solver

OPEN, CLOSED = "proof", "closed"
TARGETS, SUPPRESSION = "targets.parquet", "suppression.parquet"
KINDS = {"count": "count", "percent": "ratio", "rate_per_10000": "ratio"}
"""Kind of statistic by unit; every other unit is an average."""


@dataclass(frozen=True)
class Evidence:
    """Everything the files are made from."""

    register: Register
    lines: Lines
    pattern: Pattern
    certified: Certified
    targets: Targets
    reasons: pl.Series
    """Of each cell why it is hidden (empty where it is shown), by cell number."""
    config: DisclosureConfig


def states(register: Register, hidden: pl.Series, config: DisclosureConfig) -> pl.DataFrame:
    """cell, state, value, low, high of every cell as published."""
    low, high = rounding.bounds(register.cells, hidden, config)
    value = rounding.rounded(pl.col("true"), config.rounding_base)
    is_shown = pl.col("is_published") & ~pl.col("hidden")
    state = (
        pl.when(~pl.col("is_published"))
        .then(pl.lit("NA"))
        .when("hidden")
        .then(pl.lit("C"))
        .when(pl.col("true") == 0)
        .then(pl.lit("Z"))
        .otherwise(pl.lit("R"))
    )
    held = register.cells.with_columns(hidden=hidden, low=low, high=high)
    return held.select("cell", state=state, value=pl.when(is_shown).then(value), low="low", high=_open_end("high"))


def _open_end(name: str) -> pl.Expr:
    return pl.when(pl.col(name).abs() < rounding.UNBOUNDED).then(name)


def cells(made: Evidence) -> pl.DataFrame:
    """`cells.parquet`, sorted by id."""
    register = made.register
    named = naming.places(register).group_by("cell").agg(cell_id=pl.col("place_id").min())
    own = register.places.with_columns(cell_id=naming.place_ids()).join(named, on=["cell", "cell_id"], how="semi")
    tables = (
        _terms(register)
        .group_by("cell")
        .agg(pl.col("table_id").cast(pl.String).unique().sort().str.join(",").alias("tables"))
    )
    return (
        own.join(states(register, made.pattern.hidden, made.config), on="cell")
        .join(register.cells.select("cell", "component"), on="cell")
        .join(tables, on="cell", how="left")
        .select(
            "cell_id",
            "component",
            pl.col("key").cast(pl.String).alias("population"),
            *(pl.col(c).cast(pl.String) for c in ("breakdown_id", "breakdown_code", "area_type", "area_code")),
            pl.col("period_id").cast(pl.String),
            pl.col("tables").fill_null(""),
            *("state", "value", "low", "high"),
        )
        .sort("cell_id")
    )


def _terms(register: Register) -> pl.DataFrame:
    """One row per published figure and the counts behind it (numerator, denominator)."""
    names = ("table_id", "measure_id", "period_id", "area_code", "breakdown_id", "breakdown_code")
    parts = [
        register.rows.select(*names, "unit", pl.lit(role).alias("role"), pl.col(f"{role}_cell").alias("cell"))
        for role in ROLES[:2]
    ]
    return pl.concat(parts).drop_nulls("cell")


def statistics(made: Evidence) -> pl.DataFrame:
    """`statistics.parquet`: every published figure as a form in the register, sorted by id."""
    parts = ("table_id", "measure_id", "period_id", "area_code", "breakdown_id", "breakdown_code", "role")
    shown = states(made.register, made.pattern.hidden, made.config)
    is_shown = pl.col("state").is_in(["R", "Z"])
    return (
        _terms(made.register)
        .join(shown, on="cell")
        .join(_ids(made.register), on="cell")
        .select(
            statistic_id=pl.concat_str([pl.col(c).cast(pl.String) for c in parts], separator=";"),
            kind=pl.col("unit").replace_strict(KINDS, default="average"),
            role="role",
            table_id=pl.col("table_id").cast(pl.String),
            measure_id=pl.col("measure_id").cast(pl.String),
            cell_id="cell_id",
            coefficient=pl.lit(1, dtype=pl.Int64),
            low=pl.when(is_shown).then("low"),
            high=pl.when(is_shown).then("high"),
        )
        .sort("statistic_id")
    )


def _ids(register: Register) -> pl.DataFrame:
    return pl.DataFrame({"cell": register.cells["cell"], "cell_id": naming.ids(register)})


def lines(made: Evidence) -> pl.DataFrame:
    """`lines.parquet`, sorted by line and cell."""
    return (
        made.lines.members.join(made.lines.lines, on="line")
        .join(_ids(made.register), on="cell")
        .select(
            pl.col("line").cast(pl.Int32).alias("line_id"),
            pl.col("kind").cast(pl.String),
            "cell_id",
            "coefficient",
            _open_end("low").alias("low"),
            _open_end("high").alias("high"),
        )
        .sort("line_id", "cell_id")
    )


def witnesses(made: Evidence) -> pl.DataFrame:
    """`witnesses.parquet`, sorted by witness and cell."""
    held = made.certified.witnesses.join(_ids(made.register), on="cell")
    return held.select("witness_id", "component", "cell_id", "value").sort("witness_id", "cell_id")


def certificates(made: Evidence) -> pl.DataFrame:
    """`certificates.parquet`, sorted by cell."""
    held = made.certified.certificates.join(_ids(made.register), on="cell")
    return held.select("cell_id", "least", "least_witness", "most", "most_witness").sort("cell_id")


def targets(made: Evidence) -> pl.DataFrame:
    """`closed/targets.parquet`: every protected cell and what must stay possible for it."""
    held = made.targets.cells.join(_ids(made.register), on="cell")
    reasons = pl.DataFrame({"cell": made.register.cells["cell"], "why": made.reasons})
    why = pl.when(pl.col("why") == "").then(pl.lit("complement")).otherwise("why")
    return held.join(reasons, on="cell").select("cell_id", "low", "high", reason=why).sort("cell_id")


def pattern_sha256(made: Evidence) -> str:
    """Fingerprint of the pattern: sorted pairs of cell id and state."""
    held = cells(made).select("cell_id", "state")
    text = "\n".join(f"{cell};{state}" for cell, state in held.iter_rows())
    return hashlib.sha256(text.encode()).hexdigest()


def suppression(made: Evidence) -> pl.DataFrame:
    """`closed/suppression.parquet`: state and reason of every cell under each of its names."""
    solved = pl.DataFrame(
        [(c.component, c.bound, c.cost) for c in made.pattern.components],
        schema={"component": pl.UInt32, "bound": pl.Float64, "cost": pl.Float64},
        orient="row",
    )
    reasons = pl.DataFrame(
        {"cell": made.register.cells["cell"], "reason": made.reasons, "dropped": made.pattern.dropped}
    )
    return (
        naming.places(made.register)
        .join(_ids(made.register), on="cell")
        .join(states(made.register, made.pattern.hidden, made.config), on="cell")
        .join(reasons, on="cell")
        .join(made.register.cells.select("cell", "component"), on="cell")
        .join(solved, on="component", how="left")
        .select(
            *("cell_id", "place_id", "state", "value", "reason"),
            dropped="dropped",
            pattern_sha256=pl.lit(pattern_sha256(made)),
            solver=pl.lit(solver()),
            bound="bound",
            cost="cost",
        )
        .sort("place_id")
    )


def write(made: Evidence, folder: Path) -> dict[str, str]:
    """Writes every file into the folder, each renamed into place whole; the fingerprints of the open ones by name."""
    opened = {
        "cells": cells(made),
        "statistics": statistics(made),
        "lines": lines(made),
        "witnesses": witnesses(made),
        "certificates": certificates(made),
    }
    with atomic_files(is_public=True) as place:
        for name, frame in opened.items():
            frame.write_parquet(place(folder / OPEN / f"{name}.parquet"))
    with atomic_files() as place:
        for file_name, frame in ((TARGETS, targets(made)), (SUPPRESSION, suppression(made))):
            frame.write_parquet(place(folder / CLOSED / file_name))
    return {f"{name}.parquet": sha256_of(folder / OPEN / f"{name}.parquet") for name in opened}
