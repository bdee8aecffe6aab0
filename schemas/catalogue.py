"""The catalogue: the whole specification, loaded once and cross-checked.

Rendering anything from it does not belong here (see `derive/`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from schemas import checking, comparability, derived, health, keeping, reading
from schemas.model import (
    Authority,
    Breakdown,
    CodeList,
    ExportProfile,
    ExtractCard,
    Fact,
    Framework,
    Item,
    Measure,
    Publication,
    Region,
    Return,
    Rule,
    RuleFamily,
    Table,
    Text,
)
from schemas.sources import SpecError

SPEC = Path(__file__).parent / "spec"
WALES = "W92000004"


class CatalogueError(Exception):
    """The specification contradicts itself; the message lists every fault found."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Everything the specification says. Build it with `load()`; compared and hashed by identity."""

    items: dict[str, Item]
    code_lists: dict[str, CodeList]
    authorities: dict[str, Authority]
    regions: dict[str, Region]
    country_aliases: tuple[str, ...]
    health: health.Health
    neighbours: dict[str, tuple[str, ...]]
    tables: dict[str, Table]
    returns: dict[str, Return]
    export_profiles: dict[str, ExportProfile]
    extract_cards: dict[str, ExtractCard]
    rules: tuple[Rule, ...]
    rule_families: dict[str, RuleFamily]
    frameworks: dict[str, Framework]
    years: tuple[str, ...]
    breakdowns: dict[str, Breakdown]
    facts: dict[str, Fact]
    measures: dict[str, Measure]
    publications: dict[str, Publication]
    messages: dict[str, Text]
    comparing: comparability.Comparing
    deriving: derived.Deriving
    _by_alias: dict[str, str] = field(default_factory=dict)

    def message(self, key: str, lang: str = "en", **params: object) -> str:
        """A message in one language with its placeholders filled."""
        return self.messages[key][lang].format(**params)

    def area_code(self, name: str) -> str | None:
        """GSS code for any spelling, language, three-digit or GSS code of an authority or of Wales; else None."""
        return self._by_alias.get(fold(name))

    def area_name(self, area_code: str) -> Text:
        """Both names of an authority, a region or Wales."""
        held = self.authorities.get(area_code) or self.regions[area_code]
        return held.name

    def areas(self) -> tuple[tuple[str, str], ...]:
        """(area type, area code): Wales first, then regions, then authorities in their official order."""
        kinds = [("wales" if r.id == WALES else "region", r.id) for r in self.regions.values()]
        return (*kinds, *(("authority", a) for a in self.authorities))

    def members(self, area_code: str) -> tuple[str, ...]:
        """The authorities that make up an authority, a region or Wales."""
        return tuple(a.gss for a in self.authorities.values() if area_code in (WALES, a.region, a.gss))

    def return_for(self, frequency: str, period: str) -> Return | None:
        """The return that collects this frequency in this period, e.g. annual 2014-15 -> ssda903."""
        year = period[:7]
        held = (r for r in self.returns.values() if r.frequency == frequency and r.since <= year)
        return next((r for r in held if r.until is None or year <= r.until), None)


def fold(name: str) -> str:
    """A name without case, spacing or the two kinds of apostrophe, for comparing spellings."""
    return " ".join(name.replace("’", "'").split()).casefold()


def _aliases(spec: Path, held: dict[str, Authority]) -> dict[str, str]:
    found = {fold(alias): WALES for alias in (*reading.country_aliases(spec), "Wales", "Cymru", WALES, "596")}
    for a in held.values():
        found |= {fold(alias): a.gss for alias in (a.gss, a.la3, a.name.en, a.name.cy, *a.aliases)}
    return found


def read(spec: Path = SPEC) -> Catalogue:
    """The catalogue as the files say, unchecked."""
    held_items, held_authorities = reading.items(spec), reading.authorities(spec)
    return Catalogue(
        items=held_items,
        code_lists=reading.code_lists(spec),
        authorities=held_authorities,
        regions=reading.regions(spec),
        country_aliases=reading.country_aliases(spec),
        health=health.read(spec),
        neighbours=reading.neighbours(spec),
        tables=reading.tables(spec, held_items),
        returns=reading.returns(spec),
        export_profiles=reading.export_profiles(spec),
        extract_cards=reading.extract_cards(spec),
        rules=reading.rules(spec),
        rule_families=reading.rule_families(spec),
        frameworks=reading.frameworks(spec),
        years=reading.years(spec),
        breakdowns=reading.breakdowns(spec),
        facts=reading.facts(spec),
        measures=reading.measures(spec),
        publications=reading.publications(spec),
        messages=reading.messages(spec),
        comparing=comparability.read(spec),
        deriving=derived.read(spec),
        _by_alias=_aliases(spec, held_authorities),
    )


@cache
def load(spec: Path = SPEC) -> Catalogue:
    """The checked catalogue.

    Raises:
        CatalogueError: with every fault of the specification, one per line.
    """
    return keeping.kept("catalogue", spec, lambda: _checked(spec))


def _checked(spec: Path) -> Catalogue:
    try:
        found = read(spec)
    except SpecError as error:
        raise CatalogueError(f"the specification cannot be read: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        raise CatalogueError(f"the specification cannot be read: {type(error).__name__}: {error}") from None
    faults = checking.faults(found, spec)
    if faults:
        raise CatalogueError(f"{len(faults)} faults in the specification:\n" + "\n".join(f"- {f}" for f in faults))
    return found
