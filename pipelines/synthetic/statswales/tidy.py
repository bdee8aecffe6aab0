"""Tidy extracts of figures that never were one StatsWales table: national series, flows, population by age.

What an adapter makes of the tidy form does not belong here (see `pipelines/conform/statswales/tidy.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from pipelines.synthetic.statswales.extract import Extract, area_of, reference_rows
from pipelines.synthetic.statswales.old_service import csv_text
from schemas.catalogue import Catalogue

HEADER = (
    "dataset",
    "area_code",
    "area",
    "period",
    "category_dimension",
    "category_code",
    "category",
    "measure_code",
    "measure",
    "value",
    "status",
    "vintage",
    "source",
)


@dataclass(frozen=True)
class TidyRow:
    """One row of the tidy form, its fields in the order of `HEADER` after the data set and the area."""

    period: str
    category_dimension: str
    category_code: str
    category: str
    measure_code: str
    measure: str
    value: str
    status: str
    vintage: str
    source: str


def extracts(catalogue: Catalogue, reference: Path) -> tuple[Extract, ...]:
    """The tidy extracts of the bundle."""
    return (
        _stock(catalogue, reference),
        _flows(catalogue, reference),
        _population(catalogue, reference),
        _implied(catalogue, reference),
    )


def _file(catalogue: Catalogue, dataset: str, held: Iterable[tuple[str, TidyRow]]) -> dict[str, bytes]:
    """(area name or code, row) pairs as the one file of a tidy extract."""
    rows = []
    for name, row in held:
        area = area_of(catalogue, name)
        rows.append([dataset, area.code, area.name.en, *astuple(row)])
    return {f"{dataset}.csv": csv_text([HEADER, *rows]).encode("utf-8")}


def _stock(catalogue: Catalogue, reference: Path) -> Extract:
    name = "published_wales_looked_after_by_vintage"
    held = []
    for row in reference_rows(reference, name):
        status = "r" if row["unit_note"] == "revised" else ""
        told = (status, row["vintage"], f"{row['source']}; {row['unit_note']}")
        count = ("CLA", "Children looked after at 31 March", row["value"])
        rate = ("CLAPerPop", "Children looked after per 10,000 population aged under 18", row["rate_per_10000"])
        held += [TidyRow(row["reference_date"], "", "", "", *said, *told) for said in (count, rate) if said[2]]
    files = _file(catalogue, "cla_31march_wales", (("Wales", row) for row in held))
    return Extract("cla_31march_wales", files, "tidy CSV", (name,), None, "each row names its own")


def _flows(catalogue: Catalogue, reference: Path) -> Extract:
    name = "published_wales_flows"
    held = []
    for row in reference_rows(reference, name):
        concept = re.sub(r" \(rounded to 5\)", "", row["concept"])
        note = "; rounded to 5" if concept != row["concept"] else ""
        code = re.sub(r"[^a-z0-9]+", "_", concept.casefold())
        told = (row["value"], "", row["vintage"], row["source"] + note)
        held.append(TidyRow(row["period"], "", "", "", code, concept[0].upper() + concept[1:], *told))
    files = _file(catalogue, "cla_flows_wales", (("Wales", row) for row in held))
    return Extract("cla_flows_wales", files, "tidy CSV", (name,), None, "each row names its own")


def _population(catalogue: Catalogue, reference: Path) -> Extract:
    name = "population_under18_by_age"
    vintage, source = "mid-2020 estimates", "ONS mid-year population estimates"
    held = []
    for row in reference_rows(reference, name):
        said = ("age", row["age"], row["age"], "population", "Population", row["population"], "", vintage, source)
        held.append((row["gss"], TidyRow(f"{row['mid_year']}-06-30", *said)))
    files = _file(catalogue, "population_under18", held)
    return Extract("population_under18", files, "tidy CSV", (name,), None, source)


def _implied(catalogue: Catalogue, reference: Path) -> Extract:
    """Wales only, and only for mid-years without an estimate of the ONS: published count over published rate.

    The rate at 31 March rests on the mid-year before (domain reference, section 8). Marked `e` (estimated).
    """
    known = {row["mid_year"] for row in reference_rows(reference, "population_under18_by_age")}
    name = "published_wales_looked_after_by_vintage"
    held = []
    for row in reference_rows(reference, name):
        mid_year = str(int(row["reference_date"][:4]) - 1)
        if row["rate_per_10000"] and mid_year not in known:
            held.append(TidyRow(f"{mid_year}-06-30", *_implied_figure(row)))
    files = _file(catalogue, "population_under18_implied", (("Wales", row) for row in held))
    return Extract(
        "population_under18_implied", files, "tidy CSV", (name,), None, "derived: published count over published rate"
    )


def _implied_figure(row: dict[str, str]) -> tuple[str, ...]:
    count, rate = int(row["value"]), row["rate_per_10000"]
    half = 0.05 if "." in rate else 0.5
    low, high = (round(count / (float(rate) + sign * half) * 10_000) for sign in (1, -1))
    source = f"derived: {count} / {rate} per 10,000; rounding of the rate allows {low} to {high}; {row['source']}"
    value = str(round(count / float(rate) * 10_000))
    return ("", "", "", "population", "Population", value, "e", f"implied by {row['vintage']}", source)
