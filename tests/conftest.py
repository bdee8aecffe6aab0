"""Fixtures that every kind of test shares.

Data of one room do not belong here: they stand beside the tests that use them.
"""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import made_build
import pytest

from pipelines.core.settings import PROJECT, Paths, Settings
from schemas import Catalogue, load

KINDS = ("unit", "spec", "generative", "golden", "contract", "e2e")
TOGETHER = ("golden", "unit/disclosure")
LONG_FIRST = ("golden", "e2e", "contract", "generative", "unit", "spec")
# A gate must say the same of the same commit; `MESUR_EXPLORE=1` draws new examples each time.
hypothesis.settings.register_profile("gate", derandomize=True, database=None)
hypothesis.settings.load_profile("default" if os.environ.get("MESUR_EXPLORE") else "gate")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folder says the kind: tests/unit/… is marked `unit`, and so on. Long kinds start first.

    A file is run by one process, and so are all of the folders that share what takes long to make: where two processes
    held the whole sample, one of them waited three minutes for its build.
    """
    here = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here)
        if place.parts[0] in KINDS:
            item.add_marker(getattr(pytest.mark, place.parts[0]))
        together = next((held for held in TOGETHER if place.is_relative_to(held)), place.as_posix())
        item.add_marker(pytest.mark.xdist_group(together))
    order = {kind: n for n, kind in enumerate(LONG_FIRST)}
    items.sort(key=lambda item: order.get(item.path.relative_to(here).parts[0], len(order)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests/run.py found before the tests, so that a green summary does not hide it."""
    if failed := os.environ.get("MESUR_CHECKS_FAILED"):
        terminalreporter.write_line(f"Checks that failed before the tests: {failed}", red=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty data folder of this test's own, in English, with little patience."""
    data = tmp_path / "data"
    paths = Paths(project=PROJECT, data=data, keys=data / "keys")
    return Settings(paths=paths, language="en", max_file_bytes=10_000_000, lock_seconds=20, threads=1)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The specification, loaded and cross-checked once."""
    return load()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> made_build.Built:
    """A small sample, built once by the command; read only (`built.copy` gives one to change)."""
    with made_build.shared(tmp_path_factory, "built") as folder:
        return made_build.build_once(folder, catalogue)


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder `shared` beside the project: real files and rule cases that are not ours to commit."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("there is no folder ../shared beside the project: the real files and cases are not committed")
    return folder
