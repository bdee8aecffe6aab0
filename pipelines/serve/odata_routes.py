"""An OData 4.0 feed over published editions, read-only, for Excel, Power BI and other clients.

The entity sets and the options of a query belong to `odata_model.py` and `odata_query.py`.
"""

from __future__ import annotations

import json
import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request, Response

from pipelines.core.errors import UsageError
from pipelines.serve.answers import TYPES, Answer, accepted
from pipelines.serve.exporting import with_rows
from pipelines.serve.odata_model import EntitySet, entity_sets, metadata, service_document
from pipelines.serve.odata_query import PAGE, Options, filtered, understood
from pipelines.serve.querying import Limits
from pipelines.serve.reply import Asked, Language, answered, asked_for

PREFIX = "/odata/v4"
VERSION = {"OData-Version": "4.0"}
LIMITS = Limits(rows=PAGE, seconds=10)
_JSON = "application/json;odata.metadata=minimal;charset=utf-8"
_PATH = "/{publication}/{edition}/{lang}"
_KEY = re.compile(r"\s*(?:(\w+)\s*=\s*)?'((?:[^']|'')*)'\s*")
_ERRORS: dict[int | str, dict[str, object]] = {
    400: {"description": "An option cannot be understood"},
    404: {"description": "There is no such publication, edition, entity set or entity"},
    406: {"description": "The feed speaks JSON, and XML for $metadata"},
    501: {"description": "An option or function that this feed does not support"},
    503: {"description": "Too many are asking; try again in a second"},
}
Publication = Annotated[str, Path(examples=["children-looked-after"], max_length=100)]
Edition = Annotated[str, Path(examples=["latest"], max_length=40, description="The id of an edition, or `latest`.")]

router = APIRouter(prefix=PREFIX + _PATH, tags=["OData 4.0"])


@router.get("", include_in_schema=False)
@router.get("/", responses=_ERRORS)
async def service(request: Request, publication: Publication, edition: Edition, lang: Language) -> Response:
    """The service document: which entity sets there are."""
    asked = asked_for(request, publication, edition)
    _refuse_other_than_json(request)
    root = _root(request, asked, lang)
    return await answered(
        request, asked, ("odata", root), lambda: _answer(service_document(entity_sets(asked.held, lang), root))
    )


@router.get("/$metadata", responses=_ERRORS)
async def described(request: Request, publication: Publication, edition: Edition, lang: Language) -> Response:
    """The entity types and sets (CSDL, XML)."""
    asked = asked_for(request, publication, edition)
    return await answered(
        request,
        asked,
        ("odata", "$metadata", lang),
        lambda: Answer(metadata(entity_sets(asked.held, lang)), TYPES["xml"], VERSION),
    )


@router.get("/{resource}", responses=_ERRORS)
async def entities(
    request: Request, publication: Publication, edition: Edition, lang: Language, resource: str
) -> Response:
    """Entities of a set (`Observations`), or one of them by its key (`Measures('CLA_STOCK')`)."""
    asked = asked_for(request, publication, edition)
    _refuse_other_than_json(request)
    name, _, key = resource.partition("(")
    root, said, page = _root(request, asked, lang), _options(request), _page_size(request)

    def make() -> Answer:
        one = _set(asked, lang, name)
        if key:
            return _one(asked, one, key, root)
        return Answer(_collection(asked, one, (root, said), page), _JSON, VERSION)

    return await answered(request, asked, ("odata", root, resource, tuple(sorted(said.items())), page), make)


@router.get("/{resource}/$count", responses=_ERRORS)
async def counted(
    request: Request, publication: Publication, edition: Edition, lang: Language, resource: str
) -> Response:
    """How many entities a set (after `$filter`) has, as plain text."""
    asked = asked_for(request, publication, edition)
    said = _options(request)

    def make() -> Answer:
        one = _set(asked, lang, resource)
        where, bound = filtered(said.get("$filter", ""), one)
        return Answer(str(_count(asked, one, where, bound)).encode(), "text/plain; charset=utf-8", VERSION)

    return await answered(request, asked, ("odata", "count", lang, resource, said.get("$filter", "")), make)


