"""Whether a receipt is true: held against the ledger and the bytes that were kept.

Making receipts belongs to `pipelines.landing`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.core.files import sha256_of
from pipelines.core.ledger import Ledger
from pipelines.core.settings import Settings


def verify(settings: Settings, told: Mapping[str, object]) -> tuple[str, ...]:
    """What is not true of a receipt: `unknown` (no such submission), `differs` (the ledger says otherwise),
    `bytes_missing`, `bytes_changed`; empty where all of it is true.
    """
    rows = Ledger(settings.paths).view().latest.get(str(told.get("submission_id")))
    if not rows:
        return ("unknown",)
    wrong = []
    named = ("version", "authority_code", "return_id", "period_id", "received_at")
    files = told.get("files")
    listed = {(f.get("name"), f.get("sha256"), f.get("bytes")) for f in files} if isinstance(files, list) else set()
    held = {(r.file_name, r.sha256, r.bytes) for r in rows}
    if listed != held or any(told.get(n) != getattr(rows[0], n) for n in named):
        wrong.append("differs")
    kept = [(r.sha256, settings.paths.landing_files / r.sha256) for r in rows]
    if any(not path.is_file() for _, path in kept):
        wrong.append("bytes_missing")
    elif any(sha256_of(path) != digest for digest, path in kept):
        wrong.append("bytes_changed")
    return tuple(wrong)
