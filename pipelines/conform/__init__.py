"""Received files to typed tables, faults and coverage.

Keeping the bytes (`landing`) and anything computed from typed tables do not belong here.
"""

from pipelines.conform.examination import examine, examine_in_turn, examine_many
from pipelines.conform.reading.source import SourceFile
from pipelines.conform.records import Claim, Examination, Identity
from pipelines.conform.writing import write, write_all, write_settled

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
