"""The bundled sample as a source: what it holds, and which of what was received came from it.

Making synthetic children belongs to `pipelines.synthetic`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.core.files import sha256_of
from pipelines.core.ledger import Ledger
from pipelines.core.settings import Paths
from pipelines.flow.desk import Desk
from schemas.catalogue import WALES

if TYPE_CHECKING:
    from pipelines.conform import Examination
    from pipelines.landing import KeptFile

MANIFEST = "manifest.json"


def fingerprints(paths: Paths) -> set[str]:
    """sha256 of every file of the bundled sample: submissions as its manifest names them, extracts as they lie."""
    manifest = paths.sample / MANIFEST
    named = json.loads(manifest.read_text("utf-8"))["files"] if manifest.is_file() else []
    extracts = (p for p in (paths.sample / "statswales").rglob("*") if p.is_file())
    return {one["sha256"] for one in named} | {sha256_of(p) for p in extracts}


def is_all(paths: Paths) -> bool:
    """True where nothing but files of the bundled sample was ever received."""
    received = Ledger(paths).rows()
    return not received or {r.sha256 for r in received} <= fingerprints(paths)


def places(desk: Desk) -> set[tuple[str, str]]:
    """(area, period) of every area with a return from the bundled sample among those that count.

    Figures there are of synthetic children at least in part; the rest of what was received is judged as it is.
    """
    made = fingerprints(desk.settings.paths)
    held = {(r.authority_code, r.period_id or "") for r in Ledger(desk.settings.paths).counting() if r.sha256 in made}
    regions = {a.gss: a.region for a in desk.catalogue.authorities.values()}
    return {(area, period) for code, period in held if code in regions for area in (code, regions[code], WALES)}


def may_join(desk: Desk, kept: Sequence[KeptFile], found: Examination) -> bool:
    """Whether a submission may stand beside what was received: real children never stand beside the sample's.

    Synthetic children are told by the reserved prefix of their identifiers, which are seen here and not passed on.
    """
    made = fingerprints(desk.settings.paths)
    is_sampled = any(r.sha256 in made and r.return_id != "statswales" for r in Ledger(desk.settings.paths).rows())
    if not is_sampled or {one.sha256 for one in kept} <= made:
        return True
    from pipelines.synthetic.records import CHILD_PREFIX  # its room is large, and `check` never asks

    named = [frame["child_id"].drop_nulls() for frame in found.raw.values() if "child_id" in frame.columns]
    return all(str(i).strip().startswith(CHILD_PREFIX) for ids in named for i in ids)
