"""The bundled sample built once, whole, by the command: what the golden tests hold against independent witnesses.

Small builds for other kinds of test stand in `tests/made_build.py`.
"""

from __future__ import annotations

import made_build
import pytest
from made_build import Built


@pytest.fixture(scope="session")
def full_sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Typed tables, cells, protected cells, edition and reconciliation of the whole sample; read only."""
    with made_build.shared(tmp_path_factory, "full-sample") as folder:
        return made_build.build_once(folder, None)
