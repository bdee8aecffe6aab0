"""The key with which this installation signs, and holding a signature against the public keys that are known here.

What is signed does not belong here, and neither does the key that makes tokens (see `keys.py`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import files, locks
from pipelines.core.errors import Place, UnreadableError
from pipelines.core.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_FILE = "receipts.key"
PUBLIC_KEYS = "receipts-*.pem"
ALGORITHM = "Ed25519"


@dataclass(frozen=True)
class Signature:
    """A signature and the key it was made with (first 16 hex digits of the SHA-256 of the public key)."""

    algorithm: str
    key_id: str
    value: str
    """Base64."""


class Signer:
    """Signs records with the key of this installation (Ed25519, RFC 8032: the same record, the same signature)."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key_id = _key_id(key.public_key())

    @classmethod
    def load(cls, settings: Settings) -> Signer:
        """The signer of this installation; where there is no key one is made, its public half beside it.

        Raises:
            UnreadableError: if the key is damaged.
        """
        path = settings.paths.keys / KEY_FILE
        if not path.is_file():
            with locks.exclusive(settings, "keys"):
                if not path.is_file():
                    _make(path)
        signer = cls(_private(path))
        public = settings.paths.keys / f"receipts-{signer.key_id}.pem"
        if not public.is_file():  # the one who made the key was killed in between, or somebody took it away
            files.atomic_write(public, _pem(signer._key.public_key()))
        return signer

    def sign(self, record: Mapping[str, object]) -> Signature:
        """The signature of a record."""
        return Signature(ALGORITHM, self.key_id, base64.b64encode(self._key.sign(canonical(record))).decode("ascii"))

    def __repr__(self) -> str:
        return f"Signer({self.key_id})"


def canonical(record: Mapping[str, object]) -> bytes:
    """The one form of a record that is signed: JSON in UTF-8, names in order, nothing between the signs."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def known_keys(settings: Settings, given: Iterable[Path] = ()) -> dict[str, Ed25519PublicKey]:
    """Key id -> public key, of those that lie beside the key of this installation and those that are given.

    Raises:
        UnreadableError: for a given file that holds no such key.
    """
    own = sorted(settings.paths.keys.glob(PUBLIC_KEYS)) if settings.paths.keys.is_dir() else []
    held = [_public(path) for path in (*own, *given)]
    return {_key_id(key): key for key in held}


def is_signed(record: Mapping[str, object], signature: Signature, key: Ed25519PublicKey) -> bool:
    """True where the signature was made of this very record with the private half of the key."""
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(base64.b64decode(signature.value, validate=True), canonical(record))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return signature.algorithm == ALGORITHM


def _make(path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    content = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files.atomic_write(path, content)


def _private(path: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise UnreadableError("key.signing_damaged", Place(file=path.name))
    return key


def _public(path: Path) -> Ed25519PublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise UnreadableError("key.public_unreadable", Place(file=path.name))
    return key


def _pem(key: Ed25519PublicKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]
