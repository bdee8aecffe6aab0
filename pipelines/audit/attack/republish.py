"""Re-publisher mode: figures that others have rounded and suppressed, taken as intervals and never as counts.

The one question is whether what we add narrows a cell that its source suppressed (disclosure note, 3.8); nothing is
imputed or subtracted here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.audit.attack.judging import exact_bounds
from pipelines.audit.attack.system import Practice, System
from schemas.catalogue import WALES

Cell = tuple[str, str, str]
"""(measure, breakdown, code) as our specification has it, or (dataset, measure, category) where it has none."""
Correspondence = Mapping[tuple[str, str, str | None], Cell]
"""What a figure of a source is called here: by dataset, measure and category code."""
N_AUTHORITIES = 22


@dataclass(frozen=True)
class Narrowed:
    """A cell that its source suppressed, with what is possible by the sources alone and with ours beside them."""

    cell: str
    before: tuple[int, int | None]
    after: tuple[int, int | None]


def sources_of(observations: pl.DataFrame, correspondence: Correspondence) -> System:
    """The union of all sources: every count as the interval that its publisher's rounding leaves, and their sums."""
    system = System()
    slots: defaultdict[tuple[Cell, str], dict[str, str]] = defaultdict(dict)
    splits: defaultdict[tuple[str, str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for held in observations.partition_by("dataset_id", maintain_order=True):
        values = held["value"].drop_nulls()
        if (values != values.floor()).any():
            continue  # rates and percentages: no counts of children
        practice = Practice(base=5 if (values % 5 == 0).all() else 1, zeros_are_true=False)
        columns = ("dataset_id", "measure_code", "category_code", "area_code", "period_id", "value", "status")
        for dataset, measure, category, area, period, value, status in held.select(columns).iter_rows():
            is_hidden = value is None and "c" in (status or "").split(",")
            if area is None or period is None or (value is None and not is_hidden):
                continue
            cell = correspondence.get((dataset, measure, category), (dataset, measure or "", category or "T"))
            name = ";".join((*cell, area, period))
            system.add(name, practice.interval(None if is_hidden else int(value)), is_hidden=is_hidden)
            slots[cell, period][area] = name
            splits[dataset, measure or "", area, period].append((category or "T", name))
    _relate(system, slots, splits)
    return system


def _relate(
    system: System,
    slots: Mapping[tuple[Cell, str], Mapping[str, str]],
    splits: Mapping[tuple[str, str, str, str], list[tuple[str, str]]],
) -> None:
    """All authorities make up Wales; categories make up their total where a source gives both."""
    for (cell, period), areas in slots.items():
        parts = [name for area, name in areas.items() if area != WALES]
        if WALES in areas and len(parts) == N_AUTHORITIES:
            system.total(f"areas of {';'.join(cell)} {period}", areas[WALES], parts)
    for (dataset, measure, area, period), held in splits.items():
        whole = dict(held).get("T")
        parts = [name for category, name in held if category != "T"]
        if whole is not None and len(parts) > 1:
            system.total(f"categories of {dataset} {measure} {area} {period}", whole, parts)


def with_ours(sources: System, ours: pl.DataFrame, practice: Practice) -> System:
    """The same with our figures (`measure_id`, `breakdown_id`, `breakdown_code`, `area_code`, `period_id`, `value`)."""
    held = System(
        list(sources.names), list(sources.low), list(sources.high), list(sources.hidden), list(sources.relations),
        list(sources.contradictions), {name: i for i, name in enumerate(sources.names)},
    )  # fmt: skip
    key = ("measure_id", "breakdown_id", "breakdown_code", "area_code", "period_id")
    for *parts, value in ours.select(*key, "value").drop_nulls("value").iter_rows():
        name = ";".join(parts)
        if name in held and float(value).is_integer():
            held.add(name, practice.interval(int(value)))
    return held


def narrowed(sources: System, added: System) -> tuple[Narrowed, ...]:
    """Cells that their source suppressed and that are narrower with what was added.

    Figures that contradict each other leave nothing, and count as narrowed too.
    """
    hidden = [name for name, is_hidden in zip(sources.names, sources.hidden, strict=True) if is_hidden]
    before = exact_bounds(sources, hidden)
    try:
        after = exact_bounds(added, hidden)
    except ValueError:
        after = {name: _own(added, name) for name in hidden}
    found = (Narrowed(name, before[name], after[name]) for name in sorted(hidden))
    return tuple(n for n in found if _width(n.after) < _width(n.before))


def _own(system: System, name: str) -> tuple[int, int | None]:
    at = system.number(name)
    return int(system.low[at]), None if math.isinf(system.high[at]) else int(system.high[at])


def _width(ends: tuple[int, int | None]) -> float:
    return math.inf if ends[1] is None else ends[1] - ends[0]
