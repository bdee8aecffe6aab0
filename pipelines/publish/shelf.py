"""The shelf of a publication: its editions on disk, their order and the pointer to the latest.

What an edition holds does not belong here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.core.errors import Place, RefusedError
from pipelines.core.files import atomic_write
from pipelines.publish.records import Edition

EDITION_ID = re.compile(r"\d{4}-\d{2}-[1-9]\d*")
POINTER = "latest.json"


@dataclass(frozen=True)
class Shelf:
    """The folder `published/<publication>`."""

    root: Path

    def folder(self, edition_id: str) -> Path:
        """Where an edition lies."""
        return self.root / edition_id

    def editions(self) -> tuple[Edition, ...]:
        """All complete editions in the order they were made. A folder appears whole or not at all."""
        held = (p for p in self.root.glob("*/edition.json") if EDITION_ID.fullmatch(p.parent.name))
        found = [_edition(path) for path in held]
        return tuple(sorted(found, key=lambda e: (e.sequence, e.id)))

    def latest(self) -> Edition | None:
        """The edition the pointer names; None before the first.

        Raises:
            RefusedError: if the pointer names an edition that is not there.
        """
        pointer = self.root / POINTER
        if not pointer.exists():
            return None
        named = json.loads(pointer.read_text(encoding="utf-8")).get("edition", "")
        held = self.folder(named) / "edition.json"
        if not EDITION_ID.fullmatch(named) or not held.exists():
            raise RefusedError("publish.pointer_broken", Place(file=POINTER))
        return _edition(held)

    def unpointed(self, latest: Edition | None, fingerprint: str) -> Edition | None:
        """An edition with this content that a killed run finished but did not point to."""
        after = latest.id if latest else None
        found = (e for e in self.editions() if e.previous_id == after and e.fingerprint == fingerprint)
        return next(found, None)

    def next_names(self, financial_year: str) -> tuple[str, int]:
        """(edition id, sequence) that come next; a number is never used twice."""
        held = self.editions()
        numbers = [int(e.id.rsplit("-", 1)[1]) for e in held if e.id.startswith(f"{financial_year}-")]
        return f"{financial_year}-{max(numbers, default=0) + 1}", max((e.sequence for e in held), default=0) + 1

    def point_to(self, edition: Edition) -> None:
        """Move the pointer; a reader sees the old one or the new one."""
        atomic_write(self.root / POINTER, json.dumps({"edition": edition.id}) + "\n", is_public=True)


def _edition(path: Path) -> Edition:
    held = json.loads(path.read_text(encoding="utf-8"))
    return Edition(
        publication_id=held["publication"],
        id=held["edition"],
        sequence=held["sequence"],
        previous_id=held["previous_edition"],
        status=held["status"],
        day=date.fromisoformat(held["date"]),
        major_version=held["mart_version"],
        rule_pack=held["rule_pack"],
        fingerprint=held["content_sha256"],
    )
