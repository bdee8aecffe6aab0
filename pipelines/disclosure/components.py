"""Cuts the register into components: cells that lines bind together, however many steps apart.

What a component needs is decided in `needs.py`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from pipelines.disclosure.polytope import Floats, Ints, System
from pipelines.disclosure.records import Lines, Register
from pipelines.disclosure.rounding import UNBOUNDED


def label(n_cells: int, members: pl.DataFrame) -> pl.Series:
    """Component of each cell by cell number, numbered 1, 2, ... in the order of their first cells."""
    parent = list(range(n_cells))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    firsts = members.with_columns(first=pl.col("cell").first().over("line"))
    for a, b in firsts.select("first", "cell").iter_rows():
        one, other = root(a), root(b)
        if one != other:
            parent[max(one, other)] = min(one, other)
    roots = pl.Series("component", [root(i) for i in range(n_cells)], dtype=pl.Int64)
    return roots.rank("dense").cast(pl.UInt32)


def numbered(register: Register, lines: Lines) -> Register:
    """The register with the component of every cell."""
    found = label(register.cells.height, lines.members)
    return replace(register, cells=register.cells.with_columns(component=found))


def systems(lines: Lines, component_of: pl.Series) -> dict[int, tuple[Ints, System]]:
    """Of every component its cells (numbers in the register, rising) and its lines."""
    cells = pl.DataFrame({"cell": pl.int_range(len(component_of), eager=True, dtype=pl.UInt32), "c": component_of})
    cells = cells.with_columns(place=pl.int_range(pl.len()).over("c"))
    first = lines.members.group_by("line").agg(pl.col("cell").first()).join(cells, on="cell")
    held = lines.lines.join(first.select("line", "c"), on="line").sort("line")
    held = held.with_columns(row=pl.int_range(pl.len()).over("c"))
    terms = lines.members.join(cells.select("cell", "place"), on="cell").join(
        held.select("line", "c", "row"), on="line"
    )
    terms = terms.sort("c", "row", "place")
    by_cells = {key[0]: frame["cell"].to_numpy() for key, frame in cells.partition_by("c", as_dict=True).items()}
    by_lines = {key[0]: frame for key, frame in held.partition_by("c", as_dict=True).items()}
    by_terms = {key[0]: frame for key, frame in terms.partition_by("c", as_dict=True).items()}
    return {
        c: (by_cells[c].astype(np.int64), _system(len(by_cells[c]), by_lines[c], by_terms[c])) for c in sorted(by_lines)
    }


def _system(n_cells: int, lines: pl.DataFrame, terms: pl.DataFrame) -> System:
    low: Floats = lines["low"].to_numpy().astype(float)
    high: Floats = lines["high"].to_numpy().astype(float)
    return System(
        n_cells=n_cells,
        row=terms["row"].to_numpy().astype(np.int64),
        column=terms["place"].to_numpy().astype(np.int64),
        coefficient=terms["coefficient"].to_numpy().astype(float),
        low=np.where(low <= -UNBOUNDED, -np.inf, low),
        high=np.where(high >= UNBOUNDED, np.inf, high),
    )
