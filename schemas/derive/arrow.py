"""PyArrow schemas of what `conform` writes, derived from the catalogue.

Checking frames against them does not belong here (see `frames.py`).
"""

from __future__ import annotations

import pyarrow as pa

from schemas.catalogue import Catalogue
from schemas.model import Item

KEY_FIELDS = (
    pa.field("submission_id", pa.string(), nullable=False),
    pa.field("row_number", pa.int32(), nullable=False),
    pa.field("return_id", pa.string(), nullable=False),
    pa.field("authority_code", pa.string(), nullable=False),
    pa.field("period_id", pa.string(), nullable=False),
)
"""Stand before the items in every typed table."""

FAULTS = pa.schema(
    [
        pa.field("submission_id", pa.string(), nullable=False),
        pa.field("rule_id", pa.string(), nullable=False),
        pa.field("severity", pa.string(), nullable=False),
        pa.field("table", pa.string()),
        pa.field("row_number", pa.int32()),
        pa.field("item", pa.string()),
        pa.field("cause_group", pa.string()),
        pa.field("waiver_id", pa.string()),
    ]
)
COVERAGE = pa.schema(
    [
        pa.field("submission_id", pa.string(), nullable=False),
        pa.field("rule_id", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("n_judged", pa.int64(), nullable=False),
        pa.field("n_failed", pa.int64(), nullable=False),
    ]
)
OBSERVATION = pa.schema(
    [
        pa.field("submission_id", pa.string(), nullable=False),
        pa.field("row_number", pa.int32(), nullable=False),
        pa.field("dataset_id", pa.string(), nullable=False),
        pa.field("generation", pa.string(), nullable=False),
        pa.field("area_code", pa.string()),
        pa.field("area_label", pa.string()),
        pa.field("period_id", pa.string()),
        pa.field("reference_date", pa.date32()),
        pa.field("category_dimension", pa.string()),
        pa.field("category_code", pa.string()),
        pa.field("category_label", pa.string()),
        pa.field("measure_code", pa.string()),
        pa.field("measure_label", pa.string()),
        pa.field("value", pa.float64()),
        pa.field("status", pa.string()),
        pa.field("vintage", pa.string()),
    ]
)


def arrow_type(item: Item) -> pa.DataType:
    """The typed form of an item: dates are days, numbers are numbers, all else is text."""
    return {"date": pa.date32(), "integer": pa.int64(), "number": pa.float64()}.get(item.kind, pa.string())


def typed_schema(catalogue: Catalogue, table_id: str) -> pa.Schema:
    """Columns of one typed table: the key fields, then every item that may be kept (postcodes are not).

    Raises:
        KeyError: when the catalogue has no such table.
    """
    kept = [i.item for i in catalogue.tables[table_id].items if i.item.kind != "postcode"]
    return pa.schema([*KEY_FIELDS, *(pa.field(i.id, arrow_type(i)) for i in kept)])
