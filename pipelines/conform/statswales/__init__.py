"""StatsWales extracts of every generation to one frame of published observations.

Returns about children do not belong here: nothing in this room's extracts is about a person.
"""

from pipelines.conform.reading.source import SourceFile
from pipelines.conform.statswales.reader import claim_beside, read
from pipelines.conform.statswales.records import ExtractClaim, ExtractExamination
from pipelines.conform.statswales.writer import write

__all__ = [
    "ExtractClaim",
    "ExtractExamination",
    "SourceFile",
    "claim_beside",
    "read",
    "write",
]
