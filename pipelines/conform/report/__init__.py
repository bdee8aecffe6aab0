"""The report of an examination: what to put right first, what it moves, every fault, every rule.

Finding faults and deciding the verdict belong to the rest of the room. A report holds values of the submission: it is
written only where its sender asks for it, never kept with a run and never logged.
"""

from pipelines.conform.report.build import report_of
from pipelines.conform.report.machine import as_record
from pipelines.conform.report.records import Cause, Effect, Report
from pipelines.conform.report.writing import FORMATS, get_ready, write

__all__ = ["FORMATS", "Cause", "Effect", "Report", "as_record", "get_ready", "report_of", "write"]
