"""Everything that must hold before a change is taken: style, SQL style, types, imports, the specification, the tests.

How any of it is configured does not belong here (see pyproject.toml).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff check", ("-m", "ruff", "check", ".", "mesur")),
    ("ruff format", ("-m", "ruff", "format", "--check", ".", "mesur")),
    ("sqlfluff", (str(ROOT / "tests" / "sql_style.py"),)),
    ("mypy", ("-m", "mypy")),
    ("import contracts", (str(BIN / "lint-imports"), "--no-cache")),
    ("specification", ("-m", "schemas", "check")),
)


def main(arguments: list[str]) -> int:
    """Run every step, each with its seconds, then pytest with the arguments; 1 if anything failed."""
    # Python may be told not to keep what it compiles; then each of some hundred processes would compile our code.
    subprocess.call([sys.executable, "-m", "compileall", "-q", "pipelines", "schemas"], cwd=ROOT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with ThreadPoolExecutor(max_workers=2) as two:
        outcomes = list(two.map(lambda step: _holds(step[0], step[1], environment), STEPS))
    failed = [name for (name, _), is_fine in zip(STEPS, outcomes, strict=True) if not is_fine]
    # pytest's own summary ends the output, so it is told what failed before it (tests/conftest.py prints it).
    environment["MESUR_CHECKS_FAILED"] = ", ".join(failed)
    began = time.perf_counter()
    code = subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=environment)
    print(f"tests  {time.perf_counter() - began:.1f} s", file=sys.stderr)
    return 1 if failed else code


def _holds(name: str, command: tuple[str, ...], environment: dict[str, str]) -> bool:
    began = time.perf_counter()
    whole = [sys.executable, *command]
    done = subprocess.run(whole, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    is_fine = done.returncode == 0
    told = f"{name:<18} {'ok' if is_fine else 'FAILED':<8} {time.perf_counter() - began:5.1f} s\n"
    sys.stdout.write(told if is_fine else f"{told}{done.stdout}{done.stderr}\n")  # in one piece: two steps run at once
    sys.stdout.flush()
    return is_fine


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
