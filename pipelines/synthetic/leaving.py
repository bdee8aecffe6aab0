"""Who leaves care in a step, on which day and for which reason.

Who starts does not belong here (see `entering.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.synthetic.adoption import adopt, cease
from pipelines.synthetic.events import PASSING, Change, write
from pipelines.synthetic.life import Child, last_day_as_child
from pipelines.synthetic.orders import group_of
from pipelines.synthetic.places import Scene
from pipelines.synthetic.records import FOSTER, Step, Target

ADOPTION_DAYS = 70
"""A child lives with the adopters for at least ten weeks before the order."""
OLDEST_ADOPTED = 12
LAST_MOVE = 0.2
"""Assumed share of foster children who move once more in the year in which they leave."""
HOME = "E4"
AT_18 = {"E17": 24, "E5": 42, "E6": 9, "E7": 7, "E8": 18}
AT_16 = {"E5": 30, "E6": 12, "E8": 46, "E9": 6, "E3": 6}
YOUNGER = {"E43": 40, "E44": 22, "E8": 28, "E3": 8, "E2": 1, "E9": 1}


@dataclass(frozen=True)
class Exits:
    """How many are to leave in a step, of whom so many by adoption."""

    step: Step
    target: Target
    n_adopted: int
    n_leavers: int


@dataclass(frozen=True)
class Leavers:
    """Children of the opening stock who do not stay: turned 18, adopted, or left otherwise."""

    turned_18: list[Child]
    adopted: list[Child]
    other: list[Child]

    def ids(self) -> set[int]:
        return {id(c) for c in (*self.turned_18, *self.adopted, *self.other)}


def turning_18(children: Sequence[Child], step: Step) -> list[Child]:
    """Children whose last day as a child lies in the step."""
    return [c for c in children if last_day_as_child(c.birth) <= step.end]


def adoptable(children: Sequence[Child], step: Step) -> list[Child]:
    """Children under a placement order who are placed for adoption or still in foster care."""
    return [
        c for c in children if group_of(c) == "E" and c.slot[0] in ("A", *FOSTER) and c.age(step.end) <= OLDEST_ADOPTED
    ]


def choose(children: Sequence[Child], exits: Exits, rng: Random) -> Leavers:
    """Pick the leavers: whoever turns 18, those ready for adoption, then others by how likely they are to leave."""
    step, target = exits.step, exits.target
    leaving = turning_18(children, step)
    gone = {id(c) for c in leaving}
    ready = sorted(adoptable(children, step), key=lambda c: (c.slot[0] != "A", rng.random()))
    adopted = [c for c in ready if id(c) not in gone][: exits.n_adopted]
    gone |= {id(c) for c in adopted}
    others = [c for c in children if id(c) not in gone]
    held = Counter(c.slot for c in others)
    rank = {id(c): rng.random() ** (1 / _urge(c, target, held, step)) for c in others}
    others.sort(key=lambda c: -rank[id(c)])
    uasc = [c for c in others if c.is_uasc]
    first = uasc[: max(len(uasc) - target.uasc, 0)]
    rest = [c for c in others if not c.is_uasc]
    n_other = exits.n_leavers - len(leaving) - len(adopted)
    return Leavers(leaving, adopted, (first + rest)[: max(n_other, 0)])


def _urge(child: Child, target: Target, held: Counter[tuple[str, str]], step: Step) -> float:
    """How likely a child is to leave: by order, placement, age, and whether its kind of place is overfull."""
    weight = {"V": 2.4, "C": 0.7, "E": 0.15, "J": 12.0}[group_of(child)]
    if child.now.legal == "C1":
        weight *= 1.7
    weight *= {"P": 2.2, "F1": 1.3, "F4": 1.3, "A": 0.02}.get(child.slot[0], 1.0)
    if child.age(step.end) >= 16:
        weight *= 1.6
    return weight * (0.5 + held[child.slot] / max(target.slots.get(child.slot, 0), 1)) ** 2


def leave(leavers: Leavers, step: Step, scene: Scene) -> list[tuple[Child, date]]:
    """Adopt those who are adopted; give everyone else the day on which care ends (the reason follows)."""
    for child in leavers.adopted:
        _adopt_in(child, step, scene)
    dated = [(c, last_day_as_child(c.birth)) for c in leavers.turned_18]
    for child in leavers.other:
        first = max(step.start + timedelta(days=5), child.now.start + timedelta(days=10))
        last = min(step.end - timedelta(days=3), last_day_as_child(child.birth))
        day = first + timedelta(days=scene.rng.randint(0, max((last - first).days, 0)))
        _maybe_move(child, step, day, scene)
        dated.append((child, day))
    return dated


def _adopt_in(child: Child, step: Step, scene: Scene) -> None:
    """Place the child for adoption where that has not happened, then end care by the adoption order."""
    rng = scene.rng
    if child.slot[0] != "A":
        room = (step.end - step.start).days - ADOPTION_DAYS - 14
        day = step.start + timedelta(days=4 + rng.randint(0, room))
        write(child, day, Change(slot=("A", rng.choice("112"))), scene)
    first = max(step.start + timedelta(days=5), child.placed_since + timedelta(days=ADOPTION_DAYS))
    last = step.end - timedelta(days=3)
    adopt(child, first + timedelta(days=rng.randint(0, (last - first).days)), rng)


def _maybe_move(child: Child, step: Step, exit_day: date, scene: Scene) -> None:
    """Some foster children move once more before they leave."""
    rng = scene.rng
    room = (exit_day - step.start).days - 30
    if room > 0 and child.slot[0] in FOSTER and rng.random() < LAST_MOVE:
        day = max(step.start, child.now.start + timedelta(days=2)) + timedelta(days=3 + rng.randint(0, room))
        if day < exit_day - timedelta(days=5):
            write(child, day, Change(slot=rng.choice(PASSING)), scene)


def finish(dated: Sequence[tuple[Child, date]], n_home: int, rng: Random) -> None:
    """End care on the given days; `n_home` of the children return home, those who can most easily first."""
    order = sorted(range(len(dated)), key=lambda i: (_home_rank(*dated[i]), rng.random()))
    home = set(order[:n_home])
    for i, (child, day) in enumerate(dated):
        cease(child, day, rng)
        child.finish(day, HOME if i in home else _reason(child, day, rng))
        if child.is_uasc:
            child.uasc_ceased = day


def _home_rank(child: Child, day: date) -> int:
    """0 likely to return home, 2 only where the numbers ask for it."""
    if child.is_uasc:
        return 3
    if day == last_day_as_child(child.birth):
        return 2
    return 1 if child.slot[0] in ("F1", "F4", "I") else 0


def _reason(child: Child, day: date, rng: Random) -> str:
    if day == last_day_as_child(child.birth):
        options = {k: w for k, w in AT_18.items() if k != "E17" or child.slot[0] in FOSTER}
    elif child.age(day) >= 16:
        options = AT_16
    else:
        options = {k: w for k, w in YOUNGER.items() if k != "E9" or child.age(day) >= 12}
        if child.slot[0] not in FOSTER:
            options = {k: w for k, w in options.items() if k != "E43"}
    return rng.choices(list(options), list(options.values()))[0]
