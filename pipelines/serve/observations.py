"""Observations of an edition by filter, in one language, page by page.

HTTP does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.core import duck
from pipelines.core.errors import UsageError
from pipelines.core.settings import Settings
from pipelines.serve.editions import PublishedEdition
from pipelines.serve.querying import Limits, answered

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

LANGUAGES = ("en", "cy")
FILTERS = {
    "measure": ("measure_id", "dim_measure", "measure_id"),
    "area": ("area_code", "dim_authority", "area_code"),
    "period": ("period_id", "dim_period", "period_id"),
    "breakdown": ("breakdown_id", "dim_breakdown", "breakdown_id"),
    "category": ("category_code", "dim_breakdown", "breakdown_code"),
}
"""Filter -> (column of the view, dimension that knows its ids, column of the dimension)."""

MOST_ROWS = 10_000
"""The longest page."""

_ORDER = """
    ORDER BY (SELECT sort_order FROM dim_measure d WHERE d.measure_id = v.measure_id),
             (SELECT sort_order FROM dim_breakdown d
              WHERE d.breakdown_id = v.breakdown_id AND d.breakdown_code = v.category_code),
             (SELECT sort_order FROM dim_authority d WHERE d.area_code = v.area_code),
             (SELECT sort_order FROM dim_period d WHERE d.period_id = v.period_id)
"""


@dataclass(frozen=True)
class Wanted:
    """Which observations: ids per filter (any of them), language, and the page."""

    filters: dict[str, tuple[str, ...]]
    language: str = "en"
    offset: int = 0
    limit: int = 1000


@dataclass(frozen=True)
class Page:
    """One page, and how many observations the filters find in all."""

    table: pa.Table
    total: int


def observations(settings: Settings, edition: PublishedEdition, wanted: Wanted, limits: Limits) -> Page:
    """A page of observations in the official order.

    Raises:
        UsageError: a language or an id that the edition does not know.
        RefusedError: more time than the limits allow.
    """
    if wanted.language not in LANGUAGES:
        raise UsageError("settings.bad_language", given=wanted.language[:20])
    with duck.reader(settings, edition.mart) as connection:
        for name, ids in wanted.filters.items():
            _refuse_unknown(connection, name, ids)
        where, bound = _where(wanted)
        view = f"FROM measure_values_{wanted.language} AS v {where}"
        total = answered(connection, f"SELECT count(*) AS n {view}", bound, limits)["n"][0].as_py()
        page = f"SELECT v.* {view} {_ORDER} LIMIT {wanted.limit:d} OFFSET {wanted.offset:d}"
        return Page(answered(connection, page, bound, limits), total)


def measures(settings: Settings, edition: PublishedEdition) -> pa.Table:
    """The measures of an edition with their definitions in both languages."""
    with duck.reader(settings, edition.mart) as connection:
        return answered(connection, "SELECT * FROM dim_measure ORDER BY sort_order", (), Limits())


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    held = {name: list(ids) for name, ids in wanted.filters.items() if ids}
    terms = [f"list_contains(?, v.{FILTERS[name][0]})" for name in held]
    return (f"WHERE {' AND '.join(terms)}" if terms else ""), list(held.values())


def _refuse_unknown(connection: duckdb.DuckDBPyConnection, name: str, ids: tuple[str, ...]) -> None:
    _, dimension, column = FILTERS[name]
    known = {row[0] for row in connection.execute(f"SELECT {column} FROM {dimension}").fetchall()}
    for given in ids:
        if given not in known:
            raise UsageError("serve.id_unknown", filter=name, given=given[:40])
