"""The command in this process, for what does not need one of its own.

What a verb should say does not belong here.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_build import SAMPLE, Ended, Mesur

from pipelines.cli import main


@pytest.fixture
def mesur(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Mesur:
    """Run a verb on a data folder (an empty one of this test unless `data` is given), in a language."""
    for name in ("MESUR_KEYS", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: object, data: Path = tmp_path / "data", lang: str = "en") -> Ended:
        monkeypatch.setenv("MESUR_DATA", str(data))
        monkeypatch.setenv("MESUR_LANG", lang)
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return Ended(code, told.out, told.err)

    return call


@pytest.fixture(scope="session")
def planted_defects() -> dict[str, int]:
    """File of the bundled sample -> how many defects were planted in it (0 for a clean one)."""
    held = json.loads((SAMPLE / "manifest.json").read_text("utf-8"))
    found = dict.fromkeys((one["path"] for one in held["files"]), 0)
    for defect in held["defects"]:
        found[defect["path"]] += 1
    return found
