"""The read-only HTTP API over published editions, and one page in each language.

Reading an edition does not belong here; handlers only translate between HTTP and the rest of the room.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from pipelines.core import messages
from pipelines.core.errors import InternalError, MesurError, UnreadableError, UsageError, as_record
from pipelines.core.settings import Settings
from pipelines.serve import page
from pipelines.serve.editions import Published, PublishedEdition
from pipelines.serve.exporting import encoded
from pipelines.serve.observations import FILTERS, MOST_ROWS, Page, Wanted, measures, observations
from pipelines.serve.querying import Limits

Language = Literal["en", "cy"]

LOOPBACK = "127.0.0.1"
REQUEST_LIMITS = Limits(rows=MOST_ROWS, seconds=10)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}
_EDITION = "/v1/publications/{publication}/editions/{edition}"
_NOT_FOUND = tuple(
    f"serve.{what}"
    for what in ("nothing_published", "publication_unknown", "edition_unknown", "file_unknown", "id_unknown")
)

router = APIRouter()


class Asked(BaseModel):
    """The query string of observations: filters (each may be given several times), language, page, format."""

    model_config = ConfigDict(extra="forbid")

    measure: list[str] = []
    area: list[str] = []
    period: list[str] = []
    breakdown: list[str] = []
    category: list[str] = []
    lang: Language = "en"
    offset: int = Field(0, ge=0)
    limit: int = Field(1000, ge=1, le=MOST_ROWS)
    format: Literal["json", "csv"] = "json"

    def wanted(self) -> Wanted:
        """The same in the words of the room."""
        filters = {name: tuple(getattr(self, name)) for name in FILTERS}
        return Wanted(filters, self.lang, self.offset, self.limit)


def app(settings: Settings) -> FastAPI:
    """The application over the published folder of the settings; it writes nothing and knows no other folder."""
    made = FastAPI(title="Mesur", version="1", docs_url=None, redoc_url=None)  # the pages of docs load from elsewhere
    made.state.settings = settings
    made.state.published = Published(settings.paths.published)
    made.include_router(router)
    made.add_exception_handler(MesurError, _told)
    made.add_exception_handler(RequestValidationError, _misasked)
    made.add_exception_handler(Exception, _unexpected)
    made.middleware("http")(_with_headers)
    return made


def run(settings: Settings, port: int = 8000, host: str = LOOPBACK) -> None:
    """Serve until interrupted; on loopback unless told otherwise."""
    import uvicorn

    uvicorn.run(app(settings), host=host, port=port, log_level="warning", server_header=False)


@router.get("/", include_in_schema=False)
def entrance(request: Request) -> RedirectResponse:
    """The page in the language the reader prefers."""
    prefers_welsh = request.headers.get("accept-language", "").lower().startswith("cy")
    return RedirectResponse("/cy" if prefers_welsh else "/en")


@router.get("/{lang}", include_in_schema=False, response_class=HTMLResponse)
def overview(request: Request, lang: Language) -> HTMLResponse:
    """Publications, their headline figures and editions, on one page."""
    return HTMLResponse(page.overview(request.app.state.settings, request.app.state.published, lang))


@router.get("/v1/publications")
def publications(request: Request) -> list[dict[str, object]]:
    """Publications with their latest edition."""
    held: Published = request.app.state.published
    return [{"publication": name, "latest": held.edition(name).id} for name in held.publications()]


@router.get("/v1/publications/{publication}/editions")
def editions(request: Request, publication: str) -> list[dict[str, object]]:
    """The records of all editions, the newest first."""
    held: Published = request.app.state.published
    return [edition.record for edition in held.editions(publication)]


@router.get(_EDITION)
def edition_record(request: Request, publication: str, edition: str) -> dict[str, object]:
    """The record of an edition (or of `latest`) and its files with their fingerprints."""
    found = _edition(request, publication, edition)
    return {**found.record, "files": found.files()}


@router.get(_EDITION + "/measures")
def edition_measures(request: Request, publication: str, edition: str) -> Response:
    """The measures of an edition with their definitions."""
    table = measures(request.app.state.settings, _edition(request, publication, edition))
    return Response(encoded(table, "json"), media_type="application/json")


@router.get(_EDITION + "/observations")
def edition_observations(
    request: Request, publication: str, edition: str, asked: Annotated[Asked, Query()]
) -> Response:
    """A page of observations, as JSON or CSV, with the way to the next page."""
    found = _edition(request, publication, edition)
    held = observations(request.app.state.settings, found, asked.wanted(), REQUEST_LIMITS)
    following = _next_page(request, asked, held)
    headers = {"X-Total-Count": str(held.total), "Content-Language": asked.lang}
    if following:
        headers["Link"] = f'<{following}>; rel="next"'
    if asked.format == "csv":
        return Response(encoded(held.table, "csv"), media_type="text/csv; charset=utf-8", headers=headers)
    content = {
        "edition": found.id,
        "total": held.total,
        "offset": asked.offset,
        "next": following,
        "observations": held.table.to_pylist(),
    }
    return JSONResponse(content, headers=headers)


@router.get(_EDITION + "/files/{path:path}")
def edition_file(request: Request, publication: str, edition: str, path: str) -> FileResponse:
    """A file of an edition; only what its checksums list."""
    found = _edition(request, publication, edition)
    if path not in found.files():
        raise UsageError("serve.file_unknown")
    return FileResponse(found.folder / path)


def _edition(request: Request, publication: str, edition: str) -> PublishedEdition:
    held: Published = request.app.state.published
    return held.edition(publication, edition)


def _next_page(request: Request, asked: Asked, held: Page) -> str | None:
    after = asked.offset + held.table.num_rows
    return str(request.url.include_query_params(offset=after)) if after < held.total else None


def _told(request: Request, error: Exception) -> JSONResponse:
    """One of our errors as JSON, in both languages."""
    assert isinstance(error, MesurError)
    said = {lang: as_record(error, messages.load(), lang) for lang in ("en", "cy")}
    status = 404 if error.key in _NOT_FOUND else 400 if isinstance(error, UsageError | UnreadableError) else 503
    return JSONResponse({"error": error.key, **said}, status_code=status)


def _misasked(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    names = sorted({str(fault["loc"][-1])[:40] for fault in error.errors()})
    return _told(request, UsageError("serve.bad_parameter", names=", ".join(names)))


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    kind = type(error).__name__
    answer = _told(request, InternalError("internal.unexpected", kind=kind, location="serve"))
    answer.status_code = 500
    return answer


async def _with_headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    response.headers.update(_HEADERS)
    return response
