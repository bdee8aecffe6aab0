"""The adoption record that goes with moves into and out of placements for adoption.

Choosing who is adopted does not belong here (see `leaving.py`).
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from pipelines.synthetic.life import Adoption, Child, Place

DECISION_DAYS, MATCH_DAYS = (40, 150), (8, 30)
"""Days before the placement on which the decision and the match fall, where care is long enough."""
ADOPTERS = (
    ("2", "MF", "L11"),
    ("2", "MF", "L3"),
    ("1", "F1", "L0"),
    ("2", "FF", "L12"),
    ("2", "MM", "L12"),
    ("1", "M1", "L0"),
)
ADOPTER_WEIGHTS = (62, 12, 10, 6, 8, 2)
CEASED = ("RD1", "RD3", "RD4")


def follow_move(child: Child, day: date, place: Place, rng: Random) -> None:
    """Open a record when a child moves into a placement for adoption and close it when the child moves out."""
    was, becomes = child.slot[0] == "A", place.slot[0] == "A"
    if was and not becomes:
        record = child.adoptions[-1]
        record.ceased, record.ceased_reason = day, rng.choice(CEASED)
    if becomes and not was:
        child.adoptions.append(_record(child, day, rng))


def _record(child: Child, placed: date, rng: Random) -> Adoption:
    """Decision, match and placement in that order, none of them before care started."""
    room = (placed - child.care_start).days
    match = min(rng.randint(*MATCH_DAYS), max(room // 3, 0))
    decision = max(min(rng.randint(*DECISION_DAYS), room - 1), match)
    return Adoption(
        decided=placed - timedelta(days=decision),
        matched=placed - timedelta(days=match),
        placed=placed,
        adopters=rng.choices(ADOPTERS, ADOPTER_WEIGHTS)[0],
    )


def adopt(child: Child, day: date, rng: Random) -> None:
    """End care by an adoption order, application unopposed or consent dispensed with."""
    child.adoptions[-1].adopted = day
    child.finish(day, "E11" if rng.random() < 0.35 else "E12")
