"""The wording of messages to people, read from the specification in both languages.

The rest of the catalogue does not belong here: a broken rule must not keep an error from being told.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from pipelines.core.errors import Messages
from schemas import catalogue, keeping, reading


@cache
def load() -> Messages:
    """Every message by key, in both languages."""
    return keeping.kept("messages", catalogue.SPEC, lambda: reading.messages(catalogue.SPEC))


def say(key: str, language: str, /, **params: str | int) -> str:
    """One message with its placeholders filled; a key that has no wording is shown as it is, for a missing label must
    not cost anybody the rest of a report (a test finds those keys first)."""
    worded = load().get(key)
    return worded[language].format(**params) if worded else key


def day(one: date, language: str) -> str:
    """A day as people write it: `24 May 2019`, `24 Mai 2019`."""
    return f"{one.day} {say('publish.months', language).split()[one.month - 1]} {one.year}"
