"""What a quarterly export tells beside episodes: visits, workers, plans, profiles, panels, spells before care.

Everything here is made up: shares lean on what the source documents print, and each life keeps its own chance, so
that the files made before stay as they are. Laying the rows out does not belong here (see `exports.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.synthetic.chance import chance
from pipelines.synthetic.extras import leaver
from pipelines.synthetic.life import CONTINUES, DAY, SHORT_BREAKS, Child, Episode
from pipelines.synthetic.records import Step
from pipelines.synthetic.tables import Record, is_in

VISIT_EVERY = 42
"""Days: a visit at least every six weeks (assumed for all placements)."""
FIRST_YEARS = timedelta(days=365)
FOUR_MONTHS = timedelta(days=122)
LEAVER_UNTIL = 21
AGENCIES = ("PR4", "PR5")
PERMANENCY = {"F": ("FOST", "HOME", "ADOP"), "P": ("HOME",), "R": ("RESI", "FOST"), "A": ("ADOP",), "I": ("IND",)}
KINSHIP = ("F1", "F4")


@dataclass(frozen=True)
class Told:
    """One child of one authority, seen on the last day of a quarter."""

    child: Child
    now: Episode
    period: Step
    seed: int

    @property
    def care_start(self) -> date:
        """First day of the period of care that holds the last day of the period."""
        return next(e.start for e in reversed(self.child.episodes) if e.reason == "S" and e.start <= self.period.end)

    def rng(self, *words: object) -> Random:
        """Chance of this child alone, the same for every quarter unless a word names it."""
        return chance(self.seed, "support", self.child.id, *words)


def held_on(children: list[Child], period: Step, seed: int) -> list[Told]:
    """Children looked after on the last day of the period, short breaks left out."""
    found = [(c, c.episode_on(period.end)) for c in children]
    return [Told(c, e, period, seed) for c, e in found if e is not None and e.legal not in SHORT_BREAKS]


def visits(told: Told) -> Iterator[Record]:
    """Visits that fell due in the period while the child was looked after: nine in ten are held in time."""
    start, period = told.care_start, told.period
    n = max(1, (period.start - start).days // VISIT_EVERY)
    due = start + timedelta(days=VISIT_EVERY * n)
    while due <= period.end:
        if is_in(due, period) and due > start:
            rng = told.rng("visit", due)
            draw = rng.random()
            held = due - timedelta(days=rng.randint(0, 12)) if draw < 0.89 else due + timedelta(days=rng.randint(1, 20))
            shown = held if draw < 0.96 and start < held <= period.end else None
            yield {"child_id": told.child.id, "visit_due_date": due, "visit_held_date": shown}
        due += timedelta(days=VISIT_EVERY)


def allocation(told: Told) -> Record:
    """Who is allocated; social workers for 97.7 in a hundred, as one authority printed for June 2019."""
    rng = told.rng("worker", told.period.period)
    kind = rng.choices("SON", (977, 13, 10))[0]
    since = max(told.care_start, told.period.end - timedelta(days=rng.randint(1, 500)))
    return {
        "child_id": told.child.id,
        "worker_kind_code": kind,
        "allocation_start_date": None if kind == "N" else since,
    }


def plan(told: Told) -> Record:
    """Plans and key dates as they were known at the end of the period."""
    child, end = told.child, told.period.end
    rng, start = told.rng("plan"), told.care_start
    due = start + timedelta(days=28 + 182 * max(0, (end - start).days // 182 - 1))
    clear = start + timedelta(days=rng.randint(20, 122) if rng.random() < 0.70 else rng.randint(123, 400))
    slot = told.now.place.slot[0]
    kind = "KIN" if told.now.place.code in KINSHIP else told.rng("kind").choice(PERMANENCY[slot[0]])
    pathway = child.age(end) >= 16 and rng.random() < 0.92
    education = rng.choices(("1", "0", None), (56, 40, 4))[0] if 5 <= child.age(end) < 18 else None
    on_time = rng.random() < 0.86
    health = due - timedelta(days=rng.randint(0, 20)) if on_time else due + timedelta(days=rng.randint(1, 60))
    return {
        "child_id": child.id,
        "pathway_plan_date": max(start, end - timedelta(days=rng.randint(5, 170))) if pathway else None,
        "health_due_date": due if due <= end else None,
        "health_plan_date": max(start, health) if max(start, health) <= end and due <= end else None,
        "education_plan_code": education,
        "permanency_plan_code": kind if clear <= end else "NONE",
        "permanency_plan_date": clear if clear <= end else None,
        **_court(told),
    }


def _court(told: Told) -> Record:
    """Proceedings of children under care orders, and the placement order of those on the way to adoption."""
    child, end, rng = told.child, told.period.end, told.rng("court")
    begun = next((e.start for e in child.episodes if e.legal in ("C1", "C2") and e.start >= told.care_start), None)
    length = timedelta(days=rng.randint(120, 181) if rng.random() < 0.72 else rng.randint(183, 300))
    ended = begun + length if begun else None
    way = next((a for a in child.adoptions if a.decided <= end and not (a.ceased and a.ceased <= end)), None)
    order = way.decided + timedelta(days=30) if way else None
    has_order = order is not None and order <= end
    placed = way.placed if way and has_order and way.placed and way.placed <= end else None
    return {
        "proceedings_start_date": begun if begun and begun <= end else None,
        "proceedings_end_date": ended if ended and ended <= end else None,
        "placement_order_date": order if has_order else None,
        "adoption_placed_date": placed if placed is None or order is None else max(placed, order),
    }


SHARES = {
    "learning_needs_code": (52, 5), "disability_code": (10, 0), "mental_health_code": (16, 10),
    "substance_misuse_code": (6, 10), "offending_code": (4, 10), "exploitation_risk_code": (8, 11),
    "parent_learning_code": (8, 0), "parent_substance_code": (37, 0), "parent_mental_health_code": (35, 0),
    "parent_abuse_code": (38, 0),
}  # fmt: skip
"""Item -> children in a hundred to whom it applies, and the age from which it can."""


def profile(told: Told) -> Record:
    """Need, vulnerability and risk: assumed shares, three in a hundred not recorded."""
    rng = told.rng("profile")
    found: Record = {"child_id": told.child.id}
    for item, (share, age) in SHARES.items():
        draw, is_recorded = rng.random() * 100, rng.random() >= 0.03
        applies = draw < share and told.child.age(told.period.end) >= age
        found[item] = ("1" if applies else "0") if is_recorded else None
    return found


def panel(child: Child, period: Step, seed: int) -> Iterator[Record]:
    """Placements of the last 12 months outside the authority, and residential ones with an agency."""
    first = period.end - FIRST_YEARS + DAY
    seen: set[int] = set()
    for held in child.episodes:
        is_new = id(held.place) not in seen
        seen.add(id(held.place))
        if not is_new or not first <= held.start <= period.end or held.legal in SHORT_BREAKS:
            continue
        is_out = held.place.slot[1] in ("2", "3") and held.place.slot[0] != "P"
        is_agency = held.place.slot[0] == "R" and held.place.provider in AGENCIES
        if is_out or is_agency:
            rng = chance(seed, "panel", child.id, held.start)
            outcome = rng.choices(("BEFORE", "EMERGENCY", "NOTMET", "OTHER"), (299, 338, 227, 136))[0]
            reason = rng.choices(("NOFOST", "ASSESSED", "BROKE", "COURT", "OTHER"), (39, 35, 16, 4, 6))[0]
            yield {
                "child_id": child.id,
                "panel_placement_date": held.start,
                "referral_kind_code": "BOTH" if is_out and is_agency else "OUT" if is_out else "RES",
                "panel_outcome_code": outcome if is_out else None,
                "placement_need_reason_code": reason if is_agency else None,
            }


def spells(child: Child, period: Step, seed: int) -> Iterator[Record]:
    """Care and support, and the register, before a child came into care in the last 12 months."""
    first = period.end - FIRST_YEARS + DAY
    start = next((e.start for e in child.episodes if e.reason == "S" and first <= e.start <= period.end), None)
    if start is None or child.is_uasc:
        return
    rng = chance(seed, "spells", child.id, start)
    on_register = rng.random() < 0.62
    begun = start - timedelta(days=rng.randint(150, 330))
    listed = begun + timedelta(days=rng.randint(20, 120))
    if rng.random() < 0.84:
        yield _spell(child.id, "NEED", (begun, listed if on_register else start), rng)
        if on_register:
            yield _spell(child.id, "PLAN", (listed, start), rng)


def _spell(child_id: str, status: str, span: tuple[date, date | None], rng: Random) -> Record:
    return {
        "child_id": child_id,
        "support_start_date": span[0],
        "support_status_code": status,
        "support_end_date": span[1],
        "repeat_referral_code": "1" if rng.random() < 0.22 else "0",
    }


def others(prefix: str, n: int, period: Step, seed: int) -> Iterator[Record]:
    """Spells of children who were never looked after: `n` of them, a fifth on the register."""
    for number in range(n):
        child_id = f"{prefix}9{number:04d}"
        rng = chance(seed, "others", child_id, period.period)
        begun = period.end - timedelta(days=rng.randint(10, 360))
        length = rng.randint(60, 400)
        ended = begun + timedelta(days=length)
        end = ended if ended <= period.end else None
        if rng.random() < 0.2:
            listed = begun + timedelta(days=rng.randint(10, 60))
            if listed < min(ended, period.end):
                yield _spell(child_id, "NEED", (begun, listed), rng)
                yield _spell(child_id, "PLAN", (listed, end), rng)
                continue
        yield _spell(child_id, "NEED", (begun, end), rng)


def reviews(child: Child, period: Step, seed: int) -> Iterator[Record]:
    """Reviews held in the period: who chaired them and whether parents took part."""
    for number, (day, code) in enumerate(child.reviews):
        if is_in(day, period):
            rng = chance(seed, "review", child.id, day)
            yield {
                "child_id": child.id,
                "birth_date": child.birth,
                "review_date": day,
                "review_code": code,
                "officer_continuity_code": "FIRST" if number == 0 else "SAME" if rng.random() < 0.83 else "OTHER",
                "parents_took_part_code": rng.choices(("1", "0", None), (62, 30, 8))[0],
            }


def leavers(child: Child, period: Step, seed: int) -> Iterator[Record]:
    """Care leavers under 21 with whom the authority keeps in touch, whenever they left."""
    ended = [e for e in child.episodes if e.end and e.end_reason != CONTINUES and e.end <= period.end]
    if not ended or child.age(period.end) >= LEAVER_UNTIL or child.episode_on(period.end):
        return
    if told := leaver(child, ended[-1], seed):
        yield {
            "child_id": child.id,
            "birth_date": child.birth,
            "in_touch_code": told[0],
            "activity_code": told[1],
            "accommodation_code": told[2],
        }
