"""Why this room refuses: counts, measure and table ids, never a value.

The wording does not belong here (it lies in the specification).
"""

from __future__ import annotations

from pipelines.core.errors import RefusedError


class Refused(RefusedError):
    """The outcome would give something away, so nothing was written: the number of findings, and the tables."""

    def __init__(self, n_findings: int, tables: list[str], checks: list[str]) -> None:
        super().__init__(
            "disclosure.refused", n_findings=n_findings, tables=", ".join(tables), checks=", ".join(checks)
        )
        self.n_findings = n_findings
        self.tables = tables
        self.checks = checks


class CellsDisagree(RefusedError):
    """Two measures give different counts for one set of children, so neither could be kept alike everywhere."""

    def __init__(self, n_places: int, keys: list[str]) -> None:
        super().__init__("disclosure.cells_disagree", n_places=n_places, sets=", ".join(keys))
        self.n_places = n_places
        self.keys = keys


class Unprotectable(RefusedError):
    """Nothing that may be hidden protects these cells; named by id, no value."""

    def __init__(self, cell_ids: list[str]) -> None:
        super().__init__("disclosure.unprotectable", n_cells=len(cell_ids), cells=", ".join(sorted(cell_ids)[:20]))
        self.cell_ids = sorted(cell_ids)
