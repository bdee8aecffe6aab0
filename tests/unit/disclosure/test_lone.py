"""A cell hidden alone in a line: when it may stand, when it gets a companion, which one; and what the audit says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipelines.disclosure import IN_FORCE, DisclosureConfig, Subject, Task, check, protect_task
from schemas.catalogue import WALES, Catalogue
from tests.made_cells import publication_of, summed, with_publication, write

NORTH = tuple(f"W0600000{n}" for n in range(1, 7))
HERE = NORTH[0]
OTHERS = {"A": 21, "B": 33, "C": 44, "D": 52}
"""Counts by category in the five other authorities: enough rounded figures for every column."""
BLUNT = {"A": 3, "B": 20, "C": 30, "D": 40}
"""Shown 20, 30, 40 and 95 in all: A is 5 by subtraction, give or take 8."""


def world(catalogue: Catalogue, folder: Path, here: dict[str, int]) -> Catalogue:
    """Writes cells of six authorities by category, `here` being the counts of one of them."""
    inner = {(a, c): (n, n) for a in NORTH for c, n in (here if a == HERE else OTHERS).items()}
    write(summed(catalogue, inner, "sex", "CLA_STOCK"), folder)
    return with_publication(catalogue, publication_of("made", [("CLA_STOCK", "total"), ("CLA_STOCK", "sex")]))


def shown(made: Catalogue, folder: Path, config: DisclosureConfig = IN_FORCE) -> pl.DataFrame:
    protect_task(made, Task("made", folder / "cells.parquet", folder, config))
    return pl.read_parquet(folder / "disclosed.parquet")


def hidden_in_row(rows: pl.DataFrame) -> set[str]:
    row = rows.filter((pl.col("area_code") == HERE) & pl.col("value").is_null())
    return set(row["breakdown_code"])


def checks(made: Catalogue, folder: Path, rows: pl.DataFrame, config: DisclosureConfig = IN_FORCE) -> list[str]:
    path = folder / "changed.parquet"
    rows.write_parquet(path)
    return check(made, Subject("made", folder / "cells.parquet", path, config)).checks


def test_four_rounded_figures_let_a_cell_stand_alone(catalogue: Catalogue, tmp_path: Path) -> None:
    made = world(catalogue, tmp_path, BLUNT)
    rows = shown(made, tmp_path)
    assert hidden_in_row(rows) == {"A"}
    assert rows["value"].null_count() == 1
    assert checks(made, tmp_path, rows) == []


@pytest.mark.parametrize(
    "here",
    [
        {"A": 3, "B": 20, "C": 30, "D": 0},  # three rounded figures: a zero is exact and blunts nothing
        {"A": 3, "B": 18, "C": 28, "D": 38},  # 85 less 20, 30, 40 is below zero: at most 3 is left
        {"A": 3, "B": 5, "C": 5, "D": 39},  # a shown 5 is never less, so two of them leave at most 4
    ],
    ids=["zero", "below", "fives"],
)
def test_otherwise_it_gets_a_companion(catalogue: Catalogue, tmp_path: Path, here: dict[str, int]) -> None:
    rows = shown(world(catalogue, tmp_path, here), tmp_path)
    assert "A" in hidden_in_row(rows)
    assert len(hidden_in_row(rows)) >= 2


@pytest.mark.parametrize(
    "strict",
    [replace(IN_FORCE, lone_cell_min_rounded=5), replace(IN_FORCE, lone_cell_min_span=14)],
    ids=["rounded", "span"],
)
def test_the_settings_decide_on_both_sides(catalogue: Catalogue, tmp_path: Path, strict: DisclosureConfig) -> None:
    made = world(catalogue, tmp_path, BLUNT)
    assert checks(made, tmp_path, shown(made, tmp_path), strict) == ["single_hidden"]
    accompanied = shown(made, tmp_path, strict)
    assert len(hidden_in_row(accompanied)) >= 2
    assert checks(made, tmp_path, accompanied, strict) == []


def test_a_lone_cell_in_a_short_line_is_caught(catalogue: Catalogue, tmp_path: Path) -> None:
    here = {"A": 3, "B": 20, "C": 30, "D": 0}
    made = world(catalogue, tmp_path, here)
    rows = shown(made, tmp_path)
    back = (pl.col("area_code") == HERE) & (pl.col("breakdown_code") != "A") & pl.col("value").is_null()
    true = pl.col("breakdown_code").replace_strict({**here, "T": sum(here.values())}, return_dtype=pl.Int64)
    rounded = (true * 2 + 5) // 10 * 5
    leaked = rows.with_columns(
        numerator=pl.when(back).then(rounded).otherwise("numerator"),
        value=pl.when(back).then(rounded.cast(pl.Float64)).otherwise("value"),
        status=pl.when(back).then(pl.lit("")).otherwise("status"),
    )
    assert "single_hidden" in checks(made, tmp_path, leaked)


def test_a_zero_that_its_line_tells_is_never_the_companion(catalogue: Catalogue, tmp_path: Path) -> None:
    """D is nobody's here nor anywhere: hiding it beside A would protect nothing."""
    inner = {(a, c): (n, n) for a in NORTH for c, n in (BLUNT if a == HERE else OTHERS).items() if c != "B"}
    inner |= {(a, c): (0, 0) for a, c in inner if c == "D"}
    write(summed(catalogue, inner, "sex", "CLA_STOCK"), tmp_path)
    wanted = [("CLA_STOCK", "total"), ("CLA_STOCK", "sex")]
    rows = shown(with_publication(catalogue, publication_of("made", wanted)), tmp_path)
    assert {"A"} < hidden_in_row(rows) <= {"A", "C", "T"}
    assert set(rows.filter(pl.col("breakdown_code") == "D")["value"]) == {0.0}


