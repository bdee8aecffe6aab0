"""What an earlier edition told may be told again, to the digit and no other way."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipelines.audit.verifier.ledger import ledger_of
from pipelines.audit.verifier.records import Findings, Subject
from pipelines.audit.verifier.tables import check_file
from schemas.catalogue import Catalogue

KEY = {
    "measure_id": "CLA_STOCK", "area_code": "W06000001", "period_id": "2022-23", "breakdown_id": "total",
    "breakdown_code": "T",
}  # fmt: skip


def row(
    edition: str, sequence: int, value: float | None, status: str = "", *, is_gone: bool = False
) -> dict[str, object]:
    told = {"from_edition_id": edition, "from_sequence": sequence, "value": value, "status": status}
    return KEY | told | {"is_withdrawn": is_gone}


def subject(folder: Path, disclosed: pl.DataFrame, rows: list[dict[str, object]]) -> Subject:
    """An edition whose table of all values holds the rows, after one that told 105."""
    held = pl.DataFrame(rows, infer_schema_length=None)
    for name, frame in (("before", held.head(1)), ("now", held)):
        path = folder / name / "parquet" / "fct_vintage.parquet"
        path.parent.mkdir(parents=True)
        frame.write_parquet(path)
    declared = {"fct_vintage": {c: c == "value" for c in held.columns}}
    return Subject(folder / "now", disclosed, declared, earlier=folder / "before")


@pytest.fixture
def disclosed() -> pl.DataFrame:
    told = {"table_id": "stock", "area_type": "authority", "period_type": "year", "unit": "count"}
    return pl.DataFrame(
        [KEY | told | {"numerator": 110.0, "denominator": None, "value": 110.0, "status": ""}], infer_schema_length=None
    )


def found(catalogue: Catalogue, held: Subject) -> list[tuple[str, int]]:
    periods = pl.DataFrame({"period_id": ["2022-23"]})
    ledger = ledger_of(catalogue, catalogue.publications["children-looked-after"], held.rows, periods)
    findings = Findings()
    check_file(held, ledger, held.folder / "parquet" / "fct_vintage.parquet", findings)
    return [(f.check, f.n) for f in findings.settled()]


def test_a_value_of_an_earlier_edition_is_told_again(
    catalogue: Catalogue, tmp_path: Path, disclosed: pl.DataFrame
) -> None:
    held = subject(tmp_path, disclosed, [row("2023-1", 1, 105.0), row("2023-2", 2, 110.0)])
    assert found(catalogue, held) == []


def test_a_past_that_was_never_told_is_found(catalogue: Catalogue, tmp_path: Path, disclosed: pl.DataFrame) -> None:
    rows = [row("2023-1", 1, 105.0), row("2023-1", 1, 103.0), row("2023-2", 2, 110.0)]
    assert found(catalogue, subject(tmp_path, disclosed, rows)) == [("value_differs", 1)]


def test_a_new_value_is_held_against_the_ledger(catalogue: Catalogue, tmp_path: Path, disclosed: pl.DataFrame) -> None:
    held = subject(tmp_path, disclosed, [row("2023-1", 1, 105.0), row("2023-2", 2, 108.0)])
    assert found(catalogue, held) == [("value_differs", 1)]
