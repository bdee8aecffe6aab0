"""Landing: bytes are safe before anything reads them, then entered in the ledger, then acknowledged.

What the bytes mean does not belong here (see `pipelines.conform`).
"""

from pipelines.landing.keeping import KeptFile, keep, keep_each
from pipelines.landing.receipts import Outcome, Receipt, RuleCoverage, receipt, receipts
from pipelines.landing.register import (
    Decision,
    Identity,
    Registration,
    register,
    register_all,
    submission_id,
    withdraw,
)

__all__ = [
    "Decision",
    "Identity",
    "KeptFile",
    "Outcome",
    "Receipt",
    "Registration",
    "RuleCoverage",
    "keep",
    "keep_each",
    "receipt",
    "receipts",
    "register",
    "register_all",
    "submission_id",
    "withdraw",
]
