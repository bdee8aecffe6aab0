"""Worked histories of children: what authorities report, and what the models make of it.

The histories stand in `episodes/*.yml`, one page each, in tables that a statistician can read and correct; code that
decides anything about them does not belong here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from made_histories import CARDIFF, Row, Submission, engine, items, table

from pipelines.core.settings import PROJECT

CASES = sorted((Path(__file__).parent / "episodes").glob("*.yml"))
TABLES = {"children": "child", "episodes": "episode"}
NOT_A_TABLE = {"period", "return", "authority"}


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def submissions(case: dict) -> list[Submission]:
    return [
        Submission(
            period_id=report["period"],
            authority_code=report.get("authority", CARDIFF),
            return_id=report.get("return", "lac_census"),
            tables={TABLES.get(k, k): items(table(v)) for k, v in report.items() if k not in NOT_A_TABLE},
        )
        for report in case["reports"]
    ]


def as_text(row: Row) -> tuple[str, ...]:
    """The row as its table would write it."""
    words = {None: ".", True: "yes", False: "no"}
    return tuple(words[v] if v is None or isinstance(v, bool) else str(v) for v in row.values())


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_history_becomes_what_is_written(path: Path) -> None:
    case = read(path)
    ran = engine(case.get("policy", "end_early"))
    ran.run(submissions(case))
    for model, text in case["becomes"].items():
        columns = text.split("\n", 1)[0].split()
        expected = sorted(as_text(row) for row in table(text))
        assert sorted(as_text(row) for row in ran.rows(model, columns)) == expected, model


def test_every_history_says_what_it_shows_and_why() -> None:
    lacking = [p.name for p in CASES if not all(read(p).get(k) for k in ("title", "why", "source", "becomes"))]
    assert lacking == []
    titles = [read(p)["title"] for p in CASES]
    assert len(set(titles)) == len(titles) >= 25


def test_every_repair_tag_is_shown_by_a_history() -> None:
    """A tag that no page of the manual shows would be a decision that nobody has looked at."""
    models = PROJECT / "dbt_project" / "models" / "episodes"
    texts = [(models / f"int_episodes__{name}.sql").read_text("utf-8") for name in ("judged", "decided", "rejected")]
    written = set(re.findall(r"(?:then|else|,) '([a-z0-9_]+)'(?: as repair_tag)?\n", "\n".join(texts)))
    kinds = written & {"missing_end", "overlap"}
    tags = written - kinds - {"none"} | {f"set_aside_{kind}" for kind in kinds} | {"start_or_child_missing"}
    shown = " ".join(str(read(p)["becomes"]) for p in CASES)
    assert len(tags) >= 13
    assert [tag for tag in sorted(tags) if tag not in shown] == []
