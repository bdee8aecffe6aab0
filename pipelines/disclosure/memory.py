"""What earlier editions showed and hid: the suppression ledger, and what it asks of the next edition.

Deciding what is hidden does not belong here (see `secondary.py`). The ledger tells why cells were hidden, so it never
leaves the data folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.core.files import atomic_file
from pipelines.disclosure import naming, rounding
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.evidence import CLOSED, SUPPRESSION
from pipelines.disclosure.records import Register


@dataclass(frozen=True)
class Memory:
    """What earlier editions of the same periods ask of this one, by cell number."""

    hidden: pl.Series
    """Hidden in some earlier edition, so hidden still (disclosure note, 3.6, rule i)."""
    dropped: pl.Series
    """In a level that an earlier edition withheld whole."""
    low: pl.Series
    high: pl.Series
    """What earlier editions told of the cell, where that still holds: the outsider may take it as unrevised."""
    together: tuple[tuple[int, ...], ...]
    """For each cell that fell from a shown 5 to a small count the cells of its row that were shown: one more of them is
    newly hidden, so that a new `c` alone does not prove the fall (rule ii)."""
    n_editions: int


def remember(out_dir: Path, ledger_dir: Path, edition: str) -> bool:
    """Enters what an edition hid, once it is visible; False where that edition is entered already.

    One file per edition, never changed. A build that was killed between publishing and this enters it the next time.
    """
    target = ledger_dir / f"{edition}.parquet"
    if target.exists():
        return False
    held = pl.read_parquet(out_dir / CLOSED / SUPPRESSION).with_columns(edition=pl.lit(edition))
    with atomic_file(target) as path:
        held.write_parquet(path)
    return True


def _entries(ledger_dir: Path | None) -> pl.DataFrame:
    """All editions of the ledger: place_id, state, value, dropped, in the order in which they were entered."""
    paths = sorted(ledger_dir.glob("*.parquet")) if ledger_dir is not None and ledger_dir.exists() else []
    schema = {"place_id": pl.String, "state": pl.String, "value": pl.Int64, "dropped": pl.Boolean, "number": pl.Int32}
    # the modification time of a file never changes, and editions are entered one after the other
    entered = sorted(paths, key=lambda p: (p.stat().st_mtime_ns, p.name))
    frames = [
        pl.read_parquet(p, columns=["place_id", "state", "value", "dropped"]).with_columns(
            number=pl.lit(i, dtype=pl.Int32)
        )
        for i, p in enumerate(entered)
    ]
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def recall(register: Register, ledger_dir: Path | None, config: DisclosureConfig) -> Memory:
    """What the ledger says of the cells of this register; places that are no longer published are left alone."""
    entries = _entries(ledger_dir)
    held = entries.join(naming.places(register), on="place_id").join(register.cells.select("cell", "true"), on="cell")
    half, floor = config.half_base, config.small_count_max + 1
    value = pl.col("value")
    told = held.filter(pl.col("state").is_in(["R", "Z"])).with_columns(
        low=pl.when(value == 0).then(0).otherwise(pl.max_horizontal(value - half, pl.lit(floor))),
        high=pl.when(value == 0).then(0).otherwise(value + half),
    )
    still = (
        told.filter(pl.col("true").is_between("low", "high"))
        .group_by("cell")
        .agg(pl.col("low").max(), pl.col("high").min())
    )
    cells = register.cells.select("cell").join(still, on="cell", how="left", maintain_order="left")
    was_hidden = held.filter(pl.col("state") == "C")["cell"].unique()
    was_dropped = held.filter("dropped")["cell"].unique()
    return Memory(
        hidden=register.cells["cell"].is_in(was_hidden.implode()),
        dropped=register.cells["cell"].is_in(was_dropped.implode()),
        low=cells["low"].fill_null(0).cast(pl.Int64),
        high=cells["high"].fill_null(rounding.UNBOUNDED).cast(pl.Int64),
        together=_fallen(register, held, config),
        n_editions=entries["number"].n_unique(),
    )


def _fallen(register: Register, held: pl.DataFrame, config: DisclosureConfig) -> tuple[tuple[int, ...], ...]:
    """Rule (ii), for the figures of the newest edition that had the cell."""
    newest = held.sort("number").group_by("cell", maintain_order=True).last()
    shown = newest.filter(pl.col("state").is_in(["R", "Z"])).select("cell", "value", "true")
    fallen = shown.filter(
        (pl.col("value") == config.rounding_base) & pl.col("true").is_between(1, config.small_count_max)
    )
    row = ["key", "period_id", "area_code", "breakdown_id"]
    places = register.places.filter("is_published").join(shown.select("cell"), on="cell", how="semi")
    of_fallen = places.join(fallen.select("cell"), on="cell", how="semi").select(*row, fallen="cell")
    beside = places.join(of_fallen, on=row).filter(pl.col("cell") != pl.col("fallen"))
    found = beside.group_by(*row, "fallen").agg(pl.col("cell").unique().sort())
    return tuple(sorted({tuple(cells) for cells in found["cell"].to_list()}))
