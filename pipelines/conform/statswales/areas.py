"""Resolves area names and codes of either language and any spelling to GSS codes.

Which column holds the areas is for `roles.py` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipelines.conform.statswales.names import fold, without_mark
from schemas.catalogue import WALES, Catalogue

_BOARD_WORDS = re.compile(
    r"\b(university|teaching|local|health|board|nhs|trust|bwrdd|iechyd|lleol|prifysgol|addysgu)\b"
)
_UNSTATED = ("not stated", "unknown", "heb ei nodi", "anhysbys", "outside wales", "y tu allan i gymru", "other")
OTHER_COUNTRIES = ("england", "lloegr", "england and wales", "great britain", "united kingdom", "scotland")


@dataclass(frozen=True)
class Area:
    """What a name turned out to be. `kind` is `authority`, `region`, `wales`, `other` or `unknown`.

    `other` is an area that is real but is not published here (a health board, another country, "not stated").
    """

    code: str | None
    kind: str


UNKNOWN = Area(None, "unknown")
OTHER = Area(None, "other")


@dataclass(frozen=True)
class AreaIndex:
    """Every spelling of every area, folded."""

    by_name: dict[str, Area] = field(default_factory=dict)
    boards: frozenset[str] = frozenset()

    def resolve(self, code: str | None, label: str | None) -> Area:
        """The area a row means; a code that is not known gives way to the label. Contradictions: see `disagree`."""
        by_code, by_label = self._named(code), self._named(label)
        return by_code if by_code.kind != "unknown" else by_label

    def disagree(self, code: str | None, label: str | None) -> bool:
        """True where code and label are both known areas and are not the same one."""
        by_code, by_label = self._named(code), self._named(label)
        known = {a.code for a in (by_code, by_label) if a.code}
        return len(known) > 1

    def is_area_like(self, labels: Iterable[str]) -> bool:
        """True where at least half of the distinct labels, and at least one, are known areas."""
        kinds = [self._named(label).kind for label in dict.fromkeys(labels) if label.strip()]
        n_known = sum(kind != "unknown" for kind in kinds)
        return bool(n_known) and 2 * n_known >= len(kinds) and any(k in ("authority", "region", "wales") for k in kinds)

    def is_board_like(self, labels: Iterable[str]) -> bool:
        """True where at least half of the distinct labels are health boards or other known areas, or unstated."""
        kinds = [self._named(label).kind for label in dict.fromkeys(labels) if label.strip()]
        return bool(kinds) and 2 * sum(kind != "unknown" for kind in kinds) >= len(kinds)

    def _named(self, name: str | None) -> Area:
        if not name or not name.strip():
            return UNKNOWN
        folded = fold(without_mark(name))
        if folded in self.by_name:
            return self.by_name[folded]
        return OTHER if _board(folded) in self.boards else UNKNOWN


def build_index(catalogue: Catalogue) -> AreaIndex:
    """The index of one catalogue: authorities, regions, Wales, health boards past and present, other countries."""
    found = {fold(name): OTHER for name in (*_UNSTATED, *OTHER_COUNTRIES)}
    for name in (*catalogue.country_aliases, "Wales", "Cymru", "596", WALES):
        found[fold(name)] = Area(WALES, "wales")
    for region in catalogue.regions.values():
        if region.id != WALES:
            found |= {fold(name): Area(region.id, "region") for name in (region.id, region.name.en, region.name.cy)}
    for a in catalogue.authorities.values():
        names = (a.gss, a.la3, a.name.en, a.name.cy, *a.aliases)
        found |= {fold(name): Area(a.gss, "authority") for name in names}
    held = catalogue.health.boards.values()
    boards = {_board(fold(name)) for b in held for name in (b.name.en, b.name.cy)}
    codes = {fold(code): OTHER for b in held for code in (b.code, b.gss)}
    return AreaIndex(codes | found, frozenset(boards))


def _board(folded: str) -> str:
    return " ".join(_BOARD_WORDS.sub(" ", folded).split())
