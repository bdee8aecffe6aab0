"""Who holds which place and which order at the end of a step, so that the targets are met with few moves.

Children who stay keep their place where the target has room for it; the rest of the places goes to children whose age
and order fit, and to children who start. Dates do not belong here (see `events.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random

from pipelines.synthetic.life import Child
from pipelines.synthetic.orders import group_of
from pipelines.synthetic.records import FOSTER, Slot, Target

CHOOSY = ("A", "I", "R", "P")
"""Groups filled before foster placements, because age and order must fit."""
FROM_STARTERS = {"A": 0.05, "I": 0.4, "R": 0.22, "P": 0.28}
"""Assumed share of the free places of a group that goes to children who start in the step."""
UASC_GROUPS = ("I", "F6", "F3", "F2", "F5", "R")
OLDEST_FOR_ADOPTION, YOUNGEST_RESIDENTIAL = 8, 9


@dataclass
class Plan:
    """Where one child is at the end of the step. `child` is None for a child who has yet to be made."""

    slot: Slot
    child: Child | None = None
    legal: str = ""
    is_uasc: bool = False
    n_moves: int = 0
    is_returning: bool = False


@dataclass
class Pool:
    """Places still to fill, children by the place they hold, and children who must move."""

    wanted: Counter[Slot]
    at: dict[Slot, list[Child]]
    free: list[Child] = field(default_factory=list)


@dataclass
class Settlement:
    """Plans of one authority: as many as the target's stock."""

    target: Target
    on: date
    rng: Random
    plans: list[Plan] = field(default_factory=list)

    @property
    def stayers(self) -> list[Plan]:
        return [p for p in self.plans if p.child]

    @property
    def starters(self) -> list[Plan]:
        return [p for p in self.plans if not p.child]


def settle(target: Target, on: date, stayers: list[Child], rng: Random) -> Settlement:
    """Plans for everybody who is to be in care on a day: `stayers`, and children who start for the rest."""
    held = Settlement(target, on, rng)
    assign_places(held, stayers)
    assign_uasc(held)
    assign_orders(held)
    return held


def assign_places(held: Settlement, stayers: list[Child]) -> None:
    """Give every place of the target to a stayer or to a child who starts."""
    pool = Pool(Counter(held.target.slots), _by_slot(stayers))
    n_starters = held.target.stock - len(stayers)
    for group in CHOOSY:
        n_starters -= _fill_group(held, group, pool, n_starters)
    for slot, children in pool.at.items():
        held.rng.shuffle(children)
        children.sort(key=lambda c: not c.is_uasc)
        n_kept = min(pool.wanted[slot], len(children))
        held.plans.extend(Plan(slot, child) for child in children[:n_kept])
        pool.free.extend(children[n_kept:])
        pool.wanted[slot] -= n_kept
    _fill_foster(held, [s for s, n in sorted(pool.wanted.items()) for _ in range(n)], pool.free)


def _by_slot(children: Iterable[Child]) -> dict[Slot, list[Child]]:
    at: dict[Slot, list[Child]] = {}
    for child in children:
        at.setdefault(child.slot, []).append(child)
    return at


def _fill_group(held: Settlement, group: str, pool: Pool, n_starters: int) -> int:
    """Fill the places of one choosy group; how many went to children who start."""
    open_slots, spare = _keep(held, group, pool)
    held.rng.shuffle(open_slots)
    n_start = min(round(len(open_slots) * FROM_STARTERS[group]), n_starters)
    movers = _take(held, group, (spare, pool), len(open_slots) - n_start)
    held.plans.extend(Plan(slot, child) for slot, child in zip(open_slots, movers, strict=False))
    held.plans.extend(Plan(slot) for slot in open_slots[len(movers) :])
    taken = {id(c) for c in movers}
    pool.free.extend(c for c in spare if id(c) not in taken)
    return len(open_slots) - len(movers)


def _keep(held: Settlement, group: str, pool: Pool) -> tuple[list[Slot], list[Child]]:
    """Let holders keep their place as far as the target has room; (places left open, holders without a place)."""
    open_slots: list[Slot] = []
    spare: list[Child] = []
    for slot in sorted(s for s in {*pool.wanted, *pool.at} if s[0] == group):
        holders = pool.at.pop(slot, [])
        held.rng.shuffle(holders)
        holders.sort(key=lambda c: not _may_hold(group, c, held.on))
        n_wanted = pool.wanted.pop(slot, 0)
        n_kept = min(n_wanted, sum(_may_hold(group, c, held.on) for c in holders))
        held.plans.extend(Plan(slot, c) for c in holders[:n_kept])
        spare.extend(holders[n_kept:])
        open_slots.extend([slot] * (n_wanted - n_kept))
    return open_slots, spare


def _may_hold(group: str, child: Child, on: date) -> bool:
    """Whether a child of that age, order and situation can be in a group on a day."""
    age = child.age(on)
    if group == "A":
        return group_of(child) == "E" and age <= OLDEST_FOR_ADOPTION + 2
    if group == "P":
        return not child.is_uasc
    return group != "R" or age >= YOUNGEST_RESIDENTIAL - 2 or child.slot[0] == "R"


