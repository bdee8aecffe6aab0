"""The proof of a release: the settings in force, what each table shows, and the verdict of the independent audit.

Counts by reason and table go into a file of their own that is never published: how many cells of a table are
protecting ones would help whoever guesses which hidden cells are small (disclosure note, 3.3).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import polars as pl

from pipelines.core.files import sha256_of
from pipelines.disclosure.audit import Verdict
from pipelines.disclosure.config import DisclosureConfig
from pipelines.disclosure.evidence import Evidence, pattern_sha256
from pipelines.disclosure.records import ComponentSummary, Primary
from pipelines.disclosure.register import ROLES

MEAN_ERROR_MIN_CELLS = 100
"""A mean rounding error over fewer counts, zeros left out, would tell something of the counts themselves."""
MEAN_ERROR_MARGIN = 0.1
"""So near to none or to the largest a mean would say of each count how it was rounded; it is not told there either."""
OTHERS_MIN_HIDDEN = 1000
"""Among fewer hidden figures, how many of them protect others would help whoever guesses which are small."""
METHOD = "round-hide-milp-1"
"""Name of this method: conventional rounding; the fewest protecting cells by a mixed-integer programme with attacker
cuts; whole-number witnesses."""


@dataclass(frozen=True)
class Worked:
    """Everything the room came to, before it is judged."""

    publication_id: str
    evidence: Evidence
    primary: Primary
    table: pl.DataFrame


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
    components: tuple[ComponentSummary, ...]
    n_witnesses: int
    pattern_sha256: str
    verdict: Verdict
    disclosed_sha256: str
    mean_rounding_error: float | None
    """Over every shown figure that is a count or rests on one; None where few are shown."""
    cells_register: tuple[int, int, int]
    """Distinct sets of children shown anywhere, hidden for their own sake, hidden to protect others."""
    files: dict[str, str] = field(default_factory=dict)
    """sha256 of the open files of the proof, by name."""
    seconds: float = 0.0


def fingerprint(path: Path) -> str:
    """sha256 of the file that the proof is about."""
    return sha256_of(path)


def tables_of(worked: Worked) -> list[str]:
    """Table ids of the publication."""
    return worked.table["table_id"].unique().sort().to_list()


def _states(worked: Worked) -> pl.DataFrame:
    """One row per figure: table_id, is_c, why (`primary`, `secondary`; null where no count behind it is hidden), and
    the cell and the error of its count.

    The error is that by rounding, null where the count is hidden, or shown as the zero that it is.
    """
    register, pattern = worked.evidence.register, worked.evidence.pattern
    state = register.cells.select("cell", "true", own=worked.primary.hidden, hidden=pattern.hidden)
    held = register.rows.select("row", *(f"{role}_cell" for role in ROLES))
    for role in ROLES:
        named = state.rename({"cell": f"{role}_cell"} | {n: f"{role}_{n}" for n in ("true", "own", "hidden")})
        held = held.join(named, on=f"{role}_cell", how="left", maintain_order="left")
    is_own = pl.any_horizontal(pl.col(f"{role}_own") for role in ROLES).fill_null(value=False)
    is_hidden = pl.any_horizontal(pl.col(f"{role}_hidden") for role in ROLES).fill_null(value=False)
    # an average has no count but its denominator; beside a numerator the denominator may be an open population
    has_part = pl.col("numerator_true").is_not_null()
    shown, true = ([pl.col(f"{role}{end}") for role in ROLES[:2]] for end in ("", "_true"))
    error = pl.when(has_part).then(shown[0] - true[0]).otherwise(shown[1] - true[1]).abs()
    figures = worked.table.select("table_id", "numerator", "denominator", "status")
    return pl.concat([held, figures], how="horizontal").select(
        "table_id",
        is_c=pl.col("status").str.split(",").list.contains("c"),
        why=pl.when(is_own).then(pl.lit("primary")).when(is_hidden).then(pl.lit("secondary")),
        cell=pl.when(has_part).then("numerator_cell").otherwise("denominator_cell"),
        error=pl.when(pl.when(has_part).then(true[0]).otherwise(true[1]) > 0).then(error),
    )


def mean_error(config: DisclosureConfig) -> pl.Expr:
    """The mean of `error` over the counts of a table, each once (`cell`), to a tenth; null where it would tell
    something of a count: over many and in the middle any one of them may have had any error."""
    errors = pl.col("error").filter(pl.col("cell").is_first_distinct())
    mean = errors.mean().round(1)
    is_open = mean.is_between(MEAN_ERROR_MARGIN, config.half_base - MEAN_ERROR_MARGIN)
    return pl.when(is_open & (errors.count() >= MEAN_ERROR_MIN_CELLS)).then(mean)


def _table_summaries(states: pl.DataFrame, config: DisclosureConfig) -> tuple[TableSummary, ...]:
    is_c, why = pl.col("is_c"), pl.col("why")
    grouped = states.group_by("table_id").agg(
        n_cells=pl.len(),
        n_hidden=is_c.sum(),
        n_primary=(is_c & (why == "primary")).sum(),
        n_secondary=(is_c & (why == "secondary")).sum(),
        n_withheld=(is_c & why.is_null()).sum(),
        mean_rounding_error=mean_error(config),
    )
    return tuple(TableSummary(**row) for row in grouped.sort("table_id").iter_rows(named=True))


def summary(worked: Worked, verdict: Verdict, disclosed_sha256: str) -> DisclosureSummary:
    """The figures of the proof."""
    states = _states(worked)
    tables = _table_summaries(states, worked.evidence.config)
    made = worked.evidence
    shown_somewhere = made.register.cells["is_published"]
    hidden = made.pattern.hidden & shown_somewhere
    primary = worked.primary.hidden & shown_somewhere
    return DisclosureSummary(
        publication_id=worked.publication_id,
        tables=tables,
        n_cells=sum(t.n_cells for t in tables),
        n_hidden=sum(t.n_hidden for t in tables),
        n_lines=made.lines.lines.height,
        n_lines_inexact=int((~made.lines.lines["is_exact"]).sum()),
        n_group_disclosures=worked.primary.n_groups,
        components=made.pattern.components,
        n_witnesses=made.certified.witnesses["witness_id"].n_unique(),
        pattern_sha256=pattern_sha256(made),
        verdict=verdict,
        disclosed_sha256=disclosed_sha256,
        mean_rounding_error=states.select(mean_error(worked.evidence.config)).item(),
        cells_register=(int(shown_somewhere.sum()), int(primary.sum()), int((hidden & ~primary).sum())),
    )


def _quality(found: DisclosureSummary) -> dict[str, float | int | None]:
    """What protection cost the reader, for the release as a whole: by table it would help an attacker."""
    for_others = sum(t.n_secondary for t in found.tables)
    return {
        "figures": found.n_cells,
        "shown": found.n_cells - found.n_hidden,
        "shown_share": round(1 - found.n_hidden / found.n_cells, 4) if found.n_cells else None,
        "mean_rounding_error": found.mean_rounding_error,
        "hidden_to_protect_others": for_others if found.n_hidden >= OTHERS_MIN_HIDDEN else None,
    }


def _open_table(table: TableSummary) -> dict[str, str | int | float | None]:
    return {
        "table_id": table.table_id,
        "n_cells": table.n_cells,
        "n_hidden": table.n_hidden,
        "hidden_share": table.hidden_share,
        "mean_rounding_error": table.mean_rounding_error,
    }


def proof_json(found: DisclosureSummary, config: DisclosureConfig) -> str:
    """What may stand beside the release: no key of a cell, and no count by reason but one for the whole release."""
    verdict = found.verdict
    record = {
        "publication_id": found.publication_id,
        "method": METHOD,
        "configuration": asdict(config),
        "disclosed_sha256": found.disclosed_sha256,
        "quality": _quality(found),
        "tables": [_open_table(t) for t in found.tables],
        "files": found.files,
        "pattern_sha256": found.pattern_sha256,
        "witnesses": found.n_witnesses,
        "components": len(found.components),
        "components_proven_smallest": sum(c.is_proven for c in found.components),
        "lines_checked": found.n_lines,
        "lines_inexact": found.n_lines_inexact,
        "passed": not verdict.violations,
        "audit": {
            "rows": verdict.n_rows,
            "lines": verdict.n_lines,
            "passes": verdict.n_passes,
            "violations": [asdict(v) for v in verdict.violations],
            "attacker": "interval propagation over all lines; the witnesses show what all lines together leave open",
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
        "protected": found.verdict.n_protected,
        "components": [asdict(c) for c in found.components],
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
