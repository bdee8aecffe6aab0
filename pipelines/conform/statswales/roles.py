"""Says which dimension of a table holds the areas, the periods, the measure and the categories.

The card of the dataset speaks first and the content second; what the members mean is for other modules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from pipelines.conform.statswales.areas import AreaIndex
from pipelines.conform.statswales.names import squash
from pipelines.conform.statswales.periods import covers_several, is_period_like
from pipelines.conform.statswales.records import Found, RawTable
from pipelines.conform.statswales.service import MEASURE_HEADINGS
from pipelines.conform.statswales.tidy import CATEGORY
from schemas.model import ExtractCard


@dataclass(frozen=True)
class Roles:
    """Dimension names by role. `fixed_*` is the one member that a filter held a missing dimension to."""

    area: str | None
    period: str | None
    measure: str | None
    categories: tuple[str, ...]
    fixed_area: str | None = None
    fixed_period: str | None = None
    fixed_category: str | None = None
    found: tuple[Found, ...] = ()


def assign_roles(table: RawTable, card: ExtractCard, areas: AreaIndex) -> Roles:
    """Roles of the dimensions of one table; faults SW05, SW06, SW07 (nothing can be read), SW20 (drift)."""
    area = _by_name(table.dimensions, card.area_dimensions) or _by_content(table, areas.is_area_like, table.dimensions)
    rest = [d for d in table.dimensions if d != area]
    period = _by_name(rest, card.period_dimensions) or _by_content(table, is_period_like, rest)
    rest = [d for d in rest if d != period]
    measure = _by_name(rest, (*card.measure_dimensions, *MEASURE_HEADINGS)) or _sole_measure(table, card, rest)
    categories, drift = _categories(table, card, [d for d in rest if d != measure])
    fixed_period = _fixed(table, card.period_dimensions) if period is None else None
    fixed_area = _fixed(table, card.area_dimensions) if area is None else None
    found = [*_area_faults(area, fixed_area), *_period_faults(table, period, fixed_period), *drift]
    fixed_category = None if categories else _fixed(table, _category_names(card))
    return Roles(area, period, measure, categories, fixed_area, fixed_period, fixed_category, tuple(found))


def members(table: RawTable, dimension: str) -> list[str]:
    """The distinct members of a dimension, by label or, where it has none, by code; in order of appearance."""
    shown = table.frame.select(pl.coalesce(table.label(dimension), table.code(dimension)).alias("m"))
    return [str(m) for m in shown["m"].drop_nulls().unique(maintain_order=True)]


def _by_name(dimensions: Iterable[str], wanted: Iterable[str]) -> str | None:
    names = {squash(name) for name in wanted}
    return next((d for d in dimensions if squash(d) in names), None)


def _by_content(table: RawTable, is_like: Callable[[list[str]], bool], among: Iterable[str]) -> str | None:
    return next((d for d in among if is_like(members(table, d))), None)


def _sole_measure(table: RawTable, card: ExtractCard, rest: list[str]) -> str | None:
    """The unnamed heading of a page capture where the card knows of a measure and of no category."""
    unnamed = [d for d in rest if _is_unnamed(d)]
    return unnamed[0] if len(unnamed) == 1 and card.measure_dimensions and not card.category_dimension else None


def _categories(table: RawTable, card: ExtractCard, rest: list[str]) -> tuple[tuple[str, ...], list[Found]]:
    """The card's category first, then every other dimension that has more than one member (drift: SW20)."""
    named = _by_name(rest, _category_names(card))
    if named is None and CATEGORY in rest:
        named = CATEGORY
    unnamed = [d for d in rest if _is_unnamed(d)]
    varied = [d for d in unnamed if len(members(table, d)) > 1] or unnamed
    if named is None and card.category_dimension and len(varied) == 1:
        named = varied[0]
    extra = [d for d in rest if d != named and len(members(table, d)) > 1]
    found = [Found("SW20", item=None if _is_unnamed(d) else d, cause="dimension not on the card") for d in extra]
    if card.category_dimension and named is None and not _fixed(table, _category_names(card)):
        found.append(Found("SW20", item=card.category_dimension, cause="dimension of the card is missing"))
    return ((named,) if named else ()) + tuple(extra), found


def _category_names(card: ExtractCard) -> tuple[str, ...]:
    return (*card.category_names, card.category_dimension) if card.category_dimension else ()


def _is_unnamed(dimension: str) -> bool:
    return dimension.startswith(("Rows ", "Columns "))


def _fixed(table: RawTable, wanted: Iterable[str]) -> str | None:
    names = {squash(name) for name in wanted}
    return next((member for name, member in table.fixed.items() if squash(name) in names), None)


def _area_faults(area: str | None, fixed: str | None) -> list[Found]:
    return [] if area or fixed else [Found("SW05", item="area", cause="no column of areas")]


def _period_faults(table: RawTable, period: str | None, fixed: str | None) -> list[Found]:
    """A pivot that shows no year sums over the years it hides: its figures mean nothing (domain.md 6.3)."""
    if period:
        return []
    if fixed is not None:
        return [Found("SW07", item="period", cause="filter names several years")] if covers_several(fixed) else []
    if table.is_pivot:
        cause = "no year in the filters or headings" if table.has_filter_state else "no filter state"
        return [Found("SW06", item="period", cause=cause)]
    return [Found("SW05", item="period", cause="no column of years")]
