"""A page of the service as people see it: every value beside its labels, also one that looks like a code."""

from __future__ import annotations

import json

import polars as pl
import pytest

from pipelines.audit.verifier.answers import Answer, check
from pipelines.audit.verifier.ledger import ledger_of
from pipelines.audit.verifier.records import Findings
from schemas.catalogue import WALES, Catalogue

HEADERS = ("Data values", "Data description", "Period", "Area", "Need for care")
VALUES = {"2015-16": 530.0, "2016-17": 3810.0}
"""The first is also the code of an authority."""


def row(catalogue: Catalogue, period: str, value: float) -> list[str]:
    need = next(c for c in catalogue.code_lists[catalogue.breakdowns["need"].code_list].codes if c.code == "N1")
    return [f"{value:.0f} [t]", catalogue.measures["CLA_STOCK"].title.en, period, "Wales", need.label.en]


@pytest.mark.parametrize(("second", "n_found"), [(3810.0, 0), (3805.0, 1)])
def test_a_value_that_is_a_code_too_is_no_header(catalogue: Catalogue, second: float, n_found: int) -> None:
    rows = pl.DataFrame(
        {
            "measure_id": "CLA_STOCK", "area_code": WALES, "period_id": period, "breakdown_id": "need",
            "breakdown_code": "N1", "numerator": value, "denominator": None, "value": value, "status": "t",
        }
        for period, value in VALUES.items()
    )  # fmt: skip
    periods = pl.DataFrame({"period_id": list(VALUES)})
    ledger = ledger_of(catalogue, catalogue.publications["children-looked-after"], rows, periods)
    assert "530" in ledger.labels
    told = [row(catalogue, "2015-16", VALUES["2015-16"]), row(catalogue, "2016-17", second)]
    body = json.dumps({"headers": [{"name": name} for name in HEADERS], "data": told}).encode()
    findings = Findings()
    check(ledger, [Answer("/view", 200, "application/json", body)], frozenset(), findings)
    assert sum(found.n for found in findings.settled()) == n_found
