"""Starts `dagster dev` on this project: the same assets as the command runs, with their checks and lineage.

What is shown belongs to the definitions; nothing is run here that a person did not start there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

from pipelines.core import files
from pipelines.core.settings import Settings

STOP_SECONDS = 20


@dataclass(frozen=True)
class Address:
    """Where the console listens."""

    host: str = "127.0.0.1"
    port: int = 3000


def environment(settings: Settings) -> dict[str, str]:
    """What Dagster reads: its settings from `dagster.yaml` of the project, its storage under the data folder."""
    paths = settings.paths
    return {
        **os.environ,
        "DAGSTER_HOME": str(paths.project),
        "MESUR_DAGSTER": str(files.folder(paths.dagster)),
        "MESUR_DATA": str(paths.data),
        "MESUR_KEYS": str(paths.keys),
        "PYTHONPATH": os.pathsep.join(p for p in (str(paths.project), os.environ.get("PYTHONPATH")) if p),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def develop(settings: Settings, address: Address) -> int:
    """Run `dagster dev` until it is stopped; its exit code. Ctrl-C reaches it as it reaches this process."""
    where = ["--host", address.host, "--port", str(address.port)]
    command = [sys.executable, "-m", "dagster", "dev", "--module-name", "pipelines.definitions", *where]
    with subprocess.Popen(command, cwd=settings.paths.project, env=environment(settings)) as process:  # noqa: S603 (ours)
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait(STOP_SECONDS)
            return 0
