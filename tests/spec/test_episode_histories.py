"""Worked histories of children: what authorities report, and what the models make of it.

The histories stand in `episodes/*.yml`, one page each, in tables that a statistician can read and correct; code that
decides anything about them does not belong here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from made_histories import Row, table
from spec import render

from pipelines.core.settings import PROJECT
from schemas import Catalogue

CASES = render.cases()
read = render.read
RENDER_ANEW = "run `python tests/spec/render.py` and commit the result"


def as_text(row: Row) -> tuple[str, ...]:
    """The row as its table would write it."""
    words = {None: ".", True: "yes", False: "no"}
    return tuple(words[v] if v is None or isinstance(v, bool) else str(v) for v in row.values())


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_history_becomes_what_is_written(path: Path, catalogue: Catalogue) -> None:
    """The models make of the history what its page says, and the manual shows it as it is."""
    case = read(path)
    ran = render.run(case)
    for model, text in case["becomes"].items():
        columns = text.split("\n", 1)[0].split()
        expected = sorted(as_text(row) for row in table(text))
        assert sorted(as_text(row) for row in ran.rows(model, columns)) == expected, model
    shown = (render.MANUAL / f"{path.stem}.md").read_text(encoding="utf-8")
    assert shown == render.page(catalogue, path, ran), RENDER_ANEW


def test_the_manual_lists_every_history_and_no_other() -> None:
    assert (render.MANUAL / "index.md").read_text(encoding="utf-8") == render.index(), RENDER_ANEW
    assert sorted(p.stem for p in render.MANUAL.glob("*")) == sorted(["index", *(p.stem for p in CASES)])


def test_every_history_says_what_it_shows_and_why() -> None:
    lacking = [p.name for p in CASES if not all(read(p).get(k) for k in ("title", "why", "source", "becomes"))]
    assert lacking == []
    titles = [read(p)["title"] for p in CASES]
    assert len(set(titles)) == len(titles) >= 60


def test_every_repair_tag_is_shown_by_a_history() -> None:
    """A tag that no page of the manual shows would be a decision that nobody has looked at."""
    models = PROJECT / "dbt_project" / "models" / "episodes"
    texts = [(models / f"int_episodes__{name}.sql").read_text("utf-8") for name in ("judged", "rejected")]
    texts.append((PROJECT / "dbt_project" / "macros" / "repair.sql").read_text("utf-8"))
    written = set(re.findall(r"(?:then|else|,) '([a-z0-9_]+)'(?: as repair_tag)?\n", "\n".join(texts)))
    kinds = written & {"missing_end", "overlap"}
    tags = written - kinds - {"none"} | {f"set_aside_{kind}" for kind in kinds} | {"start_or_child_missing"}
    shown = " ".join(str(read(p)["becomes"]) for p in CASES)
    assert len(tags) >= 13
    assert [tag for tag in sorted(tags) if tag not in shown] == []
