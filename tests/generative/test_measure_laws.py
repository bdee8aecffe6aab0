"""Laws that every measure keeps, whatever authorities report: over the cells, through the project's own compiled SQL.

What one history becomes does not belong here (`tests/spec/episodes`), nor do laws of the episodes by themselves
(`test_episode_laws.py`).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_histories import Engine, Row, Submission, engine

from schemas import load

LAWFUL = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FIRST, LAST = date(2017, 4, 1), date(2019, 3, 31)
YEARS = {"2017-18": date(2018, 3, 31), "2018-19": date(2019, 3, 31)}
AUTHORITIES = tuple(sorted(load().authorities))[:8]
Children = dict[str, tuple[Row, list[Row]]]
World = dict[str, Children]
Key = tuple[str, str, str, str, str]
"""(measure, area, period, breakdown, category)."""

codes = st.fixed_dictionaries(
    {
        "legal_status_code": st.sampled_from(["C1", "C2", "E1", "V2", "V4", "J1", None]),
        "need_code": st.sampled_from(["N1", "N4", "N9", None]),
        "placement_code": st.sampled_from(["F1", "F2", "F6", "H1", "P1", "T1", "A6", None]),
        "placement_location_code": st.sampled_from(["1", "2", "3", None]),
    }
)
ends = st.sampled_from(["E4", "E12", "E43", "E2", "E5", "E17", "X1"])
births = st.dates(date(1999, 1, 1), date(2017, 12, 31)).filter(lambda day: (day.month, day.day) != (2, 29))
births_of_children = st.dates(date(2002, 1, 1), date(2016, 12, 31))
"""Born before the span and not of age in it: care before birth or at 18 is cut, wherever an episode is split."""


@st.composite
def histories(draw: st.DrawFn, name: str) -> list[Row]:
    """One child without contradictions: episodes that meet or leave a gap, the last of them open or ended."""
    days = draw(
        st.sets(st.dates(FIRST, LAST).filter(lambda day: (day.month, day.day) != (2, 29)), min_size=2, max_size=6)
    )
    cuts = sorted(days)
    rows = []
    for cut, end in pairwise(cuts):
        start = cut + timedelta(days=draw(st.sampled_from([0, 0, 1, 3]))) if rows else cut
        if start < end:
            why = draw(st.sampled_from(["P", "L", "B", None])) if rows else "S"
            rows.append(draw(codes) | {"child_id": name, "episode_start_date": start, "episode_end_date": end,
                                       "start_reason_code": why, "end_reason_code": "X1"})  # fmt: skip
    if rows:
        rows[-1] |= {"end_reason_code": draw(ends)}
        if draw(st.booleans()):
            rows[-1] |= {"episode_end_date": None, "end_reason_code": None}
    return rows


@st.composite
def children(draw: st.DrawFn, born: st.SearchStrategy[date]) -> Children:
    """Child -> what is said of the child, and its rows."""
    found = {}
    for name in (f"child{i}" for i in range(draw(st.integers(1, 4)))):
        said = {"child_id": name, "birth_date": draw(born), "sex_code": draw(st.sampled_from(["1", "2", None]))}
        found[name] = (said, draw(histories(name)))
    return found


def worlds(born: st.SearchStrategy[date] = births) -> st.SearchStrategy[World]:
    """Children of several authorities: planning the models costs more than running them, so one run tries many."""
    return st.fixed_dictionaries({authority: children(born) for authority in AUTHORITIES})


def reported(world: World, years: dict[str, date] = YEARS) -> list[Submission]:
    """The returns of two years: each tells what was going on in its year, as it was known at its end."""
    return [
        Submission(period, {"child": [said for said, _ in held.values()], "episode": _of_year(held, last)}, authority)
        for authority, held in world.items()
        for period, last in years.items()
    ]


def _of_year(held: Children, last: date) -> list[Row]:
    first = last.replace(year=last.year - 1) + timedelta(days=1)
    found = []
    for _, rows in held.values():
        for row in rows:
            end = row["episode_end_date"]
            if row["episode_start_date"] <= last and (end is None or end >= first):
                is_later = end is not None and end > last
                found.append(row | {"episode_end_date": None, "end_reason_code": None} if is_later else row)
    return found


def cells(ran: Engine) -> dict[Key, Row]:
    columns = ["measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code"]
    told = ["unit", "numerator", "denominator", "value", "contributors"]
    return {
        tuple(row[c] for c in columns): {t: row[t] for t in told} for row in ran.rows("measure_cells", columns + told)
    }


def counted(submissions: list[Submission]) -> dict[Key, Row]:
    ran = engine()
    ran.run(submissions)
    return cells(ran)


@given(world=worlds(), seed=st.integers(0, 10_000))
@LAWFUL
def test_neither_order_nor_repetition_matters_and_parts_add_up(world: World, seed: int) -> None:
    submissions = reported(world)
    ran = engine()
    ran.run(submissions)
    before = cells(ran)
    ran.run(submissions)
    assert cells(ran) == before
    shaken = [
        Submission(s.period_id, {t: _shuffled(rows, seed) for t, rows in s.tables.items()}, s.authority_code)
        for s in _shuffled(submissions, seed)
    ]
    assert counted(shaken) == before
    parts: dict[Key, int] = defaultdict(int)
    for (measure, area, period, breakdown, _), cell in before.items():
        if breakdown != "total" and cell["numerator"] is not None:
            parts[measure, area, period, breakdown, "T"] += cell["numerator"]
    assert parts
    assert {k: before[*k[:3], "total", "T"]["numerator"] for k in parts} == dict(parts)


def _shuffled(held: list, seed: int) -> list:
    return random.Random(seed).sample(held, len(held))


@given(world=worlds(), another=children(births))
@LAWFUL
def test_a_child_more_never_lowers_a_count(world: World, another: Children) -> None:
    before = counted(reported(world))
    more = {f"other {name}": (said | _id(name), [row | _id(name) for row in rows])
            for name, (said, rows) in another.items()}  # fmt: skip
    after = counted(reported({authority: held | more for authority, held in world.items()}))
    assert before.keys() <= after.keys()
    lowered = [
        key
        for key, cell in before.items()
        if cell["numerator"] is not None
        and cell["unit"] not in ("mean", "days")
        and after[key]["numerator"] < cell["numerator"]
    ]
    assert lowered == []


def _id(name: str) -> Row:
    return {"child_id": f"other {name}"}


@given(world=worlds(births_of_children), seed=st.integers(0, 10_000))
@LAWFUL
def test_an_episode_split_where_nothing_changes_alters_no_measure(world: World, seed: int) -> None:
    before = counted(reported(world))
    chance = random.Random(seed)
    after = counted(reported(_each(world, lambda row: _split(row, chance))))
    assert _of_care(after) == _of_care(before)


def _of_care(held: Mapping[Key, object]) -> dict[Key, object]:
    """Without the measures of recording, which count what was reported: a split is one report more."""
    return {key: told for key, told in held.items() if not key[0].startswith("RECORDING_")}


def _each(world: World, work: Callable[[Row], list[Row]]) -> World:
    """The world with something made of each row."""
    return {
        authority: {name: (said, [made for row in rows for made in work(row)]) for name, (said, rows) in held.items()}
        for authority, held in world.items()
    }


def _split(row: Row, chance: random.Random) -> list[Row]:
    """The row in two, the second of which tells a change of legal status that is none."""
    start, end = row["episode_start_date"], row["episode_end_date"] or LAST
    if (end - start).days < 2:
        return [row]
    day = start + timedelta(days=chance.randrange(1, (end - start).days))
    return [
        row | {"episode_end_date": day, "end_reason_code": "X1"},
        row | {"episode_start_date": day, "start_reason_code": "L"},
    ]


@given(world=worlds())
@LAWFUL
def test_a_year_earlier_throughout_is_the_same_series_a_year_earlier(world: World) -> None:
    """No 29 February lies in either span, so that days in care are the same too."""
    before = counted(reported(world))
    earlier = {
        authority: {name: (_before(said), [_before(row) for row in rows]) for name, (said, rows) in held.items()}
        for authority, held in world.items()
    }
    periods = {"2017-18": "2016-17", "2018-19": "2017-18"}
    after = counted(reported(earlier, {periods[p]: last.replace(year=last.year - 1) for p, last in YEARS.items()}))
    assert after == {(m, a, periods[p], b, c): cell for (m, a, p, b, c), cell in before.items()}


def _before(row: Row) -> Row:
    """Every date of the row a year earlier."""
    return {k: v.replace(year=v.year - 1) if isinstance(v, date) else v for k, v in row.items()}
