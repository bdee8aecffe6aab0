"""Children who start to be looked after: new ones, returning ones, short stays, and the opening stock.

Who leaves does not belong here (see `leaving.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.synthetic.events import PASSING, Span, changes, live
from pipelines.synthetic.life import Child
from pipelines.synthetic.orders import GROUP_OF, first_status
from pipelines.synthetic.people import ABSENT, ABUSE, STARTERS, STOCK, AgeSpan, Register, born, other_need
from pipelines.synthetic.places import Geography, Need, place_in
from pipelines.synthetic.records import FOSTER, Slot, Step
from pipelines.synthetic.settle import Plan

ROOM = 40
"""Days that a start in the step keeps free before its end, so that every change still fits in."""
RETURNING = 0.09
"""Assumed share of those who start who were looked after before."""
NEAR_18 = 17.9


@dataclass
class Arrivals:
    """What starts need: the register of the authority, its geography, chance, and how many abuse cases are left."""

    register: Register
    geography: Geography
    rng: Random
    n_abuse: int
    n_left: int

    def need(self, *, is_uasc: bool) -> str:
        """Need for care of the next start; exactly `n_abuse` of `n_left` are abuse or neglect."""
        is_abuse = not is_uasc and self.rng.random() * self._eligible() < self.n_abuse
        self.n_left -= 1
        self.n_abuse -= is_abuse
        if is_uasc:
            return ABSENT
        return ABUSE if is_abuse else other_need(self.rng)

    def _eligible(self) -> int:
        return max(self.n_left - self.n_uasc_left, 1)

    n_uasc_left: int = 0


def ages(plan: Plan, weights: tuple[int, int, int, int, int]) -> AgeSpan:
    """Ages at the end of the step that a place and an order allow."""
    group = plan.slot[0]
    if plan.is_uasc:
        return AgeSpan(14.6, NEAR_18, weights)
    if plan.legal == "J":
        return AgeSpan(12.5, 17.6, weights)
    if group == "I":
        return AgeSpan(16.1, NEAR_18, weights)
    if group == "R":
        return AgeSpan(9.1, 17.8, weights)
    if plan.legal == "E":
        return AgeSpan(0.5, 6.0, weights)
    return AgeSpan(0.15, 17.0 if group in ("P", "F1", "F4") else NEAR_18, weights)


def start(plan: Plan, step: Step, quiet: tuple[date, ...], arrivals: Arrivals) -> Child:
    """A child who starts in the step and is where the plan says at its end."""
    rng = arrivals.rng
    span = ages(plan, STARTERS)
    room = step.days - ROOM - (60 if plan.legal == "E" else 0)
    day = step.start + timedelta(days=rng.randint(0, room))
    need = arrivals.need(is_uasc=plan.is_uasc)
    child = _returning(plan, span, step, arrivals) if plan.is_returning else None
    if child is None:
        birth = born(span, step.end, rng)
        day = max(day, birth + timedelta(days=1))
        day = min(day, step.end - timedelta(days=ROOM))
        child = arrivals.register.enrol(min(birth, day), need, rng, is_uasc=plan.is_uasc)
    child.need = need
    begin(child, plan, Span(day, step.end - timedelta(days=3), quiet), arrivals)
    plan.child = child
    return child


def _returning(plan: Plan, span: AgeSpan, step: Step, arrivals: Arrivals) -> Child | None:
    """A child who left in an earlier step and whose age fits the plan."""
    former = arrivals.register.former
    for i in range(len(former)):
        age = (step.end - former[i].birth).days / 365.25
        if span.low <= age <= min(span.high, 17.5):
            return former.pop(i)
    return None


def begin(child: Child, plan: Plan, span: Span, arrivals: Arrivals) -> None:
    """Open the period of care on the first day of the span and live up to the plan by its last."""
    rng = arrivals.rng
    legal = first_status("V" if child.is_uasc else plan.legal, rng)
    if child.is_uasc:
        legal = "V2"
    first = _first_slot(plan, legal, rng)
    need = Need(child.age(span.first), legal == "J1")
    child.begin(span.first, legal, place_in(first, need, (child.authority, arrivals.geography), rng))
    n_moves = plan.n_moves if first == plan.slot else max(plan.n_moves, 1)
    todo = changes(child, plan.slot, plan.legal, n_moves, rng)
    live(child, todo, Span(span.first + timedelta(days=2), span.last, span.quiet), arrivals.geography, rng)


def _first_slot(plan: Plan, legal: str, rng: Random) -> Slot:
    """Where care begins: at once in the final place, or in a foster home on the way to it."""
    group = plan.slot[0]
    if group == "A" or (group == "P" and GROUP_OF[legal] != "C"):
        return rng.choice(PASSING)
    if plan.n_moves and not plan.is_uasc and group in FOSTER:
        return rng.choice(PASSING)
    return plan.slot


def open_stock(plan: Plan, on: date, arrivals: Arrivals) -> Child:
    """A child who is in care already when the simulation begins, with a life in care behind it."""
    rng = arrivals.rng
    least = 250 if plan.legal == "E" else 60
    birth = born(ages(plan, STOCK), on, rng)
    longest = (on - birth).days
    if plan.is_uasc:
        longest = min(longest - 14 * 365, 900)
    length = min(max(int(rng.expovariate(1 / 1000)), least), longest)
    day = on - timedelta(days=length)
    child = arrivals.register.enrol(birth, arrivals.need(is_uasc=plan.is_uasc), rng, is_uasc=plan.is_uasc)
    begin(child, plan, Span(day, on - timedelta(days=4)), arrivals)
    plan.child = child
    return child


def short_stay(step: Step, arrivals: Arrivals) -> tuple[Child, date]:
    """A child who starts and leaves within the step; the reason for leaving follows."""
    rng = arrivals.rng
    length = min(max(2, int(rng.expovariate(1 / 50))), step.days - 10)
    day = step.start + timedelta(days=rng.randint(1, step.days - length - 6))
    is_police = length <= 3 and rng.random() < 0.6
    birth = born(AgeSpan(0.05, 17.2, STARTERS), day, rng)
    child = arrivals.register.enrol(birth, arrivals.need(is_uasc=False), rng)
    slot = rng.choice((*PASSING, ("F1", "1")))
    legal = "L1" if is_police else rng.choices(("V2", "C1"), (85, 15))[0]
    child.begin(day, legal, place_in(slot, Need(child.age(day)), (child.authority, arrivals.geography), rng))
    return child, day + timedelta(days=2 if is_police else length)
