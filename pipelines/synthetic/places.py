"""Placements for a slot: placement code, provider, authority of the place and a postcode that no real place has.

Choosing which slot a child goes to does not belong here (see `settle.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from pipelines.synthetic.life import Place
from pipelines.synthetic.records import Slot

NO_POSTCODE = "4"
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""Letters that the inward part of a postcode may hold."""
PLACES_PER_AREA = 400


@dataclass(frozen=True)
class Geography:
    """Three-digit codes of the authorities and who lies beside whom."""

    code3: Mapping[str, str]
    neighbours: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Need:
    """What the child's situation asks of a placement."""

    age: int
    is_remanded: bool = False


def place_in(slot: Slot, need: Need, at: tuple[str, Geography], rng: Random) -> Place:
    """A new placement of the slot's group and location for a child of the authority `at[0]`."""
    group, location = slot
    authority, geography = at
    code = _code(group, location, need, rng)
    return Place(
        slot, code, _provider(code, rng), _where(location, authority, geography, rng), _postcode(slot, at, rng)
    )


def _code(group: str, location: str, need: Need, rng: Random) -> str:
    if group.startswith("F"):
        return group
    if group == "P":
        return "P1"
    if group == "A":
        return "A5" if rng.random() < 0.12 else "A6"
    if group == "I":
        return rng.choices(("H5", "P2", "H4", "Z1"), (45, 25, 12, 18))[0] if need.age >= 16 else "Z1"
    return _residential(location, need, rng)


def _residential(location: str, need: Need, rng: Random) -> str:
    if need.is_remanded:
        return rng.choice(("K1", "R5")) if need.age >= 15 else "K1"
    if need.age < 2:
        return "R3"
    home = "H1" if location == "1" else "H2"
    return rng.choices((home, "R1", "S1", "H3", "R2", "K1"), (76, 8, 8, 4, 2, 2))[0]


def _provider(code: str, rng: Random) -> str:
    if code == "P1":
        return "PR0"
    if code in ("F3", "F6"):
        return "PR4" if rng.random() < 0.8 else "PR5"
    if code == "H1":
        return "PR1" if rng.random() < 0.4 else "PR4"
    if code in ("K1", "R2", "R5"):
        return "PR3"
    if code in ("H2", "R1", "S1", "H3", "H5"):
        return "PR4"
    return "PR1"


def _where(location: str, authority: str, geography: Geography, rng: Random) -> str:
    """Three-digit code of the authority of the place, or where outside Wales it is."""
    if location == "1":
        return geography.code3[authority]
    if location == "2":
        beside = [n for n in geography.neighbours.get(authority, ()) if n in geography.code3]
        far = [a for a in geography.code3 if a != authority and a not in beside]
        return geography.code3[rng.choice(beside if beside and rng.random() < 0.62 else far)]
    if location == "3":
        return rng.choices(("ENG", "SCO", "OTH"), (96, 3, 1))[0]
    return "UNK"


def _postcode(slot: Slot, at: tuple[str, Geography], rng: Random) -> str:
    """A postcode of the area ZZ, which is no postal area; blank where none is known."""
    location = slot[1]
    if location == NO_POSTCODE:
        return ""
    district = list(at[1].code3).index(at[0]) + 1 + 25 * (int(location) - 1)
    return made_up_postcode(district, rng.randrange(PLACES_PER_AREA))


def made_up_postcode(district: int, number: int) -> str:
    """The `number`th postcode of a district of the unused area ZZ."""
    ten, rest = number % 10, number // 10
    return f"ZZ{district} {ten}{LETTERS[rest % 20]}{LETTERS[rest // 20 % 20]}"
