"""Every kind of answer that the service gives about an edition, asked in this process and without a network.

Whether an answer tells too much does not belong here: who asks hands them on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from pipelines.core.settings import Settings
from pipelines.serve.answers import TYPES
from pipelines.serve.api import App, app
from pipelines.serve.observations import MOST_ROWS
from pipelines.serve.odata_routes import PREFIX
from pipelines.serve.reply import Room
from pipelines.serve.routes import DIMENSIONS, FORMS
from pipelines.serve.statswales_shape import datasets
from pipelines.serve.store import LANGUAGES

_STATSWALES = "/statswales/v1"


@dataclass(frozen=True)
class Told:
    """One answer: what was asked, and the bytes that came."""

    asked: str
    status: int
    media_type: str
    body: bytes


def tour(settings: Settings, publication_id: str, edition_id: str) -> Iterator[Told]:
    """All observations in every form, shape and language, what describes them, and the pages for people.

    The explorer is asked for every measure by its last breakdown, in one language after the other.
    """
    made = app(settings)
    room: Room = made.state.room
    try:
        held = room.store.of(room.published.edition(publication_id, edition_id))
        n_rows = int(held.rows("SELECT count(*) AS n FROM observations_en")["n"][0].as_py())
        pairs = held.rows(
            "SELECT measure_id, arg_max(breakdown_id, category_order) AS breakdown_id FROM observations_en "
            "GROUP BY measure_id ORDER BY measure_id"
        ).to_pylist()
        with closing(asyncio.new_event_loop()) as loop:
            for path in (
                *_own(publication_id, edition_id, n_rows),
                *_statswales(tuple(one.id for one in datasets(held))),
                *_pages(publication_id, [(one["measure_id"], one["breakdown_id"]) for one in pairs]),
            ):
                yield loop.run_until_complete(_ask(made, path))
            for path in _feed(publication_id, edition_id):
                yield from _followed(loop, made, path)
    finally:
        room.store.close()


def _own(publication_id: str, edition_id: str, n_rows: int) -> Iterator[str]:
    """Our own API, version 1."""
    yield from ("/v1/publications", f"/v1/publications/{publication_id}/editions")
    here = f"/v1/publications/{publication_id}/editions/{edition_id}"
    yield from (here, f"{here}/measures", *(f"{here}/metadata/{what}" for what in DIMENSIONS))
    for form in reversed(FORMS):  # what a reader gets by columns comes first: the rest is held against it at once
        for lang in LANGUAGES:
            for offset in range(0, n_rows, MOST_ROWS):
                said = urlencode({"lang": lang, "offset": offset, "limit": MOST_ROWS})
                yield f"{here}/observations.{form}?{said}"


def _statswales(dataset_ids: tuple[str, ...]) -> Iterator[str]:
    """The shape of the StatsWales service: of each dataset the first page, and all rows as a file."""
    yield from (f"{_STATSWALES}/", f"{_STATSWALES}/topic")
    for one in dataset_ids:
        yield f"{_STATSWALES}/{one}"
        for lang in LANGUAGES:
            yield f"{_STATSWALES}/{one}/view/filters?lang={lang}"
            yield f"{_STATSWALES}/{one}/view?lang={lang}"
            yield f"{_STATSWALES}/{one}/download/csv?lang={lang}&view=formatted_extended"


def _pages(publication_id: str, pairs: list[tuple[str, str]]) -> Iterator[str]:
    """The overview and the explorer."""
    yield from (f"/{lang}" for lang in LANGUAGES)
    for number, (measure, breakdown) in enumerate(pairs):
        lang = LANGUAGES[number % len(LANGUAGES)]
        yield f"/{lang}/{publication_id}/explore?{urlencode({'measure': measure, 'breakdown': breakdown})}"


def _feed(publication_id: str, edition_id: str) -> Iterator[str]:
    """The OData feed: what describes it, and the first page of its observations in each language."""
    for lang in LANGUAGES:
        root = f"{PREFIX}/{publication_id}/{edition_id}/{lang}"
        yield from (f"{root}/", f"{root}/$metadata")
        sets = ("Measures", "Areas", "Periods", "Categories", "Statuses", "Editions", "Observations")
        yield from (f"{root}/{name}?{urlencode({'$count': 'true'})}" for name in sets)


def _followed(loop: asyncio.AbstractEventLoop, made: App, path: str) -> Iterator[Told]:
    """A feed from page to page."""
    following: str | None = path
    while following:
        told = loop.run_until_complete(_ask(made, following))
        yield told
        is_page = told.status == 200 and told.media_type.startswith(TYPES["json"])
        link = json.loads(told.body).get("@odata.nextLink") if is_page else None
        following = link and "/" + str(link).split("/", 3)[3]


async def _ask(made: App, target: str) -> Told:
    """One request, as a server would hand it to the application."""
    path, _, query = target.partition("?")
    got: dict[str, object] = {}
    body = bytearray()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            got.update(message)
        else:
            body.extend(message.get("body", b""))  # type: ignore[arg-type]

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": quote(path).encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"localhost")], "client": None, "server": ("localhost", 80),
    }  # fmt: skip
    await made(scope, receive, send)  # type: ignore[arg-type]
    headers: dict[bytes, bytes] = dict(got.get("headers", ()))  # type: ignore[call-overload]
    media_type = headers.get(b"content-type", b"").decode()
    return Told(target, int(str(got.get("status", 0))), media_type, bytes(body))
