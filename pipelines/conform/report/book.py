"""What the specification says about the rules, tables and columns of one examination.

Faults, and anything the submission holds, do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pipelines.conform.faultlog import READER, reader_rules
from pipelines.conform.rules.compile import ORDERS, WORD
from pipelines.conform.rules.engine import pack_for
from pipelines.conform.rules.packs import PackKey
from pipelines.core.periods import Period
from schemas.model import Code, Rule, Text
from schemas.rule_terms import load_views, sql_of

if TYPE_CHECKING:
    from pipelines.conform.records import Identity
    from schemas.catalogue import Catalogue

Places = frozenset[tuple[str, str]]
"""(table, item) pairs."""

_NEIGHBOURS = ("prev_", "next_")
_PREFIXES = (*_NEIGHBOURS, "h_", "l_")
_ACROSS = ("neighbour", "previous_year", "sql", "aggregate", "exists_in_table", "unique_in_table")
"""Checks that look beyond the row in which they tell a fault."""


@dataclass(frozen=True)
class Reads:
    """Items that a rule reads, and whether it looks beyond the row in which it tells a fault."""

    places: Places
    is_across: bool


@dataclass(frozen=True, eq=False)
class Book:
    """The rules that were applied, by code, and the names under which tables and columns were asked for."""

    catalogue: Catalogue
    identity: Identity
    _read: dict[str, Reads] = field(default_factory=dict)

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule that could tell a fault: those of the readers and those of the pack."""
        held = self.catalogue.returns.get(self.identity.return_id or "")
        found = dict(reader_rules(self.catalogue))
        if held and self.identity.period_id:
            key = PackKey(self.identity.period_id, held.jurisdiction, held.id)
            found |= {rule.code: rule for rule in pack_for(self.catalogue, key).rules}
        return found

    @cached_property
    def columns(self) -> Mapping[tuple[str, str], str]:
        """(table, item) -> column as the return or the profile calls it."""
        profile = self.catalogue.export_profiles.get(self.identity.system or "")
        if profile:
            return {(c.table, c.item): c.column for c in profile.columns}
        held = self.catalogue.returns.get(self.identity.return_id or "")
        period = self.identity.period_id
        if held is None or period is None:
            return {}
        return {(t, item): column for t in held.tables for item, column in held.columns(t, period).items()}

    def column(self, table: str | None, item: str | None) -> str:
        """The column of an item; its id where no column is known, empty for no item."""
        return self.columns.get((table or "", item or ""), item or "")

    def table_name(self, table: str | None) -> Text:
        """A table as its sender knows it: the name of the sheet or file, else its title."""
        held = self.catalogue.returns.get(self.identity.return_id or "")
        if table is None or table not in self.catalogue.tables:
            return Text("", "")
        if self.identity.system or held is None or table not in held.source_names:
            return self.catalogue.tables[table].title
        return Text(held.source_names[table][0], held.source_names[table][0])

    def concerned(self, code: str, place: tuple[str, str]) -> Places:
        """Items that a fault puts in doubt: the cell it names and whatever else its rule names."""
        rule = self.rules.get(code)
        named = {_placed(rule, item) for item in rule.items} if rule and rule.check != READER else set()
        return frozenset({place, *named})

    def reads(self, code: str) -> Reads:
        """What a rule reads, from its words and its SQL."""
        if code not in self._read:
            rule = self.rules.get(code)
            self._read[code] = _reads(self.catalogue, rule) if rule else Reads(frozenset(), is_across=False)
        return self._read[code]

    def codes_of_list(self, codes: Sequence[Code]) -> frozenset[str]:
        """Of dated codes, those that may be used in the period."""
        if not self.identity.period_id:
            return frozenset()
        period = Period(self.identity.period_id)
        starts_by, ends_from = period.end, period.start
        return frozenset(
            c.code
            for c in codes
            if (c.valid_from is None or c.valid_from <= starts_by) and (c.valid_to is None or ends_from <= c.valid_to)
        )

    def is_before_period(self, day: date) -> bool:
        """True for a day before the period begins."""
        return self.identity.period_id is not None and day < Period(self.identity.period_id).start

    def codes_of(self, item_id: str) -> tuple[str, ...]:
        """Codes of an item that may be used in the period, in the order of their list."""
        item, held = self.catalogue.items.get(item_id), self.catalogue.returns.get(self.identity.return_id or "")
        if item is None or not item.code_list or held is None or not self.identity.period_id:
            return ()
        period = Period(self.identity.period_id)
        return self.catalogue.code_lists[item.code_list].valid_codes(period.start, period.end, held.jurisdiction)


def _placed(rule: Rule, item: str) -> tuple[str, str]:
    table, _, name = item.rpartition(".")
    return table or rule.table, name


def _reads(catalogue: Catalogue, rule: Rule) -> Reads:
    words = _words(rule)
    is_across = rule.check in _ACROSS or any(w.startswith(_PREFIXES) for w in words) or "over" in words
    is_across |= bool(set(rule.tables) - {rule.table})  # values counted over the child's rows elsewhere
    if any(w.startswith(_NEIGHBOURS) for w in words):
        words |= frozenset(WORD.findall(ORDERS.get(rule.table, "")))
    plain = {w.removesuffix("_raw") for w in words}
    plain |= {w.removeprefix(p) for w in plain for p in _PREFIXES if w.startswith(p)}
    tables = {rule.table, *rule.tables, *(t for t in catalogue.tables if t in words)}
    if any(w.startswith("h_") for w in words):
        tables.add("child")
    held = _items(catalogue)
    read = {(t, i) for t in tables if t in held for i in held[t] & plain}
    return Reads(frozenset(read | {_placed(rule, i) for i in rule.items}), is_across)


@lru_cache(maxsize=2)
def _items(catalogue: Catalogue) -> Mapping[str, frozenset[str]]:
    """The items of each table but the child's identifier, which every rule may read."""
    return {t: frozenset(i.item.id for i in held.items) - {"child_id"} for t, held in catalogue.tables.items()}


def _words(rule: Rule) -> frozenset[str]:
    """The words of everything a rule is made of; those of the SQL of the views that it names with them."""
    parts = [rule.where or "", str(rule.arguments)]
    if rule.check == "sql":
        with suppress(FileNotFoundError):
            parts.append(sql_of(str(rule.arguments.get("file", rule.code))))
    words = frozenset(WORD.findall(" ".join(parts)))
    for name, named in _words_of_views():
        words |= named if name in words else frozenset()
    return words


@lru_cache(maxsize=1)
def _words_of_views() -> tuple[tuple[str, frozenset[str]], ...]:
    """Each view with its words, those that read others in front of them."""
    return tuple((name, frozenset(WORD.findall(text))) for name, text in reversed(load_views().items()))
