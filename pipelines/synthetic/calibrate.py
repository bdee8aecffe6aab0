"""Figures aimed at beside figures reached, counted from the life histories.

Fitting the targets does not belong here (see `targets.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from pipelines.core.periods import Period
from pipelines.synthetic.published import Interval
from pipelines.synthetic.records import FOSTER, Calibration, Target
from pipelines.synthetic.shares import FOSTER_COLUMNS, FOSTER_YEAR, PIF_YEAR, Country
from pipelines.synthetic.truth import Counts
from schemas.catalogue import WALES

KIN = ("F1", "F4")
INSIDE = ("F1", "F2", "F3")
Key = tuple[str, str]


def concepts(found: Counts) -> dict[str, int]:
    """Values of the calibrated concepts from true counts."""
    foster = {code: found["looked_after_by_foster_type", code] for code in FOSTER}
    group = {g: found["looked_after_by_placement", g] for g in ("PARENTS", "RESIDENTIAL", "ADOPTION")}
    return {
        "stock": found["looked_after", "T"],
        "starts": found["children_starting", "T"],
        "ends": found["children_ceasing", "T"],
        "adoptions": found["adopted", "T"],
        "abuse_starts": found["starts_by_need", "N1"],
        "returned_home": found["ends_by_reason", "E4"],
        "three_plus": found["three_or_more_placements", "T"],
        "uasc": found["looked_after_uasc", "T"],
        "foster": sum(foster.values()),
        "kin": sum(foster[f] for f in KIN),
        "foster_inside": sum(foster[f] for f in INSIDE),
        "parents": group["PARENTS"],
        "residential": group["RESIDENTIAL"],
        "adoption_placed": group["ADOPTION"],
        "care_order": found["looked_after_by_legal", "CARE_ORDER"],
        "voluntary": found["looked_after_by_legal", "VOLUNTARY"],
        "compulsory": found["looked_after_by_legal", "COMPULSORY"],
        "out_of_authority": found["looked_after_by_location", "2"],
        "outside_wales": found["looked_after_by_location", "3"],
        "no_postcode": found["looked_after_by_location", "4"],
        "short_breaks": found["short_breaks", "T"],
    }


def calibrate(
    country: Country, targets: Mapping[Key, Target], counts: Mapping[Key, Counts], factor: float
) -> tuple[Calibration, ...]:
    """Every figure aimed at: Wales against the national series, authorities against their own tables.

    A sample that is not the whole of Wales at its published size is compared with its own targets only.
    """
    areas = sorted({a for a, _ in counts})
    own = [c for key, target in sorted(targets.items()) if key in counts for c in _own(key, target, counts[key])]
    if factor != 1 or len(areas) < len(country.authorities):
        return tuple(own)
    wales = [c for period in sorted({p for _, p in counts}) for c in _wales(country, period, counts)]
    return (*wales, *_published_tables(country, counts), *own)


def _wales(country: Country, period: str, counts: Mapping[Key, Counts]) -> Iterable[Calibration]:
    held = [found for (_, p), found in counts.items() if p == period]
    if len(held) < len(country.authorities):
        return
    total: Counts = Counter()
    for found in held:
        total.update(found)
    for concept, value in concepts(total).items():
        figure = country.series.get((concept, period))
        if figure:
            limits = (figure.low, figure.high)
            yield _compare((concept, WALES, period), limits, value, (figure.basis, figure.source))


def _own(key: Key, target: Target, found: Counts) -> Iterable[Calibration]:
    reached = concepts(found)
    aims = {
        "stock": target.stock,
        "three_plus": target.three_plus,
        "uasc": target.uasc,
        "care_order": target.legal["C"],
        "voluntary": target.legal["V"],
        "short_breaks": target.short_breaks,
    }
    if Period(target.period).is_quarter:
        del aims["three_plus"]  # the aim is for all quarters together, the count is for one
    for concept, aim in aims.items():
        yield _compare((concept, *key), (aim, aim), reached[concept], ("fitted", "share of the national figure"))


def _published_tables(country: Country, counts: Mapping[Key, Counts]) -> Iterable[Calibration]:
    """The rounded authority tables of 2019 and 2024, cell by cell."""
    name = "published_foster_placements_2019"
    for code, column in zip(FOSTER, FOSTER_COLUMNS, strict=True):
        for area, limits in country.bounds(name, column).items():
            if (area, FOSTER_YEAR) in counts:
                value = counts[area, FOSTER_YEAR]["looked_after_by_foster_type", code]
                yield _compare((f"foster_{code}", area, FOSTER_YEAR), limits, value, ("published", name))
    for table, column, concept in (
        ("published_foster_placements_2019", "total", "foster"),
        ("published_foster_inside_authority_2024", "foster_inside_authority", "foster_inside"),
        ("published_pif_counts_2024", "CH039", "stock"),
        ("published_pif_counts_2024", "CH040", "short_breaks"),
        ("published_pif_counts_2024", "CH043", "three_plus"),
        ("published_pif_counts_2024", "CH047", "out_of_authority"),
        ("published_pif_counts_2024", "CH048", "outside_wales"),
        ("published_pif_counts_2024", "CH046", "not_with_family"),
    ):
        period = FOSTER_YEAR if table == name else PIF_YEAR
        for area, limits in country.bounds(table, column).items():
            if (area, period) in counts:
                yield _compare(
                    (concept, area, period), limits, _value(concept, counts[area, period]), ("published", table)
                )


def _value(concept: str, found: Counts) -> int:
    reached = concepts(found)
    if concept == "not_with_family":
        return reached["stock"] - reached["kin"] - reached["parents"]
    return reached[concept]


def _compare(key: tuple[str, str, str], limits: Interval, value: int, why: tuple[str, str]) -> Calibration:
    concept, area, period = key
    return Calibration(concept, area, period, limits[0], limits[1], value, why[0], why[1])
