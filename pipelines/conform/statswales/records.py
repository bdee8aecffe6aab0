"""Records of the StatsWales adapters: what was claimed, one table in whatever shape it came, what was found.

Reading a shape and judging its content do not belong here: each generation and each judgement has its own module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

ODATA, ZIP_CSV, SCREEN_CSV = "odata", "zip_csv", "screen_csv"
API_CSV, API_JSON, UPLOAD_CSV, TIDY_CSV = "api_csv", "api_json", "upload_csv", "tidy_csv"

ROW, VALUE, NOTES = "row_number", "value", "notes"
ITEM, PARENT, VINTAGE, CATEGORY_NAME = "item", "is_parent", "vintage", "category_name"
"""Columns of `RawTable.frame` beside the dimensions. The second line stands only where a generation has it: the place
of a value in its row, rows that sum the areas below them, the release and the name of the category of each row."""

OBSERVATION_SCHEMA: dict[str, pl.DataType] = {
    "row_number": pl.Int32(),
    "dataset_id": pl.String(),
    "generation": pl.String(),
    "area_code": pl.String(),
    "area_label": pl.String(),
    "period_id": pl.String(),
    "reference_date": pl.Date(),
    "category_dimension": pl.String(),
    "category_code": pl.String(),
    "category_label": pl.String(),
    "measure_code": pl.String(),
    "measure_label": pl.String(),
    "value": pl.Float64(),
    "status": pl.String(),
    "vintage": pl.String(),
}
"""Grain: one published figure. `submission_id` is put before these columns when they are written."""


@dataclass(frozen=True)
class ExtractClaim:
    """What the sender says an extract is; what is None is read from the content.

    `vintage` names the release the figures were seen in ("2019 release"); it fills rows that state none of their own.
    """

    dataset_id: str | None = None
    vintage: str | None = None


@dataclass(frozen=True)
class Found:
    """One fault. `cause` is a word that groups faults with one cause; it never holds anything from a cell."""

    rule_id: str
    row: int | None = None
    item: str | None = None
    cause: str = ""


@dataclass(frozen=True)
class Page:
    """Where one file stands among the pages of a table.

    `first` and `last` are positions the service numbers rows by (OData row keys from 0, records from 1), `next_first`
    the position a further page must begin with, `has_next` whether the file says that there is one, `total` how many
    records the service says there are. What the file does not say is None.
    """

    first: int | None = None
    last: int | None = None
    next_first: int | None = None
    has_next: bool = False
    total: int | None = None


@dataclass(frozen=True)
class RawTable:
    """One table of text, whatever generation it came from, before anyone judges what the text means.

    `frame` holds `row_number` and, as strings, `value`, `notes` and per dimension `<name>|code` and `<name>|label`.
    `fixed` are dimensions that a filter held to one member; `legend` what the file itself says its symbols mean;
    `is_pivot` tells a page capture, whose missing dimensions may have been summed over.
    """

    generation: str
    frame: pl.DataFrame
    dimensions: tuple[str, ...]
    dataset_id: str | None = None
    title: str | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)
    legend: Mapping[str, str] = field(default_factory=dict)
    page: Page | None = None
    is_pivot: bool = False
    has_filter_state: bool = True
    vintage: str | None = None
    found: tuple[Found, ...] = ()

    def code(self, dimension: str) -> pl.Expr:
        """The codes of a dimension (null where the file gives none)."""
        return _column(self.frame, f"{dimension}|code")

    def label(self, dimension: str) -> pl.Expr:
        """The labels of a dimension (null where the file gives none)."""
        return _column(self.frame, f"{dimension}|label")


def _column(frame: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String)


@dataclass(frozen=True)
class ExtractExamination:
    """Everything one look at an extract found.

    `observations`: frame of `OBSERVATION_SCHEMA`; `faults`: rule_id, severity, table, row_number, item, cause_group
    (no values); `coverage`: rule_id, status, n_judged, n_failed for every rule; `is_complete` is False where pages or
    rows are known to be missing.
    """

    dataset_id: str | None
    generation: str | None
    title: str | None
    vintage: str | None
    observations: pl.DataFrame
    faults: pl.DataFrame
    coverage: pl.DataFrame
    verdict: str
    is_complete: bool
