"""Landing: bytes are safe before anything reads them, then entered in the ledger, then acknowledged.

What the bytes mean does not belong here (see `pipelines.conform`).
"""

from pipelines.landing.keeping import KeptFile, keep
from pipelines.landing.receipts import Receipt, receipt
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
    "Receipt",
    "Registration",
    "keep",
    "receipt",
    "register",
    "register_all",
    "submission_id",
    "withdraw",
]
