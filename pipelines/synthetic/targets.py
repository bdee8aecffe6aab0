"""The whole-number targets of every authority at every snapshot, from national figures and published tables.

Making children does not belong here (see `simulate.py`), and neither does reading the figures (see `published.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.synthetic.balance import Bounds, apportion, balance, rake
from pipelines.synthetic.records import GROUPS, LEGAL_GROUPS, LOCATIONS, Slot, Target
from pipelines.synthetic.shares import PIF_YEAR, Country, placements, stocks

OUT_OF_AREA = {"P": 0.13, "R": 0.62, "A": 0.35, "I": 0.35}
"""Assumed share of each other group that lies outside the authority (foster groups say it themselves)."""
MORE_UASC = {"W06000015": 3.0, "W06000022": 1.6, "W06000011": 1.3}
"""Assumed pull of the larger cities for unaccompanied children (Cardiff, Newport, Swansea)."""

Groups = Mapping[str, int]


def fit(country: Country) -> dict[tuple[str, str], Target]:
    """(authority, period) -> target; every margin of Wales that is aimed at is met exactly by the sum."""
    stock = stocks(country)
    groups = placements(country, stock)
    held = {}
    for period in country.periods:
        held.update(_fit_period(country, period, stock[period], groups[period]))
    return held


def _fit_period(
    country: Country, period: str, stock: Mapping[str, int], groups: Mapping[str, Groups]
) -> dict[tuple[str, str], Target]:
    uasc = _uasc(country, period, stock, groups)
    where = _locations(country, period, stock, groups)
    legal = _legal(country, period, stock, (groups, uasc))
    moved = _bounded(country, period, ("three_plus", "CH043"), [float(stock[a]) for a in country.authorities])
    breaks = _short_breaks(country, period)
    return {
        (a, period): Target(
            authority=a,
            period=period,
            stock=stock[a],
            slots=_slots(groups[a], where[a]),
            legal=legal[a],
            uasc=uasc[a],
            three_plus=moved[i],
            short_breaks=breaks[i],
        )
        for i, a in enumerate(country.authorities)
    }


def _uasc(country: Country, period: str, stock: Mapping[str, int], groups: Mapping[str, Groups]) -> dict[str, int]:
    weights = [stock[a] * MORE_UASC.get(a, 1.0) for a in country.authorities]
    room = [(groups[a]["F3"] + groups[a]["F6"] + groups[a]["I"] + groups[a]["F2"]) // 2 for a in country.authorities]
    counts = apportion(weights, country.total("uasc", period), None, room)
    return dict(zip(country.authorities, counts, strict=True))


def _bounded(country: Country, period: str, figure: tuple[str, str], weights: Sequence[float]) -> list[int]:
    """A national concept shared over the authorities, inside its column of the published table of the last year."""
    concept, column = figure
    total = country.total(concept, period)
    limits = country.bounds("published_pif_counts_2024", column) if period == PIF_YEAR else {}
    low = [limits[a][0] if a in limits else 0 for a in country.authorities]
    high = [limits[a][1] if a in limits else total for a in country.authorities]
    return apportion(weights, total, low, high)


def _short_breaks(country: Country, period: str) -> list[int]:
    """Children in short breaks, spread as in the one year that is published."""
    limits = country.bounds("published_pif_counts_2024", "CH040")
    weights = [float(limits[a][0]) if a in limits else 0.2 for a in country.authorities]
    return _bounded(country, period, ("short_breaks", "CH040"), weights)


def _locations(
    country: Country, period: str, stock: Mapping[str, int], groups: Mapping[str, Groups]
) -> dict[str, dict[str, int]]:
    """Children inside, elsewhere in Wales, outside Wales and without a postcode, for each authority."""
    names = country.authorities
    elsewhere, abroad, nowhere = (
        country.total(c, period) for c in ("out_of_authority", "outside_wales", "no_postcode")
    )
    prior, lower, upper = [], [], []
    for a in names:
        g = groups[a]
        inside = g["F1"] + g["F2"] + g["F3"]
        out = g["F4"] + g["F5"] + g["F6"] + sum(g[k] * share for k, share in OUT_OF_AREA.items())
        share = elsewhere / (elsewhere + abroad)
        prior.append([stock[a] - out, out * share, out * (1 - share), (g["A"] + g["I"]) * 0.1])
        free = g["P"] + g["R"] + g["A"] + g["I"]
        lower.append([inside, 0, 0, 0])
        upper.append([inside + free - (g["A"] + g["I"]) // 2, stock[a], stock[a], (g["A"] + g["I"]) // 2])
    _hold_2024(country, period, lower, upper)
    columns = [sum(stock.values()) - elsewhere - abroad - nowhere, elsewhere, abroad, nowhere]
    rows = [stock[a] for a in names]
    table = balance(rake(prior, rows, columns), rows, columns, Bounds(lower, upper))
    return {a: dict(zip(LOCATIONS, table[i], strict=True)) for i, a in enumerate(names)}


def _hold_2024(country: Country, period: str, lower: list[list[int]], upper: list[list[int]]) -> None:
    """Put the published CH/047 and CH/048 of the last year on the second and third location."""
    if period != PIF_YEAR:
        return
    for column, name in ((1, "CH047"), (2, "CH048")):
        limits = country.bounds("published_pif_counts_2024", name)
        for i, a in enumerate(country.authorities):
            if a in limits:
                lower[i][column], upper[i][column] = limits[a]


def _slots(groups: Groups, where: Mapping[str, int]) -> dict[Slot, int]:
    """Children by placement group and location of one authority; foster groups 1 to 3 lie inside, 4 to 6 outside."""
    prior, lower, upper = [], [], []
    total = sum(where.values()) or 1
    for group in GROUPS:
        n = groups[group]
        allowed = _allowed(group)
        prior.append([n * where[k] / total if k in allowed else 0.0 for k in LOCATIONS])
        lower.append([0] * 4)
        upper.append([n if k in allowed else 0 for k in LOCATIONS])
    rows, columns = [groups[g] for g in GROUPS], [where[k] for k in LOCATIONS]
    table = balance(rake(prior, rows, columns), rows, columns, Bounds(lower, upper))
    return {
        (group, location): table[i][j]
        for i, group in enumerate(GROUPS)
        for j, location in enumerate(LOCATIONS)
        if table[i][j]
    }


def _allowed(group: str) -> tuple[str, ...]:
    """Locations that a placement group can have."""
    if group in ("F1", "F2", "F3"):
        return ("1",)
    if group in ("F4", "F5", "F6"):
        return ("2", "3")
    return ("1", "2", "3", "4") if group in ("A", "I") else ("1", "2", "3")


def _legal(
    country: Country,
    period: str,
    stock: Mapping[str, int],
    known: tuple[Mapping[str, Groups], Mapping[str, int]],
) -> dict[str, dict[str, int]]:
    """Children by legal group: placement orders cover those placed for adoption, care orders those with parents."""
    groups, uasc = known
    care, voluntary, forced = (country.total(c, period) for c in ("care_order", "voluntary", "compulsory"))
    columns = [care, voluntary, sum(stock.values()) - care - voluntary - forced, forced]
    prior, lower, upper = [], [], []
    for a in country.authorities:
        g, n = groups[a], stock[a]
        prior.append([n * c / sum(columns) for c in columns])
        prior[-1][1] += uasc[a]
        prior[-1][2] += g["A"]
        lower.append([g["P"], uasc[a], g["A"], 0])
        upper.append([n, n - g["P"] - g["A"], n - g["P"], max(1, n // 100)])
    rows = [stock[a] for a in country.authorities]
    table = balance(rake(prior, rows, columns), rows, columns, Bounds(lower, upper))
    return {a: dict(zip(LEGAL_GROUPS, table[i], strict=True)) for i, a in enumerate(country.authorities)}


def scaled(target: Target, factor: float) -> Target:
    """The same authority at another size: every table shrinks or grows in proportion and still adds up."""
    if factor == 1:
        return target
    stock = max(2, round(target.stock * factor))
    slots = dict(zip(target.slots, apportion(list(target.slots.values()), stock), strict=True))
    slots = {slot: n for slot, n in slots.items() if n}
    count = {g: sum(n for (group, _), n in slots.items() if group == g) for g in GROUPS}
    uasc = min(round(target.uasc * factor), (count["F2"] + count["F3"] + count["F6"] + count["I"]) // 2)
    low = [count["P"], uasc, count["A"], 0]
    legal = apportion([target.legal[g] for g in LEGAL_GROUPS], stock, low, [stock] * 4)
    return replace(
        target,
        stock=stock,
        slots=slots,
        legal=dict(zip(LEGAL_GROUPS, legal, strict=True)),
        uasc=uasc,
        three_plus=round(target.three_plus * factor),
        short_breaks=round(target.short_breaks * factor),
    )
