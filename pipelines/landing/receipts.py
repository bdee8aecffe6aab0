"""Receipts: what an authority holds in its hand after sending, as JSON and as a page of text in its own language.

The faults themselves do not belong here, only how many there are of each severity.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from pipelines.core import files, messages
from pipelines.core.settings import Settings
from pipelines.landing.register import Registration
from schemas.model import SEVERITIES


@dataclass(frozen=True)
class ReceivedFile:
    """A file as the receipt names it."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Receipt:
    """Proof of what was received, when, and what became of it."""

    submission_id: str
    version: int
    supersedes: str | None
    authority_code: str
    return_id: str
    period_id: str | None
    system: str | None
    received_at: str
    status: str
    rule_pack: str
    files: tuple[ReceivedFile, ...]
    n_faults: dict[str, int] | None
    """Faults by severity; None where the submission was not examined yet."""
    is_repeat: bool

    @property
    def file_name(self) -> str:
        """Where it is kept, under the folder of receipts."""
        return f"{self.submission_id}-v{self.version}.json"

    def as_json(self) -> str:
        """The receipt for machines. Whether it was asked for again is not part of what is kept."""
        held = {name: value for name, value in asdict(self).items() if name != "is_repeat"}
        return json.dumps(held, ensure_ascii=False, indent=2) + "\n"

    def as_text(self, language: str, authority: str = "") -> str:
        """The receipt for people, about a page; `authority` is the name to show beside the code."""
        said = messages.load()
        facts = self._facts(language, authority).items()
        rows = [(said[f"receipt.{key}"][language], value) for key, value in facts if value]
        width = max(len(label) for label, _ in rows)
        lines = [said["receipt.title"][language], *(f"  {label:<{width}}  {value}" for label, value in rows)]
        lines.append(f"  {said['receipt.files'][language]}")
        for one in self.files:
            lines.append(f"    {one.name}  ({one.bytes:,} {said['receipt.bytes'][language]})")
            lines.append(f"      {said['receipt.sha256'][language]} {one.sha256}")
        if self.is_repeat:
            lines.append(said["receipt.already"][language])
        return "\n".join(lines) + "\n"

    def _facts(self, language: str, authority: str) -> dict[str, str]:
        said = messages.load()
        return {
            "submission": self.submission_id,
            "version": str(self.version),
            "supersedes": self.supersedes or said["receipt.first"][language],
            "authority": f"{authority} ({self.authority_code})" if authority else self.authority_code,
            "return": self.return_id,
            "period": self.period_id or "",
            "system": self.system or "",
            "received": self.received_at,
            "status": said[f"status.{self.status}"][language],
            "faults": self._fault_words(language),
            "rule_pack": self.rule_pack,
        }

    def _fault_words(self, language: str) -> str:
        said = messages.load()
        if self.n_faults is None:
            return said["receipt.not_examined"][language]
        found = [f"{said[f'receipt.severity.{s}'][language]}: {n:,}" for s, n in self.n_faults.items() if n]
        return ", ".join(found) or said["receipt.no_faults"][language]


def receipt(settings: Settings, registration: Registration, n_faults: Mapping[str, int] | None = None) -> Receipt:
    """The receipt of a submission, also kept as `<submission id>-v<version>.json` under the folder of receipts.

    `n_faults` counts faults by severity; severities not named are 0. Asking again keeps the same receipt unless the
    status has moved.
    """
    return receipts(settings, [(registration, n_faults)])[0]


def receipts(
    settings: Settings, registrations: Iterable[tuple[Registration, Mapping[str, int] | None]]
) -> tuple[Receipt, ...]:
    """The receipts of many submissions (see `receipt`), kept all together."""
    made = tuple(_made(registration, n_faults) for registration, n_faults in registrations)
    with files.atomic_files() as place:
        for one in made:
            path, content = settings.paths.receipts / one.file_name, one.as_json()
            if not (path.is_file() and path.read_text(encoding="utf-8") == content):
                place(path).write_bytes(content.encode("utf-8"))
    return made


def _made(registration: Registration, n_faults: Mapping[str, int] | None) -> Receipt:
    first = registration.rows[0]
    return Receipt(
        **{name: getattr(first, name) for name in _SHARED},
        files=tuple(ReceivedFile(r.file_name, r.sha256, r.bytes) for r in registration.rows),
        n_faults=None if n_faults is None else {s: int(n_faults.get(s, 0)) for s in SEVERITIES},
        is_repeat=registration.is_repeat,
    )


_SHARED = (
    "submission_id",
    "version",
    "supersedes",
    "authority_code",
    "return_id",
    "period_id",
    "system",
    "received_at",
    "status",
    "rule_pack",
)
