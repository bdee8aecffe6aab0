"""The pages for people: the overview and the explorer, in each language.

What a page shows belongs to `overview.py` and `explore.py`.
"""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from pipelines.serve.answers import TYPES, Answer
from pipelines.serve.explore import explore
from pipelines.serve.overview import overview
from pipelines.serve.reply import Language, answered, asked_for, language_of, room_of

router = APIRouter()


@router.get("/", include_in_schema=False)
def entrance(request: Request) -> RedirectResponse:
    """The page in the language the reader prefers."""
    return RedirectResponse(f"/{language_of(request)}")


@router.get("/{lang}", include_in_schema=False, response_class=HTMLResponse)
async def home(request: Request, lang: Language) -> HTMLResponse:
    """Publications, their headline figures and editions, on one page."""
    room = room_of(request)
    return HTMLResponse(await to_thread.run_sync(overview, room, lang, limiter=room.workers))


class Chosen(BaseModel):
    """The fields of the form."""

    measure: str = Field("", max_length=80)
    breakdown: str = Field("", max_length=80)
    area: str = Field("", max_length=80)


@router.get("/{lang}/{publication}/explore", include_in_schema=False)
async def explorer(request: Request, lang: Language, publication: str, chosen: Annotated[Chosen, Query()]) -> Response:
    """One measure of the latest edition as a table."""
    asked, said = asked_for(request, publication, "latest"), chosen.model_dump()
    key = ("explore", lang, *said.values())
    return await answered(request, asked, key, lambda: Answer(explore(asked, lang, said), TYPES["html"]))
