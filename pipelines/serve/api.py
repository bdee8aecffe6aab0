"""The HTTP application: its routes put together, errors told in both languages, limits and headers on every answer.

What a route answers belongs to the module of that route.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from pipelines.core import messages
from pipelines.core.errors import BusyError, InternalError, MesurError, RefusedError, UsageError, as_record
from pipelines.core.settings import Settings
from pipelines.serve import odata_routes, pages, routes, statswales_routes
from pipelines.serve.answers import Kept
from pipelines.serve.editions import Published
from pipelines.serve.reply import Room
from pipelines.serve.store import Store

LOOPBACK = "127.0.0.1"
MOST_AT_ONCE = 400
"""Requests being answered at the same time; one more is told to come again in a second."""
KEEP_ALIVE = 75
"""Seconds an idle connection stays open: longer than clients keep theirs (five is usual), so that it is the client who
closes; where both close at the same moment a question is lost without an answer."""
WORKERS = 4
"""Answers being made at the same time; those that are kept need none."""
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
     b"frame-ancestors 'none'"),
    (b"access-control-allow-origin", b"*"),
)  # fmt: skip
"""Published figures may be read from any page; nothing here knows a reader."""
_NOT_FOUND = tuple(
    f"serve.{what}"
    for what in (
        "nothing_published", "publication_unknown", "edition_unknown", "file_unknown", "id_unknown", "dataset_unknown",
        "no_edition_by_then", "entity_unknown",
    )
)  # fmt: skip
_STATUS = {"serve.not_acceptable": 406, "serve.odata_not_supported": 501}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def app(settings: Settings) -> FastAPI:
    """The application over the published folder of the settings; it writes nothing and knows no other folder."""
    store = Store(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    made = FastAPI(
        title="Mesur",
        version="1",
        summary="Published figures about children looked after in Wales, read-only.",
        docs_url=None,  # its pages load from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    made.state.room = Room(settings, Published(settings.paths.published), store, Kept(), CapacityLimiter(WORKERS))
    for router in (routes.router, statswales_routes.router, odata_routes.router, pages.router):
        made.include_router(router)
    made.add_exception_handler(MesurError, _told)
    made.add_exception_handler(RequestValidationError, _misasked)
    made.add_exception_handler(Exception, _unexpected)
    made.add_middleware(Guard)
    return made


def run(settings: Settings, port: int = 8000, host: str = LOOPBACK) -> None:
    """Serve until interrupted; on loopback unless told otherwise."""
    import uvicorn

    uvicorn.run(
        app(settings), host=host, port=port, log_level="warning", access_log=False, server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
    )  # fmt: skip


class Guard:
    """Safe headers on every answer, and a limit on how many are being answered at once."""

    def __init__(self, app: App) -> None:
        self._app, self._now = app, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        if self._now >= MOST_AT_ONCE:
            await _said(BusyError("serve.too_busy"), 503, {"Retry-After": "1"})(scope, receive, sending)
            return
        self._now += 1
        try:
            await self._app(scope, receive, sending)
        finally:
            self._now -= 1


def _said(error: MesurError, status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    """One of our errors as JSON, in both languages."""
    said = {lang: as_record(error, messages.load(), lang) for lang in ("en", "cy")}
    return JSONResponse({"error": error.key, **said}, status_code=status, headers=headers)


def _told(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MesurError)
    status = _status_of(error)
    if request.url.path.startswith(odata_routes.PREFIX):
        words = as_record(error, messages.load(), "cy" if "/cy" in request.url.path else "en")
        body = {"error": {"code": error.key, "message": f"{words['what']} {words['what_to_do']}".strip()}}
        return JSONResponse(body, status_code=status, headers=odata_routes.VERSION)
    return _said(error, status)


def _status_of(error: MesurError) -> int:
    if error.key in _NOT_FOUND:
        return 404
    if error.key in _STATUS:
        return _STATUS[error.key]
    # What is asked can be too large (a refusal that names its limit); what is wrong on disk is not the reader's doing.
    is_theirs = isinstance(error, UsageError) or (isinstance(error, RefusedError) and not isinstance(error, BusyError))
    return 400 if is_theirs else 503


def _misasked(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    names = sorted({str(fault["loc"][-1])[:40] for fault in error.errors()})
    return _told(request, UsageError("serve.bad_parameter", names=", ".join(names)))


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    kind = type(error).__name__
    answer = _told(request, InternalError("internal.unexpected", kind=kind, location="serve"))
    answer.status_code = 500
    return answer
