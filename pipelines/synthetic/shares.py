"""How many children each authority looks after at each snapshot, and in which kind of placement.

Where the placements lie and under which legal status does not belong here (see `targets.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.synthetic.balance import Bounds, IntMatrix, apportion, balance, rake
from pipelines.synthetic.published import Interval, Published, own_table
from pipelines.synthetic.records import FOSTER, GROUPS
from pipelines.synthetic.wales import Series

FOSTER_COLUMNS = ("in_kin", "in_la", "in_agency", "out_kin", "out_la", "out_agency")
"""Columns of the published 2019 table in the order of `FOSTER`."""
FOSTER_YEAR, PIF_YEAR = "2018-19", "2023-24"
Shares = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Country:
    """What the fitting of one authority table needs to know about Wales."""

    published: Published
    series: Series
    authorities: tuple[str, ...]
    periods: tuple[str, ...]

    def total(self, concept: str, period: str) -> int:
        """Value aimed at for Wales."""
        return self.series[concept, period].value

    def interval(self, concept: str, period: str) -> Interval:
        """True counts that the published figure allows."""
        figure = self.series[concept, period]
        return figure.low, figure.high

    def bounds(self, name: str, column: str) -> Mapping[str, Interval]:
        """True counts that a rounded authority table allows."""
        return self.published.by_authority(name, column)


def group_totals(country: Country, period: str) -> dict[str, int]:
    """Children in each placement group in Wales; independent or other takes what the published groups leave."""
    value = {c: country.total(c, period) for c in ("stock", "foster", "kin", "foster_inside")}
    kin_inside = round(value["kin"] * 0.78)
    other_inside = value["foster_inside"] - kin_inside
    outside = value["foster"] - value["foster_inside"] - (value["kin"] - kin_inside)
    totals = {
        "F1": kin_inside,
        "F2": round(other_inside * 0.778),
        "F4": value["kin"] - kin_inside,
        "F5": round(outside * 0.307),
        "P": country.total("parents", period),
        "R": country.total("residential", period),
        "A": country.total("adoption_placed", period),
    }
    totals["F3"] = other_inside - totals["F2"]
    totals["F6"] = outside - totals["F5"]
    totals["I"] = value["stock"] - sum(totals.values())
    return {group: totals[group] for group in GROUPS}


def stocks(country: Country) -> dict[str, dict[str, int]]:
    """period -> authority -> children looked after, adding up to the Wales total and inside published bounds."""
    anchors = _anchor_shares(country)
    held = {}
    for period in country.periods:
        total = country.total("stock", period)
        weights = [_between(anchors[a], period) for a in country.authorities]
        limits = country.bounds("published_pif_counts_2024", "CH039") if period == PIF_YEAR else {}
        lower = [limits[a][0] if a in limits else 1 for a in country.authorities]
        upper = [limits[a][1] if a in limits else total for a in country.authorities]
        counts = apportion(weights, total, lower, upper)
        held[period] = dict(zip(country.authorities, counts, strict=True))
    return held


def _anchor_shares(country: Country) -> Shares:
    """authority -> period -> share of the Wales stock, where something published speaks of it."""
    foster = country.bounds("published_foster_placements_2019", "total")
    inside = country.bounds("published_foster_inside_authority_2024", "foster_inside_authority")
    legal = country.bounds("published_legal_status_2015", "total")
    pif = country.bounds("published_pif_counts_2024", "CH039")
    n_foster, n_inside = (sum(sum(i) / 2 for i in t.values()) for t in (foster, inside))
    rest = 1 - sum(sum(i) / 2 for i in pif.values()) / country.total("stock", PIF_YEAR)
    guess = {a: sum(foster[a]) / 2 / n_foster + sum(inside[a]) / 2 / n_inside for a in country.authorities}
    n_guess = sum(v for a, v in guess.items() if a not in pif)
    shares: Shares = {}
    for a in country.authorities:
        known = sum(pif[a]) / 2 / country.total("stock", PIF_YEAR) if a in pif else guess[a] / n_guess * rest
        shares[a] = {FOSTER_YEAR: sum(foster[a]) / 2 / n_foster, PIF_YEAR: known}
        if a in legal:
            shares[a]["2014-15"] = sum(legal[a]) / 2 / 5615
    for row in own_table("quoted_authorities.csv"):
        count = float(row["value"])
        if row["unit"] == "rate_per_10000":
            count *= country.published.population[int(row["period"][:4]), row["authority_code"]] / 10_000
        shares[row["authority_code"]][row["period"]] = count / country.total("stock", row["period"])
    return shares


def _between(anchors: Mapping[str, float], period: str) -> float:
    """Straight line between the anchors around a period; level before the first and after the last."""
    year = int(period[:4])
    points = sorted((int(p[:4]), v) for p, v in anchors.items())
    before = [p for p in points if p[0] <= year] or points[:1]
    after = [p for p in points if p[0] >= year] or points[-1:]
    (x0, y0), (x1, y1) = before[-1], after[0]
    return y0 if x0 == x1 else y0 + (y1 - y0) * (year - x0) / (x1 - x0)


def foster_2019(country: Country) -> dict[str, dict[str, int]]:
    """True counts behind the published 2019 foster table: cells, rows, columns and total round to what was printed."""
    name = "published_foster_placements_2019"
    cells = [country.bounds(name, column) for column in FOSTER_COLUMNS]
    rows = country.bounds(name, "total")
    columns = [country.published.wales(name, c) for c in FOSTER_COLUMNS]
    total = country.interval("foster", FOSTER_YEAR)
    lower = [[cell[a][0] for cell in cells] for a in country.authorities]
    upper = [[cell[a][1] for cell in cells] for a in country.authorities]
    table = _inside_intervals(Bounds(lower, upper), [rows[a] for a in country.authorities], columns, total)
    return {a: dict(zip(FOSTER, table[i], strict=True)) for i, a in enumerate(country.authorities)}


def _inside_intervals(
    cells: Bounds, rows: Sequence[Interval], columns: Sequence[Interval], total: Interval
) -> IntMatrix:
    """Whole numbers whose cells, margins and total all lie in their intervals.

    Margins that are intervals become exact by a slack row and a slack column that take what is above the true margin.
    """
    prior = [
        [(lo + hi) / 2 for lo, hi in zip(*pair, strict=True)] for pair in zip(cells.lower, cells.upper, strict=True)
    ]
    lower, upper = [list(r) for r in cells.lower], [list(r) for r in cells.upper]
    for i, (lo, hi) in enumerate(rows):
        prior[i].append((hi - lo) / 2)
        lower[i].append(0)
        upper[i].append(hi - lo)
    aim = sum(total) // 2
    slack_rows = sum(hi for _, hi in rows) - aim
    slack_columns = sum(hi for _, hi in columns) - aim
    prior.append([(hi - lo) / 2 for lo, hi in columns] + [0.0])
    lower.append([0] * (len(columns) + 1))
    upper.append([hi - lo for lo, hi in columns] + [0])
    row_sums = [hi for _, hi in rows] + [slack_columns]
    column_sums = [hi for _, hi in columns] + [slack_rows]
    table = balance(prior, row_sums, column_sums, Bounds(lower, upper))
    return [row[:-1] for row in table[:-1]]


def placements(country: Country, stock: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, dict[str, int]]]:
    """period -> authority -> placement group -> children."""
    early = _groups_2019(country, stock[FOSTER_YEAR])
    fixed = {FOSTER_YEAR: early, PIF_YEAR: _groups_2024(country, stock[PIF_YEAR], early)}
    held = {}
    for period in country.periods:
        if period in fixed:
            held[period] = fixed[period]
            continue
        rows = [stock[period][a] for a in country.authorities]
        totals = group_totals(country, period)
        prior = [
            [_blend(fixed, stock, (a, group, period)) * rows[i] for group in GROUPS]
            for i, a in enumerate(country.authorities)
        ]
        columns = [totals[g] for g in GROUPS]
        table = balance(rake(prior, rows, columns), rows, columns)
        held[period] = {a: dict(zip(GROUPS, table[i], strict=True)) for i, a in enumerate(country.authorities)}
    return held


def _blend(
    fixed: Mapping[str, Mapping[str, Mapping[str, int]]],
    stock: Mapping[str, Mapping[str, int]],
    cell: tuple[str, str, str],
) -> float:
    """Share of an authority's children in a group, on a line from the 2019 table to the 2024 tables."""
    authority, group, period = cell
    weight = min(max((int(period[:4]) - 2018) / 5, 0.0), 1.0)
    old, new = (max(fixed[p][authority][group], 0.5) / stock[p][authority] for p in (FOSTER_YEAR, PIF_YEAR))
    return old * (1 - weight) + new * weight


