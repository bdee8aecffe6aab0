"""The published editions on disk, as a reader may know them.

Making an edition or moving the pointer does not belong here.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from pipelines.core.errors import Place, UnreadableError, UsageError

LATEST = "latest"
_PUBLICATION_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")
_EDITION_ID = re.compile(r"\d{4}-\d{2}-[1-9]\d{0,5}")
_SUMS = "sha256sums.txt"


@dataclass(frozen=True)
class PublishedEdition:
    """One edition: its folder and its record."""

    folder: Path
    record: dict[str, object]

    @property
    def id(self) -> str:
        return str(self.record["edition"])

    @property
    def publication_id(self) -> str:
        return str(self.record["publication"])

    @property
    def mart(self) -> Path:
        return self.folder / "mart.duckdb"

    def files(self) -> dict[str, str]:
        """Path within the edition -> sha256, of the files that may be handed out, the list itself among them."""
        said = (self.folder / _SUMS).read_bytes()
        listed = {path: digest for digest, _, path in (line.partition("  ") for line in said.decode().splitlines())}
        return {**listed, _SUMS: hashlib.sha256(said).hexdigest()}


def opened(folder: Path) -> PublishedEdition:
    """The edition in a folder.

    Raises:
        UnreadableError: if the folder is not a published edition.
    """
    record = folder / "edition.json"
    if not (record.is_file() and (folder / "mart.duckdb").is_file() and (folder / _SUMS).is_file()):
        raise UnreadableError("serve.not_an_edition", Place(file=folder.name))
    return _read(folder, record.stat().st_mtime_ns)


@lru_cache(64)
def _read(folder: Path, written: int) -> PublishedEdition:
    """An edition never changes, so its record is read once; `written` tells it from one made anew in its place."""
    return PublishedEdition(folder, json.loads((folder / "edition.json").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Published:
    """The folder `published/`. Only names of the known form are looked up, so no path can lead out of it."""

    root: Path

    def publications(self) -> tuple[str, ...]:
        """Publications with an edition that the pointer names."""
        return tuple(sorted(p.parent.name for p in self.root.glob("*/latest.json")))

    def editions(self, publication_id: str) -> tuple[PublishedEdition, ...]:
        """All editions up to the latest, the newest first; one still being released is not among them."""
        latest = self.edition(publication_id, LATEST)
        held = [opened(p) for p in latest.folder.parent.iterdir() if _EDITION_ID.fullmatch(p.name)]
        shown = [e for e in held if _sequence(e) <= _sequence(latest)]
        return tuple(sorted(shown, key=_sequence, reverse=True))

    def edition(self, publication_id: str, edition_id: str = LATEST) -> PublishedEdition:
        """An edition by id, or the one the pointer names.

        Raises:
            UsageError: if there is no such publication or edition.
        """
        pointer = self.root / publication_id / "latest.json"
        if not _PUBLICATION_ID.fullmatch(publication_id) or not pointer.is_file():
            if not (held := self.publications()):
                raise UsageError("serve.nothing_published")
            raise UsageError("serve.publication_unknown", allowed=", ".join(held))
        latest = opened(pointer.parent / str(json.loads(pointer.read_text(encoding="utf-8"))["edition"]))
        if edition_id in (LATEST, latest.id):
            return latest
        folder = pointer.parent / edition_id
        if not _EDITION_ID.fullmatch(edition_id) or not folder.is_dir():
            raise UsageError("serve.edition_unknown", latest=latest.id)
        return opened(folder)

    def as_of(self, publication_id: str, day: date) -> PublishedEdition:
        """The edition that was the latest at the end of a day.

        Raises:
            UsageError: if none had been published by then.
        """
        held = self.editions(publication_id)
        found = next((e for e in held if str(e.record["date"]) <= day.isoformat()), None)
        if found is None:
            raise UsageError("serve.no_edition_by_then", first=str(held[-1].record["date"]))
        return found


def _sequence(edition: PublishedEdition) -> int:
    return int(str(edition.record["sequence"]))
