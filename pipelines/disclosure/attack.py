"""The attack as a tool: what an outsider can conclude about each hidden cell of a table with its margins.

Bounds are propagated line by line; sums of several lines are not combined (that takes linear programming, which is a
later step), so a cell called full here may still be open to a stronger attacker. True counts do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.core.errors import Place, UnreadableError
from pipelines.disclosure import bounds
from pipelines.disclosure.records import Lines
from pipelines.disclosure.rounding import UNBOUNDED

EXACT, TWO_VALUED, NARROWED, FULL = "exact", "two_valued", "narrowed", "full"
HIDDEN_MARKS = frozenset({"c", "[c]", "*"})
ABSENT_MARKS = frozenset({"x", "[x]", "z", "[z]", ".", "..", ":"})

Sum = tuple[str, Sequence[str]]
"""A total and its parts, by cell name."""


@dataclass(frozen=True)
class Practice:
    """How the publisher works, as the outsider knows it."""

    base: int = 5
    """1 where figures are not rounded."""
    small_count_max: int = 4
    hidden_min: int = 0
    """1 where the publisher never hides a zero."""


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
    practice: Practice = Practice()


@dataclass(frozen=True)
class HiddenCell:
    """A hidden cell and what is left of its secret; `upper` is None where nothing bounds it."""

    name: str
    lower: int
    upper: int | None
    verdict: str


@dataclass(frozen=True)
class TableAudit:
    """How many hidden cells are known exactly, to two values, partly, or keep all small counts possible."""

    n_cells: int
    n_sums: int
    hidden: tuple[HiddenCell, ...]
    n_contradictions: int
    """Shown or hidden cells that no table can meet: the margins do not belong together."""

    def count(self, verdict: str) -> int:
        return sum(cell.verdict == verdict for cell in self.hidden)


def _known(value: int | None, practice: Practice) -> tuple[int, int]:
    if value is None:
        return practice.hidden_min, UNBOUNDED
    if value == 0 or practice.base == 1:
        return value, value
    half = practice.base // 2
    return max(value - half, practice.small_count_max + 1), value + half


def _lines(names: Mapping[str, int], sums: Sequence[Sum]) -> Lines:
    members = [
        (i, names[cell], sign)
        for i, (total, parts) in enumerate(sums)
        for cell, sign in ((total, -1), *((p, 1) for p in parts))
    ]
    frame = pl.DataFrame(
        members, schema={"line": pl.UInt32, "cell": pl.UInt32, "coefficient": pl.Int64}, orient="row"
    ).sort("line", "cell")
    lines = pl.DataFrame({"line": pl.Series(range(len(sums)), dtype=pl.UInt32)}).with_columns(
        low=pl.lit(0, dtype=pl.Int64), high=pl.lit(0, dtype=pl.Int64)
    )
    return Lines(members=frame, lines=lines)


def outsider(
    figures: Mapping[str, int | None], sums: Sequence[Sum], practice: Practice = Practice()
) -> dict[str, tuple[int, int | None]]:
    """Bounds of every cell for who holds the figures (None: hidden) and knows the sums and the practice.

    A cell that is in no sum keeps the bounds of its own figure. The upper bound is None where there is none.
    """
    names = {name: i for i, name in enumerate(figures)}
    known = [_known(value, practice) for value in figures.values()]
    lower = pl.Series([k[0] for k in known], dtype=pl.Int64)
    upper = pl.Series([k[1] for k in known], dtype=pl.Int64)
    if sums:
        lines = _lines(names, sums)
        lower, upper = bounds.propagate(lines, lines.members, lower, upper)
    ends = zip(lower.to_list(), upper.to_list(), strict=True)
    return {name: (low, None if high >= UNBOUNDED else high) for name, (low, high) in zip(names, ends, strict=True)}


def _verdict(lower: int, upper: int | None, practice: Practice) -> str:
    if upper is not None and upper <= lower:
        return EXACT
    if upper is not None and upper - lower == 1:
        return TWO_VALUED
    is_open = lower <= 1 and (upper is None or upper >= practice.small_count_max)
    return FULL if is_open else NARROWED


def judge(figures: Mapping[str, int | None], sums: Sequence[Sum], practice: Practice = Practice()) -> TableAudit:
    """The attack on named figures and sums, judged per hidden cell."""
    found = outsider(figures, sums, practice)
    hidden = tuple(
        HiddenCell(name, *found[name], _verdict(*found[name], practice)) for name, v in figures.items() if v is None
    )
    impossible = sum(high is not None and high < low for low, high in found.values())
    return TableAudit(len(figures), len(sums), hidden, impossible)


def audit_table(path: Path, shape: TableShape) -> TableAudit:
    """The attack on a tidy CSV with its margins: one row per cell, codes in columns, totals as rows.

    Blank values with a hidden mark (`c`, `[c]`, `*`, in the value or the status column) are hidden cells; other blanks
    (`x`, `z`, ...) are left out of the sums, as a partial total leaves them out.

    Raises:
        UnreadableError: no CSV, a column missing, or a value that is neither a whole number nor a known mark.
    """
    table = _read(Path(path), shape)
    figures, places = _figures(table, shape, Path(path).name)
    return judge(figures, _sums(places, shape), shape.practice)


def _read(path: Path, shape: TableShape) -> pl.DataFrame:
    try:
        table = pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True)
    except (OSError, pl.exceptions.PolarsError):
        raise UnreadableError("disclosure.table_unreadable", Place(file=path.name)) from None
    named = [d.column for d in shape.dimensions] + [d.within for d in shape.dimensions if d.within]
    wanted = [*named, *shape.separate, shape.value, *([shape.status] if shape.status else [])]
    lacking = sorted(set(wanted) - set(table.columns))
    if lacking:
        raise UnreadableError("disclosure.column_missing", Place(file=path.name), columns=", ".join(lacking))
    return table.select(pl.col(sorted(set(wanted))).fill_null("").str.strip_chars())


Spot = tuple[str, ...]


def _spot(row: Mapping[str, str], shape: TableShape) -> Spot:
    """Where a row stands; a total belongs to every split of its dimension, so `within` is left out of it."""
    codes: list[str] = [row[c] for c in shape.separate]
    for d in shape.dimensions:
        split = row[d.within] if d.within and row[d.column] != d.total else ""
        codes += [split, row[d.column]]
    return tuple(codes)


def _figures(table: pl.DataFrame, shape: TableShape, name: str) -> tuple[dict[str, int | None], list[Spot]]:
    figures: dict[str, int | None] = {}
    spots: list[Spot] = []
    for number, row in enumerate(table.iter_rows(named=True), start=1):
        text = row[shape.value].replace(",", "")
        marks = {text.lower()} | set((row[shape.status] if shape.status else "").lower().split(","))
        spot = _spot(row, shape)
        if text.removesuffix(".0").isdigit():
            figures["|".join(spot)] = int(text.removesuffix(".0"))
        elif marks & HIDDEN_MARKS:
            figures["|".join(spot)] = None
        elif marks & ABSENT_MARKS or not text:
            continue
        else:
            raise UnreadableError("disclosure.value_unreadable", Place(file=name, row=number, item=shape.value))
        spots.append(spot)
    return figures, spots


def _sums(spots: Sequence[Spot], shape: TableShape) -> list[Sum]:
    """Every total with its parts: children to parent, and lowest codes to the total where there are levels between."""
    held = set(spots)
    parts: dict[tuple[Spot, str], list[str]] = {}
    first = len(shape.separate)
    for i, d in enumerate(shape.dimensions):
        at = first + 2 * i
        between = set(d.parents.values())
        for spot in sorted(held):
            split, code = spot[at], spot[at + 1]
            if code == d.total:
                continue
            targets = {d.parents.get(code, d.total)} | (set() if code in between else {d.total})
            for target in sorted(targets):
                total = (*spot[:at], "" if target == d.total else split, target, *spot[at + 2 :])
                kind = f"{d.column}|{split}|{'level' if code in between else 'lowest'}|{target}"
                if total in held:
                    parts.setdefault((total, kind), []).append("|".join(spot))
    return [("|".join(total), sorted(p)) for (total, _), p in sorted(parts.items())]
