"""The audit shares no code with what it audits."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pipelines import disclosure

ROOM = Path(disclosure.__file__).parent
AUDIT = sorted(path.stem for path in ROOM.glob("audit*.py"))
RECORDS_ONLY = {"config"}
"""What both sides may know: the settings, which hold figures and decide nothing."""


def imported(module: str) -> set[str]:
    """Modules of the room that a module imports, by their short names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOM / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "pipelines.disclosure":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipelines.disclosure."):
            found.add(str(node.module).rsplit(".", 1)[1])
        elif isinstance(node, ast.Import):
            found |= {a.name.rsplit(".", 1)[1] for a in node.names if a.name.startswith("pipelines.disclosure.")}
    return found


@pytest.mark.parametrize("module", AUDIT)
def test_audit_imports_only_itself_and_the_settings(module: str) -> None:
    assert imported(module) <= {*AUDIT, *RECORDS_ONLY}


def test_suppressing_modules_do_not_import_the_audit() -> None:
    others = {path.stem for path in ROOM.glob("*.py")} - {*AUDIT, "room", "proof", "__init__"}
    assert others >= {"primary", "secondary", "rounding", "ratios", "bounds", "lines", "register"}
    assert {m: imported(m) & set(AUDIT) for m in others if imported(m) & set(AUDIT)} == {}
