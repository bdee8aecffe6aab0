"""What one bundled extract is: its files and what its card of provenance says; and how reference files are read.

Which extracts there are is for `bundle.py` and `tidy.py` to say.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from pipelines.synthetic.statswales.table import Member
from schemas.catalogue import WALES, Catalogue
from schemas.model import Text


@dataclass(frozen=True)
class Extract:
    """One extract of the bundle."""

    dataset_id: str
    files: dict[str, bytes]
    """Path below the folder of extracts -> content."""
    shape: str
    rendered_from: tuple[str, ...]
    """Names of reference files."""
    vintage: str | None
    """The release the figures were seen in; None where each row names its own."""
    source: str


def reference_rows(reference: Path, name: str) -> list[dict[str, str]]:
    """Rows of one reference file. Raises OSError where it is missing."""
    with (reference / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def area_of(catalogue: Catalogue, name: str) -> Member:
    """The area of a reference row, by any of its names or codes. Raises LookupError for an unknown one."""
    code = catalogue.area_code(name)
    if code is None:
        raise LookupError("a reference file names an area that the specification does not know")
    return Member(code, Text("Wales", "Cymru") if code == WALES else catalogue.area_name(code))
