"""Opens the files of the specification, and says in which file and record something cannot be read.

What the records mean does not belong here (see `reading.py`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import yaml
    from _typeshed import DataclassInstance

    Kind = TypeVar("Kind", bound=DataclassInstance)


class SpecError(ValueError):
    """A file of the specification cannot be read; the message names the file and the record."""


def yaml_file(path: Path) -> Any:  # noqa: ANN401 (YAML holds anything; records give it its types)
    """The content of one YAML file (None where it is empty).

    Raises:
        SpecError: where it is no YAML, or a key stands twice in one mapping (the second would replace the first).
    """
    import yaml  # most commands find the specification as it was kept, and need no parser

    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_loader())  # noqa: S506 (safe, and in C where it can be)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise SpecError(f"{path.name}, line {line}: {error.problem}") from None
    except yaml.YAMLError as error:  # a character that YAML does not know, which has no line
        raise SpecError(f"{path.name}: {error}") from None


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    from yaml.constructor import ConstructorError

    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


@cache
def _loader() -> Any:  # noqa: ANN401 (a class that is made here)
    import yaml

    made: Any = type("SpecLoader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
    made.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
    return made


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Rows of one CSV file as text; blank cells are empty strings.

    Raises:
        SpecError: for a row with more or fewer cells than the header (a comma that is not quoted, most of the time).
    """
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        header = next(reader, [])
        rows = [(reader.line_num, row) for row in reader if row]
    for line, row in rows:
        if len(row) != len(header):
            raise SpecError(f"{path.name}, line {line}: {len(row)} cells, but the header has {len(header)}")
    return [dict(zip(header, row, strict=True)) for _, row in rows]


@contextmanager
def naming(where: str) -> Iterator[None]:
    """What goes wrong inside is said of this file and record."""
    try:
        yield
    except KeyError as error:
        raise SpecError(f"{where}: {error} is missing") from None
    except (TypeError, AttributeError, ValueError) as error:
        raise error if isinstance(error, SpecError) else SpecError(f"{where}: {error}") from None


def record(kind: type[Kind], where: str, given: Mapping[str, Any]) -> Kind:
    """A record of this kind.

    Raises:
        SpecError: naming every field that it does not have and every one that it lacks.
    """
    known = {f.name: f.default is MISSING and f.default_factory is MISSING for f in fields(kind)}
    strange = [f"{name!r} is no field of it" for name in given if name not in known]
    lacking = [f"{name!r} is missing" for name, is_needed in known.items() if is_needed and name not in given]
    if strange or lacking:
        raise SpecError(f"{where}: {'; '.join([*strange, *lacking])}")
    return kind(**given)


def named_by_file(raw: Mapping[str, Any], path: Path) -> str:
    """The id of the one record of a file, which is the file's name too, so that no two files hold the same id.

    Raises:
        SpecError: where they differ.
    """
    held = str(raw.get("id"))
    if held != path.stem:
        raise SpecError(f"{path.parent.name}/{path.name}: its id is {held!r}; an id is the name of its file")
    return held
