"""Year by year through care: every authority meets its target at every snapshot, and every life stays lawful.

Fitting targets (see `targets.py`) and writing returns (see `tables.py`) do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipelines.synthetic import entering, leaving
from pipelines.synthetic.adoption import cease
from pipelines.synthetic.balance import apportion
from pipelines.synthetic.chance import chance
from pipelines.synthetic.entering import Arrivals
from pipelines.synthetic.events import PASSING, Span, changes, live
from pipelines.synthetic.life import Child
from pipelines.synthetic.people import Register
from pipelines.synthetic.places import Geography, Need, Scene, place_in
from pipelines.synthetic.records import Step, Target
from pipelines.synthetic.settle import Plan, Settlement, settle

START_RATE, SHORT_STAYS, CHURN, START_MOVES = 0.3, 0.15, 0.12, 0.25
"""Assumed: starts per child in care, starts that end in the same year, moves to a like place, moves after a start."""
OLDEST_RETURNING, MAY_RETURN = 16, ("E4", "E8")
MOVING = {"R": 2.0, "I": 1.5, "F6": 1.6, "F3": 1.4, "F1": 0.7, "F4": 0.7, "P": 0.4, "A": 0.1}
"""Assumed pull of a placement group towards three or more placements in a year."""


@dataclass(frozen=True)
class Budget:
    """Flows of one authority in one step. `starts` and `ends` count periods of care; `repeats` leave twice."""

    starts: int
    ends: int
    adoptions: int
    home: int
    abuse: int
    repeats: int = 0


@dataclass(frozen=True)
class Flows:
    """Flows of all authorities together in one step; `ends` counts children and is None where nothing is published."""

    starts: int
    adoptions: int
    home: int
    abuse: int
    ends: int | None


@dataclass
class World:
    """Everything that lives: registers, all children, and who is in care, by authority."""

    seed: int
    geography: Geography
    registers: Mapping[str, Register]
    children: dict[str, list[Child]] = field(default_factory=dict)
    in_care: dict[str, list[Child]] = field(default_factory=dict)
    budgets: dict[tuple[str, str], Budget] = field(default_factory=dict)

    def arrivals(self, authority: str, occasion: str, budget: Budget | None = None) -> Arrivals:
        """What one authority draws from on one occasion: the same chance whatever other authorities are made."""
        scene = Scene(self.geography, chance(self.seed, authority, occasion))
        n_abuse, n_left = (budget.abuse, budget.starts) if budget else (0, 0)
        return Arrivals(self.registers[authority], scene, n_abuse, n_left)

    def remember(self, authority: str, started: Sequence[Child], left: Sequence[tuple[Child, date]]) -> None:
        """Keep everyone who ever started, and who may come back one day."""
        known = {id(c) for c in self.children[authority]}
        self.children[authority] += [c for c in started if id(c) not in known]
        self.registers[authority].former += [
            c for c, day in left if c.age(day) < OLDEST_RETURNING and c.now.end_reason in MAY_RETURN
        ]


def populate(world: World, targets: Mapping[str, Target], on: date, abuse_share: float) -> None:
    """The children in care on the day before the first step."""
    for authority, target in targets.items():
        arrivals = world.arrivals(authority, "opening")
        rng = arrivals.rng
        settlement = settle(target, on, [], rng)
        arrivals.n_left, arrivals.n_uasc_left = target.stock, target.uasc
        arrivals.n_abuse = round((target.stock - target.uasc) * abuse_share)
        for plan in settlement.plans:
            plan.n_moves = rng.choices((0, 1, 2), (45, 35, 20))[0]
            entering.open_stock(plan, on, arrivals)
        world.in_care[authority] = [p.child for p in settlement.plans if p.child]
        world.children[authority] = list(world.in_care[authority])


def budgets(world: World, step: Step, targets: Mapping[str, Target], flows: Flows) -> dict[str, Budget]:
    """Share the flows of Wales over the authorities so that each can reach its target."""
    names = list(targets)
    care = [world.in_care[a] for a in names]
    aged = [len(leaving.turning_18(c, step)) for c in care]
    ready = [len(leaving.adoptable(c, step)) for c in care]
    adopted = apportion([r + 0.01 for r in ready], min(flows.adoptions, sum(ready)), None, ready)
    growth = [targets[a].stock - len(c) for a, c in zip(names, care, strict=True)]
    least = [max(g + n + d + len(c) // 25, 1) for g, n, d, c in zip(growth, aged, adopted, care, strict=True)]
    starts = apportion([START_RATE * len(c) for c in care], max(flows.starts, sum(least)), least)
    ends = [s - g for s, g in zip(starts, growth, strict=True)]
    leave = [e - d for e, d in zip(ends, adopted, strict=True)]
    home = apportion(leave, min(flows.home, sum(leave)), None, leave)
    abuse = apportion(starts, min(flows.abuse, sum(starts)), None, [s * 9 // 10 for s in starts])
    n_twice = sum(ends) - flows.ends if flows.ends is not None else 0
    twice = apportion(ends, max(min(n_twice, sum(ends) // 20), 0), None, [e // 10 for e in ends])
    rows = zip(names, starts, ends, adopted, home, abuse, twice, strict=True)
    return {a: Budget(*row) for a, *row in rows}


def run(world: World, step: Step, targets: Mapping[str, Target], flows: Flows) -> None:
    """One step for every authority."""
    for authority, budget in budgets(world, step, targets, flows).items():
        world.budgets[authority, step.period] = budget
        _run_authority(world, step, targets[authority], budget)


def _run_authority(world: World, step: Step, target: Target, budget: Budget) -> None:
    """One step of one authority: who leaves, who is where at the end, who starts; then their lives are written."""
    arrivals = world.arrivals(target.authority, step.period, budget)
    scene, opening = arrivals.scene, world.in_care[target.authority]
    n_short = _n_short(opening, step, budget, target)
    exits = leaving.Exits(step, target, budget.adoptions, budget.ends - n_short - budget.repeats)
    leavers = leaving.choose(opening, exits, scene.rng)
    gone = leavers.ids()
    settlement = settle(target, step.end, [c for c in opening if id(c) not in gone], scene.rng)
    starters = settlement.starters
    arrivals.n_uasc_left = sum(p.is_uasc for p in starters)
    _plan_moves(settlement)
    _live_on(settlement.stayers, Span(step.start + timedelta(days=3), step.end - timedelta(days=3), step.quiet), scene)
    made = [entering.start(p, step, arrivals) for p in starters]
    stays = [entering.short_stay(step, arrivals) for _ in range(n_short)]
    repeats = _come_and_go(leavers, step, budget.repeats, arrivals)
    dated = leaving.leave(leavers, step, scene) + stays
    leaving.finish(dated, max(budget.home - len(repeats), 0), scene.rng)
    world.in_care[target.authority] = [p.child for p in settlement.plans if p.child]
    world.remember(target.authority, [*made, *(c for c, _ in stays)], dated)


def _n_short(opening: Sequence[Child], step: Step, budget: Budget, target: Target) -> int:
    """Starts that end within the step, as far as the ends that cannot wait leave room for them."""
    aged = leaving.turning_18(opening, step)
    n_uasc = sum(c.is_uasc for c in opening) - sum(c.is_uasc for c in aged) - target.uasc
    forced = len(aged) + max(n_uasc, 0) + budget.adoptions + 2 * budget.repeats
    return max(min(round(budget.starts * SHORT_STAYS), budget.ends - forced), 0)


def _plan_moves(settlement: Settlement) -> None:
    """How often everyone moves: exactly the wanted number have three or more placements in the step."""
    rng = settlement.rng
    for plan in settlement.plans:
        is_settled = plan.child is not None and plan.child.slot == plan.slot
        if plan.child is None:
            plan.n_moves = int(rng.random() < START_MOVES)
            plan.is_returning = not plan.is_uasc and plan.slot[0] != "A" and rng.random() < entering.RETURNING
        elif is_settled and plan.slot[0] not in ("A", "P"):
            plan.n_moves = int(rng.random() < CHURN)
    movable = [p for p in settlement.plans if not (p.child and p.child.slot[0] == "A")]
    rank = {id(p): rng.random() ** (1 / MOVING.get(p.slot[0], 1.0)) for p in movable}
    movable.sort(key=lambda p: -rank[id(p)])
    for plan in movable[: settlement.target.three_plus]:
        plan.n_moves = 2 + rng.choices((0, 1, 2), (70, 22, 8))[0]


def _live_on(plans: Sequence[Plan], span: Span, scene: Scene) -> None:
    """Those who stay: from where they are to where the plan wants them."""
    for plan in plans:
        if plan.child is not None:
            live(plan.child, changes(plan.child, plan, scene.rng), span, scene)


def _come_and_go(leavers: leaving.Leavers, step: Step, n: int, arrivals: Arrivals) -> list[Child]:
    """Children who return home, start again and leave again in one step (children ceasing count them once)."""
    rng = arrivals.rng
    able = [c for c in leavers.other if not c.is_uasc and c.age(step.end) < 17 and c.slot[0] != "A"][:n]
    for child in able:
        first = max(step.start, child.now.start) + timedelta(days=rng.randint(20, 60))
        cease(child, first, rng)
        child.finish(first, leaving.HOME)
        again = first + timedelta(days=rng.randint(40, 90))
        child.need = arrivals.need(is_uasc=False, age=child.age(again))
        place = place_in(rng.choice(PASSING), Need(child.authority, child.age(again)), arrivals.scene)
        child.begin(again, "V2", place)
    return able
