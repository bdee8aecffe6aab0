"""Controlled rounding of a table of counts given as a tidy CSV with its margins, beside an earlier release of it.

How it is rounded belongs to `pipelines.disclosure`; how a table is read to `pipelines.audit`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipelines.audit import attack
from pipelines.core.errors import Place, RefusedError, UnreadableError
from pipelines.core.files import atomic_write
from pipelines.disclosure.additive import Rounded, Wanted, controlled


@dataclass(frozen=True)
class Ask:
    """How a table is to be rounded."""

    shape: attack.TableShape
    base: int = 5
    earlier: Path | None = None
    """What was published of the same table before, in the same shape."""
    stickiness: float = 1.0


def round_table(path: Path, ask: Ask, out: Path) -> Rounded:
    """Write the table with its counts rounded so that every sum still holds.

    Raises:
        UnreadableError: a table cannot be read, or a count of it is missing.
        RefusedError: no additive table has every figure beside its count.
    """
    exact = replace(ask.shape, practice=attack.Practice(base=1))
    system = attack.read_table(path, exact)
    if any(system.hidden):
        raise UnreadableError("rounding.hidden", Place(file=path.name))
    counts = {name: int(low) for name, low in zip(system.names, system.low, strict=True)}
    sums = []
    for relation in system.relations:
        ends = dict(zip(relation.cells, relation.coefficients, strict=True))
        (total,) = (system.names[cell] for cell, sign in ends.items() if sign < 0)
        sums.append((total, [system.names[cell] for cell, sign in ends.items() if sign > 0]))
    found = controlled(Wanted(counts, sums, ask.base, _earlier(ask, exact), ask.stickiness))
    if found is None:
        raise RefusedError("rounding.none", file=path.name)
    table, names = attack.named_rows(path, exact)
    figures = pl.Series(
        [str(found.figures[name]) if name in found.figures else None for name in names], dtype=pl.String
    )
    rounded = table.with_columns(pl.coalesce(figures, pl.col(exact.value)).alias(exact.value))
    atomic_write(out, rounded.write_csv())
    return found


def _earlier(ask: Ask, exact: attack.TableShape) -> dict[str, int]:
    """Figures of the earlier release; what it hid tells nothing."""
    if ask.earlier is None:
        return {}
    held = attack.read_table(ask.earlier, exact)
    return {n: int(low) for n, low, hidden in zip(held.names, held.low, held.hidden, strict=True) if not hidden}
