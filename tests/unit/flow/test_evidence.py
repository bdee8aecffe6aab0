"""Causes of revisions, derived by comparing what two editions rest on.

What a reader sees of them does not belong here (see `tests/unit/publish/test_vintages.py`).
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from pipelines.flow import evidence
from pipelines.flow.evidence import Evidence
from schemas import Catalogue

CARDIFF, NEWPORT, WALES = "W06000015", "W06000022", "W92000004"
INPUT = f"lac_census/2018-19/{CARDIFF}"
BEFORE = Evidence(
    {INPUT: frozenset({"a"}), "statswales/population_under18|1": frozenset({"p"})},
    {"rules": "1", "codes": "1", "calculation": "1", "repair_policy": "end_early", "measure:CLA_STOCK": "1"},
)


def cells(measure: str = "CLA_STOCK", **changes: tuple[int | None, int | None]) -> pl.DataFrame:
    """One cell each of Cardiff, Newport and Wales in 2018-19; `changes`: area -> (numerator, denominator)."""
    held: dict[str, tuple[int | None, int | None]] = {CARDIFF: (900, None), NEWPORT: (380, None), WALES: (6846, None)}
    rows = [(measure, area, "2018-19", "total", "T", *pair, None) for area, pair in (held | changes).items()]
    frame = pl.DataFrame(rows, schema=[*evidence.KEY, *evidence.COUNTS, "value"], orient="row")
    return frame.with_columns(pl.col(evidence.COUNTS).cast(pl.Int64), value=pl.col("numerator").cast(pl.Float64))


def told(catalogue: Catalogue, before: pl.DataFrame | None, after: pl.DataFrame, now: Evidence) -> dict[str, str]:
    found = evidence.judged(catalogue, (before, after), (BEFORE, now))
    return {key[1]: causes for key, causes in found.items()}


def changed(**basis: str) -> Evidence:
    return replace(BEFORE, basis={**BEFORE.basis, **basis})


def test_a_return_sent_again_moves_its_authority_and_wales_and_nobody_else(catalogue: Catalogue) -> None:
    now = replace(BEFORE, inputs={**BEFORE.inputs, INPUT: frozenset({"b"})})
    found = told(catalogue, cells(), cells(**{CARDIFF: (888, None), WALES: (6834, None)}), now)
    assert found == {
        CARDIFF: "late_resubmission", WALES: "late_resubmission", NEWPORT: "rounding_or_suppression",
    }  # fmt: skip


def test_a_return_that_had_not_been_there_is_another_cause(catalogue: Catalogue) -> None:
    own = f"lac_census/2018-19/{NEWPORT}"
    now = replace(BEFORE, inputs={**BEFORE.inputs, own: frozenset({"n"})})
    assert told(catalogue, cells(), cells(**{NEWPORT: (390, None)}), now)[NEWPORT] == "late_submission"
    other = replace(BEFORE, inputs={**BEFORE.inputs, f"lac_census/2019-20/{NEWPORT}": frozenset({"n"})})
    assert told(catalogue, cells(), cells(**{NEWPORT: (390, None)}), other)[NEWPORT] == "late_resubmission"
    withdrawn = replace(BEFORE, inputs={k: v for k, v in BEFORE.inputs.items() if k != INPUT})
    assert told(catalogue, cells(), cells(**{CARDIFF: (0, None)}), withdrawn)[CARDIFF] == "error_corrected"


@pytest.mark.parametrize(
    ("basis", "cause"),
    [
        ({"rules": "2"}, "rule_or_repair"),
        ({"repair_policy": "merge"}, "rule_or_repair"),
        ({"codes": "2"}, "code_mapping"),
        ({"calculation": "2"}, "error_corrected"),
        ({"measure:CLA_STOCK": "2"}, "error_corrected"),
        ({"measure:CLA_STARTS": "2"}, "unknown"),
        ({"rules": "2", "codes": "2"}, "rule_or_repair code_mapping"),
        ({"new_part": "1"}, "unknown"),
    ],
)
def test_what_else_figures_rest_on(catalogue: Catalogue, basis: dict[str, str], cause: str) -> None:
    assert told(catalogue, cells(), cells(**{NEWPORT: (390, None)}), changed(**basis))[NEWPORT] == cause


def test_a_rebased_population_is_told_from_a_numerator_that_moved(catalogue: Catalogue) -> None:
    rate = {a: (n, 10_000) for a, n in ((CARDIFF, 900), (NEWPORT, 380), (WALES, 6846))}
    before = cells("CLA_RATE", **rate)
    name = "statswales/population_under18|1"
    now = replace(BEFORE, inputs={**BEFORE.inputs, name: frozenset({"q"}), INPUT: frozenset({"b"})})
    after = cells("CLA_RATE", **{**rate, NEWPORT: (380, 9_900), CARDIFF: (888, 9_900)})
    assert told(catalogue, before, after, now) == {
        CARDIFF: "late_resubmission population_rebase", NEWPORT: "population_rebase", WALES: "rounding_or_suppression",
    }  # fmt: skip
    same_population = replace(BEFORE, inputs={**BEFORE.inputs, f"lac_census/2018-19/{NEWPORT}": frozenset({"n"})})
    assert told(catalogue, before, after, same_population)[NEWPORT] == "late_submission", "more of Wales reported"


def test_without_kept_cells_every_difference_is_a_candidate(catalogue: Catalogue) -> None:
    now = replace(BEFORE, inputs={**BEFORE.inputs, INPUT: frozenset({"b"})})
    found = told(catalogue, None, cells(), now)
    assert (found[CARDIFF], found[NEWPORT]) == ("late_resubmission", "unknown")
