"""The witness tables of a proof as columns of whole numbers, held against what is said of cells and of sums.

Files, their fingerprints and the register belong to `proofs.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

FAR = 2**40
"""Stands for an end that is not there; far more than any sum of children."""
MAX_WEIGHT = 2**22
"""The coefficients of a sum together: values up to `FAR` then add up to whole numbers that the machine can hold."""
Numbers = np.ndarray


@dataclass(frozen=True)
class Cells:
    """The cells of a proof ordered by component and name; each is known by its place in that order."""

    frame: pl.DataFrame

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Cells:
        """The cells as the proof has them."""
        return cls(frame.sort("component", "cell_id"))

    @cached_property
    def component(self) -> Numbers:
        return whole_numbers(self.frame, "component")

    @cached_property
    def runs(self) -> dict[int, tuple[int, int]]:
        """First place and number of cells of each component."""
        return {component: (start, end - start) for component, start, end in _runs(self.component)}

    @cached_property
    def low(self) -> Numbers:
        return whole_numbers(self.frame, "low", absent=FAR)

    @cached_property
    def high(self) -> Numbers:
        return whole_numbers(self.frame, "high", absent=FAR)

    def places(self, names: pl.Series) -> Numbers:
        """Where the cells of these names stand; -1 for a name of none."""
        known = self.frame.select("cell_id", at=pl.int_range(pl.len())).unique("cell_id", keep="first")
        asked = names.alias("cell_id").to_frame()
        return whole_numbers(asked.join(known, on="cell_id", how="left", maintain_order="left"), "at")


@dataclass(frozen=True)
class Tables:
    """The rows of all witness tables, by component, witness and cell."""

    frame: pl.DataFrame
    cell: Numbers
    component: Numbers
    witness: Numbers
    value: Numbers

    @classmethod
    def of(cls, frame: pl.DataFrame, cells: Cells) -> Tables:
        """The rows as the proof has them, put in order where they are not."""
        parts = [whole_numbers(frame, name) for name in ("component", "witness_id", "value")]
        cell = _places_as_ordered(frame["cell_id"], parts[0], parts[1], cells)
        if cell is not None:
            return cls(frame, cell, *parts)
        cell = cells.places(frame["cell_id"])
        order = np.lexsort((cell, parts[1], parts[0]))
        return cls(frame[order], cell[order], *(part[order] for part in parts))

    @cached_property
    def starts(self) -> Numbers:
        """Where each table begins, and behind the last one the end."""
        return _starts(self.component, self.witness)

    def outside(self, cells: Cells) -> pl.Series:
        """Names of cells with a value that their state or their component does not have room for."""
        at = np.maximum(self.cell, 0)
        is_outside = (self.cell < 0) | (self.value < 0) | (self.value > FAR) | (self.component != cells.component[at])
        is_outside |= (self.value < cells.low[at]) | (self.value > cells.high[at])
        return self.frame["cell_id"].filter(pl.Series(is_outside))

    def incomplete(self, cells: Cells) -> Numbers:
        """Witnesses that do not have each cell of their component once."""
        first, lengths = self.starts[:-1], np.diff(self.starts)
        sizes = np.array([cells.runs.get(int(c), (0, -1))[1] for c in self.component[first]], dtype=np.int64)
        again: Numbers = np.flatnonzero(np.diff(self.cell) <= 0) + 1
        twice = np.searchsorted(first, np.setdiff1d(again, first), side="right") - 1
        is_short = lengths != sizes
        is_short[twice] = True
        return self.witness[first[is_short]]

    def whole(self, cells: Cells) -> Iterator[tuple[int, Numbers]]:
        """(component, its values: a row for each witness, in the order of cells); none that lacks a cell."""
        for component, start, end in _runs(self.component):
            size = cells.runs.get(component, (0, 0))[1]
            if size and (end - start) % size == 0:
                yield component, self.value[start:end].reshape(-1, size)

    def is_said(self, witness: Numbers, cell: Numbers, value: Numbers) -> Numbers:
        """Whether these witnesses have these values for these cells."""
        if not len(self.cell):
            return np.zeros(len(cell), dtype=bool)
        span = int(self.cell.max()) + 2
        keys = self.witness * span + self.cell
        order = np.arange(len(keys)) if (np.diff(keys) >= 0).all() else np.argsort(keys, kind="stable")
        wanted = witness * span + cell
        at = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
        return np.asarray((cell >= 0) & (cell < span) & (keys[at] == wanted) & (self.value[at] == value))


def broken_lines(lines: pl.DataFrame, cells: Cells, tables: Tables) -> list[object]:
    """Sums that some witness table does not keep: one addition of whole numbers for each sum and table."""
    place = cells.places(lines["cell_id"])
    broken: list[object] = lines["line_id"].filter(pl.Series(place < 0)).to_list()
    known = lines.with_columns(place=pl.Series(place)).filter(pl.col("place") >= 0)
    known = known.with_columns(component=pl.Series(cells.component[known["place"].to_numpy()]))
    known = known.sort("component", "line_id")
    columns = {name: whole_numbers(known, name) for name in ("line_id", "place", "coefficient")}
    columns |= {"low": whole_numbers(known, "low", -FAR), "high": whole_numbers(known, "high", FAR)}
    values = dict(tables.whole(cells))
    for component, start, end in _runs(whole_numbers(known, "component")):
        if component in values:  # a witness that lacks a cell is a finding already
            own = {name: column[start:end] for name, column in columns.items()}
            own["place"] = own["place"] - cells.runs[component][0]
            broken += _broken(own, values[component])
    return broken


def whole_numbers(frame: pl.DataFrame, name: str, absent: int = -1) -> Numbers:
    """A column as whole numbers, with one that stands for what is absent."""
    return np.asarray(frame[name].cast(pl.Int64).fill_null(absent).to_numpy())


def _places_as_ordered(names: pl.Series, component: Numbers, witness: Numbers, cells: Cells) -> Numbers | None:
    """Places of cells where every table has all cells of its component in their order; None where one has not.

    Names of sets are long: comparing each with the one that must stand there costs a third of looking it up.
    """
    starts = _starts(component, witness)
    runs = [cells.runs.get(int(c), (0, -1)) for c in component[starts[:-1]]]
    lengths = np.diff(starts)
    in_order = (np.diff(component) >= 0).all() and (np.diff(witness)[np.diff(component) == 0] >= 0).all()
    if not in_order or [size for _, size in runs] != lengths.tolist():
        return None
    first = np.array([start for start, _ in runs], dtype=np.int64)
    places = np.arange(len(names)) + np.repeat(first - starts[:-1], lengths)
    as_said = cells.frame["cell_id"].gather(places).eq_missing(names)
    return places if as_said.all() else None


def _starts(*columns: Numbers) -> Numbers:
    """Where runs of equal values begin, and behind the last one the end."""
    n = len(columns[0])
    changes = np.any([np.diff(column) != 0 for column in columns], axis=0)
    return np.concatenate(([0], np.flatnonzero(changes) + 1, [n])) if n else np.zeros(1, dtype=np.int64)


def _runs(held: Numbers) -> Iterator[tuple[int, int, int]]:
    """(value, start, end) of each run of equal values."""
    for start, end in itertools.pairwise(_starts(held).tolist()):
        yield int(held[start]), start, end


def _broken(lines: dict[str, Numbers], tables: Numbers) -> list[int]:
    """Lines of one component that some table does not fit."""
    first = np.array([start for _, start, _ in _runs(lines["line_id"])])
    sums = np.add.reduceat(tables[:, lines["place"]] * lines["coefficient"], first, axis=1)
    is_broken = ((sums < lines["low"][first]) | (sums > lines["high"][first])).any(axis=0)
    is_broken |= np.add.reduceat(np.abs(lines["coefficient"]), first) > MAX_WEIGHT
    return [int(line) for line in lines["line_id"][first[is_broken]]]
