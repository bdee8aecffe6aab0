"""A synthetic child's life in care: episodes that follow one another without gap or overlap.

Deciding what happens to a child and when does not belong here (see `simulate.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from pipelines.synthetic.records import Slot

DAY = timedelta(days=1)
SHORT_BREAKS = ("V1", "V3", "V4")
CONTINUES = "X1"
ADOPTED = ("E11", "E12")


def birthday(birth: date, age: int) -> date:
    """The day a person reaches an age; 29 February falls on 1 March in other years."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)


def last_day_as_child(birth: date) -> date:
    """A child stops being looked after the day before the 18th birthday."""
    return birthday(birth, 18) - DAY


def age_on(birth: date, day: date) -> int:
    """Completed years on a day."""
    return day.year - birth.year - (birthday(birth, day.year - birth.year) > day)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a child lives: a new Place is a new placement with another carer."""

    slot: Slot
    code: str
    provider: str
    authority: str
    postcode: str


@dataclass(slots=True)
class Episode:
    """A span with one legal status and one placement."""

    start: date
    reason: str
    legal: str
    need: str
    place: Place
    end: date | None = None
    end_reason: str | None = None


@dataclass(slots=True)
class Adoption:
    """The way to adoption from the decision on, and how it ended (adopted, ceased or still open)."""

    decided: date
    adopters: tuple[str, str, str]
    matched: date | None = None
    placed: date | None = None
    ceased: date | None = None
    ceased_reason: str | None = None
    adopted: date | None = None


@dataclass(slots=True)
class Child:
    """One child of one authority with everything that ever happened."""

    authority: str
    number: int
    id: str
    upn: str
    upn_unknown: str
    is_female: bool
    birth: date
    ethnicity: str
    home: str
    need: str
    is_uasc: bool = False
    uasc_ceased: date | None = None
    mother_since: date | None = None
    episodes: list[Episode] = field(default_factory=list)
    adoptions: list[Adoption] = field(default_factory=list)
    missing: list[tuple[str, date, date]] = field(default_factory=list)
    reviews: list[tuple[date, str]] = field(default_factory=list)

    @property
    def now(self) -> Episode:
        """The newest episode."""
        return self.episodes[-1]

    @property
    def slot(self) -> Slot:
        return self.now.place.slot

    @property
    def care_start(self) -> date:
        """First day of the newest period of care."""
        return next(e.start for e in reversed(self.episodes) if e.reason == "S")

    @property
    def placed_since(self) -> date:
        """First day of the newest placement."""
        held = self.now.place
        return next(e.start for e in self.episodes if e.place is held)

    def age(self, day: date) -> int:
        return age_on(self.birth, day)

    def begin(self, day: date, legal: str, place: Place) -> None:
        """Start a period of care."""
        self.episodes.append(Episode(day, "S", legal, self.need, place))

    def change(self, day: date, legal: str | None, place: Place | None, gap: int = 0) -> None:
        """Close the open episode and open the next one, `gap` days later (0 or 1), with the reason that fits."""
        held = self.now
        reason = "B" if legal and place else ("P" if place else "L")
        held.end, held.end_reason = day, CONTINUES
        self.episodes.append(Episode(day + gap * DAY, reason, legal or held.legal, held.need, place or held.place))

    def finish(self, day: date, reason: str) -> None:
        """End the period of care."""
        self.now.end, self.now.end_reason = day, reason

    def episode_on(self, day: date) -> Episode | None:
        """The episode that holds a day: begun on or before it and not ended on or before it."""
        for held in reversed(self.episodes):
            if held.start <= day:
                return held if held.end is None or held.end > day else None
        return None

    def episodes_in(self, first: date, last: date) -> list[Episode]:
        """Episodes open on any day of first..last."""
        return [e for e in self.episodes if e.start <= last and (e.end is None or e.end >= first)]
