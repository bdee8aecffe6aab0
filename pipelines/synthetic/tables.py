"""What an authority returns about a period: canonical rows, with nothing in them that lay in the future then.

Column names, containers and formats do not belong here (see `writers.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pipelines.synthetic.extras import leaver
from pipelines.synthetic.life import CONTINUES, SHORT_BREAKS, Child, Episode
from pipelines.synthetic.people import SCHOOL_AGE
from pipelines.synthetic.records import Step

Value = str | date | None
Record = dict[str, Value]
Tables = dict[str, list[Record]]
LETTERS_FROM = date(2024, 4, 1)
"""From this day sex is coded by letters instead of numbers."""
NOT_OF_SCHOOL_AGE = "UN1"
ADOPTED_BY_CARER = ("A3", "A5")


@dataclass
class Holdings:
    """The children of one authority, ready to be returned for any period."""

    authority: str
    children: list[Child]
    seed: int
    _ends: list[date] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ends = [c.now.end or date.max for c in self.children]

    def known_in(self, period: Step) -> list[Child]:
        """Children with an episode open on any day of the period, in the order of their identifiers."""
        first, last = period.start, period.end
        return [
            c
            for c, end in zip(self.children, self._ends, strict=True)
            if end >= first and c.episodes[0].start <= last and c.episodes_in(first, last)
        ]

    def tables(self, period: Step) -> Tables:
        """Every canonical table of the period."""
        children = self.known_in(period)
        return {
            "child": [child_record(c, period) for c in children],
            "episode": [
                episode_record(c, e, period) for c in children for e in c.episodes_in(period.start, period.end)
            ],
            "uasc": [_uasc(c, period) for c in children if c.is_uasc],
            "review": [r for c in children for r in _reviews(c, period)],
            "adoption": [r for c in children for r in _adoptions(c, period)],
            "placed_adoption": [r for c in children for r in _placed(c, period)],
            "care_leaver": [r for c in children for r in self._leavers(c, period)],
            "missing": [r for c in children for r in _missing(c, period)],
        }

    def _leavers(self, child: Child, period: Step) -> Iterable[Record]:
        ended = [e for e in child.episodes if e.end and e.end_reason != CONTINUES and is_in(e.end, period)]
        told = leaver(child, ended[-1], self.seed) if ended else None
        if told:
            yield {
                **_who(child),
                "in_touch_code": told[0],
                "activity_code": told[1],
                "accommodation_code": told[2],
            }


def is_in(day: date | None, period: Step) -> bool:
    """True for a day of the period."""
    return day is not None and period.start <= day <= period.end


def _by(day: date | None, period: Step) -> date | None:
    """The day, unless it lies after the period and so is not known yet."""
    return day if day is not None and day <= period.end else None


def _who(child: Child) -> Record:
    return {"child_id": child.id, "birth_date": child.birth}


def sex(child: Child, on: date) -> str:
    """Code of the list in force on a day."""
    return ("MF" if on >= LETTERS_FROM else "12")[child.is_female]


def child_record(child: Child, period: Step) -> Record:
    """The child as the authority describes it at the end of a period."""
    unknown = NOT_OF_SCHOOL_AGE if child.age(period.end) <= SCHOOL_AGE else child.upn_unknown
    is_mother = _by(child.mother_since, period) is not None
    is_kept = any(not is_short_break(e) for e in child.episodes_in(period.start, period.end))
    return {
        "child_id": child.id,
        "upn_id": None if unknown else child.upn,
        "upn_unknown_code": unknown or None,
        "sex_code": sex(child, period.end),
        "birth_date": child.birth,
        "ethnicity_code": child.ethnicity,
        "mother_code": ("1" if is_mother else "0") if child.is_female and is_kept else None,
        "mother_child_birth_date": child.mother_since if is_mother else None,
    }


def episode_record(child: Child, held: Episode, period: Step) -> Record:
    """One episode as it was known at the end of a period."""
    end = _by(held.end, period)
    place = held.place
    return {
        "child_id": child.id,
        "episode_start_date": held.start,
        "start_reason_code": held.reason,
        "legal_status_code": held.legal,
        "need_code": held.need,
        "placement_code": place.code,
        "provider_code": place.provider or None,
        "episode_end_date": end,
        "end_reason_code": held.end_reason if end else None,
        "home_postcode": child.home or None,
        "placement_postcode": place.postcode or None,
        "placement_authority_code": place.authority or None,
        "placement_location_code": place.slot[1],
    }


def _uasc(child: Child, period: Step) -> Record:
    return {
        **_who(child),
        "sex_code": sex(child, period.end),
        "uasc_ceased_date": _by(child.uasc_ceased, period),
    }


def _reviews(child: Child, period: Step) -> Iterable[Record]:
    for day, code in child.reviews:
        if is_in(day, period):
            yield {**_who(child), "review_date": day, "review_code": code}


def _adoptions(child: Child, period: Step) -> Iterable[Record]:
    for held in child.adoptions:
        if is_in(held.adopted, period):
            yield {
                **_who(child),
                "adoption_decision_date": held.decided,
                "adoption_match_date": held.matched,
                "foster_carer_adopter_code": "1" if child.now.place.code in ADOPTED_BY_CARER else "0",
                "n_adopters_code": held.adopters[0],
                "adopters_sex_code": held.adopters[1],
                "adopters_legal_status_code": held.adopters[2],
            }


def _placed(child: Child, period: Step) -> Iterable[Record]:
    """Decisions that a child should be placed: open in the period, whether or not a placement was found yet."""
    for held in child.adoptions:
        over = held.ceased or held.adopted
        if held.decided <= period.end and (over is None or over >= period.start):
            ceased = _by(held.ceased, period)
            yield {
                **_who(child),
                "placed_date": held.decided,
                "placed_ceased_date": ceased,
                "placed_ceased_reason_code": held.ceased_reason if ceased else None,
            }


def _missing(child: Child, period: Step) -> Iterable[Record]:
    for code, first, last in child.missing:
        if first <= period.end and last >= period.start:
            yield {
                **_who(child),
                "missing_code": code,
                "missing_start_date": first,
                "missing_end_date": _by(last, period),
            }


def is_short_break(held: Episode) -> bool:
    """True for an episode that is kept out of the headline counts."""
    return held.legal in SHORT_BREAKS
