"""A leak among all that the service answered is found, also where the rest of the answer was passed as known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipelines.audit.verifier import Verdict, verify
from pipelines.audit.verifier import answers as answering
from pipelines.flow import asked
from tests.made_verified import Made


@pytest.fixture(scope="module")
def kept(made: Made) -> Path:
    return asked.answers(made.desk.settings, made.desk.publication_id, made.folder)


def verdict(made: Made, path: Path) -> Verdict:
    return verify(made.catalogue, made.desk.publication_id, replace(made.subject(), asked=path))


def rewritten(kept: Path, out: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Path:
    marks = {k: v for k, v in pl.read_parquet_metadata(kept).items() if k.startswith("mesur_")}
    change(pl.read_parquet(kept)).write_parquet(out, metadata=marks)
    return out


def planted(asked_for: str, before: bytes, after: bytes) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """One change in the first answer to a question."""

    def change(held: pl.DataFrame) -> pl.DataFrame:
        at = next(i for i, one in enumerate(held["asked"]) if asked_for in one)
        bodies = held["body"].to_list()
        assert before in bodies[at]
        bodies[at] = bodies[at].replace(before, after, 1)
        return held.with_columns(body=pl.Series(bodies, dtype=pl.Binary))

    return change


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("value_differs", planted("observations.json?lang=en", b'"value":', b'"value":1')),
        ("value_differs", planted("observations.json?lang=cy", b'"numerator":', b'"numerator":9')),
        ("unregistered_column", planted("/cy/Observations?", b'"status":', b'"n_true":1163,"status":')),
        ("number_not_in_ledger", planted("/cy/Observations?", b'"value": [', b'"n_true":1163,"value": [')),
        ("number_not_in_ledger", planted("/explore?", b"</td>", b"</td><td>1,163</td>")),
        ("number_not_in_ledger", planted("/explore?", b"<table", b"<!-- 1163 --><table")),
        ("number_not_in_ledger", planted("/explore?", b"<table", b'<table title="of 1163"')),
    ],
)
def test_a_leak_among_all_that_is_kept_is_found(
    made: Made, kept: Path, tmp_path: Path, name: str, change: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    found = verdict(made, rewritten(kept, tmp_path / "told.parquet", change))
    assert {f.check for f in found.findings} == {name}


def test_rows_that_were_found_to_be_right_are_not_read_again(made: Made, kept: Path) -> None:
    """Rows of JSON are told by their bytes: the service must write them as the verifier expects, or each is parsed."""
    held = pl.read_parquet(kept)
    rows = held.filter(pl.col("asked").str.contains("observations.(?:arrow|json).lang=en&offset=0&"))
    by_form = {("arrow" if "arrow" in one else "json"): body for one, body in rows.select("asked", "body").iter_rows()}
    against = answering._Against(None, frozenset(), None)  # type: ignore[arg-type]
    answering._remember(against, pl.read_ipc_stream(by_form["arrow"]))
    left, n_held = answering._unknown_rows(against, by_form["json"])
    assert b'"observations": []' in left
    assert n_held > 500
