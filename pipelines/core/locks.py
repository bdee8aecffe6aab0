"""One holder at a time for what must not be done twice at once: a build, an entry in the ledger, a new key.

The lock of a database file does not belong here (see `duck.py`); these are files that the system frees when a
process ends, however it ends.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import files, messages
from pipelines.core.errors import BusyError
from pipelines.core.settings import Settings

if TYPE_CHECKING:
    from filelock import FileLock

QUIET_SECONDS = 1.0
"""A second holder says that it waits only after this long."""


def to_terminal(text: str) -> None:
    """Say something to the person at the terminal, beside whatever the command prints."""
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Patience:
    """How long to wait for another holder, and how to say so."""

    seconds: float = 600
    language: str = "en"
    announce: Callable[[str], None] = to_terminal


@contextmanager
def exclusive(settings: Settings, name: str) -> Iterator[None]:
    """Hold the lock `name` of the data folder for the block.

    A second holder waits, with a message after one second that names the first holder's process.

    Raises:
        BusyError: when the first holder still has it after `settings.lock_seconds`.
    """
    with hold(settings.paths.locks, name, Patience(settings.lock_seconds, settings.language)):
        yield


@contextmanager
def hold(folder: Path, name: str, patience: Patience) -> Iterator[None]:
    """The same for a folder of locks and a patience of one's own."""
    lock, holder = _opened(folder, name), folder / f"{name}.holder"
    _acquire(lock, holder, name, patience)
    try:
        holder.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _opened(folder: Path, name: str) -> FileLock:
    from filelock import FileLock  # a fiftieth of a second, and most commands lock nothing

    files.folder(folder)
    # A soft lock would outlive a killed holder, so a filesystem without real locks is an error and not a fallback.
    return FileLock(folder / f"{name}.lock", fallback_to_soft=False)


def _acquire(lock: FileLock, holder: Path, name: str, patience: Patience) -> None:
    from filelock import Timeout

    quiet = min(QUIET_SECONDS, patience.seconds)
    try:
        with suppress(Timeout):
            lock.acquire(timeout=quiet)
            return
        pid = _pid_of(holder)
        if patience.seconds > quiet:
            patience.announce(messages.say("lock.waiting", patience.language, pid=pid, name=name))
        lock.acquire(timeout=patience.seconds - quiet)
    except Timeout:
        raise BusyError("lock.busy", pid=_pid_of(holder), name=name, seconds=round(patience.seconds)) from None
    except OSError as error:
        raise files.cannot_write(holder.with_suffix(".lock"), error) from None


def _pid_of(holder: Path) -> str:
    try:
        return str(json.loads(holder.read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return "?"  # the holder is between taking the lock and signing for it
