"""The one tree of errors: a message key, a place, parameters, and the exit code of the command.

The wording does not belong here (it lies in the specification, in both languages), and neither does any value of a
cell: parameters are counts, ids, and names of files, columns and rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar

from schemas.model import Text

FINE, FOUND, USAGE, UNREADABLE, REFUSED, INTERNAL = range(6)
"""Exit codes of the command. `FOUND`: it found what it was asked to look for (faults, a disclosure)."""

Messages = Mapping[str, Text]


@dataclass(frozen=True)
class Place:
    """Where something was found; parts that are not known stay None. `row` is the 1-based data row."""

    file: str | None = None
    sheet: str | None = None
    table: str | None = None
    row: int | None = None
    item: str | None = None

    def parts(self) -> dict[str, str]:
        """The parts that are known, from the outermost to the innermost."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.parts().items())


NOWHERE = Place()


class MesurError(Exception):
    """What went wrong, by message key. Raise one of the subclasses; `str()` names key and place only."""

    exit_code: ClassVar[int] = INTERNAL

    def __init__(self, key: str, /, place: Place = NOWHERE, **params: str | int) -> None:
        super().__init__(key)
        self.key = key
        self.place = place
        self.params = params

    def __str__(self) -> str:
        return f"{self.key} ({self.place})" if self.place.parts() else self.key


class UsageError(MesurError):
    """The command was used in a way it does not know."""

    exit_code = USAGE


class UnreadableError(MesurError):
    """Something given cannot be read at all."""

    exit_code = UNREADABLE


class RefusedError(MesurError):
    """Policy forbids it: a contradiction with what was claimed, a disclosure, an edition that exists."""

    exit_code = REFUSED


class BusyError(RefusedError):
    """Another process holds what is needed."""


class InternalError(MesurError):
    """A mistake of ours, or a machine that fails (disk full); never the sender's."""

    exit_code = INTERNAL


def what(error: MesurError, messages: Messages, language: str) -> str:
    """The first sentence: what was found and what is allowed."""
    if error.key not in messages:
        return messages["message.unknown"][language].format(key=error.key)
    return _filled(messages[error.key][language], error)


def where(error: MesurError, messages: Messages, language: str) -> str:
    """The place in words, e.g. `file a.csv, row 12`; empty where none is known."""
    parts = error.place.parts().items()
    return ", ".join(messages[f"place.{name}"][language].format(value=value) for name, value in parts)


def what_to_do(error: MesurError, messages: Messages, language: str) -> str:
    """The next act; empty where the key has none."""
    said = messages.get(f"{error.key}.do")
    return _filled(said[language], error) if said else ""


def render(error: MesurError, messages: Messages, language: str) -> str:
    """The whole message, one line each for what, where and what to do."""
    lines = [what(error, messages, language)]
    if place := where(error, messages, language):
        lines.append(messages["message.where"][language].format(place=place))
    if act := what_to_do(error, messages, language):
        lines.append(messages["message.do"][language].format(text=act))
    return "\n".join(lines)


def as_record(error: MesurError, messages: Messages, language: str) -> dict[str, object]:
    """The same for machines (`--json`)."""
    return {
        "error": error.key,
        "exit_code": error.exit_code,
        "what": what(error, messages, language),
        "where": error.place.parts(),
        "what_to_do": what_to_do(error, messages, language),
    }


def _filled(wording: str, error: MesurError) -> str:
    try:
        return wording.format(**error.params)
    except (KeyError, IndexError, ValueError):
        return wording  # a parameter forgotten by the one who raised must not hide the message itself
