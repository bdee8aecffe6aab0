"""Open data sets that comparisons use beside the returns: spending, staff, plans, context, events, quoted figures.

What is real among them and what is made up stands in each row of the reference files, never here.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.synthetic.statswales.extract import Extract, area_of, reference_rows
from pipelines.synthetic.statswales.old_service import csv_text
from pipelines.synthetic.statswales.tidy import HEADER
from schemas.catalogue import Catalogue

DATASETS = (
    *("social_services_spending", "social_work_staff", "reduction_plans"),
    *("context_indicators", "document_figures_2012", "key_events"),
)


def extracts(catalogue: Catalogue, reference: Path) -> tuple[Extract, ...]:
    """One tidy extract for each data set, from the reference file of its name."""
    return tuple(_extract(catalogue, reference, name) for name in DATASETS)


def _extract(catalogue: Catalogue, reference: Path, name: str) -> Extract:
    card = catalogue.extract_cards[name]
    rows = []
    for row in reference_rows(reference, name):
        area = area_of(catalogue, row["area_code"])
        told = {**row, "dataset": name, "area": area.name.en}
        told["category_dimension"] = (card.category_dimension or "") if row["category_code"] else ""
        rows.append([told[column] for column in HEADER])
    files = {f"{name}.csv": csv_text([HEADER, *rows]).encode("utf-8")}
    return Extract(name, files, "tidy CSV", (name,), None, "each row names its own")