def test_the_companion_is_what_fewest_figures_show(catalogue: Catalogue, tmp_path: Path) -> None:
    """Two categories alike in size: the one that is a measure and half of a percentage as well stays."""
    here = {"OTHER": 3, "CARE_ORDER": 40, "VOLUNTARY": 42}
    rest = {"OTHER": 21, "CARE_ORDER": 60, "VOLUNTARY": 35}
    kinds = {(a, c): (n, n) for a in NORTH for c, n in (here if a == HERE else rest).items()}
    whole = {a: sum(n for (b, _), (n, _) in kinds.items() if b == a) for a in NORTH}
    orders = {(a, "CARE_ORDER"): (kinds[a, "CARE_ORDER"][0], whole[a]) for a in NORTH}
    held = pl.concat(
        [
            summed(catalogue, kinds, "legal_status", "CLA_STOCK"),
            summed(catalogue, orders, "total", "CLA_CARE_ORDER"),
            summed(catalogue, orders, "total", "CLA_CARE_ORDER_PC"),
        ]
    )
    write(held, tmp_path)
    wanted = [("CLA_STOCK", "total"), ("CLA_STOCK", "legal_status")]
    wanted += [("CLA_CARE_ORDER", "total"), ("CLA_CARE_ORDER_PC", "total")]
    rows = shown(with_publication(catalogue, publication_of("made", wanted)), tmp_path)
    assert hidden_in_row(rows) == {"OTHER", "VOLUNTARY"}
    assert rows.filter(pl.col("area_code") == WALES)["value"].null_count() == 0


def test_the_audit_asks_how_closely_any_hidden_cell_is_known(catalogue: Catalogue, tmp_path: Path) -> None:
    """Of cells that are hidden to protect others too, which no rule on small counts covers."""
    made = world(catalogue, tmp_path, {"A": 26, "B": 20, "C": 30, "D": 40})
    rows = shown(made, tmp_path)
    assert rows["value"].null_count() == 0
    only = (pl.col("area_code") == HERE) & (pl.col("breakdown_code") == "A")
    leaked = rows.with_columns(
        numerator=pl.when(~only).then("numerator"),
        value=pl.when(~only).then("value"),
        status=pl.when(only).then(pl.lit("c")).otherwise("status"),
        reason=pl.when(only).then(pl.lit("disclosure.reason.confidential")).otherwise("reason"),
    )
    assert checks(made, tmp_path, leaked) == []
    assert checks(made, tmp_path, leaked, replace(IN_FORCE, hidden_min_span=20)) == ["nearly_known"]
