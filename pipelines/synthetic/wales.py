"""One figure for Wales per concept and year: published, else quoted in a release, else assumed with a reason.

Authority figures do not belong here (see `shares.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.synthetic.published import Published, own_table

FLOW_CONCEPTS = {
    "children starting to be looked after": "starts",
    "children ceasing to be looked after": "ends",
    "starting with need abuse or neglect": "abuse_starts",
    "children adopted from care": "adoptions",
    "three or more placements": "three_plus",
    "foster placements": "foster",
    "placed with parents": "parents",
    "residential": "residential",
    "placed for adoption": "adoption_placed",
    "placed out of county (rounded to 5)": "out_of_authority",
    "placed outside Wales (rounded to 5)": "outside_wales",
    "under a care order": "care_order",
    "PM26 numerator": "returned_home",
}
ROUNDED = "(rounded to 5)"


@dataclass(frozen=True)
class Figure:
    """One national figure: its value, the true counts it stands for, and where it comes from."""

    value: int
    low: int
    high: int
    basis: str
    source: str


Series = dict[tuple[str, str], Figure]
"""(concept, period) -> figure."""


def year_of(reference: str) -> str:
    """`2018-03-31` -> `2017-18`; a period is returned as it is."""
    if len(reference) != 10:
        return reference
    year = int(reference[:4])
    return f"{year - 1}-{year % 100:02d}"


def national(published: Published) -> Series:
    """Every national figure by (concept, period); a better source replaces a worse one."""
    series = _assumed()
    for row in own_table("quoted_wales.csv"):
        value = int(row["value"])
        series[row["concept"], row["period"]] = Figure(value, value, value, "quoted", row["source"])
    for (period, concept), (value, vintage) in published.flows.items():
        if concept in FLOW_CONCEPTS:
            slack = 2 if ROUNDED in concept else 0
            figure = Figure(value, value - slack, value + slack, "published", vintage)
            series[FLOW_CONCEPTS[concept], year_of(period)] = figure
    for reference, (value, vintage) in published.stock.items():
        series["stock", year_of(reference)] = Figure(value, value, value, "published", vintage)
    series.update(_from_tables(published))
    return series


def _assumed() -> Series:
    rows = own_table("assumed_wales.csv")
    return {
        (row["concept"], period): Figure(int(value), int(value), int(value), "assumed", row["why"])
        for row in rows
        for period, value in row.items()
        if period not in ("concept", "why")
    }


def _from_tables(published: Published) -> Series:
    """National rows of the rounded authority tables."""
    wanted = (
        ("published_foster_placements_2019", "total", "foster", "2018-19"),
        ("published_foster_inside_authority_2024", "foster_inside_authority", "foster_inside", "2023-24"),
        ("published_pif_counts_2024", "CH043", "three_plus", "2023-24"),
        ("published_pif_counts_2024", "CH040", "short_breaks", "2023-24"),
        ("published_pif_counts_2024", "CH047", "out_of_authority", "2023-24"),
        ("published_pif_counts_2024", "CH048", "outside_wales", "2023-24"),
    )
    series: Series = {}
    for name, column, concept, period in wanted:
        low, high = published.wales(name, column)
        series[concept, period] = Figure((low + high) // 2, low, high, "published", name)
    return series
