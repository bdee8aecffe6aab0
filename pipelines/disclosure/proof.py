"""The proof of a release: the settings in force, what each table shows, and the verdict of the independent audit.

Counts by reason go into a file of their own that is never published: how many cells of a table are protecting ones
would help whoever guesses which hidden cells are small (disclosure note, 3.3).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from pipelines.core.files import sha256_of
from pipelines.disclosure.audit import Verdict
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.records import Lines, Pattern, Register

MEAN_ERROR_MIN_CELLS = 100
"""A mean rounding error over fewer shown cells would tell something of the counts themselves."""
METHOD = "round-hide-interval-1"
"""Name of this method: conventional rounding, companions per line, interval propagation."""


@dataclass(frozen=True)
class Worked:
    """Everything the room came to, before it is judged."""

    publication_id: str
    register: Register
    lines: Lines
    primary: pl.Series
    pattern: Pattern
    table: pl.DataFrame
    n_group_disclosures: int


@dataclass(frozen=True)
class TableSummary:
    """One table: cells are published figures of it, hidden ones carry `c`."""

    table_id: str
    n_cells: int
    n_hidden: int
    n_primary: int
    n_secondary: int
    n_withheld: int
    """Figures with `c` although their counts are shown (too few for a percentage)."""
    mean_rounding_error: float | None

    @property
    def hidden_share(self) -> float:
        return round(self.n_hidden / self.n_cells, 4) if self.n_cells else 0.0


@dataclass(frozen=True)
class DisclosureSummary:
    """Outcome of `protect`."""

    publication_id: str
    tables: tuple[TableSummary, ...]
    n_cells: int
    n_hidden: int
    n_lines: int
    n_lines_inexact: int
    n_group_disclosures: int
    n_rounds: int
    verdict: Verdict
    disclosed_sha256: str
    cells_register: tuple[int, int, int]
    """Distinct sets of children shown anywhere, hidden for their own sake, hidden to protect others."""
    seconds: float = 0.0


def fingerprint(path: Path) -> str:
    """sha256 of the file that the proof is about."""
    return sha256_of(path)


def tables_of(worked: Worked) -> list[str]:
    """Table ids of the publication."""
    return worked.table["table_id"].unique().sort().to_list()


def _table_summaries(worked: Worked) -> tuple[TableSummary, ...]:
    cells = worked.register.cells.select("cell", "true", primary=worked.primary, hidden=worked.pattern.hidden)
    held = worked.register.rows.select("row", "numerator_cell", "denominator_cell").with_columns(
        table_id=worked.table["table_id"],
        cell=pl.coalesce("numerator_cell", "denominator_cell"),
        status=worked.table["status"],
        figure=pl.coalesce(worked.table["numerator"], worked.table["denominator"]),
    )
    state = held.join(cells, on="cell", how="left", maintain_order="left").with_columns(
        pl.col("primary", "hidden").fill_null(value=False),
        is_c=pl.col("status").str.split(",").list.contains("c"),
        error=pl.when(~pl.col("hidden")).then((pl.col("figure") - pl.col("true")).abs()),
    )
    grouped = state.group_by("table_id").agg(
        n_cells=pl.len(),
        n_hidden=pl.col("is_c").sum(),
        n_primary=(pl.col("is_c") & pl.col("primary")).sum(),
        n_secondary=(pl.col("is_c") & pl.col("hidden") & ~pl.col("primary")).sum(),
        n_withheld=(pl.col("is_c") & ~pl.col("hidden")).sum(),
        mean_rounding_error=pl.when(pl.col("error").count() >= MEAN_ERROR_MIN_CELLS).then(
            pl.col("error").mean().round(2)
        ),
    )
    return tuple(TableSummary(**row) for row in grouped.sort("table_id").iter_rows(named=True))


def summary(worked: Worked, verdict: Verdict, disclosed_sha256: str) -> DisclosureSummary:
    """The figures of the proof."""
    tables = _table_summaries(worked)
    shown_somewhere = worked.register.cells["is_published"]
    hidden = worked.pattern.hidden & shown_somewhere
    primary = worked.primary & shown_somewhere
    return DisclosureSummary(
        publication_id=worked.publication_id,
        tables=tables,
        n_cells=sum(t.n_cells for t in tables),
        n_hidden=sum(t.n_hidden for t in tables),
        n_lines=worked.lines.lines.height,
        n_lines_inexact=int((~worked.lines.lines["is_exact"]).sum()),
        n_group_disclosures=worked.n_group_disclosures,
        n_rounds=worked.pattern.n_rounds,
        verdict=verdict,
        disclosed_sha256=disclosed_sha256,
        cells_register=(int(shown_somewhere.sum()), int(primary.sum()), int((hidden & ~primary).sum())),
    )


def proof_json(found: DisclosureSummary, config: DisclosureConfig) -> str:
    """What may stand beside the release. No count by reason, no key of a cell."""
    verdict = found.verdict
    record = {
        "publication_id": found.publication_id,
        "method": METHOD,
        "configuration": asdict(config),
        "disclosed_sha256": found.disclosed_sha256,
        "tables": [
            {
                "table_id": t.table_id,
                "n_cells": t.n_cells,
                "n_hidden": t.n_hidden,
                "hidden_share": t.hidden_share,
                "mean_rounding_error": t.mean_rounding_error,
            }
            for t in found.tables
        ],
        "lines_checked": found.n_lines,
        "lines_inexact": found.n_lines_inexact,
        "passed": not verdict.violations,
        "audit": {
            "rows": verdict.n_rows,
            "lines": verdict.n_lines,
            "passes": verdict.n_passes,
            "violations": [asdict(v) for v in verdict.violations],
            "attacker": "interval propagation over all lines; linear programming is not yet used",
        },
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def suppression_json(found: DisclosureSummary) -> str:
    """The restricted companion of the proof: how many cells were hidden for which reason."""
    n_sets, n_primary, n_secondary = found.cells_register
    record = {
        "publication_id": found.publication_id,
        "disclosed_sha256": found.disclosed_sha256,
        "sets_shown": n_sets,
        "primary": n_primary,
        "secondary": n_secondary,
        "group_disclosures": found.n_group_disclosures,
        "rounds": found.n_rounds,
        "protected": found.verdict.n_protected,
        "tables": [
            {
                "table_id": t.table_id,
                "primary": t.n_primary,
                "secondary": t.n_secondary,
                "withheld": t.n_withheld,
            }
            for t in found.tables
        ],
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"
