"""What `mesur status` says: days, names and numbers in both languages, whether few or many are meant.

What the state is does not belong here (tests/unit/flow/test_standing.py).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import schemas
from pipelines.cli import overview
from pipelines.cli.session import Session
from pipelines.core.settings import Settings
from pipelines.flow.standing import Standing

CATALOGUE = schemas.load()
DAY = date(2024, 5, 20)
AUTHORITIES = tuple(CATALOGUE.authorities)


def nobody(code: str) -> Standing:
    basis = ("2024-05-24", "provisional")
    return Standing(code, "lac_census", "2023-24", "due", 0, "", "", *basis, False, None, 0, "")


def sent(code: str, status: str, **faults: int) -> Standing:
    counts = status.startswith("accepted")
    return replace(nobody(code), status=status, version=1, submission_id="a", counts=counts, n_faults=faults)


def said(capsys: pytest.CaptureFixture[str], held: list[Standing], lang: str, day: date = DAY) -> str:
    overview.tell(Session(Settings.load({}), lang, is_json=False), CATALOGUE, held, day)
    return capsys.readouterr().out


@pytest.mark.parametrize(("lang", "words"), [("en", "24 May 2024 (days left: 4)"), ("cy", "24 Mai 2024")])
def test_the_day_it_is_due_and_how_sure_that_is(capsys: pytest.CaptureFixture[str], lang: str, words: str) -> None:
    told = said(capsys, [nobody(a) for a in AUTHORITIES], lang)
    assert words in told
    sourced = [replace(nobody(a), due_certainty="sourced") for a in AUTHORITIES]
    assert told != said(capsys, sourced, lang)


def test_everybody_most_and_few_are_named_so_that_nobody_has_to_count(capsys: pytest.CaptureFixture[str]) -> None:
    held = [nobody(a) for a in AUTHORITIES]
    assert "(22 of 22): everybody" in said(capsys, held, "en")
    held[0] = sent(AUTHORITIES[0], "accepted")
    assert "(21 of 22): all but Isle of Anglesey" in said(capsys, held, "en")
    held = [sent(a, "accepted") for a in AUTHORITIES[:-1]] + [nobody(AUTHORITIES[-1])]
    last = CATALOGUE.area_name(AUTHORITIES[-1]).en
    assert f"(1 of 22): {last}" in said(capsys, held, "en")
    assert "wait for 1." in said(capsys, held, "en")


def test_what_is_left_to_do_stands_beside_the_name(capsys: pytest.CaptureFixture[str]) -> None:
    held = [sent(AUTHORITIES[0], "accepted_with_errors", error=1_353, note=4)]
    held += [sent(AUTHORITIES[1], "rejected", reject=1)]
    held += [replace(sent(AUTHORITIES[2], "accepted"), newer_version=2, newer_status="rejected")]
    told = said(capsys, held, "en", date(2024, 5, 25))
    assert "Isle of Anglesey (errors: 1,353)" in told
    assert "Gwynedd (rejects: 1)" in told
    assert "Conwy: version 2 is rejected; what is said above is of version 1." in told
    assert "days ago: 1" in told
    assert "Count in the figures: 2 of 3. Figures for Wales wait for 1." in told
