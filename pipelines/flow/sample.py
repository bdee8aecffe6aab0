"""The bundled sample as a source: what it holds, and which of what was received came from it.

Making synthetic children belongs to `pipelines.synthetic`.
"""

from __future__ import annotations

import json

from pipelines.core.ledger import Ledger
from pipelines.flow.desk import Desk
from schemas.catalogue import WALES

MANIFEST = "manifest.json"


def fingerprints(desk: Desk) -> set[str]:
    """sha256 of every submission file of the bundled sample, as its manifest names them."""
    path = desk.settings.paths.sample / MANIFEST
    if not path.is_file():
        return set()
    return {one["sha256"] for one in json.loads(path.read_text("utf-8"))["files"]}


def places(desk: Desk) -> set[tuple[str, str]]:
    """(area, period) of every area with a return from the bundled sample among those that count.

    Figures there are of synthetic children at least in part; the rest of what was received is judged as it is.
    """
    made = fingerprints(desk)
    held = {(r.authority_code, r.period_id or "") for r in Ledger(desk.settings.paths).counting() if r.sha256 in made}
    regions = {a.gss: a.region for a in desk.catalogue.authorities.values()}
    return {(area, period) for code, period in held if code in regions for area in (code, regions[code], WALES)}
