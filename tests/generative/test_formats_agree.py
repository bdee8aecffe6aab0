"""The same data sent as CSV, XML or XLSX gives the same typed tables and the same faults."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from made_submissions import PlainTokeniser, Tables, submission, write_csvs, write_xlsx, write_xml

from pipelines.conform import Claim
from pipelines.conform.examination import read_submission
from pipelines.conform.merge import merge
from schemas import Catalogue

ODD = st.sampled_from(
    ["", "01/04/2018", "1/4/18", "31/02/2018", "2018-04-01", "43191", "C2", "c2", "1.0", "01", "#N/A", "n/a", "UN1",
     "T00001", "Ynys Môn", "a<b&c", 'say "so"', "x,y;z", "é\u00a0", "-", "=1+1", "0", "Z9", "N" * 30]
) | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=12)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn) -> Tables:
    """A small submission with odd values in some cells."""
    tables = submission(draw(st.integers(1, 5)))
    cells = [(n, r, c) for n, rows in tables.items() for r, row in enumerate(rows) for c in row]
    for name, row, column in draw(st.lists(st.sampled_from(cells), max_size=6)):
        # In XML a record without its identifier takes that of the child it stands in, so identifiers stay.
        if column != "CHILD":
            tables[name][row][column] = draw(ODD)
    return tables


def read(catalogue: Catalogue, path: Path) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    reading = read_submission(catalogue, PlainTokeniser(), [path], Claim())
    faults, _ = merge(catalogue, reading.log, None)
    return reading.tables, faults


@given(tables=spoilt())
@settings(max_examples=25, deadline=None)
def test_containers_agree(catalogue: Catalogue, tables: Tables) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        held = [
            read(catalogue, write_csvs(root / "sent", tables)),
            read(catalogue, write_xlsx(root / "a.xlsx", tables)),
            read(catalogue, write_xml(root / "a.xml", tables)),
        ]
    typed, faults = held[0]
    for other_typed, other_faults in held[1:]:
        assert list(typed) == list(other_typed)
        for table, frame in typed.items():
            assert frame.equals(other_typed[table]), table
        assert faults.equals(other_faults)
