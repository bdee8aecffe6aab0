"""The manual of worked histories: each page of `episodes/` as Markdown with a timeline, what was reported, what it
becomes and what it counts in. `python tests/spec/render.py` writes `docs/manual/` anew.

What a history should become does not belong here: the pages show what the tests hold.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

if __name__ == "__main__":  # as pytest does it (pyproject.toml)
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import yaml
from made_histories import CARDIFF, Engine, Row, Submission, engine, items, table
from spec.timeline import Bar, draw

from pipelines.core.periods import Period
from pipelines.core.settings import PROJECT
from schemas import Catalogue, load
from schemas.derive.markdown import grid

HISTORIES = Path(__file__).parent / "episodes"
MANUAL = PROJECT / "docs" / "manual"
TABLES = {"children": "child", "episodes": "episode"}
NOT_A_TABLE = {"period", "return", "authority", "system"}
DEFAULT_POLICY = "end_early"
INTRO = (
    "Histories of made-up children: what authorities report, and what the models make of it. Every page is a test "
    "(`tests/spec/episodes`), so that what it says is what the build does. A statistician can read and correct these "
    "pages without knowing SQL: the tables are written as they stand here.",
    "In the timelines `[` is the first day, `)` the day on which it is over (no longer in care on that day), and `>` "
    "says that it goes on.",
)


def cases() -> list[Path]:
    """Every history, in order of its number."""
    return sorted(HISTORIES.glob("*.yml"))


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def submissions(case: dict) -> list[Submission]:
    """What the authorities of a history sent."""
    return [
        Submission(
            period_id=report["period"],
            authority_code=report.get("authority", CARDIFF),
            return_id=report.get("return", "lac_census"),
            system=report.get("system"),
            tables={TABLES.get(k, k): items(table(v)) for k, v in report.items() if k not in NOT_A_TABLE},
        )
        for report in case["reports"]
    ]


def manual() -> dict[str, str]:
    """File name -> text of every page and of the index."""
    catalogue = load()
    pages = {f"{path.stem}.md": page(catalogue, path, run(read(path))) for path in cases()}
    return {"index.md": index(), **pages}


def run(case: dict) -> Engine:
    """The project's models over a history, under the repair policy that it names."""
    ran = engine(case.get("policy", DEFAULT_POLICY))
    ran.run(submissions(case))
    return ran


def index() -> str:
    """The list of histories."""
    rows = ((f"[{path.stem[:2]}]({path.stem}.md)", read(path)["title"], read(path)["source"]) for path in cases())
    head = ["# Manual of worked histories", "", *(line for text in INTRO for line in (text, ""))]
    return _text([*head, *grid(["Page", "What it shows", "Source"], rows)])


def page(catalogue: Catalogue, path: Path, ran: Engine) -> str:
    """One history, from what was reported to the measures it counts in; `ran` holds the models over it."""
    case = read(path)
    policy = case.get("policy", DEFAULT_POLICY)
    bars, until = _bars(case, ran)
    lines = [f"# {path.stem[:2]}. {case['title']}", "", " ".join(case["why"].split()), ""]
    lines += [f"- Source: {case['source']}", f"- Repair policy: `{policy}`", "- [All histories](index.md)", ""]
    lines += ["## Timeline", "", "```text", draw(bars, until), "```", ""] if bars else []
    lines += ["## What was reported", "", *_reported(catalogue, case)]
    lines += ["## What it becomes", "", *_becomes(case)]
    lines += ["## What it counts in", "", *_measures(catalogue, ran)]
    return _text(lines)


