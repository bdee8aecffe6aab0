"""What we write of an extract keeps the contract of the specification, or is not written."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipelines.conform import statswales
from pipelines.conform.contract import hold_observations_to_contract
from pipelines.core.errors import InternalError
from pipelines.core.settings import PROJECT
from schemas import Catalogue

SAMPLE = PROJECT / "data" / "sample" / "statswales"


def observations(catalogue: Catalogue, name: str) -> pl.DataFrame:
    path: Path = SAMPLE / name
    found = statswales.read(catalogue, [path], statswales.claim_beside(path)).observations
    return found.select(pl.lit("0" * 16).alias("submission_id"), pl.all())


@pytest.mark.parametrize("name", ["pif_children_counts.csv", "cla_foster_by_provider.zip", "population_under18.csv"])
def test_bundled_extracts_keep_it(catalogue: Catalogue, name: str) -> None:
    hold_observations_to_contract(catalogue, observations(catalogue, name))


@pytest.mark.parametrize(
    "change",
    [
        pl.lit("nowhere").alias("dataset_id"),
        pl.lit("W99999999").alias("area_code"),
        pl.lit("2018").alias("period_id"),
        pl.lit("many").alias("value"),
        pl.lit(0, pl.Int32).alias("row_number"),
    ],
)
def test_a_mistake_of_ours_is_caught_and_names_no_value(catalogue: Catalogue, change: pl.Expr) -> None:
    with pytest.raises(InternalError) as caught:
        hold_observations_to_contract(
            catalogue, observations(catalogue, "pif_children_counts.csv").with_columns(change)
        )
    assert caught.value.place.table == "observation"
    assert not any(word in f"{caught.value} {caught.value.params}" for word in ("nowhere", "W99999999", "many"))
