"""The attack: what an outsider can conclude about each hidden cell, jointly over everything published.

Linear programmes over published figures; true counts never come here.
"""

from pipelines.audit.attack.edition import Sources, system_of
from pipelines.audit.attack.judging import GUESSING, PLAIN, VERDICTS, Aim, Attack, HiddenCell, attack, exact_bounds
from pipelines.audit.attack.report import Report, as_record, report_of, write
from pipelines.audit.attack.system import Practice, System
from pipelines.audit.attack.table import Dimension, TableShape, named_rows, read_hierarchy, read_table

__all__ = [
    "GUESSING",
    "PLAIN",
    "VERDICTS",
    "Aim",
    "Attack",
    "Dimension",
    "HiddenCell",
    "Practice",
    "Report",
    "Sources",
    "System",
    "TableShape",
    "as_record",
    "attack",
    "exact_bounds",
    "named_rows",
    "read_hierarchy",
    "read_table",
    "report_of",
    "system_of",
    "write",
]
