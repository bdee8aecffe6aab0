"""The CSV of a StatsWales zip: column names with type suffixes, the file named after the dataset in capitals.

Opening the archive does not belong here (see `reading/archive.py`).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pipelines.conform.reading.text import Rows
from pipelines.conform.statswales.flat import columns_of, flat_frame, with_rows
from pipelines.conform.statswales.records import ZIP_CSV, RawTable

_DATASET = re.compile(r"^[A-Z][A-Z0-9_]{3,60}$")


def read_zip_csv(rows: Rows, member: str) -> RawTable:
    """One CSV of a zip as a table; its name tells the dataset where it is in capitals, as StatsWales writes it."""
    header = [name.strip() for name in rows.records[0]]
    columns, kept, found = columns_of(header, rows.records[1:])
    frame, dimensions = flat_frame(columns)
    stem = PurePosixPath(member).stem
    return RawTable(
        generation=ZIP_CSV,
        frame=with_rows(frame, kept),
        dimensions=dimensions,
        dataset_id=stem.lower() if _DATASET.match(stem) else None,
        found=tuple(found),
    )
