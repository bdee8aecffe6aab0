"""Dated changes in a child's care: moves and orders in an order that the law allows, on days inside a span.

Choosing the final place and order does not belong here (see `settle.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.synthetic.adoption import follow_move
from pipelines.synthetic.life import Child
from pipelines.synthetic.orders import EMERGENCY_DAYS, GROUP_OF, path
from pipelines.synthetic.places import Geography, Need, place_in
from pipelines.synthetic.records import Slot

Change = tuple[str | None, Slot | None]
"""(new legal status or None, new slot or None)."""
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


def changes(child: Child, slot: Slot, legal: str, n_moves: int, rng: Random) -> list[Change]:
    """The changes that bring a child from where it is into a slot and a legal group with so many moves."""
    orders = path(child.now.legal, legal, rng)
    n_moves = max(n_moves, 1 if child.slot != slot else 0)
    moves: list[Slot] = [rng.choice(PASSING) for _ in range(n_moves - 1)] + ([slot] if n_moves else [])
    return _together(_sequence(child.slot[0], orders, moves, rng), rng)


def _sequence(group: str, orders: list[str], moves: list[Slot], rng: Random) -> list[Change]:
    """Moves and orders in a lawful order: out of home or adoption first, into home or adoption last."""
    steps = [(o, None) for o in orders]
    places = [(None, m) for m in moves]
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
    for legal, slot in held:
        if merged and slot and merged[-1][0] and not merged[-1][1] and rng.random() < TOGETHER:
            merged[-1] = (merged[-1][0], slot)
        else:
            merged.append((legal, slot))
    return merged


def live(child: Child, todo: list[Change], span: Span, geography: Geography, rng: Random) -> None:
    """Write the changes into the child's episodes on days of the span."""
    todo = _end_emergency(child, todo, geography, rng)
    first = max(span.first, child.now.start + timedelta(days=2))
    window = Span(first, span.last, span.quiet)
    days = window.days(len(todo), rng) if todo else []
    for day, (legal, slot) in zip(days, todo, strict=False):
        gap = 1 if rng.random() < NEXT_DAY and day not in span.quiet else 0
        write(child, day, (legal, slot), gap, (geography, rng))


def _end_emergency(child: Child, todo: list[Change], geography: Geography, rng: Random) -> list[Change]:
    """An emergency order gives way to the next order within its lawful length."""
    length = EMERGENCY_DAYS.get(child.now.legal)
    if not length:
        return todo
    n = next((i for i, (legal, _) in enumerate(todo) if legal), None)
    if n is None:
        return todo
    legal = todo[n][0]
    write(child, child.now.start + timedelta(days=rng.randint(1, length)), (legal, None), 0, (geography, rng))
    rest = [*todo[:n], (None, todo[n][1]), *todo[n + 1 :]]
    return [c for c in rest if c != (None, None)]


def write(child: Child, day: date, change: Change, gap: int, at: tuple[Geography, Random]) -> None:
    """Make one change on a day; a new placement always has another postcode than the one before."""
    legal, slot = change
    place = None
    if slot:
        need = Need(child.age(day), (legal or child.now.legal) == "J1")
        old = child.now.place
        place = place_in(slot, need, (child.authority, at[0]), at[1])
        while place.postcode == old.postcode and place.postcode:
            place = place_in(slot, need, (child.authority, at[0]), at[1])
        follow_move(child, day, place, at[1])
    child.change(day, legal, place, gap)
