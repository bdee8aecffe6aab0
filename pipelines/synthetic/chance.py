"""Reproducible chance: the same words give the same sequence on every machine.

Anything secret does not belong here: these numbers can be foretold.
"""

from __future__ import annotations

from random import Random


def chance(*words: object) -> Random:
    """A generator that is seeded by the words."""
    return Random(":".join(map(str, words)))  # noqa: S311 - reproducible on purpose, protects nothing
