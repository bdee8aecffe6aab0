"""Answers of the API as bytes: made once for an edition that never changes, kept, and told apart by their tag.

Routes, and what is asked, do not belong here.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

FOREVER = "public, max-age=31536000, immutable"
"""Of what is asked by the id of an edition: it never changes."""
ASK_AGAIN = "public, no-cache"
"""Of what is asked of the latest edition: it may be kept, but is asked for again, and mostly found unchanged."""
MAX_BYTES = 96_000_000
LARGEST_SHARE = 0.1
"""One answer takes at most this share of what is kept; a larger one is made anew each time."""

TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
}


@dataclass(frozen=True)
class Answer:
    """A body, its type, and the headers that belong to it."""

    body: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    tag: str = ""

    def tagged(self) -> Answer:
        """The same with a strong tag over body and type."""
        digest = hashlib.sha256(self.media_type.encode() + b"\0" + self.body).hexdigest()[:32]
        return Answer(self.body, self.media_type, self.headers, f'"{digest}"')


class Kept:
    """The answers used last, up to a number of bytes."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max, self._bytes = max_bytes, 0
        self._held: OrderedDict[object, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object) -> Answer | None:
        """The answer kept for a question, if it is."""
        with self._lock:
            if found := self._held.get(key):
                self._held.move_to_end(key)
            return found

    def made(self, key: object, make: Callable[[], Answer]) -> Answer:
        """The answer to a question, made where it is not kept. Two who ask at once may both make it: it is the same."""
        if found := self.get(key):
            return found
        answer = make().tagged()
        if len(answer.body) <= self._max * LARGEST_SHARE:
            self._keep(key, answer)
        return answer

    def _keep(self, key: object, answer: Answer) -> None:
        with self._lock:
            if key not in self._held:
                self._held[key] = answer
                self._bytes += len(answer.body)
            while self._bytes > self._max:
                _, gone = self._held.popitem(last=False)
                self._bytes -= len(gone.body)


def is_unchanged(asked: str | None, tag: str) -> bool:
    """Whether what the reader holds (`If-None-Match`) is this answer; tags made weak on the way count as well."""
    if not asked:
        return False
    return asked.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in asked.split(",")}


def accepted(header: str, offered: Mapping[str, str]) -> str | None:
    """Which of the offered forms (form -> media type) a reader prefers by `Accept`; the first where all are equal.

    None where the reader takes none of them.
    """
    if not header.strip():
        return next(iter(offered))
    wants = [_weighed(part) for part in header.split(",")]
    best, form = 0.0, None
    for name, media_type in offered.items():
        weight = max((q for pattern, q in wants if _fits(media_type.partition(";")[0], pattern)), default=0.0)
        if weight > best:
            best, form = weight, name
    return form


def _weighed(part: str) -> tuple[str, float]:
    pattern, *parameters = (one.strip().lower() for one in part.split(";"))
    weights = (one[2:] for one in parameters if one.startswith("q="))
    try:
        return pattern, float(next(weights, "1"))
    except ValueError:
        return pattern, 0.0


def _fits(media_type: str, pattern: str) -> bool:
    kind, _, rest = pattern.partition("/")
    return pattern in (media_type, "*/*") or (rest == "*" and media_type.startswith(f"{kind}/"))
