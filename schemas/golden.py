"""Golden queries: what consumers of the mart have registered that must go on working, read and checked as a whole.

Running them does not belong here (see `pipelines/serve/golden.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from schemas import reading
from schemas.model import Text
from schemas.sources import SpecError, naming, record

FOLDER = Path(__file__).parent / "spec" / "golden_queries"


@dataclass(frozen=True)
class GoldenQuery:
    """One question of a consumer to the mart and what must hold of the answer."""

    id: str
    consumer: Text
    """Who asks, and with what."""
    question: Text
    publication: str
    sql: str
    columns: Mapping[str, str]
    """Column -> type of the engine, in this order."""
    key: tuple[str, ...]
    """Columns that tell the rows apart."""
    must_have: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Column -> ids that must stand in it."""
    tolerance: Mapping[str, float] = field(default_factory=dict)
    """Column -> percent by which a value may differ from the same row of the edition before."""


@cache
def load(folder: Path = FOLDER) -> tuple[GoldenQuery, ...]:
    """Every golden query, one to a file that bears its id.

    Raises:
        SpecError: for a file that cannot be read, or names columns that it does not declare.
    """
    return tuple(_checked(_read(path)) for path in sorted(folder.glob("*.yml")))


def _read(path: Path) -> GoldenQuery:
    held = dict(reading.yaml_file(path) or {})
    where = f"golden_queries/{path.name}"
    with naming(where):
        for name in ("consumer", "question"):
            held[name] = reading.text(held.get(name))
        held["key"] = tuple(held.get("key") or ())
        held["must_have"] = {c: tuple(map(str, ids)) for c, ids in (held.get("must_have") or {}).items()}
        return record(GoldenQuery, where, {**held, "id": path.stem})


def _checked(one: GoldenQuery) -> GoldenQuery:
    named = {*one.key, *one.must_have, *one.tolerance}
    if unknown := sorted(named - set(one.columns)):
        raise SpecError(f"golden_queries/{one.id}.yml: {', '.join(unknown)} is no column of the answer")
    if not (one.key and one.consumer.en and one.consumer.cy and one.question.en and one.question.cy):
        raise SpecError(f"golden_queries/{one.id}.yml: key, consumer and question (en, cy) are needed")
    return one
