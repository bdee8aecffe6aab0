"""How settled figures are follows from their marks; a word that contradicts them is refused.

Setting the marks does not belong here (see `test_vintages.py`).
"""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.core.errors import RefusedError
from pipelines.publish import standing

PERIODS = pl.DataFrame(
    {"period_id": ["2022-23", "2023-24", "2024-25Q1"], "period_type": ["year", "year", "quarter"]},
)


def values(*marks: tuple[str, str]) -> pl.DataFrame:
    """One figure of Wales for each (period, status)."""
    return pl.DataFrame(
        [("W92000004", *mark) for mark in marks], schema=["area_code", "period_id", "status"], orient="row"
    )


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((("2022-23", ""), ("2023-24", "c,t"), ("2024-25Q1", "p")), "final"),
        ((("2022-23", "r"), ("2023-24", ""), ("2024-25Q1", "p")), "revised"),
        ((("2022-23", "r"), ("2023-24", "p")), "provisional"),
        ((("2024-25Q1", "p"),), "provisional"),
        ((("2023-24", ""), ("2024-25Q1", "p,r")), "final"),
    ],
)
def test_an_edition_stands_as_its_years_do(marks: tuple[tuple[str, str], ...], expected: str) -> None:
    held = values(*marks)
    assert standing.of_edition(held, PERIODS) == expected
    for claimed in {"final", "revised"} - {expected}:
        with pytest.raises(RefusedError) as refused:
            standing.refuse_other(claimed, held, PERIODS)
        assert refused.value.key == "release.contradicted"
    for claimed in {"provisional", expected}:
        standing.refuse_other(claimed, held, PERIODS)


def test_each_area_and_period_has_its_word_and_one_without_figures_has_none() -> None:
    places = pl.DataFrame(
        {"area_code": "W92000004", "period_id": ["2022-23", "2023-24", "2024-25Q1", "2024-25Q2"], "standing": None},
        schema_overrides={"standing": pl.String},
    )
    held = values(("2022-23", "t"), ("2022-23", "r"), ("2023-24", "t"), ("2024-25Q1", "p,r"), ("2024-25Q1", ""))
    told = standing.with_standing(places, held)["standing"].to_list()
    assert told == ["revised", "final", "provisional", None]
