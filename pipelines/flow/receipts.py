"""Whether a receipt is true: its signature, the ledger, the kept bytes and files that are held against it.

Making receipts belongs to `pipelines.landing`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipelines.core import signing
from pipelines.core.errors import Place, UnreadableError
from pipelines.core.files import atomic_files, sha256_of
from pipelines.core.ledger import Ledger
from pipelines.core.settings import Settings
from pipelines.flow.checking import sources
from pipelines.landing.keeping import KeptFile
from pipelines.landing.receipt_page import page
from pipelines.landing.receipts import Receipt, unsigned
from schemas.model import LANGUAGES, Text

_OF_LEDGER = ("version", "authority_code", "return_id", "period_id", "received_at")


@dataclass(frozen=True)
class Finding:
    """Something that is not true of a receipt: `unsigned`, `unknown_key`, `altered` (the signature does not fit),
    `unknown` (the ledger has no such submission), `differs` (the ledger says otherwise), `bytes_missing`,
    `bytes_changed` (of what was kept), `file_differs`, `file_missing` (of the files given beside it)."""

    key: str
    what: str = ""
    """Names of fields of the receipt, or of files; the id of the key."""


def write(receipt: Receipt, out: Path, authority: Text) -> tuple[Path, ...]:
    """Write a receipt into a folder of its holder: JSON, and a page that prints in each language.

    Raises:
        InternalError: where the disk refuses.
    """
    made = {out / f"receipt-{receipt.file_name}": receipt.as_json()}
    for lang in LANGUAGES:
        name = f"receipt-{receipt.file_name.removesuffix('.json')}-{lang}.html"
        made[out / name] = page(receipt, lang, authority[lang])
    with atomic_files() as place:
        for path, content in made.items():
            place(path).write_bytes(content.encode("utf-8"))
    return tuple(made)


def read(path: Path) -> dict[str, object]:
    """A receipt as it lies in a file.

    Raises:
        UnreadableError: where it is none.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not {"submission_id", "files"} <= told.keys():
        raise UnreadableError("verify.unreadable", Place(file=path.name))
    return told


@dataclass(frozen=True)
class Beside:
    """What a receipt is held against, beyond what this installation has: files as they were sent, public keys."""

    files: Sequence[Path] = ()
    keys: Sequence[Path] = ()


def verify(settings: Settings, told: Mapping[str, object], beside: Beside | None = None) -> tuple[Finding, ...]:
    """What is not true of a receipt; empty where all of it is.

    Where nothing was ever received here (somebody else's machine), only the signature and the files are looked at.

    Raises:
        UnreadableError: for a file or key that cannot be read.
    """
    given = beside or Beside()
    found = _of_signature(settings, told, given.keys)
    if Ledger(settings.paths).rows():
        found += _of_ledger(settings, told)
    if given.files:
        found += _of_files(settings, told, given.files)
    return tuple(found)


def _of_signature(settings: Settings, told: Mapping[str, object], keys: Sequence[Path]) -> list[Finding]:
    held = told.get("signature")
    names = ("algorithm", "key_id", "value")
    if not isinstance(held, Mapping) or not all(isinstance(held.get(n), str) for n in names):
        return [Finding("unsigned")]
    signature = signing.Signature(*(str(held[n]) for n in names))
    key = signing.known_keys(settings, keys).get(signature.key_id)
    if key is None:
        return [Finding("unknown_key", signature.key_id[:16])]
    if signing.is_signed(unsigned(told), signature, key):
        return []
    return [Finding("altered", ", ".join(_changed(settings, told)))]


def _changed(settings: Settings, told: Mapping[str, object]) -> list[str]:
    """Fields in which a receipt differs from the one that was kept, where there is one."""
    path = settings.paths.receipts / f"{str(told.get('submission_id'))[:16]}-v{told.get('version')}.json"
    is_ours = path.parent == settings.paths.receipts and path.is_file()
    try:
        kept = json.loads(path.read_text("utf-8")) if is_ours else {}
    except ValueError:
        return []
    return sorted(n for n in {*kept, *told} if kept and kept.get(n) != told.get(n) and n in kept)


def _of_ledger(settings: Settings, told: Mapping[str, object]) -> list[Finding]:
    rows = Ledger(settings.paths).view().latest.get(str(told.get("submission_id")))
    if not rows:
        return [Finding("unknown")]
    wrong = [n for n in _OF_LEDGER if told.get(n) != getattr(rows[0], n)]
    if _listed(told) != {(r.file_name, r.sha256, r.bytes) for r in rows}:
        wrong.append("files")
    found = [Finding("differs", ", ".join(wrong))] if wrong else []
    kept = [KeptFile(r.file_name, r.sha256, r.bytes, settings.paths.landing_files / r.sha256) for r in rows]
    if lost := [k.name for k in kept if not k.path.is_file()]:
        found.append(Finding("bytes_missing", ", ".join(lost)))
    elif changed := [k.name for k in kept if sha256_of(k.path) != k.sha256]:
        found.append(Finding("bytes_changed", ", ".join(changed)))
    return found


def _listed(told: Mapping[str, object]) -> set[tuple[object, ...]]:
    files = told.get("files")
    held = [f for f in files if isinstance(f, Mapping)] if isinstance(files, list) else []
    return {tuple(str(f.get(n)) if n != "bytes" else f.get(n) for n in ("name", "sha256", "bytes")) for f in held}


def _of_files(settings: Settings, told: Mapping[str, object], paths: Sequence[Path]) -> list[Finding]:
    """Files beside the receipt, known by their content and not by their names."""
    listed = {str(digest): str(name) for name, digest, _ in _listed(told)}
    given = {sha256(f.content).hexdigest(): f.name for f in sources(paths, settings.max_file_bytes)}
    found = []
    if strange := sorted(name for digest, name in given.items() if digest not in listed):
        found.append(Finding("file_differs", ", ".join(strange)))
    if missing := sorted(name for digest, name in listed.items() if digest not in given):
        found.append(Finding("file_missing", ", ".join(missing)))
    return found
