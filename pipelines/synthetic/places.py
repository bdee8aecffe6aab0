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
TRIES = 50
SECURE_FROM_AGE = 13
BESIDE = 0.62
"""Assumed share of placements elsewhere in Wales that lie in a neighbouring authority."""


@dataclass(frozen=True)
class Geography:
    """Three-digit codes of the authorities and who lies beside whom."""

    code3: Mapping[str, str]
    neighbours: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Scene:
    """What drawing a place needs beside the child: where authorities lie, and chance."""

    geography: Geography
    rng: Random


@dataclass(frozen=True)
class Need:
    """What the child's situation asks of a placement."""

    authority: str
    age: int
    is_remanded: bool = False
    is_short_break: bool = False


def place_in(slot: Slot, need: Need, scene: Scene) -> Place:
    """A new placement of the slot's group and location. Of short breaks neither authority nor postcode is collected."""
    group, location = slot
    code = _code(group, location, need, scene.rng)
    provider = _provider(code, location, scene.rng)
    if need.is_short_break:
        return Place(slot, code, provider, "", "")
    where = _where(location, need.authority, scene)
    return Place(slot, code, provider, where, _postcode(location, need.authority, scene))


def another(slot: Slot, need: Need, old: Place, scene: Scene) -> Place:
    """A new placement that shows: something about it differs from the one before."""
    for _ in range(TRIES):
        place = place_in(slot, need, scene)
        if (place.code, place.provider, place.authority, place.postcode) != (
            old.code,
            old.provider,
            old.authority,
            old.postcode,
        ):
            break
    return place


def _code(group: str, location: str, need: Need, rng: Random) -> str:
    if group.startswith("F"):
        return group
    if group == "P":
        return "P1"
    if group == "A":
        return "A6"
    if group == "I":
        return rng.choices(("H5", "P2", "H4", "Z1"), (45, 25, 12, 18))[0] if need.age >= 16 else "Z1"
    return _residential(location, need, rng)


def _residential(location: str, need: Need, rng: Random) -> str:
    if need.is_remanded:
        return rng.choice(("K1", "R5")) if need.age >= 15 else "K1"
    if need.age < 2:
        return "R3"
    home = "H1" if location == "1" else "H2"
    secure = 2 if need.age >= SECURE_FROM_AGE else 0
    return rng.choices((home, "R1", "S1", "H3", "R2", "K1"), (76, 8, 8, 4, 2, secure))[0]


def _provider(code: str, location: str, rng: Random) -> str:
    """Provider that fits the placement; none is collected for other placements (Z1)."""
    if code in ("P1", "Z1"):
        return "PR0" if code == "P1" else ""
    if code in ("F3", "F6"):
        return "PR4" if rng.random() < 0.8 else "PR5"
    if code in ("K1", "R2", "R5"):
        return "PR3"
    if code in ("H2", "R1", "S1", "H3", "H5"):
        return "PR4"
    if code in ("F1", "F2", "F4", "F5"):
        return "PR1"
    # The authority's own homes and flats lie inside it; elsewhere somebody else provides them.
    return "PR1" if location == "1" and (code != "H1" or rng.random() < 0.4) else rng.choice(("PR4", "PR5"))


def _where(location: str, authority: str, scene: Scene) -> str:
    """Three-digit code of the authority of the place, or where outside Wales it is."""
    geography, rng = scene.geography, scene.rng
    if location == "1":
        return geography.code3[authority]
    if location == "2":
        beside = [n for n in geography.neighbours.get(authority, ()) if n in geography.code3]
        far = [a for a in geography.code3 if a != authority and a not in beside]
        return geography.code3[rng.choice(beside if beside and rng.random() < BESIDE else far)]
    if location == "3":
        return rng.choices(("ENG", "SCO", "OTH"), (96, 3, 1))[0]
    return "UNK"


def _postcode(location: str, authority: str, scene: Scene) -> str:
    """A postcode of the area ZZ, which is no postal area; blank where none is known."""
    if location == NO_POSTCODE:
        return ""
    district = list(scene.geography.code3).index(authority) + 1 + 25 * (int(location) - 1)
    return made_up_postcode(district, scene.rng.randrange(PLACES_PER_AREA))


def made_up_postcode(district: int, number: int) -> str:
    """The `number`th postcode of a district of the unused area ZZ."""
    ten, rest = number % 10, number // 10
    return f"ZZ{district} {ten}{LETTERS[rest % 20]}{LETTERS[rest // 20 % 20]}"
