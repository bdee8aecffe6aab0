"""Many copies of the specification, each with a word or two that differ: what is the same in all is parsed once.

What a word must be does not belong here.
"""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import yaml

PARSED: dict[str, bytes] = {}
"""Text of a YAML file -> what it holds, packed, so that every reader gets its own."""
parse = yaml.load


def _load(text: str, Loader: Any) -> Any:  # noqa: N803 (as the library has it)
    if Loader.__name__ != "SpecLoader":
        return parse(text, Loader=Loader)
    if text not in PARSED:
        PARSED[text] = pickle.dumps(parse(text, Loader=Loader))
    return pickle.loads(PARSED[text])


@pytest.fixture(autouse=True)
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that was parsed before, by the reader of the specification, is not parsed again."""
    monkeypatch.setattr(yaml, "load", _load)