def _bars(case: dict, ran: Engine) -> tuple[list[Bar], list[date]]:
    """Lines for what was reported, what was set aside, what stands after repair and the periods of care."""
    sent = submissions(case)
    several = len({s.authority_code for s in sent}) > 1
    bars = [
        Bar(f"reported {s.period_id} {_who(s.authority_code, row, several)}", start, _day(row, "end"), _what(row))
        for s in sent
        for row in s.tables.get("episode", [])
        if (start := _day(row, "start"))
    ]
    for model, word, columns in (
        ("int_episodes__rejected", "set aside", ("episode_start_date", "episode_end_date", "repair_tag")),
        ("int_episodes__repaired", "repaired", ("episode_start_date", "episode_end_date", "repair_tag")),
        ("epi_periods_of_care", "in care", ("care_start_date", "care_end_date", "is_short_break")),
    ):
        for row in ran.rows(model, ("authority_code", "child_id", *columns)):
            authority, child, start, end, tag = row.values()
            if isinstance(start, date):
                name = f"{word} {_who(str(authority), {'child_id': child}, several)}"
                bars.append(Bar(name, start, end if isinstance(end, date) else None, _tag(tag)))
    return _in_order(bars), [Period(s.period_id).end for s in sent]


def _in_order(bars: Iterable[Bar]) -> list[Bar]:
    words = ("reported", "set aside", "repaired", "in care")
    return sorted(bars, key=lambda b: (next(n for n, w in enumerate(words) if b.name.startswith(w)), b.name, b.start))


def _who(authority: str, row: Row, several: bool) -> str:
    return f"{load().authorities[authority].name.en} {row['child_id']}" if several else str(row["child_id"])


def _day(row: Row, which: str) -> date | None:
    day = row.get(f"episode_{which}_date")
    return day if isinstance(day, date) else None


def _what(row: Row) -> str:
    return " ".join(str(row[c]) for c in ("placement_code", "legal_status_code") if row.get(c))


def _tag(tag: object) -> str:
    """A repair tag as it is; a flag as a word."""
    return {"none": "", True: "short break", False: ""}.get(tag, str(tag))  # type: ignore[call-overload]


def _reported(catalogue: Catalogue, case: dict) -> Iterator[str]:
    for report in case["reports"]:
        name = catalogue.authorities[report.get("authority", CARDIFF)].name.en
        title = catalogue.returns[report.get("return", "lac_census")].title.en
        yield f"**{name}, {report['period']}** ({title})"
        yield ""
        for key, text in report.items():
            if key not in NOT_A_TABLE:
                yield from (f"`{TABLES.get(key, key)}`", "")
                yield from _as_grid(text)


def _becomes(case: dict) -> Iterator[str]:
    for model, text in case["becomes"].items():
        yield from (f"`{model}`", "")
        if len(text.strip().splitlines()) == 1:
            yield from ("No rows.", "")
        else:
            yield from _as_grid(text)


def _as_grid(text: str) -> Iterator[str]:
    lines = [re.split(r"\s+", line.strip()) for line in text.strip().splitlines()]
    yield from grid(lines[0], (["" if cell == "." else cell for cell in line] for line in lines[1:]))


def _measures(catalogue: Catalogue, ran: Engine) -> Iterator[str]:
    """Counts above zero by authority and period: what the build would hold before disclosure control."""
    columns = ("area_code", "measure_id", "period_id", "numerator", "unit", "area_type", "breakdown_id")
    counted: dict[tuple[str, str], dict[str, object]] = {}
    for row in ran.rows("measure_cells", columns):
        area, measure, period, n, *kind = row.values()
        if kind == ["count", "authority", "total"] and n:
            counted.setdefault((str(area), str(measure)), {})[str(period)] = n
    if not counted:
        yield "Nothing: no measure counts a child of this history."
        return
    periods = sorted({period for by_period in counted.values() for period in by_period})
    yield from grid(
        ["Authority", "Measure", "", *periods],
        (
            (catalogue.authorities[area].name.en, f"`{measure}`", catalogue.measures[measure].title.en,
             *(by_period.get(period, 0) for period in periods))
            for (area, measure), by_period in counted.items()
        ),
    )  # fmt: skip


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def write() -> None:
    """The manual on disk; pages of histories that are no more are removed."""
    MANUAL.mkdir(parents=True, exist_ok=True)
    pages = manual()
    for left in MANUAL.glob("*.md"):
        if left.name not in pages:
            left.unlink()
    for name, text in pages.items():
        (MANUAL / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