def _collection(asked: Asked, one: EntitySet, where_from: tuple[str, dict[str, str]], page: int) -> bytes:
    root, said = where_from
    options = understood(said, one, page)
    shown = f"({','.join(options.columns)})" if options.columns != one.names else ""
    content: dict[str, object] = {"@odata.context": f"{root}/$metadata#{one.name}{shown}"}
    n_all = _count(asked, one, options.where, options.bound)
    if options.is_counted:
        content["@odata.count"] = n_all
    sql = (
        f"SELECT {', '.join(options.columns)} FROM {one.table} {options.where} {options.order} "
        f"LIMIT {options.limit:d} OFFSET {options.offset:d}"
    )
    content["value"] = None
    if options.left != 0 and options.offset + options.limit < n_all:
        content["@odata.nextLink"] = f"{root}/{one.name}?{urlencode(_following(said, options))}"
    return with_rows(content, "value", asked.held.rows(sql, options.bound, LIMITS))


def _following(said: dict[str, str], options: Options) -> dict[str, str]:
    """The same question, further on; `$skip` and `$top` stay those of the first page, as the standard has it."""
    done = int(said.get("$skiptoken", "0")) + options.limit
    return {**said, "$skiptoken": str(done)}


def _count(asked: Asked, one: EntitySet, where: str, bound: tuple[object, ...]) -> int:
    return int(asked.held.rows(f"SELECT count(*) AS n FROM {one.table} {where}", bound, LIMITS)["n"][0].as_py())


def _one(asked: Asked, one: EntitySet, key: str, root: str) -> Answer:
    values = _key(key, one)
    where = " AND ".join(f"{name} = ?" for name in one.key)
    sql = f"SELECT {', '.join(one.names)} FROM {one.table} WHERE {where}"
    found = asked.held.rows(sql, [values[name] for name in one.key], LIMITS).to_pylist()
    if not found:
        raise UsageError("serve.entity_unknown")
    return _answer({"@odata.context": f"{root}/$metadata#{one.name}/$entity", **found[0]})


def _key(text: str, one: EntitySet) -> dict[str, str]:
    """The values of a key as they stand between the brackets: `'CLA_STOCK'` or `name='value',…`."""
    if not text.endswith(")"):
        raise UsageError("serve.entity_unknown")
    inner, found, at = text[:-1], dict[str, str](), 0
    while match := _KEY.match(inner, at):
        name = match[1] or (one.key[0] if len(one.key) == 1 else "")
        found[name] = match[2].replace("''", "'")
        at = match.end() + 1
        if inner[match.end() : at] != ",":
            break
    if set(found) != set(one.key) or at <= len(inner):
        raise UsageError("serve.entity_unknown")
    return found


def _set(asked: Asked, lang: str, name: str) -> EntitySet:
    held = entity_sets(asked.held, lang)
    if name not in held:
        raise UsageError("serve.entity_unknown")
    return held[name]


def _root(request: Request, asked: Asked, lang: str) -> str:
    """The address of the service, by the id of the edition: links that a client follows stay with it."""
    base = str(request.base_url).rstrip("/")
    return f"{base}{PREFIX}/{asked.edition.publication_id}/{asked.edition.id}/{lang}"


def _options(request: Request) -> dict[str, str]:
    """The options that begin with `$`; others are the client's own and mean nothing here."""
    return {name: value for name, value in request.query_params.items() if name.startswith("$")}


def _page_size(request: Request) -> int:
    """What the client prefers (`Prefer: odata.maxpagesize=…`), as far as we allow."""
    found = re.search(r"(?:odata\.)?maxpagesize=(\d{1,6})", request.headers.get("prefer", ""))
    return min(PAGE, max(1, int(found[1]))) if found else PAGE


def _refuse_other_than_json(request: Request) -> None:
    if accepted(request.headers.get("accept", ""), {"json": TYPES["json"]}) is None:
        raise UsageError("serve.not_acceptable", allowed=TYPES["json"])


def _answer(content: object) -> Answer:
    return Answer(json.dumps(content, ensure_ascii=False, default=str).encode("utf-8"), _JSON, VERSION)
