"""What a build starts from: the inbox that was named, what was received, else the bundled sample.

Running anything does not belong here.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.core.errors import Place, UnreadableError
from pipelines.core.settings import Settings
from pipelines.flow import sample


def inbox_of(settings: Settings, named: Path | None) -> Path:
    """The folder whose submissions are taken in first.

    A fresh installation takes in the bundled sample, and goes on doing so until something else is received.

    Raises:
        UnreadableError: for a named folder that is not there.
    """
    if named is not None:
        if not named.is_dir():
            raise UnreadableError("file.not_found", Place(file=named.name))
        return named
    return settings.paths.sample if sample.is_all(settings.paths) else settings.paths.inbox
