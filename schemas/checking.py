"""Cross-checks the whole catalogue and reports all faults at once.

Reading files and raising errors do not belong here: each check yields sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from schemas import comparability, derived, desk, health, impact, reading, spans
from schemas.model import (
    ALWAYS,
    CERTAINTIES,
    FORMATS,
    KINDS,
    PERIOD_KINDS,
    SENSITIVITIES,
    SEVERITIES,
    UNITS,
    Fact,
    Measure,
    Return,
    Text,
)

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

PERIOD = re.compile(r"^\d{4}-\d{2}(Q[1-4])?$")
PLACEHOLDER = re.compile(r"{(\w*)")


def faults(catalogue: Catalogue, spec: Path) -> list[str]:
    """Every contradiction or gap, as sentences that name the record."""
    checks = (
        *(items, code_lists, geography, tables, returns, exports, extracts),
        *(rules, facts, measures, publications, comparability.faults, derived.faults, health.faults, languages),
    )
    found = [fault for check in checks for fault in check(catalogue)]
    of_files = (unread_tables, spans.faults, published_figures, impact.faults, desk.faults)
    return found + [fault for check in of_files for fault in check(catalogue, spec)]


def items(c: Catalogue) -> Iterator[str]:
    """Kinds, sensitivities, certainties and code lists of items."""
    for i in c.items.values():
        if i.kind not in KINDS:
            yield f"item {i.id}: kind {i.kind!r} is none of {', '.join(KINDS)}"
        if i.sensitivity not in SENSITIVITIES:
            yield f"item {i.id}: sensitivity {i.sensitivity!r} is none of {', '.join(SENSITIVITIES)}"
        if i.certainty not in CERTAINTIES:
            yield f"item {i.id}: certainty {i.certainty!r} is none of {', '.join(CERTAINTIES)}"
        if (i.kind == "code") != bool(i.code_list):
            yield f"item {i.id}: a code needs a code list, and only a code has one"
        if i.code_list and i.code_list not in c.code_lists:
            yield f"item {i.id}: code list {i.code_list!r} does not exist"
        if not i.source:
            yield f"item {i.id}: names no source"


def code_lists(c: Catalogue) -> Iterator[str]:
    """Groups exist, and validity is in order."""
    for held in c.code_lists.values():
        groups = {g.code for g in c.code_lists[held.grouping].codes} if held.grouping in c.code_lists else set()
        if held.grouping and held.grouping not in c.code_lists:
            yield f"code list {held.id}: grouping {held.grouping!r} does not exist"
        for code in held.codes:
            where = f"code list {held.id}, code {code.code}"
            if held.grouping and code.group not in groups:
                yield f"{where}: group {code.group!r} is not in {held.grouping}"
            if code.valid_from and code.valid_to and code.valid_from > code.valid_to:
                yield f"{where}: valid_from is after valid_to"
            if code.certainty not in CERTAINTIES:
                yield f"{where}: certainty {code.certainty!r} is none of {', '.join(CERTAINTIES)}"


def geography(c: Catalogue) -> Iterator[str]:
    """22 authorities in known regions, and neighbours that agree with each other."""
    if len(c.authorities) != 22:
        yield f"authorities.csv: holds {len(c.authorities)} authorities, not 22"
    for a in c.authorities.values():
        if a.region not in c.regions:
            yield f"authority {a.gss}: region {a.region!r} does not exist"
    for one, others in c.neighbours.items():
        for other in others:
            if other in c.authorities and one not in c.neighbours.get(other, ()):
                yield f"neighbours.csv: {one} names {other} but not the other way round"


def tables(c: Catalogue) -> Iterator[str]:
    """Presence words and keys of the canonical tables."""
    for t in c.tables.values():
        held = {i.item.id for i in t.items}
        for key in t.keys:
            if key not in held:
                yield f"table {t.id}: key {key!r} is not one of its items"
        for i in t.items:
            if i.presence not in ("mandatory", "conditional", "optional"):
                yield f"table {t.id}, item {i.item.id}: presence {i.presence!r} is unknown"


def unread_tables(c: Catalogue, spec: Path) -> Iterator[str]:
    """Items that a table names and no file describes."""
    for table_id, raw in reading.yaml_file(spec / "tables.yml")["tables"].items():
        for item_id in raw["items"]:
            if item_id not in c.items:
                yield f"table {table_id}: item {item_id!r} does not exist"


def returns(c: Catalogue) -> Iterator[str]:
    """Tables, periods and layouts of returns."""
    for r in c.returns.values():
        for period in (r.since, r.until):
            if period and period not in c.years:
                yield f"return {r.id}: {period!r} is none of the years of frameworks.yml"
        for table in (*r.tables, *r.required_tables):
            if table not in c.tables:
                yield f"return {r.id}: table {table!r} does not exist"
        yield from _layout(c, r)


def _layout(c: Catalogue, r: Return) -> Iterator[str]:
    for row in r.layout:
        if row.table not in r.tables or not c.tables[row.table].item(row.item):
            yield f"return {r.id}, layout.csv: {row.table}.{row.item} is not in the return"
        for start, _ in row.columns:
            if not PERIOD.match(start):
                yield f"return {r.id}, layout.csv: column {start!r} is not a period"


def exports(c: Catalogue) -> Iterator[str]:
    """Profile columns feed items that exist, and mapped labels give codes that exist."""
    for p in c.export_profiles.values():
        if p.shape not in ("status_change", "snapshot"):
            yield f"export profile {p.id}: shape {p.shape!r} is unknown"
        for column in p.columns:
            held = c.tables[column.table].item(column.item) if column.table in c.tables else None
            if held is None:
                yield f"export profile {p.id}: {column.table}.{column.item} does not exist"
                continue
            known = {k.code for k in c.code_lists[held.item.code_list].codes} if held.item.code_list else set()
            for code in sorted(set(column.values.values()) - known if known else ()):
                yield f"export profile {p.id}, {column.item}: code {code!r} is not in {held.item.code_list}"


def extracts(c: Catalogue) -> Iterator[str]:
    """Kinds of period and code lists of StatsWales datasets."""
    for card in c.extract_cards.values():
        if card.period_kind not in PERIOD_KINDS:
            yield f"extract {card.id}: period_kind {card.period_kind!r} is none of {', '.join(PERIOD_KINDS)}"
        if card.category_code_list and card.category_code_list not in c.code_lists:
            yield f"extract {card.id}: code list {card.category_code_list!r} does not exist"


def published_figures(c: Catalogue, spec: Path) -> Iterator[str]:
    """Published figures name a dataset, a measure and a breakdown that exist."""
    for row in reading.csv_rows(spec / "published_figures.csv"):
        where = f"published_figures.csv, {row['dataset_id']} {row['measure_code']}"
        if row["dataset_id"] not in c.extract_cards:
            yield f"{where}: the dataset does not exist"
        if row["measure_id"] not in c.measures:
            yield f"{where}: measure {row['measure_id']!r} does not exist"
        elif row["breakdown_id"] not in ("total", *c.measures[row["measure_id"]].breakdowns):
            yield f"{where}: {row['measure_id']} has no breakdown {row['breakdown_id']!r}"


def rules(c: Catalogue) -> Iterator[str]:
    """Severities, tables and items of rules; a code may stand once for each span of years and jurisdiction."""
    seen: set[tuple[object, ...]] = set()
    for r in c.rules:
        if r.severity not in SEVERITIES:
            yield f"rule {r.code}: severity {r.severity!r} is none of {', '.join(SEVERITIES)}"
        for table in r.tables:
            if table not in c.tables:
                yield f"rule {r.code}: table {table!r} does not exist"
        if r.family not in c.rule_families:
            yield f"rule {r.code}: its family {r.family!r} has no title (rule_families.yml)"
        key = (r.code, r.since, r.jurisdictions, r.returns)
        if key in seen:
            yield f"rule {r.code}: stands twice for the same years, returns and jurisdiction"
        seen.add(key)


def facts(c: Catalogue) -> Iterator[str]:
    """Breakdowns of facts exist and point to code lists."""
    for b in c.breakdowns.values():
        if b.code_list not in c.code_lists:
            yield f"breakdown {b.id}: code list {b.code_list!r} does not exist"
    for f in c.facts.values():
        for b_id in f.breakdowns:
            if b_id not in c.breakdowns:
                yield f"fact {f.id}: breakdown {b_id!r} does not exist"


def measures(c: Catalogue) -> Iterator[str]:
    """Columns, units, breakdowns and frameworks that measures name."""
    for m in c.measures.values():
        fact = c.facts.get(m.fact)
        if fact is None:
            yield f"measure {m.id}: fact {m.fact!r} does not exist"
            continue
        yield from _measure_columns(m, fact)
        yield from _measure_references(c, m)


def _measure_columns(m: Measure, fact: Fact) -> Iterator[str]:
    where = f"measure {m.id}"
    for column in (*m.numerator, *m.denominator):
        if column not in fact.booleans:
            yield f"{where}: {column!r} is not a boolean column of {m.fact}"
    for b in m.breakdowns:
        if b not in fact.breakdowns:
            yield f"{where}: {b!r} is not a breakdown of {m.fact}"
    if m.unit not in UNITS:
        yield f"{where}: unit {m.unit!r} is none of {', '.join(UNITS)}"
    if m.unit in ("mean", "median", "days") and m.value_column not in fact.numbers:
        yield f"{where}: {m.value_column!r} is not a numeric column of {m.fact}"
    if m.unit == "rate_per_10000" and not m.population:
        yield f"{where}: a rate needs a population"


def _measure_references(c: Catalogue, m: Measure) -> Iterator[str]:
    for f in m.framework_ids:
        if f.framework not in c.frameworks:
            yield f"measure {m.id}: framework {f.framework!r} does not exist"
    for k in m.comparability:
        if k.verdict not in ("same", "approximate", "break"):
            yield f"measure {m.id}: verdict {k.verdict!r} is unknown"
    for r in m.returns:
        if r not in c.returns:
            yield f"measure {m.id}: return {r!r} does not exist"


def publications(c: Catalogue) -> Iterator[str]:
    """Measures and breakdowns that publications name."""
    for p in c.publications.values():
        for t in p.tables:
            for m in t.measures:
                if m not in c.measures:
                    yield f"publication {p.id}, table {t.id}: measure {m!r} does not exist"
                elif t.breakdown != "total" and t.breakdown not in c.measures[m].breakdowns:
                    yield f"publication {p.id}, table {t.id}: {m} has no breakdown {t.breakdown!r}"
        yield from (f"publication {p.id}: format {f!r} is not known" for f in p.formats if f not in FORMATS)
        yield from (f"publication {p.id}: format {f!r} is missing" for f in ALWAYS if f not in p.formats)
        for m in p.headlines:
            if m not in c.measures:
                yield f"publication {p.id}: headline {m!r} does not exist"


def texts(c: Catalogue) -> Iterator[tuple[str, Text]]:
    """(where it stands, text) of every public string of the catalogue."""
    for i in c.items.values():
        yield f"item {i.id} label", i.label
        yield f"item {i.id} definition", i.definition
    for held in c.code_lists.values():
        yield f"code list {held.id}", held.title
        yield from ((f"code list {held.id}, {k.code} ({k.jurisdiction})", k.label) for k in held.codes)
    for records in (c.tables, c.returns, c.export_profiles, c.extract_cards, c.frameworks, c.breakdowns):
        yield from ((f"{type(r).__name__} {r.id}", r.title) for r in records.values())
    yield from ((f"area {k}", r.name) for k, r in c.regions.items())
    for f in c.facts.values():
        yield f"fact {f.id}", f.title
        yield from ((f"fact {f.id}, {k}", t) for k, t in {**f.booleans, **f.numbers}.items())
    for family in c.rule_families.values():
        yield f"rule family {family.id} title", family.title
        yield f"rule family {family.id} about", family.about
    for r in c.rules:
        for word in ("title", "message", "allowed", "guidance"):
            yield f"rule {r.code} {word}", getattr(r, word)
    yield from _published_texts(c)


def _published_texts(c: Catalogue) -> Iterator[tuple[str, Text]]:
    for m in c.measures.values():
        yield f"measure {m.id} title", m.title
        yield f"measure {m.id} definition", m.definition
        if m.caveats:
            yield f"measure {m.id} caveats", m.caveats
        yield from ((f"measure {m.id}, {k.framework_from} to {k.framework_to}", k.reason) for k in m.comparability)
    for p in c.publications.values():
        yield f"publication {p.id} title", p.title
        yield f"publication {p.id} summary", p.summary
        yield f"publication {p.id} contact", p.contact
        yield from ((f"publication {p.id}, table {t.id}", t.title) for t in p.tables)
    yield from ((f"health board {b.code}", b.name) for b in c.health.boards.values())
    yield from comparability.texts(c.comparing)
    yield from derived.texts(c.deriving)
    yield from ((f"message {k}", t) for k, t in c.messages.items())


def languages(c: Catalogue) -> Iterator[str]:
    """Both languages are there, and messages have the same placeholders in both."""
    for where, said in texts(c):
        for lang in ("en", "cy"):
            if not said[lang].strip():
                yield f"{where}: no {lang} text"
    for key, said in c.messages.items():
        if sorted(set(PLACEHOLDER.findall(said.en))) != sorted(set(PLACEHOLDER.findall(said.cy))):
            yield f"message {key}: the two languages have different placeholders"
