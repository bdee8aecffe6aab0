"""The 63 figures that the source documents print or ask for, and how far an edition answers them.

Computing a figure does not belong here: answers are read from the published mart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.core.errors import MesurError
from pipelines.flow.desk import Desk
from pipelines.flow.editions import shown_with_marks
from pipelines.serve import Published
from schemas.catalogue import SPEC, WALES
from schemas.model import Measure
from schemas.reading import csv_rows


@dataclass(frozen=True)
class Figure:
    """One figure: `answered`, `no_data` (a measure exists, this build has no data for it) or `no_measure` yet."""

    id: str
    concept: str
    reference_date: str
    printed_value: str
    status: str
    measures: tuple[str, ...]
    answers: tuple[str, ...]


def figures(desk: Desk, publication_id: str) -> list[Figure]:
    """Every figure of the list with the measures that answer it and their newest value for Wales."""
    answered = _newest(desk, publication_id)
    by_figure: dict[str, list[Measure]] = {}
    for m in desk.catalogue.measures.values():
        for one in m.seed_figures:
            by_figure.setdefault(one, []).append(m)
    return [_figure(row, by_figure.get(row["id"], []), answered) for row in csv_rows(SPEC / "seed_figures.csv")]


def _figure(row: Mapping[str, str], held: list[Measure], answered: Mapping[str, str]) -> Figure:
    answers = tuple(f"{m.id}: {answered[m.id]}" for m in held if m.id in answered)
    status = "answered" if answers else "no_data" if held else "no_measure"
    names = tuple(m.id for m in held)
    return Figure(row["id"], row["concept"], row["reference_date"], row["printed_value"], status, names, answers)


def _newest(desk: Desk, publication_id: str) -> dict[str, str]:
    """measure -> newest published value for Wales with its period."""
    try:
        folder = Published(desk.settings.paths.published).edition(publication_id).folder
    except MesurError:
        return {}
    values = pl.read_parquet(folder / "parquet" / "fct_measure_value.parquet").filter(
        pl.col("area_code") == WALES, pl.col("breakdown_id") == "total", pl.col("value").is_not_null()
    )
    newest = values.sort("period_id").group_by("measure_id", maintain_order=True).last()
    return {
        r["measure_id"]: f"{shown_with_marks(r['value'], r['status'])} ({r['period_id']})"
        for r in newest.iter_rows(named=True)
    }
