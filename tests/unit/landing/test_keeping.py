"""Bytes kept as received. What they mean does not belong here."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import landing
from pipelines.core import files
from pipelines.core.errors import InternalError, MesurError, RefusedError, UnreadableError
from pipelines.core.settings import Settings


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    folder = tmp_path / "sent"
    (folder / "more").mkdir(parents=True)
    (folder / "episodes.csv").write_bytes(b"CHILD,DECOM\r\n1,01/04/2018\r\n")
    (folder / "more" / "child.csv").write_bytes(b"\xff\xfe\x00garbage\x00")
    (folder / ".DS_Store").write_bytes(b"not sent")
    return folder


def stored(settings: Settings) -> list[str]:
    return sorted(p.name for p in settings.paths.landing_files.glob("*"))


def test_a_folder_is_kept_file_by_file_unchanged_and_read_only(settings: Settings, sent: Path) -> None:
    kept = landing.keep(settings, [sent])
    assert [k.name for k in kept] == ["episodes.csv", "more/child.csv"]
    for k in kept:
        source = sent / k.name
        assert k.path.read_bytes() == source.read_bytes()
        assert (k.sha256, k.bytes) == (hashlib.sha256(source.read_bytes()).hexdigest(), source.stat().st_size)
        assert k.path.stat().st_mode & 0o777 == 0o400
    assert settings.paths.landing_files.stat().st_mode & 0o777 == 0o700
    assert stored(settings) == sorted(k.sha256 for k in kept)


def test_the_same_bytes_are_one_file_whatever_their_name(settings: Settings, sent: Path) -> None:
    (sent / "copy.csv").write_bytes((sent / "episodes.csv").read_bytes())
    first, again = landing.keep(settings, [sent]), landing.keep(settings, [sent / "episodes.csv"])
    assert len(first) == 3
    assert again[0].path in {k.path for k in first}
    assert len(stored(settings)) == 2


def test_a_stored_file_that_lost_bytes_is_mended_by_sending_again(settings: Settings, sent: Path) -> None:
    held = landing.keep(settings, [sent])[0].path
    held.chmod(0o600)
    held.write_bytes(b"CHI")
    assert landing.keep(settings, [sent])[0].path.read_bytes() == (sent / "episodes.csv").read_bytes()


def test_an_empty_file_is_kept_too(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    assert landing.keep(settings, [tmp_path / "empty.csv"])[0].bytes == 0


def test_the_limit_is_the_last_size_allowed(settings: Settings, tmp_path: Path) -> None:
    limited = replace(settings, max_file_bytes=100)
    (tmp_path / "just.csv").write_bytes(b"x" * 100)
    (tmp_path / "over.csv").write_bytes(b"x" * 101)
    assert landing.keep(limited, [tmp_path / "just.csv"])[0].bytes == 100
    with pytest.raises(RefusedError) as caught:
        landing.keep(limited, [tmp_path / "over.csv"])
    assert caught.value.params == {"bytes": 101, "limit": 100}
    assert len(stored(settings)) == 1


def pipe(path: Path) -> None:
    os.mkfifo(path)


def nothing(path: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "key"), [(nothing, "file.not_found"), (Path.mkdir, "folder.empty"), (pipe, "file.not_regular")]
)
def test_what_cannot_be_kept_is_told_and_leaves_nothing(settings: Settings, tmp_path: Path, make, key: str) -> None:
    make(tmp_path / "odd")
    with pytest.raises(UnreadableError) as caught:
        landing.keep(settings, [tmp_path / "odd"])
    assert (caught.value.key, caught.value.place.file) == (key, "odd")
    assert stored(settings) == []


def test_a_file_that_grows_while_it_is_read_is_refused(
    settings: Settings, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.landing import keeping

    plain = keeping._piece

    def piece(incoming, name: str) -> bytes:
        with (sent / "episodes.csv").open("ab") as handle:
            handle.write(b"2,02/04/2018\r\n")
        monkeypatch.setattr(keeping, "_piece", plain)
        return plain(incoming, name)

    monkeypatch.setattr(keeping, "_piece", piece)
    with pytest.raises(UnreadableError, match=r"file\.changed"):
        landing.keep(settings, [sent / "episodes.csv"])
    assert stored(settings) == []


def test_a_full_disk_leaves_no_part_and_tells_no_content(
    settings: Settings, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device", "PLANTED-7f3a")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InternalError) as caught:
        landing.keep(settings, [sent])
    assert caught.value.params == {"code": "ENOSPC"}
    assert caught.value.__suppress_context__
    assert stored(settings) == []


def test_what_a_killed_run_left_is_swept_in_time(settings: Settings, sent: Path) -> None:
    store = files.folder(settings.paths.landing_files)
    old, new = files.temporary_beside(store / "received"), files.temporary_beside(store / "received")
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    landing.keep(settings, [sent])
    assert not old.exists()
    assert new.exists()


def test_order_and_names_do_not_depend_on_how_paths_are_given(settings: Settings, sent: Path) -> None:
    given = [sent / "more" / "child.csv", sent / "episodes.csv"]
    assert [k.name for k in landing.keep(settings, given)] == ["child.csv", "episodes.csv"]
    assert landing.keep(settings, given) == landing.keep(settings, reversed(given))


def test_many_deliveries_are_kept_apart(settings: Settings, sent: Path) -> None:
    given = [[sent / "episodes.csv"], [sent], [sent / "more" / "child.csv"]]
    assert landing.keep_each(settings, given) == [landing.keep(settings, paths) for paths in given]
    assert len(stored(settings)) == 2
    assert landing.keep_each(settings, []) == []


def test_one_bad_file_does_not_lose_those_before_it(settings: Settings, sent: Path) -> None:
    with pytest.raises(MesurError):
        landing.keep(settings, [sent, sent / "zzz.csv"])
    assert len(stored(settings)) == 2
