"""A published edition as an outsider's system: every figure of every file, and the sums that definitions imply.

Only what everybody can fetch is read; true counts and the ledger do not belong here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.audit.attack import alike, relating
from pipelines.audit.attack.proof import Proof
from pipelines.audit.attack.system import Practice, System
from pipelines.audit.reading.keyed import FIGURES, KEY
from schemas.catalogue import Catalogue
from schemas.model import Measure

Set = tuple[str, frozenset[str]]
"""A fact and the booleans that must all be true."""
Slice = tuple[str, str, str]
"""(set, breakdown, code)."""
Slot = tuple[str, str, str, str, str]
"""A slice in an area and a period."""


@dataclass(frozen=True)
class Sets:
    """The set of children behind the numerator and the denominator of a measure; None where it is no count."""

    part: Set | None
    whole: Set | None


def sets_of(measure: Measure) -> Sets:
    """What a measure counts, by its definition."""
    part, whole = frozenset(measure.numerator), frozenset(measure.denominator)
    if measure.unit == "rate_per_10000":
        return Sets((measure.fact, part), None)
    if measure.unit == "percent":
        return Sets((measure.fact, part | whole), (measure.fact, whole))
    if measure.unit == "count":
        return Sets((measure.fact, part | whole), None)
    return Sets(None, (measure.fact, part | whole | {f"has {measure.value_column}"}))


@dataclass
class Reading:
    """The edition while it is put together."""

    catalogue: Catalogue
    cell_of: Mapping[str, str]
    """Cell by statistic, where the edition's proof says it."""
    sets: dict[Set, str] = field(default_factory=dict)
    shown: dict[Slot, set[int | None]] = field(default_factory=dict)
    """What is published of a slot (None: hidden), by every file and edition."""
    ratios: list[tuple[Slot, Slot, float]] = field(default_factory=list)
    """Percentages that do not follow from the counts beside them."""
    alias: dict[Slice, Slice] = field(default_factory=dict)
    named: dict[Slot, str] = field(default_factory=dict)

    def note(self, slot: Slot, statistic: tuple[str, ...]) -> None:
        """Take the cell of a slot from the proof."""
        if slot not in self.named and (cell := self.cell_of.get(";".join(statistic))):
            self.named[slot] = cell

    def name(self, slot: Slot) -> str:
        """The id of a cell, one for one set of children."""
        return self.named.get(slot) or ";".join((*self.alias.get(slot[:3], slot[:3]), *slot[3:]))


@dataclass(frozen=True)
class Sources:
    """What the attacker holds: the edition's figures, earlier ones that still hold, the open part of its proof."""

    figures: pl.DataFrame
    """Columns `KEY` and `FIGURES`."""
    earlier: tuple[pl.DataFrame, ...] = ()
    """Figures of earlier editions and of others, of areas whose returns have not changed since."""
    proof: Proof | None = None


def system_of(catalogue: Catalogue, sources: Sources, practice: Practice) -> System:
    """Every figure and every relation that an outsider has.

    Earlier figures narrow what is hidden now; whether a cell was hidden then says nothing of it.
    """
    reading = _reading(catalogue, sources)
    system = System()
    for slot, figures in reading.shown.items():
        for shown in sorted(figures, key=lambda n: (n is not None, n)):
            system.add(reading.name(slot), practice.interval(shown), is_hidden=shown is None)
    relating.relate(system, reading)
    for part, whole, percent in reading.ratios:
        step = 0.5 if float(percent).is_integer() else 0.05
        between = (percent - step) / 100, (percent + step) / 100
        system.ratio(f"percentage {reading.name(part)}", reading.name(part), reading.name(whole), between)
    if sources.proof is not None:
        sources.proof.add_lines(system)
    return system


def _reading(catalogue: Catalogue, sources: Sources) -> Reading:
    reading = Reading(catalogue, {} if sources.proof is None else sources.proof.cell_of)
    earlier = (frame.filter(pl.col("value").is_not_null()) for frame in sources.earlier)
    for frame in (sources.figures, *earlier):
        for row in frame.select(*KEY, *FIGURES).iter_rows():
            _read(reading, row)
    if sources.proof is None:
        reading.alias = alike.same_slices(reading.shown, {label: fact for (fact, _), label in reading.sets.items()})
    return reading


def set_name(held: Set) -> str:
    """The name of a set of children, as the contract between rooms gives it."""
    return f"{held[0]}|{'&'.join(sorted(held[1]))}"


def _read(reading: Reading, row: tuple[Any, ...]) -> None:
    measure_id, area, period, breakdown, code, n, d, value, status = row
    measure = reading.catalogue.measures.get(measure_id)
    if measure is None:
        return
    is_hidden, counted = "c" in (status or "").split(","), sets_of(measure)
    slots = []
    for held, count, role in ((counted.part, n, "numerator"), (counted.whole, d, "denominator")):
        if held is None:
            continue
        label = reading.sets.setdefault(held, set_name(held))
        slots.append((label, "total" if code == "T" else breakdown, code, area, period))
        reading.note(slots[-1], (measure_id, period, area, breakdown, code, role))
        if count is not None or is_hidden:
            reading.shown.setdefault(slots[-1], set()).add(None if count is None else int(count))
    if measure.unit == "percent" and value is not None and not _follows(value, n, d):
        reading.ratios.append((slots[0], slots[1], value))
        for slot in slots:
            reading.shown.setdefault(slot, {None})


def _follows(value: float, n: int | None, d: int | None) -> bool:
    """Whether a percentage says no more than the two counts beside it (at nought or one decimal)."""
    if n is None or not d:
        return False
    return any(abs(value - math.floor(100 * n / d * s + 0.5 + 1e-9) / s) < 1e-6 for s in (1, 10))
