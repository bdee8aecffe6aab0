"""Keeps what was read from the specification beside the compiled code, so that a command does not parse it every time.

What the specification says does not belong here. What is kept is under `__pycache__`, like what Python keeps: it is
made anew whenever a file of the specification or the code that reads it differs by a byte, and may be deleted any time.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

Kept = TypeVar("Kept")
HERE = Path(__file__).parent


def kept(name: str, spec: Path, make: Callable[[], Kept]) -> Kept:
    """What `make` gives: from the file of an earlier process where nothing has changed since, else made and kept.

    Only the specification beside the code is kept. A folder that cannot be written to, or a damaged file, costs time.
    """
    if spec != HERE / "spec":
        return make()
    path = HERE / "__pycache__" / f"spec-{name}-{_fingerprint(spec)}.pickle"
    with suppress(Exception):  # whatever is wrong with the file: it is made anew
        return pickle.loads(path.read_bytes())  # noqa: S301 (ours, like the code beside it)
    made = make()
    with suppress(OSError):
        _write(path, pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL), f"spec-{name}-*")
    return made


def _write(path: Path, content: bytes, older: str) -> None:
    path.parent.mkdir(exist_ok=True)
    for old in path.parent.glob(older):
        with suppress(OSError):
            old.unlink()
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)


@cache
def _fingerprint(spec: Path) -> str:
    """16 digits over every file of the specification, the code that reads it, and the Python that runs it.

    Taken once per process: what is loaded does not follow later changes of a file either.
    """
    digest = hashlib.sha256(sys.version.encode())
    for path in _files(spec):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _files(spec: Path) -> Iterator[Path]:
    yield from sorted(HERE.glob("*.py"))
    yield from sorted(p for p in spec.rglob("*") if p.is_file())
