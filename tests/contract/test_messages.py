"""Every message that code can raise or say is worded, in both languages, with what its wording needs.

The wording itself does not belong here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from pipelines.core import messages
from pipelines.core.settings import PROJECT

SAYING = {"say", "tell", "progress"}
NOT_PARAMETERS = {"place"}


def spoken() -> Iterator[tuple[str, str, set[str], bool]]:
    """(where, key, parameters given, whether it is an error) of every literal key in the rooms."""
    for path in sorted((PROJECT / "pipelines").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            key = node.args[0]
            is_error = name.endswith("Error") and name not in ("OSError", "ValueError", "KeyError", "TypeError")
            if not (is_error or name in SAYING) or not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                continue
            if not re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)+", key.value) or any(k.arg is None for k in node.keywords):
                continue
            given = {k.arg for k in node.keywords if k.arg} - NOT_PARAMETERS
            yield f"{path.relative_to(PROJECT)}:{node.lineno}", key.value, given, is_error


def needed(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)[^}]*\}", text))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", re.sub(r"\{[^}]*\}", " ", text))


def test_every_key_has_its_wording_and_its_parameters() -> None:
    said, faults = messages.load(), []
    for where, key, given, is_error in spoken():
        wordings = [said[k] for k in (key, f"{key}.do") if k in said]
        if key not in said:
            faults.append(f"{where}: {key} has no wording")
        elif is_error and f"{key}.do" not in said:
            faults.append(f"{where}: {key} does not say what to do")
        missing = set().union(*(needed(text.en) | needed(text.cy) for text in wordings)) - given
        if missing:
            faults.append(f"{where}: {key} lacks {sorted(missing)}")
    assert not faults, "\n".join(faults)


def test_the_search_finds_what_is_there() -> None:
    found = {key for _, key, _, _ in spoken()}
    assert {"file.too_large", "key.wrong", "ledger.unknown_submission", "lock.waiting"} <= found


def test_both_languages_have_the_same_placeholders() -> None:
    for key, text in messages.load().items():
        assert text.en, key
        assert text.cy, key
        assert needed(text.en) == needed(text.cy), key


def test_welsh_is_not_english() -> None:
    same = [k for k, t in messages.load().items() if t.en == t.cy and len(words(t.en)) > 2]
    assert same == []


def test_no_wording_without_a_use_in_core_and_landing() -> None:
    source = "\n".join(p.read_text("utf-8") for p in sorted(Path(PROJECT, "pipelines").rglob("*.py")))
    ours = ("settings.", "period.", "file.", "folder.", "ledger.", "key.", "lock.", "database.", "internal.")
    keys = [k for k in messages.load() if k.startswith(ours) and not k.endswith(".do")]
    assert [k for k in keys if f'"{k}"' not in source] == []
