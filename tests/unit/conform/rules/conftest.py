"""Small tables and rules of these tests' own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipelines.conform.rules.packs import Pack, PackKey, pack_of
from pipelines.conform.rules.relations import Inputs
from schemas import Catalogue
from schemas.model import Rule, Text

KEY = PackKey("2023-24", "wales", "lac_census")


def made_rule(code: str, check: str = "row", **changes: object) -> Rule:
    """A rule on episodes; say what differs."""
    text = Text("a", "b")
    base = Rule(
        code=code,
        title=text,
        message=text,
        allowed=text,
        guidance=text,
        severity="error",
        stage=1,
        table="episode",
        items=("need_code",),
        tables=("episode",),
        returns=("lac_census",),
        jurisdictions=("wales",),
        check=check,
        arguments={},
        where=None,
        since=None,
        until=None,
        origin="Mesur",
        certainty="provisional",
    )
    return replace(base, **changes)


def made_pack(*rules: Rule) -> Pack:
    return pack_of(rules, KEY)


@pytest.fixture
def inputs() -> Inputs:
    """Three children, seven episodes with several things wrong."""
    episode = pl.DataFrame(
        {
            "row_number": range(1, 8),
            "child_id": ["a", "a", "b", "b", "c", "c", None],
            "episode_start_date": [
                date(2023, 5, 1), date(2023, 6, 1), date(2023, 5, 1), date(2023, 5, 20), date(2023, 7, 1), None, None,
            ],
            "episode_end_date": [date(2023, 6, 1), None, date(2023, 6, 1), None, date(2023, 6, 1), None, None],
            "start_reason_code": ["S", "P", "S", "L", "S", "X", None],
            "legal_status_code": ["C1", "C1", "C2", "C2", "V3", "C9", None],
            "need_code": ["N1", "N2", "N7", "N1", None, "N9", None],
            "placement_code": ["F1", "F1", "F2", "U1", "T1", "P1", None],
            "end_reason_code": ["X1", None, "E4", None, None, "E11", None],
        }
    )  # fmt: skip
    child = pl.DataFrame(
        {
            "row_number": [1, 2, 3],
            "child_id": ["a", "b", "b"],
            "birth_date": [date(2010, 1, 1), date(2004, 1, 1), date(2024, 1, 1)],
            "sex_code": ["1", "2", "9"],
        }
    )
    return Inputs({"episode": episode, "child": child}, {}, {}, {})


@pytest.fixture
def welsh_pack(catalogue: Catalogue) -> Pack:
    return pack_of(catalogue.rules, KEY)
