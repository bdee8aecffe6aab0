"""Published figures that the sample is calibrated to, read from the bundled reference folder.

Choosing what a figure means for one authority and year does not belong here (see `wales.py` and `shares.py`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.core.errors import Place, UnreadableError

HERE = Path(__file__).parent
DEFAULT_REFERENCE = HERE.parents[1] / "data" / "sample" / "reference"
WALES_LABEL = "Wales"

Row = dict[str, str]
Interval = tuple[int, int]


def rounded(text: str) -> Interval:
    """Interval of true counts behind a published cell: `*` hides 1 to 4, other counts are rounded to the nearest 5."""
    if text.strip() == "*":
        return (1, 4)
    value = int(text)
    return (0, 0) if value == 0 else (max(5, value - 2), value + 2)


@dataclass(frozen=True)
class Published:
    """The reference folder, read on demand."""

    folder: Path
    by_name: dict[str, str]
    """English name of an authority, as the reference files spell it -> GSS code."""

    def rows(self, name: str) -> list[Row]:
        """Rows of one reference file; raises UnreadableError when the file is missing."""
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            raise UnreadableError("synthetic.reference_missing", Place(file=path.name))
        with path.open(encoding="utf-8-sig", newline="") as source:
            return list(csv.DictReader(source))

    @cached_property
    def stock(self) -> dict[str, tuple[int, str]]:
        """Reference date -> (children looked after in Wales, vintage) as first published."""
        held: dict[str, tuple[int, str]] = {}
        for row in self.rows("published_wales_looked_after_by_vintage"):
            held.setdefault(row["reference_date"], (int(row["value"]), row["vintage"]))
        return held

    @cached_property
    def flows(self) -> dict[tuple[str, str], tuple[int, str]]:
        """(period or date, concept) -> (value, vintage) as first published."""
        held: dict[tuple[str, str], tuple[int, str]] = {}
        for row in self.rows("published_wales_flows"):
            held.setdefault((row["period"], row["concept"]), (int(row["value"]), row["vintage"]))
        return held

    def by_authority(self, name: str, column: str) -> dict[str, Interval]:
        """GSS code -> interval of true counts from one column of a rounded authority table."""
        return {self.by_name[row["la"]]: rounded(row[column]) for row in self.rows(name) if row["la"] in self.by_name}

    def wales(self, name: str, column: str) -> Interval:
        """Interval of true counts from the Wales row of a rounded authority table."""
        return next(rounded(row[column]) for row in self.rows(name) if row["la"] == WALES_LABEL)

    @cached_property
    def population(self) -> dict[tuple[int, str], int]:
        """(mid-year, GSS code) -> residents aged under 18."""
        held: dict[tuple[int, str], int] = {}
        for row in self.rows("population_under18_by_age"):
            key = (int(row["mid_year"]), row["gss"])
            held[key] = held.get(key, 0) + int(row["population"])
        return held


def own_table(name: str) -> list[Row]:
    """Rows of a table that stands beside this module (assumed and quoted figures)."""
    with (HERE / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
