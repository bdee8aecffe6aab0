"""Frozen records of the conform room: what was claimed, what was read, what was found.

Behaviour does not belong here: reading, identifying, casting and writing each have a module of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from pipelines.conform.reading.source import Problem
    from pipelines.core.waivers import Waiver

ACCEPTED, ACCEPTED_WITH_ERRORS, REJECTED = "accepted", "accepted_with_errors", "rejected"


@dataclass(frozen=True)
class Claim:
    """What the sender says the files are; what is None is read from the content."""

    return_id: str | None = None
    authority: str | None = None
    """GSS code, three-digit code or name, in any spelling the catalogue knows."""
    period: str | None = None
    system: str | None = None
    """Export profile id."""


@dataclass(frozen=True)
class Identity:
    """What a submission turned out to be; a part that could not be settled is None.

    `sources` says for each settled part where it was read: `claim`, `cover`, `columns`, `dates` or `column`.
    """

    return_id: str | None = None
    authority_code: str | None = None
    period_id: str | None = None
    system: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """True where a submission can be filed: return, authority and period are known."""
        return bool(self.return_id and self.authority_code and self.period_id)


@dataclass(frozen=True)
class Grid:
    """One table as received, before anyone knows which: a sheet, a delimited file or the records of one XML element.

    `cells` holds only text (null where nothing was sent), columns `c0`, `c1` ..., one row per row that is not wholly
    empty; `lines` the 1-based row of the sheet or line of the file for each of them. `names` are what the sheet, file
    or element is called, the most specific first.
    """

    names: tuple[str, ...]
    file: str
    cells: pl.DataFrame
    lines: pl.Series
    container: str
    """`csv`, `xlsx` or `xml`."""
    marks: tuple[CellMark, ...] = ()


@dataclass(frozen=True)
class CellMark:
    """Something about cells that their text does not show: a merged range, a formula, an error of the spreadsheet.

    `first_line` to `last_line` are rows of the sheet (1-based), `column` to `last_column` those of the grid (0-based).
    """

    kind: str
    first_line: int
    last_line: int
    column: int
    last_column: int


@dataclass(frozen=True)
class Opened:
    """The grids of all files of a submission, what its cover says, and what was wrong with the bytes."""

    grids: tuple[Grid, ...]
    cover: Mapping[str, str]
    """`collection`, `year`, `authority` as written on the cover, where there is one."""
    problems: tuple[Problem, ...]
    containers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TableLayout:
    """How the columns of one grid answer to the items of one table.

    `columns` maps item id to the position of its column; `near` maps a missing official column to the received name
    that may stand for it (received names may carry content, so they never pass into faults).
    """

    table: str
    columns: Mapping[str, int]
    header_row: int
    """0-based row of `Grid.cells` that holds the names."""
    missing: tuple[str, ...] = ()
    near: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    is_header_late: bool = False
    renamed: tuple[str, ...] = ()
    duplicated: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceNote:
    """Where one table came from, for the report that goes to the authority itself; never kept with the run."""

    file: str
    sheet: str
    table: str | None
    header_line: int | None
    near: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Examination:
    """Everything one look at a submission found.

    `tables`: table id -> typed frame (`row_number`, `return_id`, `authority_code`, `period_id`, then the items of the
    canonical table); `raw`: table id -> `row_number`, `source_line` and the text as received under item ids, in the
    same row order, for the authority's own report and held in memory only. `faults`: rule_id, severity, table,
    row_number, item, cause_group (no values); `coverage`: rule_id, status, n_judged, n_failed.
    """

    identity: Identity
    tables: Mapping[str, pl.DataFrame]
    raw: Mapping[str, pl.DataFrame]
    faults: pl.DataFrame
    coverage: pl.DataFrame
    verdict: str
    notes: tuple[SourceNote, ...] = ()
    problems: tuple[Problem, ...] = ()
    rule_pack: str = ""
    crashes: Mapping[str, str] = field(default_factory=dict)
    """Rule id -> class of what went wrong, for rules that crashed."""
    explained: Explained | None = None
    """What waivers say of further faults; `faults` and the verdict are without those that are explained."""


@dataclass(frozen=True)
class Explained:
    """Faults that waivers speak of: the columns of faults and `waiver_id`."""

    waived: pl.DataFrame
    """Explained by a waiver in force; no longer among the faults of the examination."""
    offered: pl.DataFrame
    """Still among the faults: a waiver of the same fact has ended, or was given for another period."""
    waivers: Mapping[str, Waiver]
    """By id, of all that are named."""
