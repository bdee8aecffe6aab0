"""Children in agreed series of short breaks: beside care, never counted in it.

Children who are looked after otherwise do not belong here (see `simulate.py`).
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from pipelines.synthetic.entering import Arrivals
from pipelines.synthetic.life import Child, last_day_as_child
from pipelines.synthetic.people import AgeSpan, born
from pipelines.synthetic.places import Need, place_in
from pipelines.synthetic.records import Step

AGREED, SINGLE = "V4", ("V3", "V1")
LEAVING, SINGLES = 0.3, 0.2
"""Assumed: share whose agreement ends in a year, and children with single short breaks per agreement."""
NIGHTS = 2
NEEDS = {"N2": 70, "N4": 12, "N5": 14, "N3": 4}
SPAN = AgeSpan(4.0, 16.5, (0, 1, 5, 9, 2))
OTHER = "E8"


def run(current: list[Child], wanted: int, step: Step, arrivals: Arrivals) -> tuple[list[Child], list[Child]]:
    """(children with an open agreement at the end of the step, children new in the step)."""
    rng = arrivals.rng
    staying = [c for c in current if not _ends(c, step, rng)]
    for child in staying[wanted:]:
        _finish(child, step, rng)
    staying = staying[:wanted]
    new = [_agreement(step, arrivals) for _ in range(wanted - len(staying))]
    singles = [_singles(step, arrivals) for _ in range(round(wanted * SINGLES))]
    return staying + new, new + singles


def _ends(child: Child, step: Step, rng: Random) -> bool:
    """True when the agreement ends in the step; it is then closed."""
    must = last_day_as_child(child.birth) <= step.end
    if not must and rng.random() >= LEAVING * step.days / 365:
        return False
    _finish(child, step, rng)
    return True


def _finish(child: Child, step: Step, rng: Random) -> None:
    last = min(step.end - timedelta(days=3), last_day_as_child(child.birth))
    first = min(step.start + timedelta(days=3), last)
    child.finish(first + timedelta(days=rng.randint(0, (last - first).days)), OTHER)


def _enrol(day: date, arrivals: Arrivals) -> Child:
    rng = arrivals.rng
    child = arrivals.register.enrol(born(SPAN, day, rng), rng)
    child.home, child.need = "", rng.choices(list(NEEDS), list(NEEDS.values()))[0]
    return child


def _begin(child: Child, day: date, legal: str, arrivals: Arrivals) -> None:
    slot = (arrivals.rng.choice(("F2", "R", "F2")), "1")
    need = Need(child.authority, child.age(day), is_short_break=True)
    child.begin(day, legal, place_in(slot, need, arrivals.scene))


def _agreement(step: Step, arrivals: Arrivals) -> Child:
    day = step.start + timedelta(days=arrivals.rng.randint(2, step.days - 8))
    child = _enrol(day, arrivals)
    _begin(child, day, AGREED, arrivals)
    return child


def _singles(step: Step, arrivals: Arrivals) -> Child:
    """A few stays of two nights, each an episode of its own."""
    rng = arrivals.rng
    child = _enrol(step.start, arrivals)
    legal = rng.choice(SINGLE)
    day = step.start + timedelta(days=rng.randint(3, 30))
    while day < step.end - timedelta(days=10):
        _begin(child, day, legal, arrivals)
        child.finish(day + timedelta(days=NIGHTS), OTHER)
        day += timedelta(days=rng.randint(25, 60))
    return child
