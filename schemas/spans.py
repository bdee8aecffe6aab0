"""Checks what a record says about time and scope: words of a closed list, periods, and spans that may not overlap.

Whether the records that it names exist is mostly checked in `checking.py`; reading files does not belong here either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.model import CERTAINTIES, Code, Measure, Rule

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

PERIOD = re.compile(r"\d{4}-\d{2}(Q[1-4])?")
JURISDICTIONS = ("wales", "england")
BOTH = "both"
WORDS_OF_MEASURES = {
    "periods": ("year", "quarter"),
    "polarity": ("neutral", "higher_is_better", "lower_is_better"),
    "interval": (None, "wilson", "byar"),
    "certainty": CERTAINTIES,
}
READER = "reader"
"""Check of the rules that are judged while a file is read: they have no table of their own."""
ADDED_ITEMS = ("placement_distance",)
"""What the rule engine works out and a rule may name like an item."""


def faults(c: Catalogue, spec: Path) -> Iterator[str]:
    """Every word, period or span that cannot be meant, as sentences that name the record."""
    for check in (codes, items, rules, measures, profiles):
        yield from check(c)
    yield from sql_files(c, spec)


def codes(c: Catalogue) -> Iterator[str]:
    """No code is valid twice on one day in one jurisdiction, and the jurisdiction is one we know."""
    for held in c.code_lists.values():
        seen: dict[str, list[Code]] = {}
        for code in held.codes:
            where = f"code list {held.id}, code {code.code}"
            if code.jurisdiction not in (*JURISDICTIONS, BOTH):
                yield f"{where}: jurisdiction {code.jurisdiction!r} is none of {', '.join((*JURISDICTIONS, BOTH))}"
            if any(_collide(code, other) for other in seen.get(code.code, ())):
                yield f"{where}: stands twice, and both are valid on the same days"
            seen.setdefault(code.code, []).append(code)


def _collide(one: Code, other: Code) -> bool:
    is_one_place = one.jurisdiction == other.jurisdiction or BOTH in (one.jurisdiction, other.jurisdiction)
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    return is_one_place and begins <= min(one.valid_to or date.max, other.valid_to or date.max)


def items(c: Catalogue) -> Iterator[str]:
    """Items stand in a table, and since and until are periods."""
    held = {i.item.id for t in c.tables.values() for i in t.items}
    for i in c.items.values():
        if i.id not in held:
            yield f"item {i.id}: no table names it (tables.yml)"
        yield from _periods(f"item {i.id}", i.since, i.until)


def _periods(where: str, *given: object) -> Iterator[str]:
    for period in given:
        if period is not None and not PERIOD.fullmatch(str(period)):
            yield f"{where}: {period!r} is not a period such as 2016-17"


def rules(c: Catalogue) -> Iterator[str]:
    """Returns, jurisdictions, items and years of rules: a wrong one would quietly leave the rule out."""
    for r in c.rules:
        where = f"rule {r.code}"
        yield from (
            f"{where}: return {n!r} does not exist" for n in r.returns if n not in c.returns and n != "statswales"
        )
        yield from (f"{where}: jurisdiction {n!r} is unknown" for n in r.jurisdictions if n not in JURISDICTIONS)
        yield from _periods(where, r.since, r.until)
        if r.check != READER:
            yield from _rule_places(c, r)


def _rule_places(c: Catalogue, r: Rule) -> Iterator[str]:
    if r.table not in c.tables:
        yield f"rule {r.code}: table {r.table!r} does not exist"
    for item in r.items:
        if item.rpartition(".")[2] not in (*c.items, *ADDED_ITEMS):
            yield f"rule {r.code}: item {item!r} does not exist"


def sql_files(c: Catalogue, spec: Path) -> Iterator[str]:
    """Every rule across rows has its SQL file, and every SQL file its rule."""
    wanted = {str(r.arguments.get("file", r.code)): r.code for r in c.rules if r.check == "sql"}
    held = {p.stem for p in (spec / "rules" / "sql").glob("*.sql")}
    yield from (f"rule {wanted[name]}: rules/sql/{name}.sql is missing" for name in sorted(set(wanted) - held))
    yield from (f"rules/sql/{name}.sql: no rule of the check sql names it" for name in sorted(held - set(wanted)))


def measures(c: Catalogue) -> Iterator[str]:
    """Words of measures: a period or an interval that is misspelt would quietly give no figure."""
    for m in c.measures.values():
        for name, allowed in WORDS_OF_MEASURES.items():
            for word in _given(m, name):
                if word not in allowed:
                    yield f"measure {m.id}: {name} {word!r} is none of {', '.join(w for w in allowed if w)}"
        if not m.periods:
            yield f"measure {m.id}: names no kind of period (year, quarter)"


def _given(m: Measure, name: str) -> tuple[object, ...]:
    value = getattr(m, name)
    return value if isinstance(value, tuple) else (value,)


def profiles(c: Catalogue) -> Iterator[str]:
    """How certain a profile of an export is."""
    for p in c.export_profiles.values():
        if p.certainty not in CERTAINTIES:
            yield f"export profile {p.id}: certainty {p.certainty!r} is none of {', '.join(CERTAINTIES)}"
