"""Settings from the environment. What rooms do with them does not belong here."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.core.errors import UsageError
from pipelines.core.settings import PROJECT, Settings


def test_defaults_need_no_environment() -> None:
    held = Settings.load({})
    assert held.paths.data == PROJECT / "data" / "local"
    assert held.paths.keys == held.paths.data / "keys"
    assert (held.language, held.max_file_bytes) == ("en", 500_000_000)


def test_data_and_keys_move_apart(tmp_path: Path) -> None:
    held = Settings.load({"MESUR_DATA": str(tmp_path / "d"), "MESUR_KEYS": str(tmp_path / "k")})
    assert held.paths.warehouse == tmp_path / "d" / "warehouse.duckdb"
    assert held.paths.keys == tmp_path / "k"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "cy_GB.UTF-8"}, "cy"),
        ({"LANG": "cy_GB.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "C", "MESUR_LANG": "CY"}, "cy"),
        ({"LANG": "cy_GB", "MESUR_LANG": "en"}, "en"),
    ],
)
def test_language_is_asked_for_or_spoken(environ: dict[str, str], language: str) -> None:
    assert Settings.load(environ).language == language


@pytest.mark.parametrize(
    ("name", "given"),
    [("MESUR_LANG", "fr"), ("MESUR_MAX_FILE_MB", "-1"), ("MESUR_THREADS", "0"), ("MESUR_THREADS", "²")],
)
def test_a_setting_that_makes_no_sense_is_wrong_use(name: str, given: str) -> None:
    with pytest.raises(UsageError) as caught:
        Settings.load({name: given})
    assert caught.value.exit_code == 2
