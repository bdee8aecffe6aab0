"""Waivers as events that only add. Which fault one speaks of is tested with conform and at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipelines.core.errors import UnreadableError, UsageError
from pipelines.core.settings import Settings
from pipelines.core.waivers import Waiver, Waivers

ONE = Waiver(
    waiver_id="aa11" + "0" * 12,
    rule_id="142",
    severity="error",
    authority_code="W06000015",
    return_id="lac_census",
    period_id="2018-19",
    table="episode",
    item="episode_end_date",
    row_number=7,
    reason="seen by the team",
    author="An Officer",
    expires_on="2020-03-31",
)


def test_the_newest_word_counts_and_the_older_ones_stay(settings: Settings) -> None:
    waivers = Waivers(settings)
    waivers.grant([ONE, replace(ONE, waiver_id="bb22" + "0" * 12)])
    waivers.grant([replace(ONE, expires_on="2021-03-31")])
    assert {k[:4]: w.expires_on for k, w in waivers.held().items()} == {"aa11": "2021-03-31", "bb22": "2020-03-31"}
    assert [(w.waiver_id[:4], w.sequence) for w in waivers.events()] == [("aa11", 1), ("bb22", 1), ("aa11", 2)]
    assert [oct(p.stat().st_mode & 0o777) for p in sorted(settings.paths.waivers.iterdir())] == ["0o600"] * 2


def test_the_same_word_twice_is_one(settings: Settings) -> None:
    waivers = Waivers(settings)
    assert len(waivers.grant([ONE])) == 1
    assert waivers.grant([ONE]) == ()
    assert len(waivers.events()) == 1


def test_what_is_taken_back_is_told_and_may_be_given_again(settings: Settings) -> None:
    waivers = Waivers(settings)
    waivers.grant([ONE])
    taken = waivers.withdraw("aa11", "Another", "it was not so")
    assert (taken.event, taken.author, waivers.held()) == ("withdrawn", "Another", {})
    assert len(waivers.grant([ONE])) == 1
    assert [w.event for w in waivers.events()] == ["granted", "withdrawn", "granted"]


@pytest.mark.parametrize("given", ["", "cc", "aa11x"])
def test_an_id_that_names_none(settings: Settings, given: str) -> None:
    Waivers(settings).grant([ONE])
    with pytest.raises(UsageError, match=r"^waive\.unknown$"):
        Waivers(settings).one(given)


def test_an_id_that_names_two(settings: Settings) -> None:
    Waivers(settings).grant([ONE, replace(ONE, waiver_id="aa12" + "0" * 12)])
    with pytest.raises(UsageError):
        Waivers(settings).withdraw("aa1", "An Officer")
    assert len(Waivers(settings).events()) == 2


def test_the_last_day_is_a_day(settings: Settings) -> None:
    assert ONE.is_in_force(date(2020, 3, 31))
    assert not ONE.is_in_force(date(2020, 4, 1))
    assert not replace(ONE, event="withdrawn").is_in_force(date(2019, 1, 1))


def test_damage_shows(settings: Settings) -> None:
    Waivers(settings).grant([ONE])
    path = next(settings.paths.waivers.iterdir())
    path.write_text(path.read_text("utf-8").replace("142", "143"), "utf-8")
    with pytest.raises(UnreadableError, match=r"^ledger\.damaged"):
        Waivers(replace(settings, paths=replace(settings.paths, data=settings.paths.data / ".." / "data"))).held()
