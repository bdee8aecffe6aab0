"""Small StatsWales extracts of each generation, written by hand, and a catalogue with cards to read them by.

Real files do not belong here: they are read from ../shared where it is present.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

from pipelines.conform.statswales import ExtractClaim, ExtractExamination, SourceFile, read
from schemas import Catalogue
from schemas.model import ExtractCard, Text

SERVICE = "http://open.statswales.gov.wales/en-gb/dataset"

CARD = ExtractCard(
    id="care0999",
    title=Text("Children looked after by local authority and need", "Plant sy’n derbyn gofal yn ôl awdurdod ac angen"),
    area_dimensions=("LocalAuthority", "Local Authority", "Area", "Authority", "Awdurdod Lleol", "AreaCode"),
    period_dimensions=("Year", "YearCode", "Blwyddyn"),
    period_kind="at_31_march",
    category_dimension="need",
    category_names=("Needforcare", "Need for care", "Angen am ofal", "RowRef"),
    category_code_list="need_group",
    category_labels={"Absent Parenting (including child given up for adoption)": "N8"},
    measure_dimensions=("Measure",),
    unit="count",
    missing_values={"-999": "x"},
    publisher="Welsh Government",
    licence="Open Government Licence v3.0",
    source="made for tests",
    certainty="derived",
)


def with_card(catalogue: Catalogue, **changes: object) -> Catalogue:
    """The catalogue with the test card (changed as told) beside its own."""
    card = replace(CARD, **changes)
    return replace(catalogue, extract_cards={**catalogue.extract_cards, card.id: card})


def odata_row(key: int, area: str, data: object, **more: object) -> dict[str, object]:
    row = {
        "Data": data,
        "LocalAuthority_Code": area,
        "LocalAuthority_ItemName_ENG": {"W06000001": "Isle of Anglesey", "W06000015": "Cardiff"}.get(area, area),
        "LocalAuthority_SortOrder": key,
        "Year_Code": "2018",
        "Year_ItemName_ENG": "2018",
        "Needforcare_Code": "N1",
        "Needforcare_ItemName_ENG": "Abuse or neglect",
        "RowKey": f"{key:016d}",
        "PartitionKey": "",
    }
    return row | more


def odata_page(rows: list[dict[str, object]], link: str | None = None, dataset: str = "care0999") -> bytes:
    content: dict[str, object] = {"odata.metadata": f"{SERVICE}/$metadata#{dataset}", "value": rows}
    if link:
        content["odata.nextLink"] = f"{SERVICE}/{dataset}?%24skiptoken={link}"
    return json.dumps(content).encode()


def zip_of(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def examine(
    catalogue: Catalogue, *contents: bytes | tuple[str, bytes], dataset: str | None = None, vintage: str | None = None
) -> ExtractExamination:
    """Read contents under names that say nothing (or the names given)."""
    files = [
        SourceFile(c[0], c[1]) if isinstance(c, tuple) else SourceFile(f"file-{n}.dat", c)
        for n, c in enumerate(contents)
    ]
    return read(catalogue, files, ExtractClaim(dataset, vintage))


def rules_of(found: ExtractExamination) -> list[str]:
    """Rule ids of the faults, sorted, without repeats."""
    return sorted(set(found.faults["rule_id"]))


def figures(found: ExtractExamination) -> set[tuple[object, ...]]:
    """(area, period, category code, value, status) of every observation."""
    columns = ("area_code", "period_id", "reference_date", "category_code", "value", "status")
    return set(found.observations.select(columns).rows())
