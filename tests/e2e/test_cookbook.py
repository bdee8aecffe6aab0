"""Every recipe of the cookbook is run as it stands: a reader who copies it gets figures, not an error."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest
from made_build import Built
from made_server import listening

from pipelines.core.settings import PROJECT

COOKBOOK = PROJECT / "docs" / "cookbook"


def blocks(language: str) -> list:
    found = []
    for path in sorted(COOKBOOK.glob("*.md")):
        held = re.findall(rf"^```{language}\n(.*?)^```", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        found += [pytest.param(text, id=f"{path.stem}-{n}") for n, text in enumerate(held, 1)]
    return found


@pytest.fixture(scope="module")
def api(built: Built) -> Iterator[str]:
    with listening(built.settings) as address:
        yield address


@pytest.mark.parametrize("code", blocks("python"))
def test_python(code: str, built: Built, api: str) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "cookbook", "exec"), {"EDITION": str(built.edition), "API": api})
    assert said.getvalue().strip() or "assert" in code, "a recipe shows something"


@pytest.mark.parametrize("code", blocks("sh"))
def test_shell(code: str, api: str, tmp_path: Path) -> None:
    if not shutil.which("curl") or not shutil.which("bash"):
        pytest.skip("curl or bash is not on this machine")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code], env={**os.environ, "API": api}, cwd=tmp_path, capture_output=True,
        encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_shell_knows_what_did_not_change(api: str, tmp_path: Path) -> None:
    if not shutil.which("curl") or not shutil.which("bash"):
        pytest.skip("curl or bash is not on this machine")
    (code,) = (p.values[0] for p in blocks("sh") if "If-None-Match" in p.values[0])
    done = subprocess.run(["bash", "-c", code], env={**os.environ, "API": api}, cwd=tmp_path, capture_output=True,
                          encoding="utf-8", check=True, timeout=60)  # fmt: skip
    assert done.stdout.strip() == "304"


@pytest.mark.parametrize("code", blocks("r"))
def test_r(code: str, built: Built, api: str) -> None:
    needed = re.findall(r"library\((\w+)\)", code)
    if not shutil.which("Rscript"):
        pytest.skip("R is not on this machine")
    for name in needed:
        asked = subprocess.run(
            ["Rscript", "-e", f"stopifnot(requireNamespace('{name}'))"], capture_output=True, check=False
        )
        if asked.returncode:
            pytest.skip(f"the R package {name} is not on this machine")
    given = f"EDITION <- '{built.edition.as_posix()}'; API <- '{api}'\n"
    done = subprocess.run(
        ["Rscript", "-e", given + code], capture_output=True, encoding="utf-8", check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("code", blocks("m"))
def test_what_power_query_would_ask(code: str, built: Built, api: str) -> None:
    """M runs in Excel and Power BI only: the sources, tables, columns and conditions it names are asked for here."""
    named = re.findall(r'"(EDITION/[^"]+\.parquet)"', code)
    for path in named:
        assert pq.read_metadata(path.replace("EDITION", str(built.edition))).num_rows
    for address in re.findall(r'OData\.Feed\("API([^"]+)"', code):
        sets = {one["name"] for one in httpx.get(f"{api}{address}").json()["value"]}
        asked = re.findall(r'\[Name = "(\w+)"', code)
        assert asked
        assert set(asked) <= sets
        columns = ",".join(re.findall(r'"(\w+)"', code.split("SelectColumns")[1]))
        terms = " and ".join(f"{c} eq '{v}'" for c, v in re.findall(r'\[(\w+)\] = "(\w+)"', code))
        answer = httpx.get(f"{api}{address}{asked[0]}", params={"$filter": terms, "$select": columns})
        assert answer.json()["value"], answer.text


def test_every_page_is_reached_from_the_index() -> None:
    index = (COOKBOOK / "index.md").read_text("utf-8")
    assert {p.name for p in COOKBOOK.glob("*.md")} - {"index.md"} == set(re.findall(r"\(([\w-]+\.md)\)", index))
