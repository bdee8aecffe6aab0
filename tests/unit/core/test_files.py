"""Whole or not at all. What the files hold does not belong here."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from pipelines.core import files
from pipelines.core.errors import InternalError, RefusedError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def left_over(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if files.is_temporary(p)]


def test_a_file_is_written_whole_and_restricted(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "er" / "a.txt"
    files.atomic_write(target, "Ynys Môn")
    assert target.read_bytes() == "Ynys Môn".encode()
    assert (mode(target), mode(target.parent), mode(target.parent.parent)) == (0o600, 0o700, 0o700)
    files.atomic_write(target, b"new", is_public=True)
    assert (target.read_bytes(), mode(target)) == (b"new", 0o644)
    assert left_over(tmp_path) == []


def test_a_write_that_fails_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    files.atomic_write(target, "old")
    with pytest.raises(ZeroDivisionError), files.atomic_file(target) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
    assert target.read_text() == "old"
    assert left_over(tmp_path) == []


def test_many_files_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    targets = [tmp_path / f"f{n}" / "a.txt" for n in range(20)]
    files.atomic_write(targets[0], "old")
    with pytest.raises(ZeroDivisionError), files.atomic_files() as place:
        for target in targets:
            place(target).write_text("half")
        raise ZeroDivisionError
    assert [t.exists() for t in targets] == [True] + [False] * 19
    assert targets[0].read_text() == "old"
    with files.atomic_files() as place:
        for target in (*targets, targets[0]):
            place(target).write_text(target.parent.name)
    assert [t.read_text() for t in targets] == [t.parent.name for t in targets]
    assert {mode(t) for t in targets} == {0o600}
    assert left_over(tmp_path) == []


def test_no_file_takes_its_place_before_all_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    targets, seen = [tmp_path / f"{n}.txt" for n in range(12)], list[tuple[bool, int]]()
    plain = os.fsync

    def fsync(handle: int) -> None:
        seen.append((stat.S_ISDIR(os.fstat(handle).st_mode), sum(t.exists() for t in targets)))
        plain(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with files.atomic_files() as place:
        for target in targets:
            place(target).write_text("x")
    assert seen == [(False, 0)] * 12 + [(True, 12)]


def test_a_disk_that_refuses_is_told_by_its_code_only(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(InternalError) as caught:
        files.atomic_write(tmp_path / "taken" / "a.txt", "x")
    assert caught.value.key == "file.cannot_write"
    assert caught.value.__suppress_context__


def test_a_folder_appears_whole_and_is_never_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "edition"
    with files.atomic_directory(target, is_public=True) as temporary:
        (temporary / "sub").mkdir()
        (temporary / "sub" / "a.csv").write_text("1")
        assert not target.exists()
    assert (target / "sub" / "a.csv").read_text() == "1"
    assert (mode(target), mode(target / "sub" / "a.csv")) == (0o755, 0o644)
    with pytest.raises(RefusedError), files.atomic_directory(target):
        pytest.fail("the block must not be entered")


def test_a_folder_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), files.atomic_directory(tmp_path / "edition") as temporary:
        (temporary / "a.csv").write_text("1")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_came_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "edition"
    with pytest.raises(RefusedError), files.atomic_directory(target) as temporary:
        (temporary / "a.csv").write_text("ours")
        target.mkdir()
        (target / "a.csv").write_text("theirs")
    assert (target / "a.csv").read_text() == "theirs"
    assert left_over(tmp_path) == []


def test_a_folder_may_be_replaced_where_that_is_meant(tmp_path: Path) -> None:
    target = tmp_path / "cells"
    for said in ("old", "new"):
        with files.atomic_directory(target, may_replace=True) as temporary:
            (temporary / f"{said}.txt").write_text(said)
    assert [p.name for p in target.iterdir()] == ["new.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["cells"]


def test_fingerprint(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    (tmp_path / "a").write_bytes(content)
    assert files.sha256_of(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_sweep_takes_old_parts_only(tmp_path: Path) -> None:
    old, new = files.temporary_beside(tmp_path / "a"), files.temporary_beside(tmp_path / "b")
    for part in (old, new, tmp_path / "kept"):
        part.write_text("x")
    os.utime(old, (0, 0))
    assert files.sweep(tmp_path) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([new.name, "kept"])
