"""What the specification says about comparison is checked like the rest of it.

What the mart makes of it does not belong here.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import schemas
from schemas import Catalogue, CatalogueError
from schemas.catalogue import SPEC
from schemas.sources import csv_rows


def test_a_verdict_of_break_is_a_break_of_the_measures(catalogue: Catalogue) -> None:
    found = {b.id: b for b in catalogue.comparing.all_breaks}
    assert found["CARE_LEAVERS_EET_PIF"].at == "2020-21"
    assert found["CARE_LEAVERS_EET_PIF"].concerns("CARE_LEAVERS_EET_PC", "total")
    assert not any(b.concerns("CLA_STOCK", "total") for b in found.values())
    assert found["CENSUS_ETHNICITY"].concerns("CLA_STOCK", "ethnicity")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("measures: [CLA_STOCK]", "measures: [CLA_STOK]", "concept STOCK: measure 'CLA_STOK' does not exist"),
        ("breakdowns: [ethnicity]", "breakdowns: [eth]", "break CENSUS_ETHNICITY: breakdown 'eth' does not exist"),
        ("at: 2016-17", "at: 1999-00", "'1999-00' is none of the years"),
        ("verdict: same", "verdict: alike", "verdict 'alike' is none of"),
        ("id: CH/043", "id: CH/34", "CLA_THREE_PLACEMENTS has another id CH/043"),
        ("to: CODE2016, verdict: same", "to: CODE2016, verdict: break", "says another verdict from NSI to CODE2016"),
        ("CLA_STOCK + CLA_SHORT_BREAKS", "CLA_STOCK + CLA_FOSTER_PC", "cannot be set beside each other so"),
        ("CLA_STOCK + CLA_SHORT_BREAKS", "CLA_STOCK plus", "neither a measure nor measures with + and -"),
        ("CLA_STOCK + CLA_SHORT_BREAKS", "CLA_STOCK", "STOCK_SHORT_BREAKS_IN: is the measure itself"),
        ("alternative: CLA_TWO_PLACEMENTS_PC", "alternative: CLA_TWO", "measure 'CLA_TWO' does not exist"),
        ("certainty: sourced", "certainty: sure", "certainty 'sure' is unknown"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    spec = Path(shutil.copytree(SPEC, tmp_path / "spec"))
    path = spec / "comparability.yml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError) as caught:
        schemas.load(spec)
    assert said in str(caught.value)


def test_covariates_are_those_of_the_bundled_reference(catalogue: Catalogue) -> None:
    bundled = SPEC.parents[1] / "data" / "sample" / "reference" / "authority_context.csv"
    assert csv_rows(bundled) == csv_rows(SPEC / "authority_context.csv")
    assert all(
        len(p) == len(catalogue.comparing.comparators.covariates)
        for p in catalogue.comparing.comparators.points.values()
    )


def test_every_authority_is_in_one_health_board_on_every_day(catalogue: Catalogue) -> None:
    bridgend = [(m.board, str(m.valid_to or "")) for m in catalogue.health.members if m.authority == "W06000013"]
    assert bridgend == [("Abertawe Bro Morgannwg", "2019-03-31"), ("Cwm Taf Morgannwg", "")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("W06000013,Cwm Taf Morgannwg,2019-04-01", "W06000013,Cwm Taf Morgannwg,2019-05-01", "in one health board on"),
        ("W06000013,Cwm Taf Morgannwg", "W06000013,Cwm Taff", "health board 'Cwm Taff' does not exist"),
        ("W06000013,Abertawe Bro Morgannwg,,2019-03-31", "W06000013,Cwm Taf Morgannwg,,2019-03-31", "is not there"),
        ("W06000022,Aneurin Bevan,,\n", "", "W06000022 is not an authority"),
    ],
)
def test_a_gap_between_health_boards_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    spec = Path(shutil.copytree(SPEC, tmp_path / "spec"))
    path = spec / "health_board_members.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError) as caught:
        schemas.load(spec)
    assert said in str(caught.value)
