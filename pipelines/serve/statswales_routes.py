"""A read path in the shape of the new StatsWales service, version 1: its clients work with another base address.

What a dataset is and how its rows look belong to `statswales_shape.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Annotated, Literal, TypeVar

import pyarrow as pa
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from pipelines.core.errors import UsageError
from pipelines.core.messages import say
from pipelines.serve.answers import TYPES, Answer
from pipelines.serve.exporting import encoded
from pipelines.serve.observations import MOST_ROWS
from pipelines.serve.reply import Asked, Language, answered, asked_for, language_of, room_of
from pipelines.serve.routes import TOO_LARGE
from pipelines.serve.statswales_shape import (
    LIMITS,
    Ask,
    Dataset,
    cells,
    columns,
    count,
    datasets,
    filters,
    headings,
    rows,
)

T = TypeVar("T")

router = APIRouter(prefix="/statswales/v1", tags=["StatsWales version 1"])
TOPIC = 40
"""Health and social care, as that service numbers its topics."""
_LANG = Query(alias="lang", max_length=10, description="`en`, `en-gb`, `cy` or `cy-gb`; else `Accept-Language`.")
Lang = Annotated[str | None, _LANG]
DatasetId = Annotated[str, Path(max_length=36)]
_ERRORS: dict[int | str, dict[str, object]] = {
    400: {"description": "The question cannot be understood"},
    404: {"description": "There is no such dataset"},
    503: {"description": "Too many are asking; try again in a second"},
}


class Rows(BaseModel):
    """What every route for rows takes: language, filter, order."""

    lang: str | None = Field(None, max_length=10, description="`en`, `en-gb`, `cy` or `cy-gb`; else `Accept-Language`.")
    filter: str | None = Field(None, max_length=20_000, description="JSON: `[{columnName, values}]`")
    sort_by: str | None = Field(None, max_length=2_000, description="JSON: `[{columnName, direction}]`")

    def ask(self, offset: int = 0, limit: int = LIMITS.rows) -> Ask:
        """The same in the words of the room."""
        return Ask(_filters(self.filter), _order(self.sort_by), offset, limit)


class Paged(BaseModel):
    """A page of a list."""

    lang: str | None = Field(None, max_length=10)
    page_number: int = Field(1, ge=1, lt=TOO_LARGE)
    page_size: int = Field(100, ge=1, le=MOST_ROWS)


class View(Rows):
    """A page of rows."""

    page_number: int = Field(1, ge=1, lt=TOO_LARGE)
    page_size: int = Field(100, ge=1, le=MOST_ROWS)


class File(Rows):
    """All rows, in one of the views."""

    view: Literal["formatted", "formatted_extended", "raw", "raw_extended"] = "formatted"


class OneFilter(BaseModel):
    """Rows whose column has one of the values."""

    column_name: str = Field(alias="columnName", max_length=100)
    values: list[str] = Field(max_length=500)


class OneSort(BaseModel):
    """Order by a column."""

    column_name: str = Field(alias="columnName", max_length=100)
    direction: Literal["ASC", "DESC"] = "ASC"


@router.get("/", responses=_ERRORS)
async def listed(request: Request, page: Annotated[Paged, Query()]) -> Response:
    """All datasets, page by page."""
    language = language_of(request, page.lang)
    found = [(asked, one) for asked in _latest(request) for one in datasets(asked.held)]
    first = (page.page_number - 1) * page.page_size
    data = [_item(asked, one, language) for asked, one in found[first : first + page.page_size]]
    return _json({"data": data, "count": len(found)})


@router.get("/topic", responses=_ERRORS)
async def topics(request: Request, lang: Lang = None) -> Response:
    """The one topic under which our datasets stand."""
    return _json({"children": [_topic(language_of(request, lang))]})


@router.get("/topic/{topic_id}", responses=_ERRORS)
async def topic(request: Request, topic_id: int, lang: Lang = None) -> Response:
    """What stands under the topic."""
    if topic_id != TOPIC:
        raise UsageError("serve.dataset_unknown")
    language = language_of(request, lang)
    data = [_item(asked, one, language) for asked in _latest(request) for one in datasets(asked.held)]
    told = _topic(language)
    return _json(
        {"selectedTopic": told, "children": [], "parents": [told], "datasets": {"data": data, "count": len(data)}}
    )


@router.get("/{dataset_id}", responses=_ERRORS)
async def metadata(request: Request, dataset_id: DatasetId) -> Response:
    """A dataset's metadata in both languages, with its revisions."""
    asked, one = _found(request, dataset_id)
    return await answered(request, asked, ("sw", dataset_id), lambda: _answer(_described(asked, one)))


@router.get("/{dataset_id}/view", responses=_ERRORS)
async def view(request: Request, dataset_id: DatasetId, said: Annotated[View, Query()]) -> Response:
    """A page of a dataset, with the notes joined to the values."""
    asked, one = _found(request, dataset_id)
    language = language_of(request, said.lang)
    ask = said.ask((said.page_number - 1) * said.page_size, said.page_size)
    key = ("sw", "view", dataset_id, language, repr(ask))
    return await answered(request, asked, key, lambda: _answer(_viewed(asked, one, language, (ask, said.page_number))))


def _viewed(asked: Asked, one: Dataset, language: Language, page: tuple[Ask, int]) -> dict[str, object]:
    ask, number = page
    total = count(asked.held, one, language, ask)
    return {
        "dataset": _described(asked, one),
        "current_page": number,
        "page_info": _page_info(total, ask),
        "page_size": ask.limit,
        "total_pages": math.ceil(total / ask.limit),
        "headers": [
            {"index": n, "name": name, "source_type": kind}
            for n, (name, kind) in enumerate(headings(one, language, "formatted"))
        ],
        "data": list(cells(rows(asked.held, one, language, ask), one, language, "formatted")),
    }


