"""The sums that definitions imply: categories, areas, parts of a set, quarters of a year.

They follow from the specification and the published tables alone, so an outsider knows them all.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from pipelines.audit.attack.system import System
from schemas.catalogue import WALES

if TYPE_CHECKING:
    from pipelines.audit.attack.edition import Reading, Slot

EVENTS = ("fct_review", "fct_adoption", "fct_care_leaver")
"""Facts with a row per event: quarters add up to their year. A child's first start or last end does not."""
QUARTER = re.compile(r"^(\d{4}-\d{2})Q(\d)$")
AT_END = "is_looked_after_at_period_end"
"""The last quarter and the year end on one day, so this set is the same in both."""


def relate(system: System, reading: Reading) -> None:
    """Add every relation between published slots."""
    _categories(system, reading)
    _areas(system, reading)
    _parts(system, reading)
    _quarters(system, reading)


def _categories(system: System, reading: Reading) -> None:
    """Categories make up their total; where one was not published for lack of data, they are at most the total."""
    rows: defaultdict[tuple[str, str, str, str], list[Slot]] = defaultdict(list)
    codes: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for slot in reading.shown:
        label, breakdown, code, area, period = slot
        if breakdown != "total":
            rows[label, breakdown, area, period].append(slot)
            codes[label, breakdown, period].add(code)
    for (label, breakdown, area, period), slots in rows.items():
        whole = (label, "total", "T", area, period)
        if whole not in reading.shown:
            continue
        parts = [reading.name(slot) for slot in slots]
        is_all = len(slots) == len(codes[label, breakdown, period])
        name = f"sum of {label} by {breakdown} in {area} {period}"
        terms = dict.fromkeys(parts, 1.0) | {reading.name(whole): -1.0}
        system.relate(name, terms, low=0 if is_all else float("-inf"))


def _areas(system: System, reading: Reading) -> None:
    """Authorities make up their region, regions Wales; authorities make up Wales where no region is published."""
    region = {a.gss: a.region for a in reading.catalogue.authorities.values()}
    parts: defaultdict[Slot, list[Slot]] = defaultdict(list)
    for slot in reading.shown:
        area = slot[3]
        if area == WALES:
            continue
        above = (*slot[:3], region.get(area, WALES), slot[4])
        whole = above if above in reading.shown else (*slot[:3], WALES, slot[4])
        if whole in reading.shown:
            parts[whole].append(slot)
    for whole, slots in parts.items():
        name = f"sum of areas of {reading.name(whole)}"
        system.total(name, reading.name(whole), [reading.name(slot) for slot in slots])


def _parts(system: System, reading: Reading) -> None:
    """A set that asks for more is no larger than one that asks for less."""
    slots: defaultdict[str, list[Slot]] = defaultdict(list)
    for slot in reading.shown:
        slots[slot[0]].append(slot)
    for (small, part), (large, whole) in itertools.permutations(reading.sets.items(), 2):
        if small[0] != large[0] or not large[1] < small[1]:
            continue
        for slot in slots[part]:
            above = (whole, *slot[1:])
            if above in reading.shown and reading.name(slot) != reading.name(above):
                system.at_most(f"{reading.name(slot)} within {whole}", reading.name(slot), reading.name(above))


def _quarters(system: System, reading: Reading) -> None:
    """Quarters and their year: events add up, stocks end on one day, first starts lie between."""
    sets = {label: held for held, label in reading.sets.items()}
    quarters: defaultdict[Slot, list[Slot]] = defaultdict(list)
    for slot in reading.shown:
        found = QUARTER.match(slot[4])
        if found and (*slot[:4], found[1]) in reading.shown:
            quarters[(*slot[:4], found[1])].append(slot)
    for year, held in quarters.items():
        fact, booleans = sets[year[0]]
        names, whole = [reading.name(slot) for slot in sorted(held, key=lambda s: s[4])], reading.name(year)
        if AT_END in booleans:
            if held and max(s[4] for s in held).endswith("Q4"):
                system.total(f"year end of {whole}", whole, names[-1:])
            continue
        for name in names:
            system.at_most(f"{name} within its year", name, whole)
        if len(names) == 4:
            terms = dict.fromkeys(names, 1.0) | {whole: -1.0}
            high = 0.0 if fact in EVENTS else float("inf")
            system.relate(f"quarters of {whole}", terms, low=0.0, high=high)
