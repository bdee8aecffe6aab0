"""Received files to typed tables, faults and coverage.

Keeping the bytes (`landing`) and anything computed from typed tables do not belong here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.conform.examination import examine, examine_in_turn, examine_many
    from pipelines.conform.reading.source import SourceFile
    from pipelines.conform.records import Claim, Examination, Identity
    from pipelines.conform.writing import write, write_all, write_settled

_HOMES = {
    **dict.fromkeys(("examine", "examine_in_turn", "examine_many"), "examination"),
    "SourceFile": "reading.source",
    **dict.fromkeys(("Claim", "Examination", "Identity"), "records"),
    **dict.fromkeys(("write", "write_all", "write_settled"), "writing"),
}
"""Where each name of the room lives. Loaded when asked for: the rules are planned while the readers still load."""

__all__ = [
    "Claim",
    "Examination",
    "Identity",
    "SourceFile",
    "examine",
    "examine_in_turn",
    "examine_many",
    "write",
    "write_all",
    "write_settled",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
