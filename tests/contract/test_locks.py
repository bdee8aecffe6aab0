"""The locks: pinned, hashed, one inside the other, naming no host.

Which packages there are, and why, does not belong here (see pyproject.toml).
"""

from __future__ import annotations

import re
import tomllib

import pytest

from pipelines.core.settings import PROJECT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-tools.lock")


def pins(name: str) -> dict[str, str]:
    """package -> version with its condition."""
    text = (PROJECT / name).read_text("utf-8")
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\\\n]+?) *\\?$", text, re.MULTILINE))


def canonical(requirement: str) -> str:
    return re.split(r"[~=<>!\[; ]", requirement)[0].lower().replace("_", "-")


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_its_hash_and_no_host_is_named(name: str) -> None:
    text = (PROJECT / name).read_text("utf-8")
    assert not re.search(r"https?://|--index|--find-links|file:", text)
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if block.strip() and not block.startswith("#"):
            assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_development_lock_holds_all_of_the_other() -> None:
    runtime, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert len(runtime) > 100
    assert {k: v for k, v in runtime.items() if dev.get(k) != v} == {}


def test_what_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    runtime, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert [r for r in project["dependencies"] if canonical(r) not in runtime] == []
    assert [r for r in project["optional-dependencies"]["dev"] if canonical(r) not in dev] == []
    for asked in (r for r in project["dependencies"] if "==" in r):
        assert runtime[canonical(asked)].split(" ")[0] == asked.split("==")[1]


def test_a_package_that_downloads_a_binary_while_it_installs_stays_out() -> None:
    assert "dbt-core-experimental-parser" not in pins("requirements-dev.lock")


def test_the_launcher_fetches_the_installer_that_is_locked() -> None:
    launcher = (PROJECT / "mesur").read_text("utf-8")
    assert f'UV_VERSION = "{pins("requirements-tools.lock")["uv"]}"' in launcher
