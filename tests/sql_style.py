"""The style of the SQL, read by sqlfluff: a minute of two processors, so files that were found clean are not read again
while neither they nor anything that the verdict depends on has changed.

Which rules hold does not belong here (see pyproject.toml).
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".tools" / "sql_style.clean"
"""The fingerprint of what was found clean; it may be deleted any time."""
COMMAND = ("-m", "sqlfluff", "lint", "--processes", "2", "dbt_project")


def main() -> int:
    """0 where everything is clean."""
    told = fingerprint()
    if KEPT.is_file() and KEPT.read_text("ascii") == told:
        return 0
    code = subprocess.call([sys.executable, *COMMAND], cwd=ROOT)
    if code == 0:
        KEPT.parent.mkdir(exist_ok=True)
        part = KEPT.with_suffix(".part")
        part.write_text(told, "ascii")
        part.replace(KEPT)
    return code


def fingerprint() -> str:
    """Of the SQL, of what is read with it, and of the program that reads it."""
    inside = (p for p in sorted((ROOT / "dbt_project").rglob("*")) if p.is_file() and p.name != ".user.yml")
    held = [p for p in inside if not {"target", "logs"} & set(p.parts)]
    held += [ROOT / "pyproject.toml", ROOT / ".sqlfluffignore"]
    held += sorted((ROOT / "tests" / "sqlfluff_library").glob("*.py"))
    lines = [f"{p.relative_to(ROOT)} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in held]
    versions = [f"{name} {version(name)}" for name in ("sqlfluff", "jinja2")]
    return hashlib.sha256("\n".join([*lines, *versions, sys.version, *COMMAND]).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
