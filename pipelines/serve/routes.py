"""The routes of our own API, version 1: catalogue, metadata, observations, files.

Other services' shapes (`statswales_routes.py`, `odata_routes.py`) and the pages for people do not belong here.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from pipelines.core.errors import UsageError
from pipelines.serve.answers import ASK_AGAIN, FOREVER, TYPES, Answer
from pipelines.serve.exporting import encoded, with_rows
from pipelines.serve.observations import FILTERS, MOST_ROWS, Wanted, measures, observations
from pipelines.serve.querying import Limits
from pipelines.serve.reply import Asked, Language, answered, asked_for, form_of, room_of

REQUEST_LIMITS = Limits(rows=MOST_ROWS, seconds=10)
FORMS = ("json", "csv", "parquet", "arrow")
Form = Literal["json", "csv", "parquet", "arrow"]
TOO_LARGE = 2**31
"""No edition has as many observations; larger numbers are a slip or a probe."""

Publication = Annotated[str, Path(examples=["children-looked-after"], max_length=100)]
Edition = Annotated[str, Path(examples=["latest"], max_length=40, description="The id of an edition, or `latest`.")]
AsOf = Annotated[date | None, Query(description="With `latest`: the edition that was the latest on this day.")]

router = APIRouter(prefix="/v1", tags=["v1"])
_EDITION = "/publications/{publication}/editions/{edition}"
_ERRORS: dict[int | str, dict[str, object]] = {
    400: {"description": "The question cannot be understood, or the answer is too large"},
    404: {"description": "There is no such publication, edition, file or id"},
    406: {"description": "None of the forms of the answer is accepted"},
    503: {"description": "Too many are asking; try again in a second"},
}


class Question(BaseModel):
    """The query string of observations: filters (each may be given several times), language, page, format."""

    model_config = ConfigDict(extra="forbid")

    measure: list[str] = Field([], max_length=200)
    area: list[str] = Field([], max_length=200)
    period: list[str] = Field([], max_length=200)
    breakdown: list[str] = Field([], max_length=200)
    category: list[str] = Field([], max_length=200)
    lang: Language = "en"
    offset: int = Field(0, ge=0, lt=TOO_LARGE)
    limit: int = Field(1000, ge=1, le=MOST_ROWS)
    format: Form | None = None
    as_of: date | None = None

    def wanted(self) -> Wanted:
        """The same in the words of the room."""
        filters = {name: tuple(getattr(self, name)) for name in FILTERS}
        return Wanted(filters, self.lang, self.offset, self.limit)


@router.get("/publications")
def publications(request: Request) -> list[dict[str, object]]:
    """Publications with their latest edition."""
    held = room_of(request).published
    return [{"publication": name, "latest": held.edition(name).id} for name in held.publications()]


@router.get("/publications/{publication}/editions", responses=_ERRORS)
def editions(request: Request, publication: Publication) -> list[dict[str, object]]:
    """The records of all editions, the newest first."""
    return [edition.record for edition in room_of(request).published.editions(publication)]


@router.get(_EDITION, responses=_ERRORS)
async def edition_record(request: Request, publication: Publication, edition: Edition, as_of: AsOf = None) -> Response:
    """The record of an edition and its files with their fingerprints."""
    asked = asked_for(request, publication, edition, as_of)
    return await answered(
        request, asked, "record", lambda: _json({**asked.edition.record, "files": asked.edition.files()})
    )


DIMENSIONS = {
    "areas": "SELECT * FROM dim_authority ORDER BY sort_order",
    "periods": "SELECT * FROM dim_period ORDER BY sort_order",
    "breakdowns": "SELECT * FROM dim_breakdown ORDER BY sort_order",
    "statuses": "SELECT * FROM dim_status ORDER BY sort_order",
    "frameworks": "SELECT * FROM bridge_measure_framework ORDER BY ALL",
    "revisions": "SELECT * FROM fct_revision ORDER BY ALL",
}


@router.get(_EDITION + "/measures", responses=_ERRORS)
async def edition_measures(request: Request, publication: Publication, edition: Edition) -> Response:
    """The measures of an edition with their definitions."""
    asked = asked_for(request, publication, edition)
    return await answered(request, asked, "measures", lambda: _whole(encoded(measures(asked.held), "json")))


@router.get(_EDITION + "/metadata/{what}", responses=_ERRORS)
async def edition_metadata(
    request: Request,
    publication: Publication,
    edition: Edition,
    what: Literal["areas", "periods", "breakdowns", "statuses", "frameworks", "revisions"],
) -> Response:
    """What the ids of observations mean, in both languages, and what was revised since the edition before."""
    asked = asked_for(request, publication, edition)
    return await answered(request, asked, what, lambda: _whole(encoded(asked.held.rows(DIMENSIONS[what]), "json")))


@router.get(_EDITION + "/observations", responses=_ERRORS)
async def edition_observations(
    request: Request, publication: Publication, edition: Edition, question: Annotated[Question, Query()]
) -> Response:
    """A page of observations in the form that is accepted, with the way to the next page of the same edition."""
    return await _observations(request, asked_for(request, publication, edition, question.as_of), question, "")


@router.get(_EDITION + "/observations.{form}", responses=_ERRORS)
async def edition_observations_as(
    request: Request, publication: Publication, edition: Edition, form: Form, question: Annotated[Question, Query()]
) -> Response:
    """The same in the form that the suffix names, for programs that cannot say what they accept."""
    asked = asked_for(request, publication, edition, question.as_of)
    return await _observations(request, asked, question.model_copy(update={"format": form}), f".{form}")


async def _observations(request: Request, asked: Asked, question: Question, suffix: str) -> Response:
    form = form_of(request, question.format, FORMS)
    here = f"/v1{_EDITION}/observations{suffix}".format(
        publication=asked.edition.publication_id, edition=asked.edition.id
    )
    key = (form, here, question.model_dump_json())
    return await answered(request, asked, key, lambda: _page(asked, question, form, here))


def _page(asked: Asked, question: Question, form: str, here: str) -> Answer:
    held = observations(asked.held, question.wanted(), REQUEST_LIMITS)
    after = question.offset + held.table.num_rows
    following = _following(question, after, here) if after < held.total else None
    headers = {"X-Total-Count": str(held.total), "Content-Language": question.lang}
    if following:
        headers["Link"] = f'<{following}>; rel="next"'
    if form != "json":
        return Answer(encoded(held.table, form), TYPES[form], headers)
    content = {
        "edition": asked.edition.id,
        "status": asked.edition.record["status"],
        "total": held.total,
        "offset": question.offset,
        "next": following,
    }
    return Answer(with_rows(content, "observations", held.table), TYPES["json"], headers)


def _following(question: Question, offset: int, here: str) -> str:
    """The next page, by the id of the edition: pages of one answer never mix two editions."""
    said = question.model_dump(exclude_defaults=True, exclude={"as_of"}, mode="json") | {"offset": offset}
    return f"{here}?{urlencode(said, doseq=True)}"


@router.get(_EDITION + "/files/{path:path}", responses=_ERRORS)
def edition_file(request: Request, publication: Publication, edition: Edition, path: str) -> Response:
    """A file of an edition; only what its checksums list."""
    asked = asked_for(request, publication, edition)
    digest = asked.edition.files().get(path)
    if digest is None:
        raise UsageError("serve.file_unknown")
    headers = {"ETag": f'"{digest}"', "Cache-Control": FOREVER if asked.is_pinned else ASK_AGAIN}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return FileResponse(asked.edition.folder / path, headers=headers)


def _json(content: object) -> Answer:
    return _whole(_dumped(content))


def _whole(body: bytes) -> Answer:
    return Answer(body, TYPES["json"])


def _dumped(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, default=str).encode("utf-8")
