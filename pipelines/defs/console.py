"""Starts `dagster dev` on this project: the same assets as the command runs, with their checks and lineage.

What is shown belongs to the definitions; nothing is run here that a person did not start there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass

from pipelines.core import files
from pipelines.core.settings import Settings

SETTINGS = "dagster.yaml"
STOP_SECONDS = 20


@dataclass(frozen=True)
class Address:
    """Where the console listens."""

    host: str = "127.0.0.1"
    port: int = 3000


def environment(settings: Settings) -> dict[str, str]:
    """What Dagster reads. Its home is its storage under the data folder, with the project's `dagster.yaml` in it, so
    that nothing of a run lies beside the code."""
    paths = settings.paths
    files.atomic_write(paths.dagster / SETTINGS, (paths.project / SETTINGS).read_bytes())
    return {
        **os.environ,
        "DAGSTER_HOME": str(paths.dagster),
        "MESUR_DAGSTER": str(paths.dagster),
        "MESUR_DATA": str(paths.data),
        "MESUR_KEYS": str(paths.keys),
        "PYTHONPATH": os.pathsep.join(p for p in (str(paths.project), os.environ.get("PYTHONPATH")) if p),
        "PYTHONWARNINGS": "ignore:Function `dev_command`",  # it recommends another tool; this one is meant
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def develop(settings: Settings, address: Address) -> int:
    """Run `dagster dev` until it is stopped; its exit code, or 0 where a person stopped it.

    Ctrl-C at a terminal reaches it as it reaches this process; a request to end is passed on.
    """
    where = ["--host", address.host, "--port", str(address.port)]
    command = [sys.executable, "-m", "dagster", "dev", "--module-name", "pipelines.definitions", *where]
    project = settings.paths.project
    with subprocess.Popen(command, cwd=project, env=environment(settings)) as process:  # noqa: S603 (ours)
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            return process.wait()
        except KeyboardInterrupt:
            _ended(process)
            return 0
        finally:
            signal.signal(signal.SIGTERM, before)


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.terminate()
