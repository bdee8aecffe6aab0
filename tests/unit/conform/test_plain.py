"""What is settled for all columns at once is what each column says when it is looked at alone."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.conform import casting, tables
from pipelines.conform.faultlog import FaultLog
from pipelines.conform.plain import plain
from schemas import Catalogue, load

TABLE = "episode"
CELLS = (
    *("01/04/2023", "2023-04-01", "31/02/2023", "1/4/23", "01/04/1850", "45017", "01/04/0018", "2023-04-01T00:00:00"),
    *("C2", "c2", "V3", "2", "2.0", "ZZ", "n/a", "-", "#REF!", "S", "e11", "PR1", "522"),
    *("CF10 1AA", "cf101aa", "X", "A123", "00123", "123.0", "1e+5", "0", "x" * 501),
)
CELL = st.sampled_from(CELLS) | st.none()
CATALOGUE = load()
ITEMS = {held.item.id: held.item for held in CATALOGUE.tables[TABLE].items}


def casting_of(catalogue: Catalogue) -> tables.Casting:
    return tables.Casting(catalogue, catalogue.tables[TABLE], {}, "wales", FaultLog(catalogue))


def settled(texts: Mapping[str, pl.Series]) -> dict[str, casting.Cast]:
    return tables._plain(texts, casting_of(CATALOGUE))


@given(st.dictionaries(st.sampled_from(sorted(ITEMS)), st.lists(CELL, min_size=2, max_size=2)))
def test_it_says_what_the_casters_say(cells: dict[str, list[str | None]]) -> None:
    texts = {name: pl.Series(held, dtype=pl.String) for name, held in cells.items()}
    for name, found in settled(texts).items():
        alone = tables._cast(ITEMS[name], texts[name], casting_of(CATALOGUE), None)
        assert (alone.found, alone.unlisted) == ((), None)
        assert found.values.to_list() == alone.values.to_list()
        assert found.values.dtype == alone.values.dtype


@pytest.mark.parametrize(
    ("item", "cells"),
    [
        ("episode_start_date", ["01/04/2023", None]),
        ("episode_end_date", ["2023-04-01", "2024-03-31"]),
        ("legal_status_code", ["C2", None, "V3"]),
        ("placement_postcode", ["cf10 1aa", None]),
    ],
)
def test_columns_as_they_should_be_are_settled(item: str, cells: list[str | None]) -> None:
    assert item in settled({item: pl.Series(cells, dtype=pl.String)})


@pytest.mark.parametrize(
    ("item", "cells"),
    [
        ("episode_start_date", ["01/04/2023", "2023-04-01"]),
        ("episode_end_date", ["01/04/1850"]),
        ("legal_status_code", ["c2"]),
        ("placement_postcode", ["nowhere"]),
        ("need_code", [None, None]),
    ],
)
def test_all_others_are_looked_at_alone(item: str, cells: list[str | None]) -> None:
    assert item not in settled({item: pl.Series(cells, dtype=pl.String)})


def test_labels_of_a_system_are_never_taken_for_codes() -> None:
    held = replace(casting_of(CATALOGUE), labels={"need_code": {"N1": "N2"}})
    assert not tables._plain({"need_code": pl.Series(["N1"])}, held)
    assert plain({}, {}, {}) == {}
