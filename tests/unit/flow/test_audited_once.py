"""What the audit passed when it was written is not audited twice in one process; any other bytes are."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipelines import disclosure
from pipelines.core.files import sha256_of
from pipelines.core.settings import Settings
from pipelines.flow import editions
from pipelines.flow.desk import Desk

PUBLICATION = "children-looked-after"


def test_only_bytes_that_passed_are_taken_for_passed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    cells, folder = settings.paths.cells, settings.paths.disclosed / PUBLICATION
    for path in (cells, folder / "disclosed.parquet"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"as protected")

    def protected(*_: object) -> SimpleNamespace:
        fingerprint = sha256_of(folder / "disclosed.parquet")
        return SimpleNamespace(n_cells=1, n_hidden=0, n_lines=0, seconds=0.0, disclosed_sha256=fingerprint)

    monkeypatch.setattr(disclosure, "protect_task", protected)
    monkeypatch.setattr(disclosure, "check", lambda *_: SimpleNamespace(n_found=3))
    monkeypatch.setattr(editions, "_passed", set())
    desk = Desk(settings)
    assert editions.n_violations(desk, PUBLICATION) == 3  # nothing was audited here yet
    editions.protect(desk, PUBLICATION)
    assert editions.n_violations(desk, PUBLICATION) == 0
    assert editions.n_violations(desk, "another") == 3
    for path in (folder / "disclosed.parquet", cells):
        before = path.read_bytes()
        path.write_bytes(b"changed since")
        assert editions.n_violations(desk, PUBLICATION) == 3
        path.write_bytes(before)
    assert editions.n_violations(desk, PUBLICATION) == 0
