"""Disclosure control: restricted cells in; protected cells, their status and a proof out.

Nothing of a person comes in and nothing unprotected goes out; publishing does not belong here.
"""

from pipelines.disclosure.audit import Subject, Verdict, Violation, check
from pipelines.disclosure.config import IN_FORCE, DisclosureConfig
from pipelines.disclosure.errors import CellsDisagree, Refused, Unprotectable
from pipelines.disclosure.memory import remember
from pipelines.disclosure.policy import policy
from pipelines.disclosure.proof import DisclosureSummary
from pipelines.disclosure.room import Task, protect, protect_task

__all__ = [
    "IN_FORCE",
    "CellsDisagree",
    "DisclosureConfig",
    "DisclosureSummary",
    "Refused",
    "Subject",
    "Task",
    "Unprotectable",
    "Verdict",
    "Violation",
    "check",
    "policy",
    "protect",
    "protect_task",
    "remember",
]
