"""The names by which the specification knows tables and columns, folded for comparing with what was received.

Comparing itself (`layout.py`) does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.conform.reading.names import fold_name

if TYPE_CHECKING:
    import polars as pl

    from schemas.catalogue import Catalogue
    from schemas.model import ExportProfile, Return


MAIN_TABLES = ("child", "episode")
"""The tables that the rows of a system's one report feed; further tables of an export have a sheet of their own."""


@dataclass(frozen=True)
class TableColumns:
    """Official columns of one table: item id -> column, and folded spelling -> item id."""

    table: str
    columns: dict[str, str]
    items: dict[str, str] = field(default_factory=dict)

    @property
    def folded(self) -> frozenset[str]:
        return frozenset(fold_name(column) for column in self.columns.values())


def table_columns(catalogue: Catalogue, held: Return, period: str) -> dict[str, TableColumns]:
    """Columns of every table of a return in a period; both labels of an item are other spellings of its column."""
    found = {}
    for table in held.tables:
        columns = held.columns(table, period)
        items: dict[str, str] = {}
        for item, column in columns.items():
            items.setdefault(fold_name(column), item)
        for item in columns:
            for spelling in (catalogue.items[item].label.en, catalogue.items[item].label.cy):
                items.setdefault(fold_name(spelling), item)
        found[table] = TableColumns(table, columns, items)
    return found


def collected(catalogue: Catalogue, held: Return, period: str, system: str | None) -> dict[str, frozenset[str]]:
    """table -> items that a return of a period asks for; of an export the items that its system gives."""
    profiles = [p for p in catalogue.export_profiles.values() if p.system == system]
    return given(held, *profiles) if profiles else {t: frozenset(held.columns(t, period)) for t in held.tables}


def given(held: Return, *profiles: ExportProfile) -> dict[str, frozenset[str]]:
    """table -> items that exports of these profiles give."""
    return {t: frozenset(c.item for p in profiles for c in p.columns if c.table == t) for t in held.tables}


def as_asked(tables: Mapping[str, pl.DataFrame], asked: Mapping[str, frozenset[str]]) -> dict[str, pl.DataFrame]:
    """The tables without the columns of items that were not asked for, which hold nothing."""
    return {t: frame.drop(_unasked(frame, asked.get(t, frozenset()))) for t, frame in tables.items()}


def _unasked(frame: pl.DataFrame, asked: frozenset[str]) -> list[str]:
    return [c for c in frame.columns if c not in asked and frame.height and frame[c].null_count() == frame.height]


def newest_period(held: Return) -> str:
    """A period whose layout stands for a return while its year is not known yet."""
    return held.until or max((start for row in held.layout for start, _ in row.columns), default=held.since)


def record_names(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """Folded name of every table, sheet or element of the annual returns -> folded columns it may have."""
    found: dict[str, frozenset[str]] = {}
    for held in catalogue.returns.values():
        for table, names in _names(held):
            columns = frozenset(
                fold_name(column) for row in held.layout if row.table == table for _, column in row.columns if column
            )
            for name in names:
                found[name] = found.get(name, frozenset()) | columns
    return found


def table_of(held: Return, names: tuple[str, ...]) -> str | None:
    """The table that a sheet, file or element is named after: the whole name first, then a word at its end."""
    known = {name: table for table, spellings in _names(held) for name in spellings}
    for name in names:
        if fold_name(name) in known:
            return known[fold_name(name)]
    folded = fold_name(names[0])
    ends = [name for name in known if len(name) > 2 and folded.endswith(name)]
    return known[max(ends, key=len)] if ends else None


def profile_columns(profile: ExportProfile) -> frozenset[str]:
    """Folded columns by which an export of this profile is recognised."""
    return frozenset(fold_name(column) for column in profile_names(profile))


def profile_names(profile: ExportProfile) -> tuple[str, ...]:
    """Columns of a profile's report as the system writes them, those of the authority and the date among them."""
    context = (profile.authority_column, profile.snapshot_date_column)
    return (*(c.column for c in profile.columns if c.table in MAIN_TABLES), *(c for c in context if c))


def further_columns(profile: ExportProfile) -> dict[str, TableColumns]:
    """Columns of each table that a profile keeps on a sheet of its own."""
    found: dict[str, dict[str, str]] = {}
    for c in profile.columns:
        if c.table not in MAIN_TABLES:
            found.setdefault(c.table, {})[c.item] = c.column
    return {
        table: TableColumns(table, named, {fold_name(column): item for item, column in named.items()})
        for table, named in found.items()
    }


def all_columns(catalogue: Catalogue) -> frozenset[str]:
    """Every folded column name of every return and export profile."""
    found = {c for columns in record_names(catalogue).values() for c in columns}
    for profile in catalogue.export_profiles.values():
        found |= profile_columns(profile).union(*(t.folded for t in further_columns(profile).values()))
    return frozenset(found)


def _names(held: Return) -> Iterator[tuple[str, frozenset[str]]]:
    """(table, folded names that carry it, the table's own id among them) for each table of a return."""
    for table in held.tables:
        spellings = (*held.source_names.get(table, ()), table)
        yield table, frozenset(fold_name(name) for name in spellings)