def _fits(group: str, child: Child, on: date) -> bool:
    """Whether a child can come new into a group."""
    age = child.age(on)
    if group == "A":
        return group_of(child) in ("E", "C") and age <= OLDEST_FOR_ADOPTION and child.slot[0] != "P"
    if group == "P":
        return not child.is_uasc and child.slot[0] != "A" and age <= 16
    if group == "I":
        return age >= 16
    return age >= YOUNGEST_RESIDENTIAL


def _take(held: Settlement, group: str, source: tuple[list[Child], Pool], n: int) -> list[Child]:
    """Up to `n` children who move into a group: those without a place first, then foster children who fit best."""
    spare, pool = source
    taken = [c for c in spare if _may_hold(group, c, held.on)][: max(n, 0)]
    roaming = [c for c in pool.free if _fits(group, c, held.on)][: max(n - len(taken), 0)]
    for child in roaming:
        pool.free.remove(child)
    taken += roaming
    options = [
        c for slot, children in pool.at.items() if slot[0] in FOSTER for c in children if _fits(group, c, held.on)
    ]
    full = {slot: len(children) > pool.wanted[slot] for slot, children in pool.at.items()}
    options.sort(key=lambda c: (_readiness(group, c), not full[c.slot], held.rng.random()))
    for child in options[: max(n - len(taken), 0)]:
        pool.at[child.slot].remove(child)
        taken.append(child)
    return taken


def _readiness(group: str, child: Child) -> int:
    """Order in which children come into question: placement orders for adoption, others as they are."""
    if group == "A":
        return 0 if group_of(child) == "E" else 1
    if group == "P":
        return 0 if group_of(child) == "C" else 1
    return 0


def _fill_foster(held: Settlement, slots: list[Slot], movers: list[Child]) -> None:
    """Foster places go to children without a place, unaccompanied children first where no relative is needed."""
    held.rng.shuffle(slots)
    held.rng.shuffle(movers)
    movers.sort(key=lambda c: not c.is_uasc)
    for child in movers:
        choice = next((s for s in slots if not child.is_uasc or s[0] not in ("F1", "F4")), slots[0])
        slots.remove(choice)
        held.plans.append(Plan(choice, child))
    held.plans.extend(Plan(slot) for slot in slots)


def assign_uasc(held: Settlement) -> None:
    """Mark as many starters as are missing from the wanted number of unaccompanied children."""
    missing = held.target.uasc - sum(1 for p in held.stayers if p.child and p.child.is_uasc)
    options = [p for p in held.starters if p.slot[0] in UASC_GROUPS]
    options.sort(key=lambda p: (UASC_GROUPS.index(p.slot[0]) // 2, held.rng.random()))
    for plan in options[: max(missing, 0)]:
        plan.is_uasc = True


def assign_orders(held: Settlement) -> None:
    """Give every plan a legal group so that the counts of the target are met."""
    wanted = Counter(held.target.legal)
    for plan in held.plans:
        _set_forced(plan, wanted)
    _set_remand(held, wanted)
    _set(held, "E", wanted, _placement_order_rank)
    _set(held, "V", wanted, _voluntary_rank)
    for plan in held.plans:
        if not plan.legal:
            plan.legal = "C"
            wanted["C"] -= 1


def _set_forced(plan: Plan, wanted: Counter[str]) -> None:
    """Places and situations that leave no choice of order."""
    forced = {"A": "E", "P": "C"}.get(plan.slot[0])
    if plan.is_uasc or (plan.child and plan.child.is_uasc):
        forced = "V"
    if forced:
        plan.legal = forced
        wanted[forced] -= 1


def _set_remand(held: Settlement, wanted: Counter[str]) -> None:
    options = [p for p in held.starters if not p.legal and p.slot[0] in ("R", "F2", "F6", "F5", "F3")]
    options.sort(key=lambda p: (p.slot[0] != "R", held.rng.random()))
    for plan in options[: max(wanted["J"], 0)]:
        plan.legal = "J"
        wanted["J"] -= 1


def _set(held: Settlement, legal: str, wanted: Counter[str], rank: Callable[[Plan, Settlement], float]) -> None:
    """Give a legal group to the plans that suit it best, until the wanted number has it."""
    ranked = [(rank(p, held), held.rng.random(), i) for i, p in enumerate(held.plans) if not p.legal]
    for _, _, i in sorted(r for r in ranked if r[0] < NEVER)[: max(wanted[legal], 0)]:
        held.plans[i].legal = legal
        wanted[legal] -= 1


NEVER = 100.0


def _placement_order_rank(plan: Plan, held: Settlement) -> float:
    """Young children in foster care; those with an order keep it, older ones lose it."""
    if plan.slot[0] not in FOSTER:
        return NEVER
    if plan.child is None:
        return 6.0
    age = plan.child.age(held.on)
    has_order = group_of(plan.child) == "E"
    if plan.child.slot[0] == "P":
        return NEVER
    return (0.0 if has_order and age <= 7 else 4.0) + age * 0.5 + (5.0 if age > 9 else 0.0)


def _voluntary_rank(plan: Plan, held: Settlement) -> float:
    """Children already accommodated and about half of those who start; a full order is given up last."""
    if plan.child is None:
        return 1.0 if held.rng.random() < 0.5 else 3.0
    status = plan.child.now.legal
    return {"V2": 0.0 if held.rng.random() < 0.7 else 2.0, "J1": 0.5, "C1": 4.0}.get(status, 5.0)
