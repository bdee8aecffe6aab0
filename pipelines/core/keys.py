"""The key of this installation and the tokens made with it, which stand for children from `typed` on.

Deciding which cells hold an identifier does not belong here, and neither does turning a token back: there is no way.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from pathlib import Path

from pipelines.core import files, locks
from pipelines.core.errors import Place, RefusedError, UnreadableError
from pipelines.core.settings import Paths, Settings

KEY_FILE = "pseudonyms.key"
TOKEN_LENGTH = 32
"""Hex digits of a token: 128 bits, so that no two children of any country meet by chance."""
_KEY_LINE = re.compile(r"mesur-key-1 ([0-9a-f]{64}) ([0-9a-f]{8})\s*")
_SEPARATOR = b"\x1f"


class Tokeniser:
    """Turns identifiers into keyed tokens (HMAC-SHA256): the same in, the same out, for this key only."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def load(cls, settings: Settings) -> Tokeniser:
        """The tokeniser of this installation; a development key is made where nothing was ever tokenised.

        Raises:
            UnreadableError: if the key is missing beside data made with it, or damaged.
            RefusedError: if it is not the key the data folder was made with.
        """
        paths = settings.paths
        if not cls.is_here(settings):
            with locks.exclusive(settings, "keys"):
                _prepare(paths)
        key = _read(paths.keys / KEY_FILE)
        if not hmac.compare_digest(_mark(key), _noted(paths)):
            raise RefusedError("key.wrong", Place(file=KEY_FILE))
        return cls(key)

    @staticmethod
    def is_here(settings: Settings) -> bool:
        """True where this installation has made its key already; nothing is made by asking."""
        return (settings.paths.keys / KEY_FILE).is_file() and settings.paths.key_mark.is_file()

    def child(self, authority_code: str, raw: str) -> str:
        """Token of an authority's own child id: equal ids of two authorities have different tokens."""
        return self._token(b"child", authority_code, raw)

    def upn(self, raw: str) -> str:
        """Token of a unique pupil number: the same in every authority; case does not matter."""
        return self._token(b"upn", "", raw.upper())

    def fact(self, content: str) -> str:
        """Mark of a fact about a row, by which it is known again without being kept (see `core.waivers`)."""
        return self._token(b"fact", "", content)

    def _token(self, kind: bytes, scope: str, raw: str) -> str:
        plain = unicodedata.normalize("NFC", raw.strip())
        content = _SEPARATOR.join((kind, scope.encode("utf-8"), plain.encode("utf-8", "surrogatepass")))
        return hmac.digest(self._key, content, "sha256").hex()[:TOKEN_LENGTH]

    def __repr__(self) -> str:
        return "Tokeniser(…)"


def _prepare(paths: Paths) -> None:
    """Make the key and its mark where they are absent; never a new key beside data of an old one."""
    key_file = paths.keys / KEY_FILE
    if not key_file.is_file():
        if paths.key_mark.is_file():
            raise UnreadableError("key.missing", Place(file=KEY_FILE))
        files.atomic_write(key_file, _line(secrets.token_bytes(32)))
    if not paths.key_mark.is_file():
        files.atomic_write(paths.key_mark, _mark(_read(key_file)) + "\n")


def _read(path: Path) -> bytes:
    try:
        held = _KEY_LINE.fullmatch(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        held = None
    if not held or held[2] != _check_digits(bytes.fromhex(held[1])):
        raise UnreadableError("key.damaged", Place(file=path.name))
    return bytes.fromhex(held[1])


def _noted(paths: Paths) -> str:
    return paths.key_mark.read_text(encoding="ascii", errors="replace").strip()


def _line(key: bytes) -> str:
    return f"mesur-key-1 {key.hex()} {_check_digits(key)}\n"


def _check_digits(key: bytes) -> str:
    return hashlib.sha256(b"mesur-key-check" + key).hexdigest()[:8]


def _mark(key: bytes) -> str:
    """Tells two keys apart without telling anything of either."""
    return hmac.digest(key, b"mesur-key-mark", "sha256").hex()[:16]
