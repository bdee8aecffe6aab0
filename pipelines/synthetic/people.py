"""Who a synthetic child is: identifier, pupil number, sex, birth, ethnicity, need. All of it is made up.

What happens to the child does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from pipelines.synthetic.life import Child
from pipelines.synthetic.places import made_up_postcode
from pipelines.synthetic.records import CHILD_PREFIX

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
UPN_WEIGHTS = range(2, 14)
NO_AUTHORITY = "000"
"""Authority part of every synthetic pupil number: no authority has this code, so none of the numbers was issued."""
SCHOOL_AGE = 4
HOMES_PER_AUTHORITY = 60
ETHNICITY = {
    "WBRI": 880,
    "WIRI": 4,
    "WOTH": 22,
    "WIRT": 3,
    "WROM": 7,
    "MWBC": 14,
    "MWBA": 9,
    "MWAS": 8,
    "MOTH": 9,
    "AIND": 2,
    "APKN": 4,
    "ABAN": 4,
    "AOTH": 3,
    "CHNE": 1,
    "BCRB": 3,
    "BAFR": 6,
    "BOTH": 3,
    "OOTH": 8,
    "REFU": 2,
    "NOBT": 8,
}
"""Per thousand: White 92, Mixed 4, Asian 1 to 2, Black 1, Other 1 per cent, as published for 2018."""
ETHNICITY_UASC = {"AOTH": 30, "OOTH": 30, "BAFR": 24, "WOTH": 10, "BOTH": 4, "NOBT": 2}
CITY = ("W06000015", "W06000022", "W06000011")
OTHER_NEEDS = {"N2": 6, "N3": 9, "N4": 26, "N5": 38, "N6": 6, "N8": 13, "N9": 2}
ABUSE, ABSENT, DISRUPTION = "N1", "N8", "N9"


@dataclass
class Register:
    """Hands out identifiers of one authority, in order."""

    authority: str
    code3: str
    district: int
    issued: int = 0
    former: list[Child] = field(default_factory=list)

    def enrol(self, birth: date, rng: Random, *, is_uasc: bool = False) -> Child:
        """A new child with made-up identity; the need for care follows."""
        self.issued += 1
        number = self.issued
        return Child(
            authority=self.authority,
            number=number,
            id=f"{CHILD_PREFIX}{self.code3}{number:05d}",
            upn=pupil_number(int(self.code3) * 1_000_000 + number),
            upn_unknown=rng.choices(("", "UN4", "UN5"), (96, 3, 1))[0],
            is_female=rng.random() < (0.07 if is_uasc else 0.465),
            birth=birth,
            ethnicity=_ethnicity(self.authority, rng, is_uasc=is_uasc),
            home=made_up_postcode(self.district + 75, rng.randrange(HOMES_PER_AUTHORITY)) if not is_uasc else "",
            need="",
            is_uasc=is_uasc,
        )


def pupil_number(serial: int) -> str:
    """A pupil number with the right check letter whose authority part was never issued."""
    body = f"{NO_AUTHORITY}{serial:09d}"
    check = sum(int(d) * w for d, w in zip(body, UPN_WEIGHTS, strict=True)) % len(UPN_LETTERS)
    return UPN_LETTERS[check] + body


def _ethnicity(authority: str, rng: Random, *, is_uasc: bool) -> str:
    if is_uasc:
        return rng.choices(list(ETHNICITY_UASC), list(ETHNICITY_UASC.values()))[0]
    weights = [w if c.startswith("W") or authority not in CITY else w * 2 for c, w in ETHNICITY.items()]
    return rng.choices(list(ETHNICITY), weights)[0]


def other_need(age: int, rng: Random) -> str:
    """A need for care other than abuse or neglect; an adoption breaks down only after it was made."""
    held = {need: w for need, w in OTHER_NEEDS.items() if need != DISRUPTION or age >= 2}
    return rng.choices(list(held), list(held.values()))[0]


@dataclass(frozen=True)
class AgeSpan:
    """Ages (years) that a plan allows on a day, and how they spread over five bands."""

    low: float
    high: float
    weights: tuple[int, int, int, int, int]


BANDS = ((0.0, 1.0), (1.0, 5.0), (5.0, 10.0), (10.0, 16.0), (16.0, 18.0))
STARTERS = (21, 19, 18, 29, 13)
STOCK = (5, 17, 22, 39, 17)


def born(span: AgeSpan, on: date, rng: Random) -> date:
    """A date of birth such that the age on a day lies in the span."""
    cuts = [(max(lo, span.low), min(hi, span.high)) for lo, hi in BANDS]
    weights = [
        w * max(hi - lo, 0.0) / (band[1] - band[0]) for w, (lo, hi), band in zip(span.weights, cuts, BANDS, strict=True)
    ]
    low, high = rng.choices(cuts, weights)[0] if sum(weights) > 0 else (span.low, span.high)
    day = on - timedelta(days=int(rng.uniform(low, high) * 365.25))
    # Nobody's last day as a child is 31 March: whether that is still in care at the end is disputed.
    return day - timedelta(days=1) if (day.month, day.day) == (4, 1) else day
