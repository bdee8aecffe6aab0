"""What surrounds care: reviews, missing episodes, motherhood, and what care leavers do.

Episodes and placements do not belong here (see `simulate.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from pipelines.synthetic.chance import chance
from pipelines.synthetic.life import SHORT_BREAKS, Child, Episode, birthday

FIRST_REVIEW, SECOND_REVIEW, LATER_REVIEWS = (12, 27), (80, 90), (150, 182)
"""Days: within 20 working days, then within three months, then at most every six months."""
SAID = {"PN1": 46, "PN2": 6, "PN3": 4, "PN4": 8, "PN5": 6, "PN6": 18, "PN7": 12}
TOO_YOUNG, REVIEW_AGE = "PN0", 4
MISSING_AGE, MISSING_RATE = 12, 0.09
MOTHER_AGE, MOTHER_RATE = 15, 0.03
LEAVER_AGE, COUNTED_FROM, QUALIFYING_DAYS = 16, 14, 91
ACTIVITY = {"F1": 3, "F2": 33, "P2": 4, "F4": 3, "F5": 19, "P5": 4, "G4": 8, "G5": 21, "G6": 5}
LIVING = {
    "E4": {"B1": 90, "B2": 10},
    "E17": {"Z1": 100},
    "E5": {"D1": 55, "E1": 25, "U1": 20},
    "E6": {"U1": 55, "K1": 20, "V2": 5, "S2": 5, "Y1": 15},
    "E9": {"X2": 100},
}
LIVING_OTHER = {"B1": 25, "K1": 10, "R2": 10, "Y1": 25, "U1": 20, "S2": 5, "W2": 5}
DIED, TO_OTHER = "E2", "E3"


def surround(children: Iterable[Child], horizon: date, seed: int) -> None:
    """Add reviews, missing episodes and motherhood to every life up to the horizon."""
    for child in children:
        rng = chance(seed, child.id)
        for first, last in periods_of_care(child, horizon):
            child.reviews += _reviews(child, first, last, rng)
            child.missing += _missing(child, first, last, rng)
            _mother(child, first, last, rng)


def review_on(children: Iterable[Child], span: tuple[date, date], seed: int) -> None:
    """Go on with the reviews of every life from one horizon to a later one."""
    first, last = span
    if first == last:
        return
    for child in children:
        for start, end in periods_of_care(child, last):
            if end > first:
                rng = chance(seed, child.id, first)
                child.reviews += [r for r in _reviews(child, max(start, first), end, rng) if r[0] >= first]


def periods_of_care(child: Child, horizon: date) -> list[tuple[date, date]]:
    """First and last day of each period of care outside short breaks; an open one lasts to the horizon."""
    spans: list[list[Episode]] = []
    for held in child.episodes:
        if held.legal not in SHORT_BREAKS:
            spans.append([held]) if held.reason == "S" else spans[-1].append(held)
    return [(s[0].start, s[-1].end or horizon) for s in spans]


def _reviews(child: Child, first: date, last: date, rng: Random) -> list[tuple[date, str]]:
    found = []
    day = first + timedelta(days=rng.randint(*FIRST_REVIEW))
    gap = SECOND_REVIEW
    while day < last:
        is_young = child.age(day) < REVIEW_AGE
        found.append((day, TOO_YOUNG if is_young else rng.choices(list(SAID), list(SAID.values()))[0]))
        day += timedelta(days=rng.randint(*gap))
        gap = LATER_REVIEWS
    return found


def _missing(child: Child, first: date, last: date, rng: Random) -> list[tuple[str, date, date]]:
    """A few short absences in some of the years from the age of twelve."""
    found = []
    day = max(first + timedelta(days=5), birthday(child.birth, MISSING_AGE))
    while day < last - timedelta(days=20):
        if rng.random() < MISSING_RATE:
            for _ in range(rng.randint(1, 3)):
                start = day + timedelta(days=rng.randint(0, 12))
                end = start + timedelta(days=rng.randint(1, 4))
                if end < last - timedelta(days=1):
                    found.append((rng.choices(("M", "A"), (70, 30))[0], start, end))
                day = end + timedelta(days=8)
        day += timedelta(days=365)
    return found


def _mother(child: Child, first: date, last: date, rng: Random) -> None:
    grown = max(birthday(child.birth, MOTHER_AGE), first)
    if child.is_female and child.mother_since is None and grown < last and rng.random() < MOTHER_RATE:
        child.mother_since = grown + timedelta(days=rng.randint(0, (last - grown).days))


def leaver(child: Child, last: Episode, seed: int) -> tuple[str, str, str] | None:
    """(in touch, activity, accommodation) of a care leaver; None for everybody else.

    A care leaver left at 16 or later after at least 13 weeks of care since the 14th birthday (section 104, Social
    Services and Well-being (Wales) Act 2014).
    """
    if last.end is None or last.end_reason in (DIED, TO_OTHER) or child.age(last.end) < LEAVER_AGE:
        return None
    if (
        last.legal in SHORT_BREAKS
        or _days_since(child, birthday(child.birth, COUNTED_FROM), last.end) < QUALIFYING_DAYS
    ):
        return None
    rng = chance(seed, child.id, last.end)
    touch = rng.choices(("YES", "NO", "REFU"), (93, 5, 2))[0]
    if touch != "YES":
        return touch, "0", "0"
    options = LIVING.get(last.end_reason or "", LIVING_OTHER)
    living = rng.choices(list(options), list(options.values()))[0]
    activity = "G5" if living == "X2" else rng.choices(list(ACTIVITY), list(ACTIVITY.values()))[0]
    return touch, activity, living


def _days_since(child: Child, first: date, last: date) -> int:
    """Days of care between two days, in the year that ends with `last` and the year before it (what a return shows)."""
    first = max(first, last - timedelta(days=365))
    spans = periods_of_care(child, last)
    return sum(max((min(end, last) - max(start, first)).days, 0) for start, end in spans)
