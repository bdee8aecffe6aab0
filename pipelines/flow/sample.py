"""The bundled sample as a source: what it holds, and whether what was received came from it.

Making synthetic children belongs to `pipelines.synthetic`.
"""

from __future__ import annotations

import json

from pipelines.core.files import sha256_of
from pipelines.core.ledger import Ledger
from pipelines.flow.desk import Desk

MANIFEST = "manifest.json"


def fingerprints(desk: Desk) -> set[str]:
    """sha256 of every submission file of the bundled sample, as its manifest names them."""
    path = desk.settings.paths.sample / MANIFEST
    if not path.is_file():
        return set()
    return {one["sha256"] for one in json.loads(path.read_text("utf-8"))["files"]}


def is_source(desk: Desk) -> bool:
    """True where every return that counts came from the bundled sample; one real file makes it false."""
    held = {r.sha256 for r in Ledger(desk.settings.paths).counting() if r.return_id != "statswales"}
    return bool(held) and held <= fingerprints(desk)


def is_intact(desk: Desk) -> bool:
    """True where the files of the sample are what its manifest says."""
    path = desk.settings.paths.sample / MANIFEST
    named = json.loads(path.read_text("utf-8"))["files"]
    return all(sha256_of(path.parent / one["path"]) == one["sha256"] for one in named)
