"""What the service answers about an edition: a leak in it is found in each form, and what is clean gives no finding."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from pipelines.audit.verifier.answers import Answer, check
from pipelines.audit.verifier.ledger import Ledger, ledger_of
from pipelines.audit.verifier.records import Finding, Findings
from schemas.catalogue import WALES, Catalogue
from tests.made_verified import Made, first

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


@pytest.fixture(scope="module")
def told(made: Made) -> tuple[Ledger, list[Answer]]:
    """What may be answered, and what is."""
    periods = pl.read_parquet(made.folder / "parquet" / "dim_period.parquet")
    publication = made.catalogue.publications[made.desk.publication_id]
    return ledger_of(made.catalogue, publication, made.rows, periods), made.answers()


def of_answers(ledger: Ledger, answers: list[Answer]) -> tuple[int, dict[str, Finding]]:
    findings = Findings()
    _, n_held = check(ledger, answers, frozenset(map(float, range(100))), findings)
    return n_held, {found.check: found for found in findings.settled()}


def test_no_false_alarm_on_what_the_service_answers(told: tuple[Ledger, list[Answer]]) -> None:
    ledger, answers = told
    assert len(answers) > 50
    n_held, checks = of_answers(ledger, answers)
    assert checks == {}
    assert n_held > 5_000


def in_json(body: bytes) -> bytes:
    """The first count of some rows, unrounded."""
    held = json.loads(body)
    rows = held["observations"] if "observations" in held else held["value"]
    next(row for row in rows if row["unit"] == "count" and (row["value"] or 0) > 20)["value"] += 3
    return json.dumps(held).encode()


def in_view(body: bytes) -> bytes:
    held = json.loads(body)
    row = next(row for row in held["data"] if row[0].isdigit())
    row[0] = "1163"
    return json.dumps(held).encode()


def in_rows(read: Callable[..., pl.DataFrame], write: str) -> Callable[[bytes], bytes]:
    def change(body: bytes) -> bytes:
        rows = read(io.BytesIO(body))
        out = io.BytesIO()
        here = first(rows, (pl.col("unit") == "count") & (pl.col("value") > 20))
        getattr(rows.with_columns(value=pl.when(here).then(pl.col("value") - 1).otherwise("value")), write)(out)
        return out.getvalue()

    return change


def text(before: str, after: str) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(before.encode(), after.encode(), 1)


ANSWERED: list[tuple[str, str, Callable[[bytes], bytes]]] = [
    ("value_differs", "observations.json?lang=en", in_json),
    ("value_differs", "observations.csv?lang=cy", in_rows(pl.read_csv, "write_csv")),
    ("value_differs", "observations.parquet?lang=en", in_rows(pl.read_parquet, "write_parquet")),
    ("value_differs", "observations.arrow?lang=cy", in_rows(pl.read_ipc_stream, "write_ipc_stream")),
    ("value_differs", "/cy/Observations?", in_json),
    ("unregistered_column", "/en/Observations?", text('"status":', '"contributors": 1163, "status":')),
    ("number_not_in_ledger", "/view?lang=en", in_view),
    ("value_differs", "/download/csv?lang=cy", lambda body: body.replace(b"\n", b"\n1", 1)),
    ("number_not_in_ledger", "/explore?", text("</td>", "</td><td>1,163</td>")),
    ("number_not_in_ledger", "/measures", text('"sort_order":', '"n_true": 1163, "sort_order":')),
    ("number_not_in_ledger", "/en/$metadata", text("Nullable", 'Comment="of 1163" Nullable')),
    ("unreadable_answer", "observations.json?lang=en", lambda _: b"{"),
]


@pytest.mark.parametrize(("name", "asked", "change"), ANSWERED, ids=[f"{i}-{row[0]}" for i, row in enumerate(ANSWERED)])
def test_a_leak_in_an_answer_is_found(
    told: tuple[Ledger, list[Answer]], name: str, asked: str, change: Callable[[bytes], bytes]
) -> None:
    ledger, answers = told
    answer = next(one for one in answers if asked in one.asked)
    planted = replace(answer, body=change(answer.body))
    assert planted.body != answer.body, "nothing was planted"
    assert name in of_answers(ledger, [planted])[1]
