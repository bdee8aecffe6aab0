"""Our own tidy form for published figures that have no StatsWales file: one row per figure, area, period and release.

The figures themselves lie with their provenance in `data/sample/reference/`, not here.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.conform.reading.text import Rows
from pipelines.conform.statswales.flat import columns_of
from pipelines.conform.statswales.records import (
    CATEGORY_NAME,
    NOTES,
    ROW,
    TIDY_CSV,
    VALUE,
    VINTAGE,
    Found,
    RawTable,
)

HEADER = (
    "dataset",
    "area_code",
    "area",
    "period",
    "category_dimension",
    "category_code",
    "category",
    "measure_code",
    "measure",
    "value",
    "status",
    "vintage",
    "source",
)
AREA, PERIOD, CATEGORY, MEASURE = "Area", "Period", "Category", "Measure"
_COLUMNS = {
    VALUE: "value",
    NOTES: "status",
    VINTAGE: "vintage",
    CATEGORY_NAME: "category_dimension",
    f"{AREA}|code": "area_code",
    f"{AREA}|label": "area",
    f"{PERIOD}|label": "period",
    f"{CATEGORY}|code": "category_code",
    f"{CATEGORY}|label": "category",
    f"{MEASURE}|code": "measure_code",
    f"{MEASURE}|label": "measure",
}


def is_tidy(header: Sequence[str]) -> bool:
    """True for exactly the columns of the tidy form."""
    return tuple(name.strip() for name in header) == HEADER


def read_tidy(rows: Rows) -> RawTable:
    """A tidy table. `period` is a financial year or an ISO date; blank cells are nothing, not empty text."""
    columns, kept, found = columns_of(HEADER, rows.records[1:])
    held = [pl.Series(ROW, kept, dtype=pl.Int32)]
    for name, source in _COLUMNS.items():
        held.append(pl.Series(name, [value or None for value in columns[source]], dtype=pl.String))
    datasets = {value for value in columns["dataset"] if value}
    if len(datasets) > 1:
        found.append(Found("SW04", item="dataset", cause="several datasets in one file"))
    return RawTable(
        generation=TIDY_CSV,
        frame=pl.DataFrame(held),
        dimensions=(AREA, PERIOD, CATEGORY, MEASURE),
        dataset_id=datasets.pop() if len(datasets) == 1 else None,
        found=tuple(found),
    )
