"""The bundled StatsWales extracts: real published figures of `data/sample/reference/` in the shapes once served.

How a shape looks is for the renderers to say; what a figure is, for the reference files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.synthetic.statswales import new_service, old_service, open_series, tidy
from pipelines.synthetic.statswales.extract import Extract, area_of, reference_rows
from pipelines.synthetic.statswales.table import Dimension, Figure, Member, Table
from schemas.catalogue import Catalogue
from schemas.model import Text

AREA = Dimension("LocalAuthority", Text("Local Authority", "Awdurdod Lleol"))
YEAR = Dimension("Year", Text("Year", "Blwyddyn"))
COLLECTED = Dimension("Year", Text("Collection Year (at 31 March)", "Blwyddyn gasglu (ar 31 Mawrth)"))
CHILDREN = Member("1", Text("Number of children", "Nifer y plant"))
RATE = Member(
    "CINPerPop", Text("Rate per 10,000 population aged under 18", "Cyfradd fesul 10,000 o’r boblogaeth o dan 18 oed")
)
NOTHING = Member("", Text("", ""))

_LEGAL = {
    "care_order": "Care orders",
    "remand_etc": "Remand, detained or other compulsory order",
    "other": "Other legal status",
    "s20": "Single period of accommodation under s.20",
    "total": "Total",
}
"""Headings of the page: before April 2016 the law was section 20."""
_FOSTER = {"in_kin": "F1", "in_la": "F2", "in_agency": "F3", "out_kin": "F4", "out_la": "F5", "out_agency": "F6"}
_TOTAL = Text("Total", "Cyfanswm")
_PIF = {
    "CH039": "Children looked after at 31 March",
    "CH040": "Children looked after in short breaks at 31 March",
    "CH043": "Children looked after with three or more placements in the year",
    "CH044": "Children looked after with one or more changes of school",
    "CH046": "Children looked after not placed with parents, family or friends",
    "CH047": "Children looked after placed out of county within Wales",
    "CH048": "Children looked after placed outside Wales",
}


def extracts(catalogue: Catalogue, reference: Path) -> tuple[Extract, ...]:
    """Every bundled extract, rendered anew from the reference files."""
    rendered = (_crcs, _legal, _foster, _foster_inside, _pif)
    bundled = (render(catalogue, reference) for render in rendered)
    return (*bundled, *tidy.extracts(catalogue, reference), *open_series.extracts(catalogue, reference))


def _year(text: str) -> Member:
    return Member(text, Text(text, text))


def _melted(catalogue: Catalogue, reference: Path, name: str) -> Iterator[tuple[Member, str, str]]:
    """(area, column, cell) of a reference table with one column per category or year."""
    for row in reference_rows(reference, name):
        area = area_of(catalogue, row["la"])
        yield from ((area, column, text) for column, text in row.items() if column != "la")


def _crcs(catalogue: Catalogue, reference: Path) -> Extract:
    name = "published_crcs_rate_per_10000"
    figures = tuple(
        Figure(area, _year(year), NOTHING, RATE, text) for area, year, text in _melted(catalogue, reference, name)
    )
    measure = Dimension("Measure", Text("Measure", "Mesur"))
    table = Table("crcs_rate", catalogue.extract_cards["crcs_rate"].title, AREA, YEAR, None, measure, figures)
    pages = old_service.odata_pages(table, page_size=100)
    files = {f"crcs_rate/page-{n}.json": page for n, page in enumerate(pages, start=1)}
    return Extract("crcs_rate", files, "OData pages", (name,), "2024-05-21 update", "SC-CRCSRATE, updated 21 May 2024")


def _coded(catalogue: Catalogue, code_list: str, code: str | None) -> Member:
    if code is None:
        return Member("T", _TOTAL)
    return next(Member(c.code, c.label) for c in catalogue.code_lists[code_list].codes if c.code == code)


def _legal(catalogue: Catalogue, reference: Path) -> Extract:
    name, dataset = "published_legal_status_2015", "cla_31march_legal_status"
    figures = tuple(
        Figure(area, _year("2015"), Member(column, Text(_LEGAL[column], "")), CHILDREN, text)
        for area, column, text in _melted(catalogue, reference, name)
    )
    category = Dimension("Legalstatus", Text("Legal status", "Statws cyfreithiol"))
    title = catalogue.extract_cards[dataset].title
    table = Table(dataset, title, AREA, YEAR, category, None, figures, updated="30 September 2015")
    files = {f"{dataset}.csv": old_service.screen_csv(table)}
    return Extract(
        dataset, files, "on-screen export", (name,), "2015 release", "SW-LEGAL; year inferred from the total"
    )


def _foster(catalogue: Catalogue, reference: Path) -> Extract:
    name, dataset = "published_foster_placements_2019", "cla_foster_by_provider"
    figures = tuple(
        Figure(area, _year("2019"), _coded(catalogue, "foster_type", _FOSTER.get(column)), CHILDREN, text)
        for area, column, text in _melted(catalogue, reference, name)
    )
    category = Dimension("Placement", Text("Placement type", "Math o leoliad"))
    table = Table(dataset, catalogue.extract_cards[dataset].title, AREA, YEAR, category, None, figures)
    files = {f"{dataset}.zip": old_service.zip_csv(table)}
    source = "SC-FOST, updated 30 October 2019; year inferred from the update"
    return Extract(dataset, files, "zip with CSV", (name,), "2019 release", source)


def _foster_inside(catalogue: Catalogue, reference: Path) -> Extract:
    name, dataset = "published_foster_inside_authority_2024", "cla_foster_inside"
    figures = tuple(
        Figure(area, _year("2023-24"), NOTHING, CHILDREN, text) for area, _, text in _melted(catalogue, reference, name)
    )
    return _service(catalogue, dataset, figures, (name, "SW3-FOST"))


def _pif(catalogue: Catalogue, reference: Path) -> Extract:
    name, dataset = "published_pif_counts_2024", "pif_children_counts"
    figures = []
    for area, column, text in _melted(catalogue, reference, name):
        code = f"{column[:2]}/{column[2:]}"
        label = f"{code}: {_PIF[column]}"
        figures.append(Figure(area, _year("2023-24"), NOTHING, Member(code, Text(label, label)), text))
    return _service(catalogue, dataset, tuple(figures), (name, "SW-CH039; year inferred from the total of 7,200"))


def _service(catalogue: Catalogue, dataset: str, figures: tuple[Figure, ...], told: tuple[str, str]) -> Extract:
    name, source = told
    measure = Dimension("Measure", Text("Data description", "Disgrifiad o’r data"))
    table = Table(dataset, catalogue.extract_cards[dataset].title, AREA, COLLECTED, None, measure, figures)
    files = {f"{dataset}.csv": new_service.service_csv(table)}
    return Extract(dataset, files, "CSV of the new service", (name,), "2024 release", source)
