"""Observations of an edition by filter, in one language, page by page.

HTTP does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.core.errors import UsageError
from pipelines.serve.querying import Limits
from pipelines.serve.store import LANGUAGES, ORDER, OpenEdition

if TYPE_CHECKING:
    import pyarrow as pa

FILTERS = {
    "measure": ("measure_id", "dim_measure", "measure_id"),
    "area": ("area_code", "dim_authority", "area_code"),
    "period": ("period_id", "dim_period", "period_id"),
    "breakdown": ("breakdown_id", "dim_breakdown", "breakdown_id"),
    "category": ("category_code", "dim_breakdown", "breakdown_code"),
}
"""Filter -> (column of the observations, dimension that knows its ids, column of the dimension)."""

MOST_ROWS = 10_000
"""The longest page."""


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


def observations(held: OpenEdition, wanted: Wanted, limits: Limits) -> Page:
    """A page in the official order (measure, category, area, period).

    Raises:
        UsageError: for a language or an id that the edition does not hold.
        RefusedError: when it takes longer than the limits allow.
    """
    if wanted.language not in LANGUAGES:
        raise UsageError("settings.bad_language", given=wanted.language[:20])
    for name, ids in wanted.filters.items():
        if ids:
            _refuse_unknown(held, name, ids)
    where, bound = _where(wanted)
    source = f"FROM observations_{wanted.language} {where}"
    total = held.rows(f"SELECT count(*) AS n {source}", bound, limits)["n"][0].as_py()
    shown = ", ".join(name for name, _ in held.columns)
    page = held.rows(f"SELECT {shown} {source} {ORDER} LIMIT {wanted.limit:d} OFFSET {wanted.offset:d}", bound, limits)
    return Page(page, total)


def measures(held: OpenEdition) -> pa.Table:
    """The measures of an edition with their definitions in both languages."""
    return held.rows("SELECT * FROM dim_measure ORDER BY sort_order")


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    """Placeholders and not a list: the engine skips blocks of a sorted table by comparison alone."""
    held = {FILTERS[name][0]: ids for name, ids in wanted.filters.items() if ids}
    terms = [f"{column} IN ({', '.join('?' * len(ids))})" for column, ids in held.items()]
    return (f"WHERE {' AND '.join(terms)}" if terms else ""), [one for ids in held.values() for one in ids]


def _refuse_unknown(held: OpenEdition, name: str, ids: tuple[str, ...]) -> None:
    _, dimension, column = FILTERS[name]
    known = set(held.rows(f"SELECT DISTINCT {column} AS id FROM {dimension}")["id"].to_pylist())
    for given in ids:
        if given not in known:
            raise UsageError("serve.id_unknown", filter=name, given=given[:40])
