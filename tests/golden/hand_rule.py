"""The published rule worked out by hand from the true counts of the sample, for a few areas and headline figures.

Standard library only and nothing of the project: nearest 5, counts of 1 to 4 hidden, percentages and rates from
rounded counts. Which further figures are hidden to protect others stands in a reviewed list, with the sum that shows
why; finding them does not belong here. `python tests/golden/hand_rule.py` writes the expected files anew.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "data" / "sample"
EXPECTED = HERE / "expected"
PROTECTING = EXPECTED / "hidden_to_protect.csv"
WALES = "W92000004"
AREAS = (WALES, "W06000001", "W06000008", "W06000015", "W06000024")
"""Wales, and two small and two larger authorities: Ynys Môn, Ceredigion, Cardiff, Merthyr Tydfil."""
YEARS = tuple(f"{y}-{(y + 1) % 100}" for y in range(2016, 2024))
COLUMNS = ("period", "area_code", "measure_id", "breakdown_id", "category_code", "numerator", "denominator", "value",
           "status")  # fmt: skip

COUNTS = {
    "CLA_STOCK": ("looked_after", "T"),
    "CLA_STARTS": ("children_starting", "T"),
    "CLA_ENDS": ("children_ceasing", "T"),
    "CLA_ADOPTED": ("adopted", "T"),
    "CLA_THREE_PLACEMENTS": ("three_or_more_placements", "T"),
    "CLA_CARE_ORDER": ("looked_after_by_legal", "CARE_ORDER"),
    "CLA_FOSTER": ("looked_after_by_placement", "FOSTER"),
    "CLA_UNACCOMPANIED": ("looked_after_uasc", "T"),
}
"""Measure -> concept and category of the truth."""
PERCENTAGES = {
    "CLA_CARE_ORDER_PC": "CLA_CARE_ORDER",
    "CLA_FOSTER_PC": "CLA_FOSTER",
    "CLA_THREE_PLACEMENTS_PC": "CLA_THREE_PLACEMENTS",
}
"""Percentage of the children looked after -> its numerator."""
BREAKDOWNS = {
    "placement": ("FOSTER", "PARENTS", "RESIDENTIAL", "ADOPTION", "INDEPENDENT", "OTHER"),
    "location": ("1", "2", "3", "4"),
}
"""Breakdown of the children looked after -> its categories; `looked_after_by_...` in the truth."""
Truth = Counter[tuple[str, str, str, str]]
"""(area, period, concept, category) -> children."""
Line = tuple[str, ...]


def truth() -> Truth:
    """True counts of the areas, Wales as the sum of its authorities; what is not there is zero."""
    found: Truth = Counter()
    with (SAMPLE / "truth.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            for area in (row["authority_code"], WALES):
                found[area, row["period_id"], row["concept"], row["category"]] += int(row["count"])
    return found


def population() -> Counter[tuple[str, str]]:
    """Children under 18 in the middle of a financial year, by area and year."""
    found: Counter[tuple[str, str]] = Counter()
    with (SAMPLE / "reference" / "population_under18_by_age.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            year = f"{row['mid_year']}-{(int(row['mid_year']) + 1) % 100}"
            for area in (row["gss"], WALES):
                found[area, year] += int(row["population"])
    return found


def rounded(n: int) -> str:
    """To the nearest 5; a whole number never lies in the middle."""
    return str(5 * ((n + 2) // 5))


def is_small(n: int) -> bool:
    return 1 <= n <= 4


def _divided(top: str, below: str | int, times: int, decimals: int) -> str:
    """A ratio of published figures, halves upwards, without trailing noughts."""
    exact = Decimal(top) * times / Decimal(below)
    shown = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return str(int(shown)) if shown == int(shown) else str(shown)


def _status(area: str, *codes: str) -> str:
    """Codes in the order of the shorthand list; figures of Wales are totals."""
    return ",".join([*codes, *(["t"] if area == WALES else [])])


def counts(true: Truth, area: str, year: str) -> Iterator[Line]:
    """Counts of one area and year, and the children looked after by placement."""
    told = [(m, "total", "T", true[area, year, *place]) for m, place in COUNTS.items()]
    for breakdown, categories in BREAKDOWNS.items():
        told += [("CLA_STOCK", breakdown, c, true[area, year, f"looked_after_by_{breakdown}", c]) for c in categories]
    for measure, breakdown, category, n in told:
        key = (year, area, measure, breakdown, category)
        if is_small(n) or key in protecting():
            yield (*key, "", "", "", _status(area, "c"))
        else:
            yield (*key, rounded(n), "", rounded(n), _status(area))


def percentages(true: Truth, area: str, year: str) -> Iterator[Line]:
    """Percentages of the children looked after: whole numbers below 4,000 children, one decimal from there."""
    whole = true[area, year, *COUNTS["CLA_STOCK"]]
    below = rounded(whole)
    for measure, part in PERCENTAGES.items():
        n = true[area, year, *COUNTS[part]]
        is_hidden = is_small(n) or is_small(whole - n) or (year, area, part, "total", "T") in protecting()
        if is_hidden:
            yield (year, area, measure, "total", "T", "", below, "", _status(area, "c"))
            continue
        top = rounded(n)
        codes = ["u"] if int(below) < 30 or int(top) < 10 else []
        value = _divided(top, below, 100, 1 if int(below) >= 4000 else 0)
        yield (year, area, measure, "total", "T", top, below, value, _status(area, *codes))


def rates(true: Truth, people: Counter[tuple[str, str]], area: str, year: str) -> Iterator[Line]:
    """Children looked after per 10,000, in whole numbers; without a population the count still stands."""
    key, top = (year, area, "CLA_RATE", "total", "T"), rounded(true[area, year, *COUNTS["CLA_STOCK"]])
    if (area, year) not in people:
        yield (*key, top, "", "", _status(area, "x"))
    else:
        below = people[area, year]
        yield (*key, top, str(below), _divided(top, below, 10_000, 0), _status(area))


def protecting() -> set[Line]:
    """Figures that are hidden to protect others, from the reviewed list."""
    if not PROTECTING.exists():
        return set()
    with PROTECTING.open(encoding="utf-8", newline="") as handle:
        return {tuple(row[c] for c in COLUMNS[:5]) for row in csv.DictReader(handle)}


def lines(area: str) -> list[Line]:
    """Every expected line of one area, in the order of the files."""
    true, people = truth(), population()
    found: list[Line] = []
    for year in YEARS:
        found += counts(true, area, year)
        found += percentages(true, area, year)
        found += rates(true, people, area, year)
    return sorted(found)


def as_text(area: str) -> str:
    """The expected file of one area."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([COLUMNS, *lines(area)])
    return out.getvalue()


if __name__ == "__main__":
    for one in AREAS:
        (EXPECTED / f"{one}.csv").write_text(as_text(one), encoding="utf-8")
