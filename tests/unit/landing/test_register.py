"""Ids, versions and receipts of submissions. Whether one is accepted does not belong here."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines import landing
from pipelines.core.errors import UsageError
from pipelines.core.ledger import Ledger
from pipelines.core.settings import Settings
from pipelines.landing import Decision, Identity, KeptFile, Registration

CARDIFF = Identity("lac_census", "W06000015", "2018-19")
ACCEPTED = Decision("accepted", "2018-19.1")


def kept(*contents: str) -> tuple[KeptFile, ...]:
    made = [(f"{i}.csv", hashlib.sha256(c.encode()).hexdigest(), len(c)) for i, c in enumerate(contents)]
    return tuple(KeptFile(name, sha, size, Path("landing", sha)) for name, sha, size in made)


def enter(settings: Settings, content: str, decision: Decision = ACCEPTED) -> Registration:
    return landing.register(settings, kept(content), CARDIFF, decision)


def test_the_id_is_of_the_bytes_and_of_what_they_are_for() -> None:
    shas = sorted(k.sha256 for k in kept("a", "b"))
    said = hashlib.sha256("\n".join(["lac_census", "W06000015", "2018-19", *shas]).encode()).hexdigest()[:16]
    assert landing.submission_id(CARDIFF, kept("a", "b")) == said
    assert landing.submission_id(CARDIFF, reversed(kept("a", "b"))) == said
    assert landing.submission_id(Identity("lac_census", "W06000015", "2019-20"), kept("a", "b")) != said


def test_a_submission_of_two_files_is_one_event(settings: Settings) -> None:
    made = landing.register(settings, kept("a", "b"), CARDIFF)
    assert (made.version, made.supersedes, made.status, made.is_repeat) == (1, None, "received", False)
    assert [(r.file_name, r.sequence) for r in Ledger(settings.paths).rows()] == [("0.csv", 1), ("1.csv", 1)]


def test_the_same_bytes_twice_are_one_submission(settings: Settings) -> None:
    landing.register(settings, kept("a"), CARDIFF)
    first = enter(settings, "a")
    for decision in (Decision("received"), ACCEPTED):
        again = landing.register(settings, kept("a"), CARDIFF, decision)
        assert (again.is_repeat, again.status, again.version) == (True, "accepted", 1)
        assert again.rows == first.rows
    assert [r.status for r in Ledger(settings.paths).rows()] == ["received", "accepted"]


def test_new_bytes_are_a_new_version_that_says_what_it_replaces(settings: Settings) -> None:
    first, second = enter(settings, "a"), enter(settings, "b")
    assert (second.version, second.supersedes) == (2, first.submission_id)
    assert [r.submission_id for r in Ledger(settings.paths).counting()] == [second.submission_id]


def test_another_rule_pack_is_a_new_decision_on_the_same_version(settings: Settings) -> None:
    first = enter(settings, "a")
    second = enter(settings, "a", Decision("accepted", "2018-19.2"))
    assert (second.version, second.is_repeat, second.rows[0].received_at) == (1, False, first.rows[0].received_at)


def test_a_withdrawn_version_stops_counting_and_its_number_is_not_used_again(settings: Settings) -> None:
    first, second = enter(settings, "a"), enter(settings, "b")
    assert landing.withdraw(settings, second.submission_id, "sent in error").status == "withdrawn"
    assert landing.withdraw(settings, second.submission_id).is_repeat
    assert [r.submission_id for r in Ledger(settings.paths).counting()] == [first.submission_id]
    third = enter(settings, "c")
    assert (third.version, third.supersedes) == (3, first.submission_id)


def test_withdrawn_bytes_may_be_sent_again(settings: Settings) -> None:
    first = enter(settings, "a")
    landing.withdraw(settings, first.submission_id)
    again = landing.register(settings, kept("a"), CARDIFF)
    assert (again.status, again.is_repeat, again.version) == ("received", False, 1)


def test_withdrawing_what_is_not_there_is_wrong_use(settings: Settings) -> None:
    with pytest.raises(UsageError, match=r"ledger\.unknown_submission"):
        landing.withdraw(settings, "0" * 16)


def test_data_sets_without_a_period_do_not_supersede_each_other(settings: Settings) -> None:
    for data_set in ("care0001", "care0002"):
        landing.register(settings, kept(data_set), Identity("statswales", "W92000004", None, data_set), ACCEPTED)
    assert [(r.system, r.version) for r in Ledger(settings.paths).counting()] == [("care0001", 1), ("care0002", 1)]


def test_many_are_entered_in_order_under_one_hold(settings: Settings) -> None:
    made = landing.register_all(settings, [(kept(c), CARDIFF, ACCEPTED) for c in "abcab"])
    assert [(m.version, m.is_repeat) for m in made] == [(1, False), (2, False), (3, False), (1, True), (2, True)]


def test_submissions_of_different_series_are_one_event(settings: Settings) -> None:
    others = [Identity("lac_census", f"W0600000{n}", "2018-19") for n in range(1, 4)]
    sent = [(kept(f"{n}"), identity, ACCEPTED) for n, identity in enumerate(others)]
    first = landing.register_all(settings, [*sent, (kept("x"), others[0], ACCEPTED)])
    assert [(m.version, m.is_repeat) for m in first] == [(1, False)] * 3 + [(2, False)]
    assert [m.rows[0].sequence for m in first] == [1, 1, 1, 2]
    again = landing.register_all(settings, sent)
    assert [(m.rows, m.is_repeat) for m in again] == [(m.rows, True) for m in first[:3]]
    assert len(list(settings.paths.ledger.iterdir())) == 2
    assert {r.submission_id for r in Ledger(settings.paths).counting()} == {m.submission_id for m in first[1:]}


def test_versions_are_given_once_however_many_send_at_once(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda i: enter(settings, f"content {i}"), range(24)))
    assert sorted(m.version for m in made) == list(range(1, 25))
    assert sorted({r.sequence for r in Ledger(settings.paths).rows()}) == list(range(1, 25))


def test_a_receipt_says_everything_and_is_kept(settings: Settings) -> None:
    enter(settings, "a")
    made = landing.receipt(settings, enter(settings, "b"), landing.Outcome({"error": 3, "query": 1200}))
    held = json.loads((settings.paths.receipts / f"{made.submission_id}-v2.json").read_text("utf-8"))
    assert held["n_faults"] == {"reject": 0, "error": 3, "query": 1200, "note": 0}
    assert held["files"] == [{"name": "0.csv", "sha256": kept("b")[0].sha256, "bytes": 1}]
    assert (held["version"], held["status"], held["rule_pack"]) == (2, "accepted", "2018-19.1")
    assert held["supersedes"] == landing.submission_id(CARDIFF, kept("a"))
    assert held["received_at"].endswith("Z")


def test_a_receipt_reads_in_both_languages(settings: Settings) -> None:
    made = landing.receipt(settings, enter(settings, "a"), landing.Outcome({"error": 3}))
    english, welsh = made.as_text("en", "Cardiff"), made.as_text("cy", "Caerdydd")
    for line in ("Receipt", "Cardiff (W06000015)", "errors: 3", "none (this is the first)", "0.csv  (1 bytes)"):
        assert line in english
    for line in ("Derbynneb", "Caerdydd (W06000015)", "gwallau: 3", "derbynnir"):
        assert line in welsh
    assert made.files[0].sha256 in english
    assert max(map(len, english.splitlines())) <= 80


def test_asking_again_says_so_and_keeps_the_first_receipt(settings: Settings) -> None:
    first = landing.receipt(settings, enter(settings, "a"))
    path = settings.paths.receipts / first.file_name
    content, changed = path.read_bytes(), path.stat().st_mtime_ns
    again = landing.receipt(settings, enter(settings, "a"))
    assert "were received before" in again.as_text("en")
    assert "were received before" not in first.as_text("en")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (content, changed)
    assert "not examined yet" in first.as_text("en")
