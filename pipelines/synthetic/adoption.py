"""The adoption record that goes with placement orders and moves into and out of placements for adoption.

Choosing who is adopted does not belong here (see `leaving.py`).
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from pipelines.synthetic.life import Adoption, Child, Place

DECISION_DAYS, MATCH_DAYS = (10, 90), (8, 30)
"""Days before the placement order on which the decision falls, and before the placement on which the match falls."""
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
PLACEMENT_ORDER = "E1"


def follow_order(child: Child, day: date, legal: str, rng: Random) -> None:
    """The decision goes before a placement order; when the order is given up the plan for adoption ends with it."""
    was, becomes = child.now.legal == PLACEMENT_ORDER, legal == PLACEMENT_ORDER
    if was and not becomes:
        cease(child, day, rng)
    if becomes and not was:
        room = max((day - child.care_start).days - 1, 0)
        decided = day - timedelta(days=min(rng.randint(*DECISION_DAYS), room))
        child.adoptions.append(Adoption(decided, rng.choices(ADOPTERS, ADOPTER_WEIGHTS)[0]))


def follow_move(child: Child, day: date, place: Place, rng: Random) -> None:
    """A move into a placement for adoption is matched and placed; a later match replaces an earlier one."""
    if place.slot[0] == "A" and child.slot[0] != "A":
        held = child.adoptions[-1]
        room = max((day - held.decided).days, 0)
        held.matched, held.placed = day - timedelta(days=min(rng.randint(*MATCH_DAYS), room)), day


def cease(child: Child, day: date, rng: Random) -> None:
    """End the plan for adoption without an adoption."""
    held = child.adoptions[-1] if child.adoptions else None
    if held and held.adopted is None and held.ceased is None:
        held.ceased, held.ceased_reason = day, rng.choice(CEASED)


def adopt(child: Child, day: date, rng: Random) -> None:
    """End care by an adoption order, application unopposed or consent dispensed with."""
    child.adoptions[-1].adopted = day
    child.finish(day, "E11" if rng.random() < 0.35 else "E12")