def _groups_2019(country: Country, stock: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """The published foster table, with the rest of each authority's children shared over the other groups."""
    foster = foster_2019(country)
    rest = [stock[a] - sum(foster[a].values()) for a in country.authorities]
    others = ("P", "R", "A", "I")
    wales = group_totals(country, FOSTER_YEAR)
    shares = [wales[g] for g in others]
    columns = apportion(shares, sum(rest))
    prior = [[n * c / sum(columns) for c in columns] for n in rest]
    table = balance(prior, rest, columns)
    return {a: {**foster[a], **dict(zip(others, table[i], strict=True))} for i, a in enumerate(country.authorities)}


def _groups_2024(
    country: Country, stock: Mapping[str, int], early: Mapping[str, Mapping[str, int]]
) -> dict[str, dict[str, int]]:
    """Groups that agree with foster placements inside the authority and with CH/046 (not with parents, kin or friends).

    Inside each published sum the split keeps the shape that the authority had in 2019.
    """
    names = country.authorities
    totals = group_totals(country, PIF_YEAR)
    inside = _one_column(country, "published_foster_inside_authority_2024", "foster_inside_authority", totals)
    kin = apportion([inside[a] for a in names], totals["F1"], None, [inside[a] * 3 // 5 for a in names])
    family = _family_2024(country, stock, dict(zip(names, kin, strict=True)), totals)
    wide = [family[a] - k for a, k in zip(names, kin, strict=True)]
    own = [inside[a] - k for a, k in zip(names, kin, strict=True)]
    rest = [stock[a] - inside[a] - n for a, n in zip(names, wide, strict=True)]
    parts: list[dict[str, int]] = [{"F1": k} for k in kin]
    for groups, rows in ((("F4", "P"), wide), (("F2", "F3"), own), (("F5", "F6", "R", "A", "I"), rest)):
        columns = [totals[g] for g in groups[:-1]]
        columns.append(sum(rows) - sum(columns))
        prior = [[max(early[a][g], 0.5) for g in groups] for a in names]
        table = balance(rake(prior, rows, columns), rows, columns)
        for part, row in zip(parts, table, strict=True):
            part.update(zip(groups, row, strict=True))
    return dict(zip(names, parts, strict=True))


def _one_column(country: Country, name: str, column: str, totals: Mapping[str, int]) -> dict[str, int]:
    """True counts of one published column that add up to the Wales total."""
    limits = country.bounds(name, column)
    wanted = totals["F1"] + totals["F2"] + totals["F3"]
    low, high = ([limits[a][k] for a in country.authorities] for k in (0, 1))
    counts = apportion([(a + b) / 2 for a, b in zip(low, high, strict=True)], wanted, low, high)
    return dict(zip(country.authorities, counts, strict=True))


def _family_2024(
    country: Country, stock: Mapping[str, int], kin: Mapping[str, int], totals: Mapping[str, int]
) -> dict[str, int]:
    """Children with parents, kin or friends: the stock less CH/046 where it is published, else a share of the rest."""
    limits = country.bounds("published_pif_counts_2024", "CH046")
    wanted = totals["F1"] + totals["F4"] + totals["P"]
    low = [max(stock[a] - limits[a][1], kin[a]) if a in limits else kin[a] for a in country.authorities]
    high = [stock[a] - limits[a][0] if a in limits else stock[a] * 7 // 10 for a in country.authorities]
    counts = apportion([stock[a] for a in country.authorities], wanted, low, high)
    return dict(zip(country.authorities, counts, strict=True))
