"""Witness tables for everything published, and whether they bear out every protected cell.

The tables themselves are found in `witness.py`; what the files look like is decided in `evidence.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.disclosure import apart, bounds, components, rounding, witness
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.polytope import Box, Floats, Ints
from pipelines.disclosure.records import Lines, Register, Targets

WITNESSES = {"witness_id": pl.Int32, "component": pl.UInt32, "cell": pl.UInt32, "value": pl.Int64}
CERTIFICATES = {
    "cell": pl.UInt32,
    "least": pl.Int64,
    "least_witness": pl.Int32,
    "most": pl.Int64,
    "most_witness": pl.Int32,
}


@dataclass(frozen=True)
class Certified:
    """Every witness table by cell, and what they show of each open cell."""

    witnesses: pl.DataFrame
    """witness_id (1, 2, ...), component, cell, value."""
    certificates: pl.DataFrame
    """cell, least, least_witness, most, most_witness."""

    def failing(self, targets: Targets) -> pl.Series:
        """Protected cells of which no witness shows what must stay possible."""
        held = targets.cells.join(self.certificates, on="cell", how="left")
        is_borne_out = (pl.col("least") <= pl.col("low")) & (pl.col("most") >= pl.col("high"))
        return held.filter(~is_borne_out.fill_null(value=False))["cell"]


def certify(register: Register, lines: Lines, hidden: pl.Series, config: DisclosureConfig) -> Certified:
    """Witnesses of every component in which something is hidden."""
    given = list(_given(register, lines, hidden, config))
    sizes = [len(cells) for _, cells, _ in given]
    found = apart.mapped(witness.find, [one for _, _, one in given], sizes, config.processes)
    tables, certificates, first = [], [], 1
    for (number, cells, one), held in zip(given, found, strict=True):
        tables.append(_table(number, cells, held.tables, first))
        certificates.append(_certificates(cells, one, held, first))
        first += len(held.tables)
    return Certified(
        pl.concat([pl.DataFrame(schema=WITNESSES), *tables]),
        pl.concat([pl.DataFrame(schema=CERTIFICATES), *certificates]).sort("cell"),
    )


def _given(
    register: Register, lines: Lines, hidden: pl.Series, config: DisclosureConfig
) -> Iterator[tuple[int, Ints, witness.Open]]:
    """What is published of every component with a hidden cell: true counts enter through states and lines alone."""
    shown = rounding.bounds(register.cells, hidden, config)
    low: Floats = shown[0].to_numpy().astype(float)
    high: Floats = shown[1].to_numpy().astype(float)
    high = np.where(high >= rounding.UNBOUNDED, np.inf, high)
    is_hidden = (hidden & register.cells["is_published"]).to_numpy()
    is_open = is_hidden | ~register.cells["is_published"].to_numpy()
    told = _told(register, lines, shown)
    reach = (1, config.open_up_to)
    for number, (cells, system) in components.systems(lines, register.cells["component"]).items():
        if not is_hidden[cells].any():
            continue
        within = is_open[cells]
        down = within & (is_hidden[cells] | (told[0][cells] <= reach[0]))
        up = within & (is_hidden[cells] | (told[1][cells] >= reach[1]))
        yield (
            number,
            cells,
            witness.Open(
                system,
                Box(low[cells], high[cells]),
                (np.flatnonzero(down), np.flatnonzero(up)),
                np.flatnonzero(within),
                reach,
            ),
        )


def _told(register: Register, lines: Lines, shown: tuple[pl.Series, pl.Series]) -> tuple[Ints, Ints]:
    """What single lines say of each cell: enough to see that most rests of wholes are large."""
    said = (
        bounds.implied(lines.lines, lines.members, *shown)
        .group_by("cell")
        .agg(pl.col("below").max(), pl.col("above").min())
    )
    held = register.cells.select("cell").join(said, on="cell", how="left", maintain_order="left")
    far = rounding.UNBOUNDED
    return held["below"].fill_null(0).to_numpy(), held["above"].fill_null(far).to_numpy()


def _table(number: int, cells: Ints, tables: Ints, first: int) -> pl.DataFrame:
    n_tables, n_cells = tables.shape
    return pl.DataFrame(
        {
            "witness_id": np.repeat(np.arange(first, first + n_tables), n_cells),
            "component": np.full(n_tables * n_cells, number),
            "cell": np.tile(cells, n_tables),
            "value": tables.reshape(-1),
        },
        schema=WITNESSES,
    )


def _certificates(cells: Ints, given: witness.Open, found: witness.Witnesses, first: int) -> pl.DataFrame:
    if not len(found.tables):
        return pl.DataFrame(schema=CERTIFICATES)
    (least, at_least), (most, at_most) = found.least(given.open), found.most(given.open)
    return pl.DataFrame(
        {
            "cell": cells[given.open],
            "least": least,
            "least_witness": at_least + first,
            "most": most,
            "most_witness": at_most + first,
        },
        schema=CERTIFICATES,
    )
