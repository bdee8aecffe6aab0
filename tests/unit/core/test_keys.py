"""Keys and tokens. Which columns are tokenised does not belong here."""

from __future__ import annotations

import re

import pytest

from pipelines.core.errors import RefusedError, UnreadableError
from pipelines.core.keys import KEY_FILE, Tokeniser
from pipelines.core.settings import Settings

CARDIFF, SWANSEA = "W06000015", "W06000011"


def test_a_development_key_is_made_once_for_its_owner_only(settings: Settings) -> None:
    first = Tokeniser.load(settings).child(CARDIFF, "123")
    held = settings.paths.keys / KEY_FILE
    assert (held.stat().st_mode & 0o777, held.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert Tokeniser.load(settings).child(CARDIFF, "123") == first
    assert re.fullmatch(r"[0-9a-f]{32}", first)


def test_tokens_tell_authorities_apart_and_pupil_numbers_do_not() -> None:
    held = Tokeniser(b"k" * 32)
    assert held.child(CARDIFF, "123") != held.child(SWANSEA, "123")
    assert held.upn("a1234") == held.upn(" A1234 ")
    assert held.child(CARDIFF, "A1234") != held.upn("A1234")
    assert held.child(CARDIFF, "0123") != held.child(CARDIFF, "123")


def test_parts_of_an_id_cannot_move_between_authority_and_child() -> None:
    held = Tokeniser(b"k" * 32)
    assert held.child("W0600001", "5123") != held.child(CARDIFF, "123")


def test_accents_typed_in_two_ways_are_one() -> None:
    held = Tokeniser(b"k" * 32)
    assert held.child(CARDIFF, "Mo\u0302n1") == held.child(CARDIFF, "M\u00f4n1")


def test_another_key_gives_other_tokens_and_shows_nothing() -> None:
    assert Tokeniser(b"a" * 32).upn("A1") != Tokeniser(b"b" * 32).upn("A1")
    assert "61" * 3 not in repr(Tokeniser(b"a" * 32))


def test_a_damaged_key_is_told_and_not_replaced(settings: Settings) -> None:
    Tokeniser.load(settings)
    held = settings.paths.keys / KEY_FILE
    whole = held.read_text()
    digit = "0" if whole[20] != "0" else "1"
    for damaged in (whole[:20] + digit + whole[21:], "", "not a key", whole[:40], "\x00\xff"):
        held.write_text(damaged, encoding="latin-1")
        with pytest.raises(UnreadableError, match=r"key\.damaged") as caught:
            Tokeniser.load(settings)
        assert whole[12:40] not in str(caught.value)
        assert held.read_text(encoding="latin-1") == damaged


def test_the_key_of_another_installation_is_refused(settings: Settings) -> None:
    Tokeniser.load(settings)
    (settings.paths.keys / KEY_FILE).unlink()
    settings.paths.key_mark.rename(settings.paths.data / "kept")
    Tokeniser.load(settings)
    (settings.paths.data / "kept").rename(settings.paths.key_mark)
    with pytest.raises(RefusedError, match=r"key\.wrong"):
        Tokeniser.load(settings)


def test_a_lost_key_is_not_replaced_by_a_new_one(settings: Settings) -> None:
    Tokeniser.load(settings)
    (settings.paths.keys / KEY_FILE).unlink()
    with pytest.raises(UnreadableError, match=r"key\.missing"):
        Tokeniser.load(settings)
    assert not (settings.paths.keys / KEY_FILE).exists()
