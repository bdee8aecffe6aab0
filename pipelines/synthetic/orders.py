"""Legal status of synthetic children: how care starts in law and which orders follow one another.

Placements do not belong here.
"""

from __future__ import annotations

from random import Random

from pipelines.synthetic.life import Child

GROUP_OF = {
    "C1": "C",
    "C2": "C",
    "V2": "V",
    "E1": "E",
    "J1": "J",
    "J2": "J",
    "J3": "J",
    "L1": "J",
    "L2": "J",
    "L3": "J",
}
EMERGENCY_DAYS = {"L1": 2, "L2": 7}
"""Police protection lasts 72 hours at most, an emergency protection order eight days before it is extended."""
STEPS = {
    ("C1", "V"): ("V2",),
    ("C1", "E"): ("C2", "E1"),
    ("C2", "V"): ("V2",),
    ("C2", "E"): ("E1",),
    ("V2", "C"): ("C1", "C2"),
    ("V2", "E"): ("C1", "C2", "E1"),
    ("E1", "C"): ("C2",),
    ("E1", "V"): ("V2",),
    ("J1", "V"): ("V2",),
    ("J1", "C"): ("C1",),
    ("J1", "E"): ("C1", "C2", "E1"),
    ("L1", "C"): ("C1", "C2"),
    ("L2", "C"): ("C1", "C2"),
    ("L1", "V"): ("V2",),
    ("L2", "V"): ("V2",),
    ("L1", "E"): ("C1", "C2", "E1"),
    ("L2", "E"): ("C1", "C2", "E1"),
}


def group_of(child: Child) -> str:
    """Legal group of the child's newest episode."""
    return GROUP_OF[child.now.legal]


def first_status(final: str, rng: Random) -> str:
    """Status in which care starts for a child who is to end the step in a legal group."""
    if final == "V":
        return rng.choices(("V2", "L1"), (97, 3))[0]
    if final == "J":
        return "J1"
    return rng.choices(("V2", "C1", "L1", "L2"), (38, 46, 7, 9))[0]


def path(current: str, final: str, rng: Random) -> list[str]:
    """Orders still to be made to come from a status into a legal group."""
    if current == "C1" and final == "C":
        return ["C2"] if rng.random() < 0.75 else []
    steps = list(STEPS.get((current, final), ()))
    if final == "C" and steps[-1:] == ["C2"] and len(steps) > 1 and rng.random() < 0.5:
        steps.pop()
    if final == "E" and "C2" in steps and rng.random() < 0.4:
        steps.remove("C2")
    if GROUP_OF[current] != final and not steps:
        return ["J1"]
    return steps
