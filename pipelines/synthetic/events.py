"""Dated changes in a child's care: moves and orders in an order that the law allows, on days inside a span.

Choosing the final place and order does not belong here (see `settle.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from pipelines.synthetic.adoption import follow_move, follow_order
from pipelines.synthetic.life import Child
from pipelines.synthetic.orders import EMERGENCY_DAYS, GROUP_OF, path
from pipelines.synthetic.places import Need, Scene, another
from pipelines.synthetic.records import Slot
from pipelines.synthetic.settle import Plan


class Change(NamedTuple):
    """One change of episode: a new legal status, a new slot, or both; the new episode may start a day later."""

    legal: str | None = None
    slot: Slot | None = None
    gap: int = 0


TOGETHER = 0.2
"""Share of neighbouring orders and moves that fall on one day (reason B)."""
NEXT_DAY = 0.01
"""Share of changes in which the new episode starts on the next day instead of the same day."""
PASSING = (("F2", "1"), ("F3", "1"), ("F5", "2"), ("F6", "2"))
"""Slots that serve on the way to the final place."""


@dataclass(frozen=True)
class Span:
    """Days on which changes may fall; no gap touches a `quiet` day, because children are counted on it."""

    first: date
    last: date
    quiet: tuple[date, ...] = ()

    def days(self, n: int, rng: Random) -> list[date]:
        """Up to `n` different days in order, at least three apart where the span has room."""
        room = (self.last - self.first).days - 3 * (n - 1)
        if room < 0:
            return self.days(n - 1, rng) if n > 1 else []
        offsets = sorted(rng.randint(0, room) for _ in range(n))
        return [self.first + timedelta(days=o + 3 * i) for i, o in enumerate(offsets)]


def changes(child: Child, plan: Plan, rng: Random) -> list[Change]:
    """The changes that bring a child from where it is to where the plan wants it, with as many moves as it says."""
    orders = path(child.now.legal, plan.legal, rng)
    n_moves = max(plan.n_moves, 1 if child.slot != plan.slot else 0)
    moves: list[Slot] = [rng.choice(PASSING) for _ in range(n_moves - 1)] + ([plan.slot] if n_moves else [])
    return _together(_sequence(child.slot[0], orders, moves, rng), rng)


def _sequence(group: str, orders: list[str], moves: list[Slot], rng: Random) -> list[Change]:
    """Moves and orders in a lawful order: out of home or adoption first, into home or adoption last."""
    steps = [Change(legal=o) for o in orders]
    places = [Change(slot=m) for m in moves]
    held: list[Change] = []
    leaves = (group == "P" and any(GROUP_OF[o] != "C" for o in orders)) or (group == "A" and bool(orders))
    if places and leaves:
        held.append(places.pop(0))
    last = [places.pop()] if places and moves[-1][0] in ("P", "A") else []
    middle: list[Change] = []
    while steps or places:
        source = steps if not places or (steps and rng.random() < 0.5) else places
        middle.append(source.pop(0))
    return [*held, *middle, *last]


def _together(held: list[Change], rng: Random) -> list[Change]:
    """Let some orders fall on the day of the move that follows them."""
    merged: list[Change] = []
    for change in held:
        before = merged[-1] if merged else Change()
        if change.slot and before.legal and not before.slot and rng.random() < TOGETHER:
            merged[-1] = Change(before.legal, change.slot)
        else:
            merged.append(change)
    return merged


def live(child: Child, todo: list[Change], span: Span, scene: Scene) -> None:
    """Write the changes into the child's episodes on days of the span."""
    rng = scene.rng
    todo = _end_emergency(child, todo, scene)
    first = max(span.first, child.now.start + timedelta(days=2))
    days = Span(first, span.last).days(len(todo), rng) if todo else []
    for day, change in zip(days, todo, strict=False):
        gap = 1 if rng.random() < NEXT_DAY and day not in span.quiet else 0
        write(child, day, change._replace(gap=gap), scene)


def _end_emergency(child: Child, todo: list[Change], scene: Scene) -> list[Change]:
    """An emergency order gives way to the next order within its lawful length."""
    length = EMERGENCY_DAYS.get(child.now.legal)
    n = next((i for i, change in enumerate(todo) if change.legal), None)
    if not length or n is None:
        return todo
    day = child.now.start + timedelta(days=scene.rng.randint(1, length))
    write(child, day, Change(legal=todo[n].legal), scene)
    rest = [*todo[:n], todo[n]._replace(legal=None), *todo[n + 1 :]]
    return [c for c in rest if c.legal or c.slot]


def write(child: Child, day: date, change: Change, scene: Scene) -> None:
    """Make one change on a day; a new placement always differs from the one before in something that is collected."""
    place = None
    if change.legal:
        follow_order(child, day, change.legal, scene.rng)
    if change.slot:
        need = Need(child.authority, child.age(day), (change.legal or child.now.legal) == "J1")
        place = another(change.slot, need, child.now.place, scene)
        follow_move(child, day, place, scene.rng)
    child.change(day, change.legal, place, change.gap)
