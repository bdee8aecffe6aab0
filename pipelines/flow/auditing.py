"""The outsider's attack on a published edition, from the file that everybody can fetch.

True counts do not belong here: the attack knows what is published and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.disclosure import Dimension, TableShape, audit_table
from pipelines.disclosure.attack import EXACT, TWO_VALUED
from pipelines.flow.desk import Desk
from pipelines.serve import Published
from schemas import Catalogue
from schemas.catalogue import WALES


@dataclass(frozen=True)
class EditionAudit:
    """How many cells an edition shows and hides, and how many hidden ones an outsider can pin down."""

    edition: str
    n_cells: int
    n_hidden: int
    n_exact: int
    n_two_valued: int
    n_contradictions: int


def audit(desk: Desk, publication_id: str, edition_id: str) -> EditionAudit:
    """Attack the tidy CSV of an edition: counts by area and category with their margins."""
    edition = Published(desk.settings.paths.published).edition(publication_id, edition_id)
    found = audit_table(edition.folder / "csv" / "observations.csv", shape_of(desk.catalogue))
    return EditionAudit(
        edition.id,
        found.n_cells,
        len(found.hidden),
        found.count(EXACT),
        found.count(TWO_VALUED),
        found.n_contradictions,
    )


def shape_of(catalogue: Catalogue) -> TableShape:
    """How the tidy CSV adds up: authorities to regions to Wales, categories to their total."""
    parents: Mapping[str, str] = {a.gss: a.region for a in catalogue.authorities.values()}
    area = Dimension("area_code", total=WALES, parents=parents)
    category = Dimension("category_code", total="T", within="breakdown_id")
    return TableShape((area, category), value="numerator", status="status", separate=("measure_id", "period"))
