"""A pack as it lies on disk, read as StatsWales would read it: every cell is text.

Judging what is read does not belong here; what cannot be read at all is told as a failure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.core.errors import Place, UnreadableError
from pipelines.publish.statswales.records import Failure

SINGLE = ("description_en", "description_cy")


@dataclass(frozen=True)
class Upload:
    """One dataset to be uploaded."""

    dataset: str
    roles: dict[str, str]
    """Heading -> role, as whoever uploads would declare it."""
    action: str
    data: pl.DataFrame
    lookups: dict[str, pl.DataFrame]
    """Heading of a dimension -> its lookup."""
    names: dict[str, str]
    """Heading of a dimension -> file of its lookup."""
    update: pl.DataFrame | None = None
    failures: tuple[Failure, ...] = field(default=())

    def of(self, *roles: str) -> list[str]:
        """Headings of columns with one of the roles that the data table has."""
        return [name for name, role in self.roles.items() if role in roles and name in self.data.columns]


def uploads(folder: Path, manifest: str) -> Iterator[Upload]:
    """Every dataset of a pack.

    Raises:
        UnreadableError: if the folder has no manifest that can be read.
    """
    try:
        held = json.loads((folder / manifest).read_text(encoding="utf-8"))["datasets"]
        yield from (_upload(folder / d["id"], d) for d in held)
    except (OSError, ValueError, KeyError, TypeError):
        raise UnreadableError("publish.statswales.no_pack", Place(file=manifest)) from None


def _upload(folder: Path, told: dict[str, object]) -> Upload:
    name, roles, lookups = str(told["id"]), told["columns"], told["lookups"]
    assert isinstance(roles, dict)
    assert isinstance(lookups, dict)
    failures: list[Failure] = []
    wanted = {"data.csv", *lookups.values()} | ({"update.csv"} if (folder / "update.csv").exists() else set())
    frames = {}
    for file in sorted(wanted):
        frame = _read(folder / file)
        frames[file] = pl.DataFrame() if frame is None else frame
        if frame is None:
            failures.append(Failure("unreadable", name, file, 1))
    found = {column: frames[file] for column, file in lookups.items()}
    update = frames.get("update.csv")
    return Upload(name, roles, str(told["action"]), frames["data.csv"], found, lookups, update, tuple(failures))


def _read(path: Path) -> pl.DataFrame | None:
    """A CSV with every cell as text, blanks as null; None where it is no UTF-8 CSV."""
    try:
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8", truncate_ragged_lines=False)
    except (OSError, pl.exceptions.PolarsError):
        return None
    return frame.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))


def one_per_language(lookup: pl.DataFrame) -> pl.DataFrame:
    """A lookup of either form as rows of refcode, lang, description, hierarchy."""
    has_parent = "hierarchy" in lookup.columns
    parent = pl.col("hierarchy") if has_parent else pl.lit(None, dtype=pl.String)
    if set(SINGLE) <= set(lookup.columns):
        sides = [lookup.select("refcode", lang=pl.lit(n[-2:]), description=pl.col(n), hierarchy=parent) for n in SINGLE]
        return pl.concat(sides)
    return lookup.select("refcode", "lang", "description", hierarchy=parent)
