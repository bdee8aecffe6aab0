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
from pipelines.synthetic.places import Need, Scene, place_in
from pipelines.synthetic.records import FOSTER, Slot, Step
from pipelines.synthetic.settle import Plan

ROOM = 40
"""Days that a start in the step keeps free before its end, so that every change still fits in."""
RETURNING = 0.09
"""Assumed share of those who start who were looked after before."""
NEAR_18 = 17.9


@dataclass
class Arrivals:
    """What starts need: the register of the authority, the scene, and how many abuse cases are left."""

    register: Register
    scene: Scene
    n_abuse: int = 0
    n_left: int = 0
    n_uasc_left: int = 0

    @property
    def rng(self) -> Random:
        return self.scene.rng

    def need(self, *, is_uasc: bool, age: int) -> str:
        """Need for care of the next start; exactly `n_abuse` of `n_left` are abuse or neglect."""
        n_open = max(self.n_left - self.n_uasc_left, 1)
        is_abuse = not is_uasc and self.rng.random() * n_open < self.n_abuse
        self.n_left -= 1
        self.n_uasc_left -= is_uasc
        self.n_abuse -= is_abuse
        if is_uasc:
            return ABSENT
        return ABUSE if is_abuse else other_need(age, self.rng)


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


def start(plan: Plan, step: Step, arrivals: Arrivals) -> Child:
    """A child who starts in the step and is where the plan says at its end."""
    rng = arrivals.rng
    span = ages(plan, STARTERS)
    room = step.days - ROOM - (60 if plan.legal == "E" else 0)
    day = step.start + timedelta(days=rng.randint(0, room))
    child = _returning(span, step, arrivals) if plan.is_returning else None
    if child is None:
        birth = born(span, step.end, rng)
        day = min(max(day, birth + timedelta(days=1)), step.end - timedelta(days=ROOM))
        child = arrivals.register.enrol(min(birth, day), rng, is_uasc=plan.is_uasc)
    child.need = arrivals.need(is_uasc=plan.is_uasc, age=child.age(day))
    begin(child, plan, Span(day, step.end - timedelta(days=3), step.quiet), arrivals.scene)
    plan.child = child
    return child


def _returning(span: AgeSpan, step: Step, arrivals: Arrivals) -> Child | None:
    """A child who left in an earlier step and whose age fits the plan."""
    former = arrivals.register.former
    fitting = [
        i for i, c in enumerate(former) if span.low <= (step.end - c.birth).days / 365.25 <= min(span.high, 17.5)
    ]
    return former.pop(arrivals.rng.choice(fitting)) if fitting else None


def begin(child: Child, plan: Plan, span: Span, scene: Scene) -> None:
    """Open the period of care on the first day of the span and live up to the plan by its last."""
    legal = "V2" if child.is_uasc else first_status(plan.legal, scene.rng)
    first = _first_slot(plan, legal, scene.rng)
    need = Need(child.authority, child.age(span.first), legal == "J1")
    child.begin(span.first, legal, place_in(first, need, scene))
    todo = changes(child, plan, scene.rng)
    live(child, todo, Span(span.first + timedelta(days=2), span.last, span.quiet), scene)


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
    child = arrivals.register.enrol(birth, rng, is_uasc=plan.is_uasc)
    child.need = arrivals.need(is_uasc=plan.is_uasc, age=child.age(day))
    begin(child, plan, Span(day, on - timedelta(days=4)), arrivals.scene)
    plan.child = child
    return child


def short_stay(step: Step, arrivals: Arrivals) -> tuple[Child, date]:
    """A child who starts and leaves within the step; the reason for leaving follows."""
    rng = arrivals.rng
    length = min(max(2, int(rng.expovariate(1 / 50))), step.days - 10)
    day = step.start + timedelta(days=rng.randint(1, step.days - length - 6))
    is_police = length <= 3 and rng.random() < 0.6
    birth = born(AgeSpan(0.05, 17.2, STARTERS), day, rng)
    child = arrivals.register.enrol(birth, rng)
    child.need = arrivals.need(is_uasc=False, age=child.age(day))
    slot = rng.choice((*PASSING, ("F1", "1")))
    legal = "L1" if is_police else rng.choices(("V2", "C1"), (85, 15))[0]
    child.begin(day, legal, place_in(slot, Need(child.authority, child.age(day)), arrivals.scene))
    return child, day + timedelta(days=2 if is_police else length)
