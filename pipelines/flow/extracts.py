"""StatsWales extracts from the inbox to typed observations: keep, register, read, write, decide.

Parsing belongs to `pipelines.conform.statswales`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pipelines.conform import statswales
from pipelines.conform.statswales import ExtractClaim, SourceFile
from pipelines.core.ledger import Ledger, LedgerRow
from pipelines.flow import inbox
from pipelines.flow.desk import Desk
from pipelines.flow.submissions import kept_files
from pipelines.landing.keeping import keep
from pipelines.landing.register import RECEIVED, Decision, Identity, Registration, register, register_all
from schemas.catalogue import WALES

RETURN_ID = "statswales"


def land(desk: Desk) -> tuple[Registration, ...]:
    """Keep every extract that waits and enter it as received, one series of versions per extract's name."""
    told = [
        (keep(desk.settings, paths), Identity(RETURN_ID, WALES, None, _system(paths)), RECEIVED)
        for paths in inbox.extracts(desk.inbox)
    ]
    return register_all(desk.settings, told)


def _system(paths: tuple[Path, ...]) -> str:
    """The dataset the card beside the files names, else the name of the file or folder."""
    claimed = statswales.claim_beside(paths[0])
    place = paths[0].parent if len(paths) > 1 else paths[0]
    return "|".join((claimed.dataset_id or place.stem, claimed.vintage or ""))


def judge_waiting(desk: Desk) -> dict[str, int]:
    """Read every extract that is in the ledger as received; how many came to which status."""
    latest = Ledger(desk.settings.paths).view().latest.values()
    waiting = [rows for rows in latest if rows[0].status == "received" and rows[0].return_id == RETURN_ID]
    return dict(Counter(_judged(desk, rows) for rows in waiting))


def _judged(desk: Desk, rows: tuple[LedgerRow, ...]) -> str:
    first = rows[0]
    kept = kept_files(desk, rows)
    dataset, _, vintage = (first.system or "").partition("|")
    known = dataset if dataset in desk.catalogue.extract_cards else None
    files = [SourceFile(k.name, k.path.read_bytes()) for k in kept]
    found = statswales.read(desk.catalogue, files, ExtractClaim(known, vintage or None))
    statswales.write(desk.settings, found, first.submission_id, desk.catalogue)
    placed = Identity(first.return_id, first.authority_code, None, first.system)
    register(desk.settings, kept, placed, Decision(found.verdict))
    return found.verdict
