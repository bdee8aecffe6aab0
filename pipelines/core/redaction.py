"""Keeps the values of cells out of logs and out of what an exception says, whoever wrote the library it came from.

Wording for people does not belong here (see `errors.py` and `messages.py`).
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from pipelines.core.errors import InternalError, MesurError

_OURS = ("pipelines", "schemas")


def location_of(error: BaseException) -> str:
    """The innermost place in our own code, such as `pipelines/core/files.py:88`; never what was there."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        parts = Path(frame.filename).parts
        held = next((parts[i:] for i in range(len(parts)) if parts[i] in _OURS), None)
        if held and "site-packages" not in parts:
            return f"{'/'.join(held)}:{frame.lineno}"
    return "?"


def from_unexpected(error: BaseException) -> MesurError:
    """Our own errors as they are; any other as an `InternalError` that knows its type and its place and no more."""
    if isinstance(error, MesurError):
        return error
    return InternalError("internal.unexpected", kind=type(error).__name__, location=location_of(error))


@contextmanager
def room() -> Iterator[None]:
    """The edge of a room: what leaves the block is one of our own errors, with nothing chained to it."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 (whatever it is, its values stay here)
        raise from_unexpected(error) from None


class ValueFilter(logging.Filter):
    """Takes exceptions and stacks off a record, leaving the type and the place.

    An exception given as an argument of a message is treated alike. What a message says in plain words is the
    writer's duty: libraries that quote cells are kept quiet by `quieten`.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        found = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if isinstance(record.msg, BaseException):
            record.msg = _without_values(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_without_values(a) if isinstance(a, BaseException) else a for a in record.args)
        if found is not None:
            record.msg, record.args = f"{record.getMessage()} [{_without_values(found)}]", ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def set_up_logging(level: int = logging.WARNING) -> None:
    """Logging for the command: one plain handler on stderr behind the filter, and hooks without tracebacks."""
    handler = logging.StreamHandler()
    handler.addFilter(ValueFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.raiseExceptions = False  # a failing log call would print its arguments
    quieten()
    sys.excepthook = _tell
    threading.excepthook = lambda given: _tell(given.exc_type, given.exc_value, given.exc_traceback)


def quieten() -> None:
    """Silence loggers of libraries that put cells into their messages."""
    for name in ("pandera", "fastexcel", "duckdb"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _without_values(error: BaseException) -> str:
    return str(error) if isinstance(error, MesurError) else f"{type(error).__name__} in {location_of(error)}"


def _tell(kind: type[BaseException], error: BaseException | None, _: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    print(_without_values(error) if error else kind.__name__, file=sys.stderr)
