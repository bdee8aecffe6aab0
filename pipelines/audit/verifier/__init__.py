"""The verifier: reads every file of an edition back from disk and checks it in whole numbers.

It uses no solver and no code of what it checks.
"""

from pipelines.audit.verifier.answers import EDITION, N_ASKED, TOGETHER, Answer
from pipelines.audit.verifier.records import Finding, Subject, Verdict
from pipelines.audit.verifier.room import verify

__all__ = ["EDITION", "N_ASKED", "TOGETHER", "Answer", "Finding", "Subject", "Verdict", "verify"]
