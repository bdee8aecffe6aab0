"""The launcher's promises, with the installers replaced by a recorder: nothing is fetched here.

What the commands do does not belong here.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from pipelines.core.settings import PROJECT

Run = Callable[..., bool]


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launcher as a module, at home in an empty folder with three small locks."""
    loader = SourceFileLoader("mesur_launcher", str(PROJECT / "mesur"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    module.ROOT, module.VENV, module.TOOLS = str(tmp_path), str(tmp_path / ".venv"), str(tmp_path / ".tools")
    module.STAMP = str(tmp_path / ".venv" / "mesur-stamp")
    module.PYTHON = str(tmp_path / ".venv" / "bin" / "python")
    for name in module.LOCKS.values():
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(module, "fast_installer", lambda python, log: "uv")
    monkeypatch.setattr(module, "compile_own", lambda log: (tmp_path / "compiled").touch())
    return module


def recorder(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, fails_at: str = "never") -> list[str]:
    """Let commands be noted instead of run; `uv venv` makes a Python that is ours."""
    noted: list[str] = []

    def run(log: str, *command: str) -> bool:
        noted.append(" ".join(command))
        if "venv" in command:
            python = Path(launcher.PYTHON)
            python.parent.mkdir(parents=True, exist_ok=True)
            python.unlink(missing_ok=True)
            python.symlink_to(sys.executable)
        Path(log).write_text("the index cannot be reached\n")
        return fails_at not in noted[-1]

    monkeypatch.setattr(launcher, "run", run)
    return noted


def test_a_first_start_makes_the_environment_and_a_second_does_nothing(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = recorder(launcher, monkeypatch)
    assert not launcher.is_ready("runtime")
    launcher.set_up("runtime")
    assert [c.split()[1] for c in noted] == ["venv", "pip"]
    assert noted[1].endswith("requirements.lock")
    assert "--require-hashes" in noted[1]
    assert launcher.is_ready("runtime")
    assert Path(launcher.ROOT, "compiled").exists(), "what is ours is compiled as what is installed is"
    launcher.set_up("runtime")
    assert len(noted) == 2


def test_once_the_development_lock_is_there_it_stays(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = recorder(launcher, monkeypatch)
    assert (launcher.needed_kind("build"), launcher.needed_kind("test")) == ("runtime", "dev")
    launcher.set_up("runtime")
    launcher.set_up("dev")
    assert noted[-1].endswith("requirements-dev.lock")
    assert len(noted) == 3, "the environment is brought up to date, not made anew"
    assert launcher.needed_kind("build") == "dev"
    assert launcher.is_ready("dev")


def test_who_waited_for_the_development_lock_leaves_it_there(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check that is started while the tests set up: its own set-up would take their tools away."""
    noted = recorder(launcher, monkeypatch)
    hold = launcher.hold

    def wait(guard: object) -> None:
        monkeypatch.setattr(launcher, "hold", lambda guard: None)
        launcher.set_up("dev")
        hold(guard)

    monkeypatch.setattr(launcher, "hold", wait)
    launcher.set_up("runtime")
    assert noted[-1].endswith("requirements-dev.lock")
    assert launcher.is_ready("dev")


def test_a_lock_that_changed_is_noticed(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder(launcher, monkeypatch)
    launcher.set_up("runtime")
    Path(launcher.ROOT, "requirements.lock").write_text("another version")
    assert not launcher.is_ready("runtime")


def test_after_an_interruption_it_begins_anew(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder(launcher, monkeypatch)
    launcher.set_up("runtime")
    Path(launcher.ROOT, "requirements.lock").write_text("another version")
    recorder(launcher, monkeypatch, fails_at="sync")
    with pytest.raises(launcher.SetUpError):
        launcher.set_up("runtime")
    assert launcher.stamped() == ""
    noted = recorder(launcher, monkeypatch)
    launcher.set_up("runtime")
    assert "--clear" in noted[0]
    assert launcher.is_ready("runtime")


def test_without_the_fast_installer_pip_does_it_with_hashes(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "fast_installer", lambda python, log: "")
    noted = recorder(launcher, monkeypatch)
    launcher.set_up("runtime")
    assert "-m venv --clear --without-pip" in noted[0]
    assert "--no-deps --require-hashes" in noted[1]
    assert "pip" in capsys.readouterr().err


@pytest.mark.parametrize(("language", "said"), [("en", "What to do:"), ("cy", "Beth i'w wneud:")])
def test_offline_is_told_in_the_readers_language(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, said: str
) -> None:
    monkeypatch.setenv("MESUR_LANG", language)
    recorder(launcher, monkeypatch, fails_at="sync")
    assert launcher.main(["build"]) == 5
    told = capsys.readouterr().err
    assert said in told
    assert "the index cannot be reached" in told
    assert "Traceback" not in told


def test_an_old_python_is_told_what_is_needed(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "OLDEST", (9, 1))
    monkeypatch.setattr(launcher, "NEWEST", (9, 2))
    with pytest.raises(launcher.SetUpError, match=r"Python 3\.11"):
        launcher.suitable_python()


def test_every_word_is_said_in_both_languages(launcher: ModuleType) -> None:
    for key, (english, welsh) in launcher.WORDS.items():
        assert english != welsh, key
        assert set(re.findall(r"{(\w+)", english)) == set(re.findall(r"{(\w+)", welsh)), key


def test_a_ready_start_loads_next_to_nothing() -> None:
    """What a start costs is what it imports: the way to a ready environment needs no subprocess and no pathlib."""
    code = (
        "import sys, runpy\n"
        "m = runpy.run_path('mesur')\n"
        "m['is_ready'](m['needed_kind']('build'))\n"
        "print(*{'subprocess', 'pathlib', 'shutil', 'json', 'argparse'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-S", "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == []


@pytest.mark.skipif(os.name == "nt", reason="the mode of a file says nothing on this system")
def test_it_can_be_run_as_it_lies_there() -> None:
    assert os.access(PROJECT / "mesur", os.X_OK)
    assert os.access(PROJECT / ".ci" / "run", os.X_OK)
