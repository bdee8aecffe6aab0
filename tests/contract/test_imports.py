"""Who may load what: the contracts of pyproject.toml, and what a short command must never pay for.

How a room is divided inside does not belong here.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.core.settings import PROJECT

SLOW = ("dagster", "dbt", "duckdb", "polars", "pandas", "pyarrow", "pandera", "lxml", "fastapi", "openpyxl")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def loaded_by(code: str) -> set[str]:
    """Top-level names of all modules that a fresh process has after running the code."""
    told = run(sys.executable, "-c", f"{code}\nimport sys; print(*{{m.split('.')[0] for m in sys.modules}})")
    assert told.returncode == 0, told.stderr
    return set(told.stdout.splitlines()[-1].split())


def test_rooms_keep_their_import_contracts() -> None:
    told = run(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
    assert told.returncode == 0, told.stdout


def test_a_breach_would_be_found(tmp_path: Path) -> None:
    """The contracts bite: a copy in which landing imports a sibling and Dagster is refused by name."""
    for name in ("pipelines", "schemas"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "spec"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    (tmp_path / "pipelines" / "landing" / "breach.py").write_text(
        "import dagster\nimport dbt\nimport pipelines.conform\n"
    )
    program = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as go; go()"
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    for breach in (
        "pipelines.landing.breach -> dagster",
        "landing.breach -> pipelines.conform",
        "landing.breach -> dbt",
    ):
        assert breach in told.stdout


@pytest.mark.parametrize(
    "code",
    [
        "import schemas; schemas.load()",
        "import pipelines.landing",
        "from pipelines.core import settings, errors, messages, files, ledger, locks, keys, redaction, periods, duck",
    ],
)
def test_what_everything_starts_with_is_light(code: str) -> None:
    assert loaded_by(code) & set(SLOW) == set()


def test_checking_a_file_loads_neither_dagster_nor_dbt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the verb finds wrong with the file: an authority waits for an answer, not for an orchestrator."""
    sent = tmp_path / "episodes.csv"
    sent.write_text("CHILD,DECOM\n1,01/04/2018\n")
    monkeypatch.setenv("MESUR_DATA", str(tmp_path / "data"))
    code = f"from pipelines.cli import main; assert main(['check', {str(sent)!r}]) in (1, 3); print()"
    assert loaded_by(code) & {"dagster", "dagster_dbt", "dbt"} == set()


def test_no_module_reads_the_environment_when_it_is_imported() -> None:
    """Settings are read once, by `Settings.load`: elsewhere `os.environ` stands in functions that start processes."""
    for path in sorted((PROJECT / "pipelines").rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            read = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)} & {"environ", "getenv"}
            assert not read, f"{path.relative_to(PROJECT)}:{node.lineno}"
