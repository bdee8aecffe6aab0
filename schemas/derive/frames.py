"""Pandera schemas (polars backend) of typed tables, derived from the catalogue.

They hold our own output to the specification; judging what an authority sent belongs to the rules.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import pandera.polars as pa
import polars as pl

from schemas.catalogue import Catalogue
from schemas.derive import arrow
from schemas.model import CodeList, Item

KEYED = r"^[0-9a-f]{32}$"
_TYPES: dict[str, type[pl.DataType]] = {"date": pl.Date, "integer": pl.Int64, "number": pl.Float64}
_KEYS = {
    "submission_id": pa.Column(pl.String, pa.Check.str_matches(r"^[0-9a-f]{16}$", error="submission_id")),
    "row_number": pa.Column(pl.Int32, pa.Check.ge(1, error="row_number")),
    "return_id": pa.Column(pl.String),
    "authority_code": pa.Column(pl.String, pa.Check.str_matches(r"^W06\d{6}$", error="authority_code")),
    "period_id": pa.Column(pl.String, pa.Check.str_matches(r"^\d{4}-\d{2}(Q[1-4])?$", error="period_id")),
}


def all_codes(held: CodeList) -> tuple[str, ...]:
    """Every code the list ever had for Wales; dates are judged by the rules."""
    return held.valid_codes(date.min, date.max)


def _checks(catalogue: Catalogue, item: Item) -> list[pa.Check]:
    if item.kind == "identifier":
        return [pa.Check.str_matches(KEYED, error=f"{item.id}: is not a token")]
    if item.kind == "code" and item.code_list:
        held = list(all_codes(catalogue.code_lists[item.code_list]))
        return [pa.Check.isin(held, error=f"{item.id}: is not in {item.code_list}")]
    if item.kind == "date":
        return [pa.Check.in_range(date(1900, 1, 1), date(2100, 1, 1), error=f"{item.id}: is not a plausible day")]
    return []


@lru_cache(maxsize=64)
def typed_frame_schema(catalogue: Catalogue, table_id: str) -> pa.DataFrameSchema:
    """The contract of `typed/<return>/<table>`. Validate a DataFrame, never a LazyFrame: the latter skips data checks.

    Code columns hold codes of the list (any year); what is not in the list was nulled and reported as a fault.
    """
    names = set(arrow.typed_schema(catalogue, table_id).names)
    kept = [i.item for i in catalogue.tables[table_id].items if i.item.id in names]
    columns = {i.id: pa.Column(_TYPES.get(i.kind, pl.String), _checks(catalogue, i), nullable=True) for i in kept}
    return pa.DataFrameSchema(_KEYS | columns, strict=True, ordered=True, name=table_id)


@lru_cache(maxsize=4)
def observation_frame_schema(catalogue: Catalogue) -> pa.DataFrameSchema:
    """The contract of `typed/statswales/observation`: known datasets and areas, periods by name, values or a status."""
    types: dict[str, type[pl.DataType]] = {"date32[day]": pl.Date, "double": pl.Float64, "int32": pl.Int32}
    areas = [code for _, code in catalogue.areas()]
    checks = {
        "dataset_id": pa.Check.isin(list(catalogue.extract_cards), error="dataset_id: has no card"),
        "area_code": pa.Check.isin(areas, error="area_code: is no area"),
        "period_id": pa.Check.str_matches(r"^\d{4}-\d{2}$", error="period_id: is no financial year"),
        "row_number": pa.Check.ge(1, error="row_number"),
    }
    columns = {
        f.name: pa.Column(types.get(str(f.type), pl.String), checks.get(f.name), nullable=f.nullable)
        for f in arrow.OBSERVATION
    }
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name="observation")
