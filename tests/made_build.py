"""One small build that all tests share: three authorities, two years and a quarter of the bundled sample, all its
StatsWales extracts, and the planted submissions of `made_marker`.

Checks do not belong here; a test that must change what was built takes a copy.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import made_marker
import pytest
from filelock import FileLock

from pipelines.core.files import atomic_write
from pipelines.core.settings import PROJECT, Paths, Settings
from schemas import Catalogue

SAMPLE = PROJECT / "data" / "sample"
AUTHORITIES = ("W06000001", "W06000008", "W06000021")
"""Small ones, whose censuses come as a ZIP, as XML and as a workbook."""
YEARS, QUARTERS = ("2022-23", "2023-24"), ("2024-25Q1",)
PUBLICATION = "children-looked-after"
N_SUBMISSIONS = len(AUTHORITIES) * (len(YEARS) + len(QUARTERS))


@dataclass(frozen=True)
class Ended:
    """How a process ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def record(self) -> dict[str, Any]:
        """The one JSON object of `--json`: nothing before it, nothing after it, nothing beside it on stderr."""
        assert self.err == ""
        assert self.out.count("\n") == 1, "not one line"
        held = json.loads(self.out)
        assert isinstance(held, dict)
        return held


Mesur = Callable[..., Ended]
"""Run a verb in this process (the fixture `mesur` of tests/e2e)."""


@dataclass(frozen=True)
class Built:
    """A data folder after a build, the inbox it was built from, and what the build said."""

    settings: Settings
    inbox: Path
    ended: Ended

    @property
    def data(self) -> Path:
        return self.settings.paths.data

    @property
    def edition(self) -> Path:
        """The folder of the one edition."""
        return next(p for p in sorted((self.settings.paths.published / PUBLICATION).glob("20*")) if p.is_dir())

    def copy(self, folder: Path) -> Built:
        """The same in another folder, to be changed."""
        shutil.copytree(self.data, folder / "data")
        shutil.copytree(self.inbox, folder / "inbox")
        return replace(self, settings=settings_of(folder / "data"), inbox=folder / "inbox")


def settings_of(data: Path) -> Settings:
    paths = Paths(project=PROJECT, data=data, keys=data / "keys")
    return Settings(paths=paths, language="en", lock_seconds=60, threads=2)


def environment(data: Path, **more: str) -> dict[str, str]:
    """Of a process of its own that works on a data folder."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("MESUR_", "DAGSTER_"))}
    return {**own, "MESUR_DATA": str(data), "MESUR_LANG": "en", "PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1", **more}


def command(*arguments: str | Path) -> list[str]:
    """The command as the launcher starts it."""
    return [sys.executable, "-P", "-m", "pipelines.cli", *map(str, arguments)]


def run(data: Path, *arguments: str | Path, **more: str) -> Ended:
    """Run the command in a process of its own, to its end."""
    done = subprocess.run(
        command(*arguments), env=environment(data, **more), capture_output=True, encoding="utf-8", check=False,
        timeout=900, cwd=data.parent,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


def fingerprints(folder: Path) -> dict[str, str]:
    """Relative path -> fingerprint of every file below a folder."""
    held = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in held}


def fill(inbox: Path) -> None:
    """The chosen part of the bundled sample, as an inbox has it."""
    for kind, periods in (("returns", YEARS), ("exports", QUARTERS)):
        for period in periods:
            (inbox / kind / period).mkdir(parents=True)
            for source in sorted((SAMPLE / kind / period).iterdir()):
                if source.stem in AUTHORITIES:
                    shutil.copy(source, inbox / kind / period)
    shutil.copytree(SAMPLE / "statswales", inbox / "statswales")


@contextmanager
def shared(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A folder that the processes of one run of the tests share, held by one of them at a time."""
    top = factory.getbasetemp()
    folder = (top.parent if "PYTEST_XDIST_WORKER" in os.environ else top) / name
    folder.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        yield folder


def build_once(folder: Path, catalogue: Catalogue | None) -> Built:
    """Build, by the command, as a person would; a folder that was built is taken as it is. Fails where a build did.

    Without a catalogue the whole bundled sample, else the small part with the planted submissions.
    """
    inbox, said = (SAMPLE if catalogue is None else folder / "inbox"), folder / "said.json"
    if not said.exists():
        if catalogue is not None:
            fill(inbox)
            made_marker.lay(inbox, catalogue)
        ended = run(folder / "data", "build", *(() if catalogue is None else ("--inbox", inbox)))
        atomic_write(said, json.dumps([ended.code, ended.out, ended.err]))
    ended = Ended(*json.loads(said.read_text("utf-8")))
    assert ended.code == 0, ended.err
    return Built(settings_of(folder / "data"), inbox, ended)
