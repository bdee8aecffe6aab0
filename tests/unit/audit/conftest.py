"""A clean edition that leaks are planted into, for every test of this room that does so.

What must be found does not belong here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.audit.verifier import Verdict
from pipelines.audit.verifier import room as verifying
from pipelines.audit.verifier.records import Findings
from schemas import load
from tests import made_verified
from tests.made_verified import Made

Audit = Callable[[Path], Verdict]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    held = made_verified.edition(tmp_path_factory.mktemp("clean") / "edition", load(), seed=101)
    assert held.verify().findings == ()
    return held


@pytest.fixture(scope="module")
def audit(made: Made) -> Audit:
    """The verifier over a copy of the clean edition, where a file that is the clean one to the byte is not read again.

    That nothing is found in it is known (see `made`). It is read after all where the leak moved what every file is held
    against: the figures, the labels, the numbers that are no figure.
    """
    clean = list[tuple[object, ...]]()

    def remembering(desk: verifying.Desk, *_: object) -> bool:
        clean.append(_held(desk))
        return True

    assert _reading(remembering, made, made.folder).findings == ()

    def is_wanted(desk: verifying.Desk, path: Path, is_moved: list[bool]) -> bool:
        if not is_moved:
            is_moved.append(_held(desk) != clean[0])
        before = made.folder / path.relative_to(desk.subject.folder)
        return is_moved[0] or not before.is_file() or before.read_bytes() != path.read_bytes()

    return lambda folder: _reading(is_wanted, made, folder)


def _reading(is_wanted: Callable[[verifying.Desk, Path, list[bool]], bool], made: Made, folder: Path) -> Verdict:
    """Verify with those files that are wanted."""
    read, of_run = verifying._read, list[bool]()

    def chosen(desk: verifying.Desk, path: Path, findings: Findings) -> int:
        return read(desk, path, findings) if is_wanted(desk, path, of_run) else 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verifying, "_read", chosen)
        return made.verify(folder)


def _held(desk: verifying.Desk) -> tuple[object, ...]:
    """What a file is held against."""
    return desk.ledger.numbers, desk.ledger.labels, desk.loose, desk.beside
