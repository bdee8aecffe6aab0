"""Receipts: what an authority holds in its hand after sending, signed, as JSON and as a page in its own language.

The faults themselves do not belong here, only how many there are of each severity; neither does telling whether a
receipt is true (see `pipelines/flow/receipts.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from pipelines.core import files, messages
from pipelines.core.settings import Settings
from pipelines.core.signing import Signature, Signer
from pipelines.landing.register import Registration
from schemas.model import SEVERITIES


@dataclass(frozen=True)
class ReceivedFile:
    """A file as the receipt names it."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class RuleCoverage:
    """What became of a rule: `status` as in the coverage of an examination."""

    status: str
    n_judged: int
    n_failed: int


@dataclass(frozen=True)
class Outcome:
    """What an examination found, as a receipt counts it: faults and explained faults by severity (those not named are
    0), and what became of every rule."""

    n_faults: Mapping[str, int] = field(default_factory=dict)
    n_waived: Mapping[str, int] = field(default_factory=dict)
    coverage: Mapping[str, RuleCoverage] = field(default_factory=dict)
    is_pack_released: bool = False
    """Whether the rules that judged it had been released (`mesur rules release`)."""


Told = tuple[Registration, Outcome | None]
"""A submission and what was found; None where it was not examined yet."""


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
    decided_at: str
    status: str
    rule_pack: str
    is_pack_released: bool | None
    """Whether these rules had been released when they judged it; None where they did not."""
    files: tuple[ReceivedFile, ...]
    n_faults: dict[str, int] | None
    """Faults by severity; None where the submission was not examined yet."""
    n_waived: dict[str, int] | None
    """Faults that waivers explain, which are not among the others."""
    coverage: dict[str, RuleCoverage] | None
    """Rule -> what became of it, of every rule."""
    is_repeat: bool
    signature: Signature | None = None

    @property
    def file_name(self) -> str:
        """Where it is kept, under the folder of receipts."""
        return f"{self.submission_id}-v{self.version}.json"

    def as_json(self) -> str:
        """The receipt for machines. Whether it was asked for again is not part of what is kept."""
        held = self.as_record()
        rules = held.pop("coverage") or {}
        lines = ",\n".join(f"    {json.dumps(code)}: {json.dumps(told)}" for code, told in dict(rules).items())
        coverage = "null" if self.coverage is None else f"{{\n{lines}\n  }}"
        return json.dumps(held, ensure_ascii=False, indent=2)[:-2] + f',\n  "coverage": {coverage}\n}}\n'

    def as_record(self) -> dict[str, Any]:
        """The receipt as JSON has it; what is signed is this without `signature`."""
        # `asdict` walks through every rule of every submission; a copy of what each holds is all it comes to.
        shallow = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "is_repeat"}
        rules = None if self.coverage is None else {code: dict(vars(told)) for code, told in self.coverage.items()}
        signature = None if self.signature is None else asdict(self.signature)
        return shallow | {"files": [asdict(f) for f in self.files], "coverage": rules, "signature": signature}

    def signed(self, signer: Signer) -> Receipt:
        """The receipt with the signature of this installation."""
        return replace(self, signature=signer.sign(unsigned(self.as_record())))

    def as_text(self, language: str, authority: str = "") -> str:
        """The receipt for people, about a page; `authority` is the name to show beside the code."""
        said = messages.load()
        facts = self.facts(language, authority).items()
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

    def facts(self, language: str, authority: str) -> dict[str, str]:
        """What the receipt says, by the key of its label; empty where there is nothing to say."""
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
            "decided": self.decided_at,
            "status": said[f"status.{self.status}"][language],
            "faults": _counted(self.n_faults, language),
            "waived": _counted(self.n_waived, language),
            "rule_pack": self._pack_words(language),
            "coverage": self._coverage_words(language),
            "signed": f"{self.signature.algorithm}, {self.signature.key_id}" if self.signature else "",
        }

    def _pack_words(self, language: str) -> str:
        if not self.rule_pack or self.is_pack_released is None:
            return self.rule_pack
        key = "receipt.pack_released" if self.is_pack_released else "receipt.pack_not_released"
        return messages.say(key, language, version=self.rule_pack)

    def _coverage_words(self, language: str) -> str:
        if not self.coverage:
            return ""
        ran = sum(one.status == "ran" for one in self.coverage.values())
        return messages.say("receipt.rules_ran", language, ran=ran, n=len(self.coverage))


def unsigned(told: Mapping[str, object]) -> dict[str, object]:
    """A receipt as it was read, without its signature: what the signature is made of."""
    return {name: value for name, value in told.items() if name != "signature"}


def _counted(counts: Mapping[str, int] | None, language: str) -> str:
    said = messages.load()
    if counts is None:
        return said["receipt.not_examined"][language]
    found = [f"{said[f'receipt.severity.{s}'][language]}: {n:,}" for s, n in counts.items() if n]
    return ", ".join(found) or said["receipt.no_faults"][language]


def receipt(settings: Settings, registration: Registration, outcome: Outcome | None = None) -> Receipt:
    """The receipt of a submission, also kept as `<submission id>-v<version>.json` under the folder of receipts.

    Asking again keeps the same receipt unless what it says has moved.
    """
    return receipts(settings, [(registration, outcome)])[0]


def receipts(settings: Settings, told: Iterable[Told]) -> tuple[Receipt, ...]:
    """The receipts of many submissions (see `receipt`), signed, and kept all together."""
    signer = Signer.load(settings)
    made = tuple(_made(registration, outcome).signed(signer) for registration, outcome in told)
    with files.atomic_files() as place:
        for one in made:
            path, content = settings.paths.receipts / one.file_name, one.as_json()
            if not (path.is_file() and path.read_text(encoding="utf-8") == content):
                place(path).write_bytes(content.encode("utf-8"))
    return made


def _made(registration: Registration, outcome: Outcome | None) -> Receipt:
    first = registration.rows[0]
    return Receipt(
        **{name: getattr(first, name) for name in _SHARED},
        decided_at=first.recorded_at,
        is_pack_released=None if outcome is None else outcome.is_pack_released,
        files=tuple(ReceivedFile(r.file_name, r.sha256, r.bytes) for r in registration.rows),
        n_faults=None if outcome is None else _by_severity(outcome.n_faults),
        n_waived=None if outcome is None else _by_severity(outcome.n_waived),
        coverage=None if outcome is None else dict(outcome.coverage),
        is_repeat=registration.is_repeat,
    )


def _by_severity(counts: Mapping[str, int]) -> dict[str, int]:
    return {severity: int(counts.get(severity, 0)) for severity in SEVERITIES}


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
