"""The further tables of a quarterly export of one authority, put together from lives, and their true counts.

What a single life tells belongs to `support.py`, columns and words to `exports.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from pipelines.synthetic import support
from pipelines.synthetic.chance import chance
from pipelines.synthetic.life import SHORT_BREAKS, Child
from pipelines.synthetic.records import CHILD_PREFIX, Step
from pipelines.synthetic.tables import Holdings, Record, Tables
from pipelines.synthetic.truth import Counts

Notified = Mapping[tuple[str, str], int]
"""(three-digit code of the authority that places, of the one it places in) -> placements begun."""
OTHERS_SHARE = 0.5
"""Children with care and support who were never looked after, for each child who is (assumed; the sample is small)."""


def placements_between(
    holdings: Mapping[str, Holdings], code3: Mapping[str, str], period: Step
) -> Counter[tuple[str, str]]:
    """Placements begun in a quarter in another Welsh authority, by who places and where."""
    welsh, found = set(code3.values()), Counter[tuple[str, str]]()
    for authority, held in holdings.items():
        for child in held.known_in(period):
            for where in _begun_elsewhere(child, period):
                if where in welsh and where != code3[authority]:
                    found[code3[authority], where] += 1
    return found


def _begun_elsewhere(child: Child, period: Step) -> list[str]:
    known = {id(e.place) for e in child.episodes if e.start < period.start}
    begun = {
        id(e.place): e.place.authority
        for e in child.episodes
        if period.start <= e.start <= period.end and e.legal not in SHORT_BREAKS and id(e.place) not in known
    }
    return list(begun.values())


def tables(held: Holdings, code3: str, period: Step, notified: Notified) -> Tables:
    """Every further table of one authority and quarter."""
    children = held.known_in(period)
    told = support.held_on(children, period, held.seed)
    prefix = f"{CHILD_PREFIX}{code3}"
    own = [r for c in held.children for r in support.spells(c, period, held.seed)]
    return {
        "review": [r for c in children for r in support.reviews(c, period, held.seed)],
        "care_leaver": [r for c in held.children for r in support.leavers(c, period, held.seed)],
        "visit": [r for c in told for r in support.visits(c)],
        "allocation": [support.allocation(c) for c in told],
        "plan": [support.plan(c) for c in told],
        "profile": [support.profile(c) for c in told],
        "panel_referral": [r for c in held.children for r in support.panel(c, period, held.seed)],
        "carer_capacity": _carers(told, (held.authority, period, held.seed)),
        "notification": _notifications(code3, notified),
        "care_and_support": own + list(support.others(prefix, int(len(told) * OTHERS_SHARE), period, held.seed)),
    }


def _carers(told: list[support.Told], about: tuple[str, Step, int]) -> list[Record]:
    """Carers and places: more places than children in them, as approvals run ahead of placements."""
    authority, period, seed = about
    rng = chance(seed, "carers", authority, period.period)
    codes = Counter(t.now.place.code for t in told)
    kin, own = codes["F1"] + codes["F4"], codes["F2"] + codes["F5"]
    found: list[Record] = []
    kinds = (("GENERAL", own, 0.72, 1.75), ("KIN", kin, 0.7, 1.45), ("BREAKS", 20, 0.3, 1.2))
    for kind, n_children, share, per_carer in kinds:
        n_carers = max(1, round(n_children * share * rng.uniform(0.95, 1.1)))
        found.append({"carer_kind_code": kind, "n_carers": str(n_carers), "n_places": str(round(n_carers * per_carer))})
    return found


def _notifications(code3: str, notified: Notified) -> list[Record]:
    """A notification for every placement begun, as both sides count it."""
    others = sorted({b for a, b in notified if a == code3} | {a for a, b in notified if b == code3})
    return [
        {
            "other_authority_code": other,
            "n_sent": str(notified.get((code3, other), 0)),
            "n_received": str(notified.get((other, code3), 0)),
        }
        for other in others
    ]


def _is_on_time(visit: Record) -> bool:
    due, held = visit["visit_due_date"], visit["visit_held_date"]
    return isinstance(due, date) and isinstance(held, date) and held <= due


def count(found: Tables) -> Counts:
    """True counts of the further tables, by plain counting over what the lives told."""
    counts: Counts = Counter()
    counts["visits_due", "T"] = len(found["visit"])
    counts["visits_on_time", "T"] = sum(_is_on_time(r) for r in found["visit"])
    counts["with_social_worker", "T"] = sum(r["worker_kind_code"] == "S" for r in found["allocation"])
    counts["with_learning_needs", "T"] = sum(r["learning_needs_code"] == "1" for r in found["profile"])
    counts["education_plan", "T"] = sum(r["education_plan_code"] == "1" for r in found["plan"])
    counts["no_foster_placement", "T"] = sum(
        r["placement_need_reason_code"] == "NOFOST" for r in found["panel_referral"]
    )
    for row in found["panel_referral"]:
        if row["panel_outcome_code"]:
            counts["out_of_area", str(row["panel_outcome_code"])] += 1
    for name in ("n_carers", "n_places"):
        counts[name, "T"] = sum(int(str(r[name])) for r in found["carer_capacity"])
    for name in ("n_sent", "n_received"):
        counts[name, "T"] = sum(int(str(r[name])) for r in found["notification"])
    counts["reviews", "T"] = len(found["review"])
    return counts
