"""Laws that hold for every history an authority could report, however wrong, under every repair policy.

What one history becomes does not belong here: see `tests/spec/episodes`.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_histories import Engine, Row, Submission, engine

from pipelines.flow.transform import POLICIES

PERIODS = {"2017-18": date(2018, 3, 31), "2018-19": date(2019, 3, 31)}
FAR = date(9999, 12, 31)
DAY = timedelta(days=1)
BUILT = ("epi_placements", "epi_legal_statuses", "epi_periods_of_care", "int_episodes__rejected")
LAWFUL = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

days = st.one_of(
    st.dates(date(2018, 3, 26), date(2018, 4, 6)),  # close together and around a year's end, where histories collide
    st.dates(date(2018, 3, 26), date(2018, 4, 6)),
    st.dates(date(2017, 11, 1), date(2018, 9, 30)),
)
rows = st.fixed_dictionaries(
    {
        "episode_start_date": st.one_of(days, days, days, st.none()),
        "episode_end_date": st.one_of(days, days, st.none()),
        "start_reason_code": st.sampled_from(["S", "L", "P", "B", "T", None]),
        "end_reason_code": st.sampled_from(["X1", "E4", "E11", None]),
        "legal_status_code": st.sampled_from(["C1", "C2", "V2", "V4", None]),
        "need_code": st.just("N1"),
        "placement_code": st.sampled_from(["F1", "F2", "T1", "H1", None]),
        "placement_location_code": st.sampled_from(["1", "2"]),
    }
)
births = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2000, 9, 30)), st.just(date(2010, 5, 5)))


@st.composite
def reports(draw: st.DrawFn) -> list[Submission]:
    """Two years of one authority: up to six children, up to four rows of each in a year, nothing required of them."""
    names = [f"child{n}" for n in range(draw(st.integers(1, 6)))]
    born = [{"child_id": name, "birth_date": draw(births), "sex_code": "1"} for name in names]
    return [
        Submission(
            period_id=period,
            tables={
                "child": born,
                "episode": [
                    {"child_id": name} | row
                    for name in names
                    for row in draw(st.lists(rows, max_size=4))
                    if row["episode_start_date"] is None or row["episode_start_date"] <= last
                ],
            },
        )
        for period, last in PERIODS.items()
    ]


def by_child(found: list[Row], *key: str) -> Iterator[list[Row]]:
    held = defaultdict(list)
    for row in found:
        held[tuple(row[k] for k in ("authority_code", "child_id", *key))].append(row)
    yield from held.values()


def end(row: Row, column: str) -> date:
    return row[column] or FAR


@pytest.mark.parametrize("policy", POLICIES)
@given(submissions=reports(), seed=st.integers(0, 10_000))
@LAWFUL
def test_laws_of_a_repaired_history(policy: str, submissions: list[Submission], seed: int) -> None:
    ran = engine(policy)
    ran.run(submissions, BUILT)
    no_child_is_in_two_episodes_on_one_day(ran)
    periods_of_care_have_no_gap_inside_and_one_between(ran)
    placements_and_legal_statuses_tile_the_period_of_care(ran)
    every_reported_row_is_kept_superseded_or_set_aside_once(ran, submissions)
    the_order_of_rows_and_files_never_matters(ran, submissions, seed)


def no_child_is_in_two_episodes_on_one_day(ran: Engine) -> None:
    columns = ["authority_code", "child_id", "episode_start_date", "episode_end_date"]
    for history in by_child(ran.rows("int_episodes__repaired", columns)):
        assert all(row["episode_start_date"] <= end(row, "episode_end_date") for row in history)
        assert all(end(a, "episode_end_date") <= b["episode_start_date"] for a, b in pairwise(history))


def periods_of_care_have_no_gap_inside_and_one_between(ran: Engine) -> None:
    columns = ["authority_code", "child_id", "is_short_break", "episode_start_date", "episode_end_date"]
    for history in by_child(ran.rows("epi_episodes", [*columns, "care_period_number"]), "is_short_break"):
        for a, b in pairwise(history):
            is_joined = b["episode_start_date"] <= a["episode_end_date"] + DAY
            assert b["care_period_number"] - a["care_period_number"] == (0 if is_joined else 1)


def placements_and_legal_statuses_tile_the_period_of_care(ran: Engine) -> None:
    key = ["authority_code", "child_id", "is_short_break", "care_period_number"]
    periods = {tuple(row[k] for k in key): row for row in ran.rows("epi_periods_of_care")}
    for kind, model in (("placement", "epi_placements"), ("legal_status", "epi_legal_statuses")):
        tiles = list(by_child(ran.rows(model, [*key, f"{kind}_start_date", f"{kind}_end_date"]), *key[2:]))
        assert len(tiles) == len(periods)
        for tile in tiles:
            period = periods[tuple(tile[0][k] for k in key)]
            assert tile[0][f"{kind}_start_date"] == period["care_start_date"]
            assert tile[-1][f"{kind}_end_date"] == period["care_end_date"]
            assert all(a[f"{kind}_end_date"] == b[f"{kind}_start_date"] for a, b in pairwise(tile))


def every_reported_row_is_kept_superseded_or_set_aside_once(ran: Engine, submissions: list[Submission]) -> None:
    key = ["submission_id", "row_number"]
    fates = Counter(tuple(r.values()) for m in ("repaired", "rejected") for r in ran.rows(f"int_episodes__{m}", key))
    assert set(fates.values()) <= {1}
    newest: dict[tuple, list[tuple]] = {}
    for s in submissions:  # a row is superseded only by a row of the same child and start in a later report
        for n, r in enumerate(s.tables["episode"], 1):
            held = newest.setdefault((r["child_id"], r["episode_start_date"] or (s.id, n)), [])
            held[:] = [*(place for place in held if place[0] == s.id), (s.id, n)]
    assert set(fates) == {place for places in newest.values() for place in places}


def the_order_of_rows_and_files_never_matters(ran: Engine, submissions: list[Submission], seed: int) -> None:
    models = ("epi_placements", "epi_legal_statuses", "epi_periods_of_care")
    before = [ran.rows(model) for model in models]
    shaken = [
        Submission(s.period_id, {name: _shuffled(held, seed) for name, held in s.tables.items()})
        for s in _shuffled(submissions, seed)
    ]
    ran.run(shaken, BUILT)
    assert [ran.rows(model) for model in models] == before


def _shuffled(held: list, seed: int) -> list:
    return random.Random(seed).sample(held, len(held))


@given(submissions=reports())
@LAWFUL
def test_starts_less_ends_is_the_change_in_stock(submissions: list[Submission]) -> None:
    ran = engine()
    ran.run(submissions, ["fct_child_period", "fct_care_start", "fct_care_end"])
    care = [p for p in ran.rows("epi_periods_of_care") if not p["is_short_break"]]
    first, last = PERIODS.values()

    def stock(day: date) -> int:
        return sum(p["care_start_date"] <= day < end(p, "care_end_date") for p in care)

    n_started = sum(first < p["care_start_date"] <= last for p in care)
    n_ended = sum(first < end(p, "care_end_date") <= last for p in care)
    assert stock(last) - stock(first) == n_started - n_ended
    found = ran.rows("fct_child_period", ["period_id", "is_looked_after_at_period_end"])
    counted = {p: sum(r["is_looked_after_at_period_end"] for r in found if r["period_id"] == p) for p in PERIODS}
    assert counted == {p: stock(day) for p, day in PERIODS.items()}


@st.composite
def clean_reports(draw: st.DrawFn) -> list[Submission]:
    """One year in which nothing contradicts anything: ends meet starts, the last may be open."""
    cuts = sorted(draw(st.sets(st.dates(date(2018, 4, 1), date(2019, 3, 31)), min_size=2, max_size=7)))
    made = [draw(rows) | {"child_id": "A", "episode_start_date": a, "episode_end_date": b} for a, b in pairwise(cuts)]
    if draw(st.booleans()):
        made[-1]["episode_end_date"] = None
    return [Submission("2018-19", {"episode": made})]


@pytest.mark.parametrize("policy", POLICIES)
@given(submissions=clean_reports())
@LAWFUL
def test_a_history_without_contradiction_is_never_touched(policy: str, submissions: list[Submission]) -> None:
    ran = engine(policy)
    ran.run(submissions, ["int_episodes__repaired", "int_episodes__rejected"])
    assert ran.rows("int_episodes__rejected") == []
    columns = ["episode_start_date", "episode_end_date", "repair_tag"]
    given_rows = [(r["episode_start_date"], r["episode_end_date"], "none") for r in submissions[0].tables["episode"]]
    assert [tuple(r.values()) for r in ran.rows("int_episodes__repaired", columns)] == given_rows
