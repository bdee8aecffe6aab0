"""What a measurement was made on: processor, memory, load, versions.

Measuring does not belong here.
"""

from __future__ import annotations

import os
import platform
import resource
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "polars", "pyarrow", "pandera")


def described() -> dict[str, object]:
    """The machine as it is now; the load tells how quiet it was."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _line_of("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": _memory(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES},
        "load": load(),
    }


def load() -> list[float]:
    """Load averages of 1, 5 and 15 minutes; empty where the system has none."""
    return [round(n, 2) for n in os.getloadavg()] if hasattr(os, "getloadavg") else []


def cpu_of_children() -> float:
    """CPU seconds, user and system, of all processes that this one started and that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _line_of(path: str, key: str) -> str:
    if not Path(path).is_file():
        return ""
    lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def _memory() -> float | None:
    total = _line_of("/proc/meminfo", "MemTotal")
    return round(int(total.split()[0]) / 2**20, 1) if total else None
