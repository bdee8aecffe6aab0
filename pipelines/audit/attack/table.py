"""Any table as a tidy CSV with its margins, read as an outsider's system of figures and sums.

One row per cell, codes in columns, totals as rows; what can be concluded from it does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.audit.attack.system import Practice, System
from pipelines.audit.reading.keyed import given_csv
from pipelines.core.errors import Place, UnreadableError

HIDDEN_MARKS = frozenset({"c", "[c]", "*"})
ABSENT_MARKS = frozenset({"x", "[x]", "z", "[z]", ".", "..", ":"})
HIERARCHY = ("dimension", "code", "parent")

Spot = tuple[str, ...]


@dataclass(frozen=True)
class Dimension:
    """One column of codes with its total; `parents` names codes that add up to another code than the total."""

    column: str
    total: str
    parents: Mapping[str, str] = field(default_factory=dict)
    within: str | None = None
    """Column that separates several splits of the same total (breakdown beside category)."""


@dataclass(frozen=True)
class TableShape:
    """How a tidy CSV is laid out; `separate` names columns whose values are tables of their own (measure, period)."""

    dimensions: tuple[Dimension, ...]
    value: str = "value"
    status: str | None = None
    separate: tuple[str, ...] = ()
    practice: Practice = field(default_factory=Practice)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the table must have."""
        within = [d.within for d in self.dimensions if d.within]
        held = [*(d.column for d in self.dimensions), *within, *self.separate, self.value]
        return tuple(sorted({*held, *([self.status] if self.status else [])}))


def read_table(path: Path, shape: TableShape) -> System:
    """The figures of the table and every sum that its margins give.

    Blank values with a hidden mark (`c`, `[c]`, `*`, in the value or the status column) are hidden cells; other blanks
    (`x`, `z`, ...) are left out of the sums, as a partial total leaves them out.

    Raises:
        UnreadableError: no such file, no CSV, a column missing, or a value that is neither a whole number nor a known
            mark.
    """
    system, spots = System(), []
    for number, row in enumerate(_read(Path(path), shape.columns).iter_rows(named=True), start=1):
        place = Place(file=Path(path).name, row=number, item=shape.value)
        for shown in _figure(row, shape, place):
            spot = _spot(row, shape)
            system.add("|".join(spot), shape.practice.interval(shown), is_hidden=shown is None)
            spots.append(spot)
    for (total, kind), parts in sorted(_sums(spots, shape).items()):
        system.total(f"{kind}: {'|'.join(total)}", "|".join(total), parts)
    return system


def named_rows(path: Path, shape: TableShape) -> tuple[pl.DataFrame, list[str]]:
    """The rows of the table as they stand, and the name of the cell of each.

    Raises:
        UnreadableError: no such file, no CSV, or a column is missing.
    """
    table = _table(Path(path), shape.columns)
    stripped = _stripped(table, shape.columns)
    return table, ["|".join(_spot(row, shape)) for row in stripped.iter_rows(named=True)]


def read_hierarchy(path: Path) -> dict[str, dict[str, str]]:
    """Parents of codes by dimension, from a CSV with the columns `dimension`, `code`, `parent`.

    Raises:
        UnreadableError: no such file, no CSV, or a column is missing.
    """
    held: dict[str, dict[str, str]] = {}
    for row in _read(Path(path), HIERARCHY).iter_rows(named=True):
        held.setdefault(row["dimension"], {})[row["code"]] = row["parent"]
    return held


def _read(path: Path, wanted: tuple[str, ...]) -> pl.DataFrame:
    return _stripped(_table(path, wanted), wanted)


def _table(path: Path, wanted: tuple[str, ...]) -> pl.DataFrame:
    """The whole table as it stands."""
    table = given_csv(path, as_text=True)
    if lacking := sorted(set(wanted) - set(table.columns)):
        raise UnreadableError("disclosure.column_missing", Place(file=path.name), columns=", ".join(lacking))
    return table


def _stripped(table: pl.DataFrame, wanted: tuple[str, ...]) -> pl.DataFrame:
    return table.select(pl.col(wanted).fill_null("").str.strip_chars())


def _figure(row: Mapping[str, str], shape: TableShape, place: Place) -> Iterator[int | None]:
    """The published count, None where it is hidden; nothing where nothing was published."""
    text = row[shape.value].replace(",", "")
    marks = {text.lower()} | {m.strip() for m in (row[shape.status] if shape.status else "").lower().split(",")}
    if text.removesuffix(".0").isdigit():
        yield int(text.removesuffix(".0"))
    elif marks & HIDDEN_MARKS:
        yield None
    elif text and not marks & ABSENT_MARKS:
        raise UnreadableError("disclosure.value_unreadable", place)


def _spot(row: Mapping[str, str], shape: TableShape) -> Spot:
    """Where a row stands; a total belongs to every split of its dimension, so `within` is left out of it."""
    codes: list[str] = [row[c] for c in shape.separate]
    for d in shape.dimensions:
        split = row[d.within] if d.within and row[d.column] != d.total else ""
        codes += [split, row[d.column]]
    return tuple(codes)


def _sums(spots: list[Spot], shape: TableShape) -> dict[tuple[Spot, str], list[str]]:
    """Every total with its parts: children to parent, and lowest codes to the total where there are levels between."""
    held = set(spots)
    parts: dict[tuple[Spot, str], list[str]] = {}
    for i, d in enumerate(shape.dimensions):
        at = len(shape.separate) + 2 * i
        between = set(d.parents.values())
        for spot in sorted(held):
            split, code = spot[at], spot[at + 1]
            if code == d.total:
                continue
            targets = {d.parents.get(code, d.total)} | (set() if code in between else {d.total})
            for target in sorted(targets):
                total = (*spot[:at], "" if target == d.total else split, target, *spot[at + 2 :])
                kind = f"{d.column} {split} {'levels' if code in between else 'codes'} to {target}"
                if total in held:
                    parts.setdefault((total, kind), []).append("|".join(spot))
    return parts
