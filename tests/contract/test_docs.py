"""The pages that describe the house name files that are there.

What the pages say does not belong here; generated pages are held current by the tests of what they derive from.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.core.settings import PROJECT

PAGES = [p for p in ("README.md", "CONTRIBUTING.md", "docs/architecture.md") if (PROJECT / p).exists()]
ROOTS = ("schemas/", "pipelines/", "dbt_project/", "tests/", "docs/", "data/sample", "benchmarks/")


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_link_of_a_page_is_there(page: str) -> None:
    text = (PROJECT / page).read_text(encoding="utf-8")
    named = {name.rstrip("/") for name in re.findall(r"`([\w./-]+)`", text) if name.startswith(ROOTS)}
    linked = set(re.findall(r"\]\(([^)#:]+)\)", text))
    assert sorted(n for n in named if not (PROJECT / n).exists()) == []
    assert sorted(n for n in linked if not (PROJECT / page).parent.joinpath(n).exists()) == []
    assert named | linked


def test_architecture_shows_the_contracts_folders() -> None:
    """Every folder of the data folder that the way of a datum names is one of docs/contracts.md."""
    contracts = (PROJECT / "docs" / "contracts.md").read_text(encoding="utf-8")
    way = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8").split("## The way of one datum")[1]
    folders = {Path(name).parts[0] for name in re.findall(r"(?m)^\| \d+ \| `([a-z]+/[^`]+)`", way)} - {"data"}
    assert {"landing", "ledger", "typed", "faults", "coverage", "cells", "disclosed", "published"} <= folders
    assert [f for f in sorted(folders) if f"\n{f}/" not in contracts] == []
