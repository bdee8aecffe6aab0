"""Rules run in shadow before they are released, and are held back where they would turn too many submissions.

What a rule finds does not belong here (tests/spec/rules).
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest
from made_build import Mesur, settings_of
from made_submissions import submission, write_xlsx

from pipelines.core import messages
from pipelines.core.journal import Journal
from pipelines.core.ledger import ACCEPTED
from pipelines.flow.desk import Desk
from schemas import Catalogue

AUTHORITIES = ("512", "514", "516")


@pytest.fixture
def received(mesur: Mesur, tmp_path: Path) -> list[str]:
    """A census of each of three authorities."""
    found = []
    for code in AUTHORITIES:
        cover = {"Collection": "LAC", "Year": "2018-19", "Authority": code}
        told = mesur("receive", write_xlsx(tmp_path / f"{code}.xlsx", submission(2), cover), "--json").record
        assert told["status"] in ACCEPTED
        found.append(told["submission_id"])
    return found


@pytest.fixture
def stricter(monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> None:
    """A specification in which a query that every one of them raises rejects."""
    rules = tuple(replace(r, severity="reject") if r.code == "392b" else r for r in catalogue.rules)
    changed = cached_property(lambda _: replace(catalogue, rules=rules))
    changed.__set_name__(Desk, "catalogue")
    monkeypatch.setattr(Desk, "catalogue", changed)


def test_unchanged_rules_flip_nothing_and_are_released_once(mesur: Mesur, received: list[str], tmp_path: Path) -> None:
    told = mesur("rules", "replay", "--json")
    assert (told.code, told.record["n_submissions"], told.record["flips"]) == (0, 3, [])
    assert told.record["not_released"] == ["lac_census 2018-19"]
    paths = settings_of(tmp_path / "data").paths
    assert {json.loads(p.read_bytes())["is_pack_released"] for p in paths.receipts.glob("*.json")} == {False}
    assert mesur("rules", "release", "--json").record["n_new"] == 1
    assert mesur("rules", "release", "--json").record["n_new"] == 0
    assert mesur("rules", "replay", "--json").record["not_released"] == []
    cover = {"Collection": "LAC", "Year": "2018-19", "Authority": "518"}
    later = mesur("receive", write_xlsx(tmp_path / "518.xlsx", submission(2), cover), "--json").record
    assert later["is_pack_released"] is True
    (row,) = Journal(paths.packs, paths).rows()
    assert (row["pack"], row["version"], row["is_override"]) == (
        "lac_census 2018-19", told.record["packs"]["lac_census 2018-19"], False,
    )  # fmt: skip


@pytest.mark.usefixtures("received", "stricter")
@pytest.mark.parametrize("lang", ["en", "cy"])
def test_rules_that_turn_too_many_are_held_back(mesur: Mesur, tmp_path: Path, lang: str) -> None:
    told = mesur("rules", "replay", lang=lang)
    assert told.code == 1
    assert told.out.count(f" -> {messages.say('status.rejected', lang)}") == 3
    refused = mesur("rules", "release", lang=lang)
    assert refused.code == 4
    assert messages.say("rules.release_refused", lang, flips=3, n=3, limit=1) in refused.err
    assert not list((tmp_path / "data" / "packs").glob("*.json")), "no release was entered"
    assert mesur("rules", "release", "--override", lang=lang).code == 2


@pytest.mark.usefixtures("received", "stricter")
def test_an_override_is_recorded_with_who_and_why(mesur: Mesur, tmp_path: Path) -> None:
    word = ("--override", "--author", "A Statistician", "--reason", "agreed with the authorities")
    assert mesur("rules", "release", *word).code == 0
    paths = settings_of(tmp_path / "data").paths
    (row,) = Journal(paths.packs, paths).rows()
    assert (row["author"], row["reason"], row["is_override"]) == ("A Statistician", "agreed with the authorities", True)
    assert (row["n_submissions"], row["n_flips"], row["n_authorities"]) == (3, 3, 3)
    kept = json.loads(next((tmp_path / "data" / "packs").glob("*.json")).read_text("utf-8"))
    assert {f["after"] for f in kept[0]["flips"]} == {"rejected"}
