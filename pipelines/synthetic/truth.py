"""True counts of the sample, taken straight from the life histories by plain counting.

The pipeline is never used here: these figures are the independent witness that its results are held against.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from pipelines.synthetic.life import ADOPTED, CONTINUES, SHORT_BREAKS, Child, Episode
from pipelines.synthetic.orders import GROUP_OF
from pipelines.synthetic.records import Step
from pipelines.synthetic.tables import is_in

HEADER = ("authority_code", "period_id", "concept", "category", "count")
PLACEMENT_GROUPS = {"F": "FOSTER", "P": "PARENTS", "R": "RESIDENTIAL", "A": "ADOPTION"}
INDEPENDENT_CODES = ("P2", "H4", "H5")
LEGAL = {"C": "CARE_ORDER", "V": "VOLUNTARY", "E": "OTHER", "J": "COMPULSORY"}
BANDS = ((1, "0000"), (5, "0104"), (10, "0509"), (16, "1015"), (18, "1617"))
MANY_PLACEMENTS = 3

Counts = Counter[tuple[str, str]]
"""(concept, category) -> children; category `T` is the total."""


def count(children: Iterable[Child], period: Step) -> Counts:
    """Every concept of one authority and period."""
    found: Counts = Counter()
    for child in children:
        now = child.episode_on(period.end)
        if now:
            _count_stock(child, now, period, found)
        _count_flows(child, period, found)
    return found


def _count_stock(child: Child, now: Episode, period: Step, found: Counts) -> None:
    """Children looked after on the last day of the period; those in short breaks are counted apart."""
    if now.legal in SHORT_BREAKS:
        found["short_breaks", "T"] += 1
        return
    found["looked_after", "T"] += 1
    found["looked_after_by_placement", placement_group(now)] += 1
    if now.place.slot[0].startswith("F"):
        found["looked_after_by_foster_type", now.place.code] += 1
    found["looked_after_by_legal", LEGAL[GROUP_OF[now.legal]]] += 1
    found["looked_after_by_location", now.place.slot[1]] += 1
    found["looked_after_by_sex", "F" if child.is_female else "M"] += 1
    found["looked_after_by_age", age_band(child, period.end)] += 1
    found["looked_after_by_need", now.need] += 1
    found["looked_after_uasc", "T"] += child.is_uasc
    places = {id(e.place) for e in child.episodes_in(period.start, period.end)}
    found["three_or_more_placements", "T"] += len(places) >= MANY_PLACEMENTS


def _count_flows(child: Child, period: Step, found: Counts) -> None:
    """Starts and ends per period of care and per child; adoptions."""
    held = [e for e in child.episodes if e.legal not in SHORT_BREAKS]
    starts = [e for e in held if e.reason == "S" and is_in(e.start, period)]
    ends = [e for e in held if e.end_reason not in (None, CONTINUES) and is_in(e.end, period)]
    found["starts", "T"] += len(starts)
    found["children_starting", "T"] += bool(starts)
    found["ends", "T"] += len(ends)
    found["children_ceasing", "T"] += bool(ends)
    for started in starts:
        found["starts_by_need", started.need] += 1
    for ended in ends:
        found["ends_by_reason", ended.end_reason or ""] += 1
        found["adopted", "T"] += ended.end_reason in ADOPTED
    found["looked_after_in_period", "T"] += any(e in held for e in child.episodes_in(period.start, period.end))


def placement_group(held: Episode) -> str:
    """Published placement group; independent living and other are told apart by the code."""
    group = PLACEMENT_GROUPS.get(held.place.slot[0][0])
    return group or ("INDEPENDENT" if held.place.code in INDEPENDENT_CODES else "OTHER")


def age_band(child: Child, on: date) -> str:
    """Published age band on a day."""
    return next((code for limit, code in BANDS if child.age(on) < limit), "1899")


def as_csv(counts: Mapping[tuple[str, str], Counts]) -> str:
    """The truth table; zero rows are left out."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for (authority, period), found in sorted(counts.items()):
        for (concept, category), n in sorted(found.items()):
            if n:
                writer.writerow((authority, period, concept, category, n))
    return text.getvalue()
