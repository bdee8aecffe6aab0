"""What derives from the specification is committed and current."""

from __future__ import annotations

from pathlib import Path

from schemas.__main__ import ROOT, derived, drift
from schemas.catalogue import Catalogue


def test_derived_files_are_current(catalogue: Catalogue) -> None:
    assert drift(ROOT, derived(catalogue)) == [], "run `python -m schemas build` and commit the result"


def test_drift_is_seen(catalogue: Catalogue, tmp_path: Path) -> None:
    files = derived(catalogue)
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert drift(tmp_path, files) == []
    edited = tmp_path / "dbt_project/seeds/_generated/areas.csv"
    edited.write_text("edited by hand\n", encoding="utf-8")
    stray = tmp_path / "dbt_project/macros/_generated/stray.sql"
    stray.write_text("-- left behind\n", encoding="utf-8")
    assert drift(tmp_path, files) == [
        "dbt_project/seeds/_generated/areas.csv",
        "dbt_project/macros/_generated/stray.sql",
    ]
