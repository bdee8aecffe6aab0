"""Laws of the lives in care, and targets met to the child."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from pipelines.core.periods import Period
from pipelines.synthetic.life import SHORT_BREAKS, age_on, birthday, last_day_as_child
from pipelines.synthetic.orders import GROUP_OF
from pipelines.synthetic.people import UPN_LETTERS, UPN_WEIGHTS

DAY = timedelta(days=1)


def _cared(lived):
    return [c for c in lived.children if all(e.legal not in SHORT_BREAKS for e in c.episodes)]


def test_episodes_follow_one_another_on_the_same_or_the_next_day(lived):
    for child in lived.children:
        for one, two in pairwise(child.episodes):
            assert one.end is not None
            if one.end_reason == "X1":
                assert two.start - one.end in (timedelta(0), DAY)
                assert two.reason != "S"
            else:
                assert two.reason == "S"
                assert two.start - one.end > DAY


def test_the_first_episode_starts_care_and_only_open_ones_lack_a_reason(lived):
    for child in lived.children:
        assert child.episodes[0].reason == "S"
        assert all((e.end is None) == (e.end_reason is None) for e in child.episodes)
        assert all(e.end is not None for e in child.episodes[:-1])
        assert child.now.end_reason != "X1"


def test_episodes_last_at_least_a_day(lived):
    assert all(e.end is None or e.end > e.start for c in lived.children for e in c.episodes)


def test_the_reason_names_what_changed(lived):
    for child in lived.children:
        for one, two in pairwise(child.episodes):
            if two.reason != "S":
                has_new_status, has_new_place = one.legal != two.legal, one.place is not two.place
                assert (
                    two.reason
                    == {(True, False): "L", (False, True): "P", (True, True): "B"}[has_new_status, has_new_place]
                )
                if has_new_place:
                    shown = [(p.code, p.provider, p.authority, p.postcode) for p in (one.place, two.place)]
                    assert shown[0] != shown[1]


def test_nobody_is_in_care_before_birth_or_as_an_adult(lived):
    for child in lived.children:
        assert child.birth <= child.episodes[0].start
        for held in child.episodes:
            assert (held.end or held.start) <= last_day_as_child(child.birth)


def test_order_and_placement_fit(lived):
    for child in _cared(lived):
        for held in child.episodes:
            group = held.place.slot[0]
            if group == "P":
                assert held.legal in ("C1", "C2")
            if group == "A":
                assert held.legal == "E1"
            if child.is_uasc:
                assert held.legal == "V2"
                assert group != "P"
            if held.legal == "L1":
                assert held.end is not None
                assert (held.end - held.start).days <= 3


def test_the_need_stays_the_same_within_a_period_of_care(lived):
    for child in lived.children:
        for one, two in pairwise(child.episodes):
            assert two.reason == "S" or one.need == two.need


def test_age_fits_the_placement(lived):
    for child in _cared(lived):
        for held in child.episodes:
            age = age_on(child.birth, held.start)
            assert held.place.code not in ("P2", "H5", "H4") or age >= 16
            assert held.place.code != "K1" or age >= 12
            assert held.place.slot[0] != "A" or age <= 12


def test_adoption_goes_decision_match_placement_order(lived):
    records = [(c, a) for c in lived.children for a in c.adoptions]
    assert records
    for child, held in records:
        assert child.episodes[0].start <= held.decided
        if held.placed:
            assert held.decided <= held.matched <= held.placed
        if held.adopted:
            assert held.adopted - held.placed >= timedelta(days=70)
            assert child.now.end_reason in ("E11", "E12")
        assert not (held.adopted and held.ceased)


def test_reviews_and_absences_lie_inside_care(lived):
    for child in lived.children:
        days = [d for d, _ in child.reviews] + [d for _, first, last in child.missing for d in (first, last)]
        for day in days:
            assert any(e.start <= day <= (e.end or day) for e in child.episodes)


@pytest.mark.parametrize("period", ["2021-22", "2022-23", "2023-24", "2024-25Q2"])
def test_every_slot_and_legal_group_of_every_authority_is_met(lived, period):
    on = Period(period).end
    for authority, children in lived.world.children.items():
        target = lived.targets[authority, period]
        now = [(c, e) for c in children if (e := c.episode_on(on))]
        care = [(c, e) for c, e in now if e.legal not in SHORT_BREAKS]
        assert Counter(e.place.slot for _, e in care) == Counter(target.slots)
        assert Counter(GROUP_OF[e.legal] for _, e in care) == Counter({g: n for g, n in target.legal.items() if n})
        assert sum(c.is_uasc for c, _ in care) == target.uasc
        assert len(now) - len(care) == target.short_breaks


def test_pupil_numbers_are_well_formed_unique_and_were_never_issued(lived):
    numbers = [c.upn for c in lived.children]
    assert len(set(numbers)) == len(numbers)
    for upn in numbers:
        assert upn[1:4] == "000"
        assert UPN_LETTERS.index(upn[0]) == sum(int(d) * w for d, w in zip(upn[1:], UPN_WEIGHTS, strict=True)) % 23


def test_a_birthday_on_the_29th_of_february_falls_on_the_first_of_march():
    from datetime import date

    assert birthday(date(2004, 2, 29), 18) == date(2022, 3, 1)
    assert last_day_as_child(date(2004, 2, 29)) == date(2022, 2, 28)
    assert age_on(date(2004, 2, 29), date(2022, 2, 28)) == 17
