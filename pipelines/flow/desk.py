"""What every flow is given: settings, specification, keys, and a way to say how far it is.

Data of any submission does not belong here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import schemas
from pipelines.core.keys import Tokeniser
from pipelines.core.settings import Settings
from schemas import Catalogue

if TYPE_CHECKING:
    from pipelines.flow.hands import Hands


def _silent(key: str, **params: str | int) -> None:
    """Say nothing (`dagster dev` shows progress in its own way)."""


@dataclass(frozen=True)
class Desk:
    """Settings and specification of one run; `progress(key, **params)` tells a person how far it is."""

    settings: Settings
    inbox_folder: Path | None = None
    """Where submissions wait; None for the inbox of the data folder."""
    policy: str | None = None
    """Repair policy of episodes; None for the default."""
    progress: Callable[..., None] = field(default=_silent)
    hands: Hands | None = None
    """Processes that help with many submissions (see `hands.py`)."""

    @property
    def inbox(self) -> Path:
        """The folder whose paths claim what waits in it (see `inbox.py`)."""
        return self.inbox_folder or self.settings.paths.inbox

    @cached_property
    def catalogue(self) -> Catalogue:
        """The checked specification."""
        return schemas.load()

    @cached_property
    def tokeniser(self) -> Tokeniser:
        """The key of this installation, loaded when the first identifier needs it."""
        return Tokeniser.load(self.settings)
