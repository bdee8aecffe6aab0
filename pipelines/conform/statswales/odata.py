"""The old open-data service: JSON pages of rows, each page naming the next.

Joining pages and judging whether one is missing belong to `pages.py`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from urllib.parse import unquote

from pipelines.conform.statswales.flat import Columns, flat_frame, is_flat, row_keys
from pipelines.conform.statswales.records import ODATA, Found, Page, RawTable

_DATASET = re.compile(r"#(\w{3,60})$")
_TOKEN_PART = re.compile(r"[A-Za-z0-9+/_]{8,}[-=]{0,2}")


def is_page(content: object) -> bool:
    """True for the JSON object of one OData page of figures (not of metadata, which has no data column)."""
    if not isinstance(content, Mapping) or not isinstance(content.get("value"), list):
        return False
    rows = content["value"]
    marked = "odata.metadata" in content or "@odata.context" in content
    return (marked and not rows) or any(isinstance(row, Mapping) and is_flat(list(row)) for row in rows[:5])


def read_page(content: Mapping[str, object]) -> RawTable:
    """One page as a table. Numbers were read as text, so a value that came as 65, 65.0 or "65" is told as it came."""
    rows = [row for row in content["value"] if isinstance(row, Mapping)]  # type: ignore[attr-defined]
    n_odd = len(content["value"]) - len(rows)  # type: ignore[arg-type]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns: Columns = {name: [as_text(row.get(name)) for row in rows] for name in names}
    frame, dimensions = flat_frame(columns)
    said = str(content.get("odata.metadata") or content.get("@odata.context") or "")
    dataset = _DATASET.search(said)
    return RawTable(
        generation=ODATA,
        frame=frame,
        dimensions=dimensions,
        dataset_id=dataset.group(1).lower() if dataset else None,
        page=_page(content, row_keys(columns)),
        found=(Found("SW19", cause="a row is not a record"),) * n_odd,
    )


def as_text(value: object) -> str | None:
    """A JSON value as text: null stays null, everything else as it would be written."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | list | dict) else str(value)


def _page(content: Mapping[str, object], keys: list[int] | None) -> Page:
    link = content.get("odata.nextLink") or content.get("@odata.nextLink")
    return Page(
        first=min(keys) if keys else None,
        last=max(keys) if keys else None,
        next_first=_position(str(link)) if link else None,
        has_next=bool(link),
    )


def _position(link: str) -> int | None:
    """Row key that the next page begins with: the service packs it, in base 64, in the link's skip token."""
    token = unquote(link).partition("skiptoken=")[2]
    for part in _TOKEN_PART.findall(token):
        body = part.rstrip("-=")
        try:
            text = base64.b64decode(body + "=" * (-len(body) % 4)).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            continue
        if text.isdigit():
            return int(text)
    return None
