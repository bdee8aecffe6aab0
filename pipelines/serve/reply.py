"""How every route answers: from what is kept or made by a worker, with its tag, for the edition that was asked for.

What is answered belongs to the routes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response

from pipelines.core.errors import UsageError
from pipelines.core.settings import Settings
from pipelines.serve.answers import ASK_AGAIN, FOREVER, TYPES, Answer, Kept, accepted, is_unchanged
from pipelines.serve.editions import LATEST, Published, PublishedEdition
from pipelines.serve.store import OpenEdition, Store

Language = Literal["en", "cy"]


@dataclass(frozen=True)
class Room:
    """What the routes share."""

    settings: Settings
    published: Published
    store: Store
    kept: Kept
    workers: CapacityLimiter


@dataclass(frozen=True)
class Asked:
    """An edition that was asked for, resolved once: everything in one answer comes from it and from no other."""

    room: Room
    edition: PublishedEdition
    is_pinned: bool
    """Asked for by its id: what is answered never changes."""

    @property
    def held(self) -> OpenEdition:
        return self.room.store.of(self.edition)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.edition.publication_id, self.edition.id, str(self.edition.record["content_sha256"])


def room_of(request: Request) -> Room:
    """What the routes share, as the application holds it."""
    found = request.app.state.room
    assert isinstance(found, Room)
    return found


def asked_for(request: Request, publication: str, edition: str, as_of: date | None = None) -> Asked:
    """The edition by id, or `latest`, or the one that was the latest on a day.

    Raises:
        UsageError: where there is none.
    """
    room = room_of(request)
    if as_of is None:
        return Asked(room, room.published.edition(publication, edition), edition != LATEST)
    if edition != LATEST:
        raise UsageError("serve.as_of_of_latest")
    found = room.published.as_of(publication, as_of)
    return Asked(room, found, is_pinned=False)


async def answered(request: Request, asked: Asked, question: object, make: Callable[[], Answer]) -> Response:
    """The answer to a question about an edition, kept or made, or that it is unchanged."""
    room, key = asked.room, (asked.key, question)
    found = room.kept.get(key)
    if found is None:
        found = await to_thread.run_sync(room.kept.made, key, make, limiter=room.workers)
    headers = {
        **found.headers,
        "ETag": found.tag,
        "Cache-Control": FOREVER if asked.is_pinned else ASK_AGAIN,
        "Vary": "Accept, Accept-Language",
        "X-Mesur-Edition": asked.edition.id,
    }
    if is_unchanged(request.headers.get("if-none-match"), found.tag):
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type=found.media_type, headers=headers)


def form_of(request: Request, stated: str | None, offered: tuple[str, ...]) -> str:
    """The form of an answer: as stated (by a suffix or `format`), else what the reader accepts.

    Raises:
        UsageError: where the reader accepts none of the forms.
    """
    if stated:
        return stated
    found = accepted(request.headers.get("accept", ""), {form: TYPES[form] for form in offered})
    if found is None:
        raise UsageError("serve.not_acceptable", allowed=", ".join(TYPES[form] for form in offered))
    return found


def language_of(request: Request, stated: str | None = None) -> Language:
    """`cy` where it is asked for, or else preferred (`Accept-Language`); English otherwise."""
    said = (stated or request.headers.get("accept-language", "")).strip().lower()
    return "cy" if said.startswith("cy") else "en"
