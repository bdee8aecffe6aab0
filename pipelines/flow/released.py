"""Which version of each rule pack was released, as the journal under `packs/` has it.

Trying rules and releasing them does not belong here (see `replaying.py`).
"""

from __future__ import annotations

from pipelines.core.journal import Journal
from pipelines.core.locks import Patience
from pipelines.flow.desk import Desk


def journal(desk: Desk) -> Journal:
    """The releases, append-only."""
    settings = desk.settings
    return Journal(settings.paths.packs, settings.paths, Patience(settings.lock_seconds, settings.language))


def released(desk: Desk) -> dict[str, str]:
    """`return period` -> version of the pack that was released last."""
    return {str(row["pack"]): str(row["version"]) for row in journal(desk).rows()}


def pack_of(return_id: str, period_id: str) -> str:
    """The name under which the pack of a return and period is released."""
    return f"{return_id} {period_id}"
