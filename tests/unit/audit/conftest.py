"""A clean edition that leaks are planted into, for every test of this room that does so."""

from __future__ import annotations

import pytest

from schemas import load
from tests import made_verified
from tests.made_verified import Made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    held = made_verified.edition(tmp_path_factory.mktemp("clean") / "edition", load(), seed=101)
    assert held.verify().findings == ()
    return held
