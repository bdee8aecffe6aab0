"""The adapters on real files, which are not ours to commit; skipped where they are absent."""

from dataclasses import replace

import polars as pl
import pytest

from pipelines.conform import statswales
from pipelines.conform.statswales import ExtractClaim
from schemas.model import Text
from tests.made_extracts import CARD, rules_of


@pytest.fixture(scope="module")
def real(shared_folder):
    folder = shared_folder / "real"
    if not folder.is_dir():
        pytest.skip("../shared holds no folder `real`")
    return folder


def test_one_page_of_popu1009_is_declared_incomplete(catalogue, real):
    found = statswales.read(catalogue, [real / "statswales_odata_popu1009.json"])
    assert (found.dataset_id, found.generation, found.observations.height) == ("popu1009", "odata", 1000)
    assert rules_of(found) == ["SW08"]
    assert not found.is_complete
    assert set(found.observations["measure_code"]) == {"Pop", "Dens", "Area"}
    anglesey = found.observations.filter(
        (pl.col("area_code") == "W06000001") & (pl.col("measure_code") == "Pop") & (pl.col("period_id") == "1996-97")
    )
    assert anglesey["value"].to_list() == [68592.0]


def test_tran0152_is_whole_with_its_three_regions(catalogue, real):
    found = statswales.read(catalogue, [real / "statswales_odata_tran0152.json"])
    assert (found.verdict, found.observations.height, found.faults.height) == ("accepted", 442, 0)
    assert found.observations["area_code"].null_count() == 0
    assert found.observations["area_code"].n_unique() == 26
    assert {"R3_NORTH", "R3_MIDSW", "R3_SOUTHEAST", "W92000004"} <= set(found.observations["area_code"])
    assert found.observations["period_id"].min() == "2002-03"


def test_the_screen_export_of_birth_weights(catalogue, real):
    title = Text("Live births to Welsh residents by Local Health Board and birth weight", "-")
    card = replace(CARD, title=title, category_dimension="weight", category_code_list=None)
    known = replace(catalogue, extract_cards={card.id: card})
    found = statswales.read(known, [real / "statswales_screen_export_low_birth_weight.csv"])
    assert (found.generation, found.verdict, found.observations.height) == ("screen_csv", "accepted", 210)
    assert found.vintage == "Jul-24"
    authorities = found.observations.filter(pl.col("area_code").str.starts_with("W06"))
    assert authorities["area_code"].n_unique() == 22
    assert authorities.height == 22 * 7
    not_applicable = found.observations.filter(pl.col("value").is_null())
    assert set(not_applicable["status"]) == {"z"}
    boards = found.observations.filter(pl.col("area_code").is_null())
    assert boards["area_label"].n_unique() == 7
    wales = found.observations.filter((pl.col("area_code") == "W92000004") & (pl.col("category_code") == "T"))
    stated = authorities.filter(pl.col("category_code") == "T")["value"].sum()
    assert wales["value"].to_list() == [27457.0]
    assert stated + 95 == 27457


def test_the_upload_set_with_its_lookups(catalogue, real):
    card = replace(CARD, period_kind="financial_year", category_code_list=None, category_dimension="staff")
    known = replace(catalogue, extract_cards={card.id: card})
    found = statswales.read(known, sorted(real.glob("statswales3_upload_*.csv")), ExtractClaim(card.id))
    assert (found.generation, found.verdict) == ("upload_csv", "accepted")
    assert found.observations.height == 1416
    assert set(found.observations["category_label"]) == {"Health Visitor", "Wider Health Team", "Other Staff"}
    assert set(found.observations["measure_label"]) == {"Contacts per child", "Number of contacts"}
    assert found.observations["area_code"].null_count() == 0
    first = found.observations.filter(
        (pl.col("area_code") == "W06000001")
        & (pl.col("period_id") == "2013-14")
        & (pl.col("measure_code") == "1")
        & (pl.col("category_label") == "Health Visitor")
    )
    assert first["value"].to_list() == [2872.0]
