"""Settings and paths, read from the environment once, when a command starts.

Anything that depends on a submission or an edition does not belong here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import UsageError

PROJECT = Path(__file__).resolve().parents[2]
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Paths:
    """Where things lie under the data folder (docs/contracts.md names what each holds)."""

    project: Path
    data: Path
    keys: Path

    @property
    def sample(self) -> Path:
        """The bundled sample, committed with the project."""
        return self.project / "data" / "sample"

    @property
    def dbt_project(self) -> Path:
        return self.project / "dbt_project"

    @property
    def inbox(self) -> Path:
        """Where submissions wait until a build or the sensor takes them in."""
        return self.data / "inbox"

    @property
    def landing_files(self) -> Path:
        return self.data / "landing" / "files"

    @property
    def ledger(self) -> Path:
        return self.data / "ledger"

    @property
    def ledger_parquet(self) -> Path:
        return self.data / "ledger.parquet"

    @property
    def receipts(self) -> Path:
        return self.data / "receipts"

    @property
    def waivers(self) -> Path:
        """What authorities explained, beside the ledger and in its form."""
        return self.data / "waivers"

    @property
    def packs(self) -> Path:
        """Which rules were released, when, and on whose word; in the form of the ledger."""
        return self.data / "packs"

    @property
    def typed(self) -> Path:
        return self.data / "typed"

    @property
    def faults(self) -> Path:
        return self.data / "faults"

    @property
    def coverage(self) -> Path:
        return self.data / "coverage"

    @property
    def warehouse(self) -> Path:
        return self.data / "warehouse.duckdb"

    @property
    def cells(self) -> Path:
        return self.data / "cells" / "cells.parquet"

    @property
    def policies(self) -> Path:
        """Headline measures under each repair policy; restricted, as they are true counts."""
        return self.data / "policies" / "headlines.csv"

    @property
    def suppression_ledger(self) -> Path:
        """What each edition hid and why, by publication; never published."""
        return self.data / "suppression-ledger"

    @property
    def asked(self) -> Path:
        """What the service answers about each edition, as the verifier reads it."""
        return self.data / "asked"

    @property
    def disclosed(self) -> Path:
        return self.data / "disclosed"

    @property
    def published(self) -> Path:
        return self.data / "published"

    @property
    def reconciliation(self) -> Path:
        return self.data / "reconciliation"

    @property
    def dagster(self) -> Path:
        return self.data / "dagster"

    @property
    def locks(self) -> Path:
        return self.data / "locks"

    @property
    def scratch(self) -> Path:
        """For what an engine spills while it works; empty between runs."""
        return self.data / "scratch"

    @property
    def key_mark(self) -> Path:
        """A fingerprint of the key the data were made with (not the key)."""
        return self.data / "key-mark.txt"


@dataclass(frozen=True)
class Settings:
    """What a run may be told from outside."""

    paths: Paths
    language: str = "en"
    max_file_bytes: int = 500 * MEGABYTE
    lock_seconds: int = 600
    """How long a second run waits for the first before it is refused."""
    threads: int = 2

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from the environment: MESUR_DATA, MESUR_KEYS, MESUR_LANG (or the locale), MESUR_MAX_FILE_MB,
        MESUR_LOCK_SECONDS, MESUR_THREADS.

        Raises:
            UsageError: if a setting cannot be understood.
        """
        env = os.environ if environ is None else environ
        data = Path(env.get("MESUR_DATA") or PROJECT / "data" / "local").expanduser().absolute()
        keys = Path(env.get("MESUR_KEYS") or data / "keys").expanduser().absolute()
        return cls(
            paths=Paths(project=PROJECT, data=data, keys=keys),
            language=_language(env),
            max_file_bytes=_whole(env, "MESUR_MAX_FILE_MB", 500) * MEGABYTE,
            lock_seconds=_whole(env, "MESUR_LOCK_SECONDS", 600),
            threads=_whole(env, "MESUR_THREADS", os.cpu_count() or 2),
        )


def _language(env: Mapping[str, str]) -> str:
    if asked := env.get("MESUR_LANG"):
        if asked.lower() not in ("en", "cy"):
            raise UsageError("settings.bad_language", given=asked[:20])
        return asked.lower()
    spoken = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    return "cy" if spoken.lower().startswith("cy") else "en"


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    given = env.get(name) or str(default)
    if not (given.isascii() and given.isdigit() and int(given) >= 1):
        raise UsageError("settings.bad_number", name=name, minimum=1, default=default)
    return int(given)
