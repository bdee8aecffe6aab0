"""What a build starts from: the inbox that was named, what was received, else the bundled sample.

Running anything does not belong here.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.core.errors import Place, UnreadableError
from pipelines.core.ledger import Ledger
from pipelines.core.settings import Settings


def inbox_of(settings: Settings, named: Path | None) -> Path:
    """The folder whose submissions are taken in first.

    A fresh installation takes in the bundled sample, and goes on doing so until something else is received: the
    sample never mixes with real returns.

    Raises:
        UnreadableError: for a named folder that is not there.
    """
    if named is not None:
        if not named.is_dir():
            raise UnreadableError("file.not_found", Place(file=named.name))
        return named
    mark = settings.paths.data / "sample-mark.txt"
    if mark.is_file() or not Ledger(settings.paths).rows():
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text("this folder holds the bundled sample\n", encoding="utf-8")
        return settings.paths.sample
    return settings.paths.data / "inbox"
