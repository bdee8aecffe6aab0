"""The bundled sample built once, whole, by the command: what the golden tests hold against independent witnesses.

Small builds for other kinds of test stand in `tests/made_build.py`.
"""

from __future__ import annotations

import made_build
import pytest
from made_build import SAMPLE, Built


@pytest.fixture(scope="session")
def full_sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Typed tables, cells, protected cells, edition and reconciliation of the whole sample; read only."""
    data = tmp_path_factory.mktemp("full-sample") / "data"
    ended = made_build.run(data, "build")
    assert ended.code == 0, ended.err[-2000:]
    return Built(made_build.settings_of(data), SAMPLE, ended)