@router.get("/{dataset_id}/view/filters", responses=_ERRORS)
async def view_filters(request: Request, dataset_id: DatasetId, lang: Lang = None) -> Response:
    """What a view can be filtered by."""
    asked, one = _found(request, dataset_id)
    language = language_of(request, lang)
    return await answered(
        request, asked, ("sw", "filters", dataset_id, language), lambda: _answer(filters(asked.held, one, language))
    )


@router.get("/{dataset_id}/download/{form}", responses=_ERRORS)
async def download(
    request: Request,
    dataset_id: DatasetId,
    form: Literal["json", "csv", "xlsx"],
    said: Annotated[File, Query()],
) -> Response:
    """A dataset as a file."""
    asked, one = _found(request, dataset_id)
    language = language_of(request, said.lang)
    ask = said.ask()

    def make() -> Answer:
        names = [name for name, _ in headings(one, language, said.view)]
        body = list(cells(rows(asked.held, one, language, ask), one, language, said.view))
        held = list(zip(*body, strict=True)) if body else [() for _ in names]
        table = pa.table([pa.array(c, pa.string()) for c in held], names=names)
        name = {"Content-Disposition": f'attachment; filename="{one.id}.{form}"'}
        return Answer(encoded(table, form), TYPES[form], name)

    return await answered(request, asked, ("sw", "file", one.id, language, form, said.view, repr(ask)), make)


def _latest(request: Request) -> list[Asked]:
    return [asked_for(request, name, "latest") for name in room_of(request).published.publications()]


def _found(request: Request, dataset_id: str) -> tuple[Asked, Dataset]:
    for asked in _latest(request):
        for one in datasets(asked.held):
            if one.id == dataset_id.lower():
                return asked, one
    raise UsageError("serve.dataset_unknown")


def _item(asked: Asked, one: Dataset, language: Language) -> dict[str, object]:
    editions = asked.room.published.editions(asked.edition.publication_id)
    return {
        "id": one.id,
        "title": one.title[language],
        "first_published_at": _moment(editions[-1].record),
        "last_updated_at": _moment(asked.edition.record),
        "archived_at": None,
    }


def _described(asked: Asked, one: Dataset) -> dict[str, object]:
    editions = asked.room.published.editions(asked.edition.publication_id)
    span = asked.held.rows("SELECT min(start_date) AS a, max(end_date) AS b FROM dim_period").to_pylist()[0]
    revisions = [_revision(one, e.record) for e in reversed(editions)]
    return {
        "id": one.id,
        "first_published_at": _moment(editions[-1].record),
        "start_date": str(span["a"]),
        "end_date": str(span["b"]),
        "published_revision": revisions[-1],
        "revisions": revisions,
        "dimensions": list(_dimensions(one)),
    }


def _dimensions(one: Dataset) -> Iterator[dict[str, object]]:
    """Every column but the values, with its name in both languages."""
    names = {lang: columns(one, lang)[1:] for lang in ("en", "cy")}
    for n, column in enumerate(names["en"]):
        told = [{"language": lang, "name": held[n].name} for lang, held in names.items()]
        yield {"factTableColumn": column.reference, "metadata": told}


def _revision(one: Dataset, record: dict[str, object]) -> dict[str, object]:
    before = record["previous_edition"]
    return {
        "id": f"{one.publication_id}/{record['edition']}",
        "revision_index": record["sequence"],
        "dataset_id": one.id,
        "previous_revision_id": before and f"{one.publication_id}/{before}",
        "publish_at": _moment(record),
        "metadata": [
            {
                "language": lang,
                "title": one.title[lang],
                "rounding_description": say("serve.sw.rounding", lang),
            }
            for lang in ("en", "cy")
        ],
        "rounding_applied": True,
        "topics": [_topic("en")],
    }


def _topic(language: str) -> dict[str, object]:
    names = {lang: say("serve.sw.topic", lang) for lang in ("en", "cy")}
    return {
        "id": TOPIC,
        "path": str(TOPIC),
        "name": names[language],
        "name_en": names["en"],
        "name_cy": names["cy"],
    }


def _moment(record: dict[str, object]) -> str:
    return f"{record['date']}T09:30:00Z"


def _page_info(total: int, ask: Ask) -> dict[str, int]:
    return {
        "total_records": total,
        "start_record": min(ask.offset + 1, total),
        "end_record": min(ask.offset + ask.limit, total),
    }


def _filters(said: str | None) -> dict[str, list[str]]:
    return {one.column_name: one.values for one in _parsed(said, TypeAdapter(list[OneFilter]), "filter")}


def _order(said: str | None) -> list[tuple[str, bool]]:
    return [(one.column_name, one.direction == "DESC") for one in _parsed(said, TypeAdapter(list[OneSort]), "sort_by")]


def _parsed(said: str | None, kind: TypeAdapter[list[T]], name: str) -> list[T]:
    if not said:
        return []
    try:
        return kind.validate_json(said)
    except ValidationError:
        raise UsageError("serve.bad_parameter", names=name) from None


def _answer(content: object) -> Answer:
    return Answer(json.dumps(content, ensure_ascii=False).encode("utf-8"), TYPES["json"])


def _json(content: object) -> Response:
    made = _answer(content)
    return Response(made.body, media_type=made.media_type)
