"""The finished DuckDB file made the same bytes for the same content: its random id becomes one drawn from the content.

Writing tables does not belong here; this only rewrites the id that the engine drew, and the checksums over it.

The engine writes two things that differ from run to run. Slack in compressed segments of text holds whatever lay in
memory (duckdb/duckdb issue 23382), which would also be a leak; `mart.py` therefore stores plain segments. The id of the
database (16 random bytes in the main header, and once more in what was left of the buffer that a database header is
written from) is replaced here. The file is three headers of 4096 bytes, each led by a checksum of 8 bytes over its
rest, then the blocks; no block names the id.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from pipelines.core.errors import InternalError, Place

_HEADER = 4096
_SUM = 8
_ID = slice(124, 140)
_MULTIPLIER, _START = np.uint64(0xBF58476D1CE4E5B9), np.uint64(5381)


def seal(path: Path, fingerprint: str) -> None:
    """Give the database at `path` the id that its content has (the first 16 bytes of `fingerprint`, a sha256).

    Raises:
        InternalError: if the headers are not what this knows: another engine has another format, and a file that is
            not understood is not rewritten.
    """
    with path.open("r+b") as held:
        drawn = b""
        for start in (0, _HEADER, 2 * _HEADER):
            held.seek(start)
            header = bytearray(held.read(_HEADER))
            if _checksum(header) != bytes(header[:_SUM]):
                raise InternalError("publish.mart_format", Place(file=path.name))
            drawn = drawn or bytes(header[_ID])
            if header[_ID] == drawn:
                header[_ID] = bytes.fromhex(fingerprint)[:16]
            header[:_SUM] = _checksum(header)
            held.seek(start)
            held.write(header)


def _checksum(header: bytearray) -> bytes:
    """DuckDB's checksum of the bytes after the checksum: each 8 of them times a constant, all combined by xor."""
    words = np.frombuffer(header, dtype="<u8", offset=_SUM)
    return struct.pack("<Q", int(np.bitwise_xor.reduce(words * _MULTIPLIER) ^ _START))
