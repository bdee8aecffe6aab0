"""What the service answers about an edition: every figure of every answer is held against the ledger.

Asking does not belong here; an answer comes as the bytes that a reader would get.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.audit.reading.keyed import OTHER_NAMES
from pipelines.audit.verifier import tables, texts
from pipelines.audit.verifier.grids import Cell, Code, Grid
from pipelines.audit.verifier.grids import check as check_grid
from pipelines.audit.verifier.ledger import KEY, Ledger, Numbers, plain
from pipelines.audit.verifier.records import Findings

OF_ANSWERS = texts.OF_FILES | {
    "sort_order", "offset", "total", "count", "index", "current_page", "page_size", "page_info", "total_pages",
    "revision_index", "@odata.count", "odata", "topics", "selectedTopic", "parents", "children", "edition_sequence",
    "series_segment", "rounding_base",
}  # fmt: skip
"""Parts of an answer whose numbers count rows, pages and places in an order."""
CODES = {"la3"}
"""Parts that are codes, whatever their digits."""
ROWS = (*KEY[:3], "value")


@dataclass(frozen=True)
class Answer:
    """One answer of the service."""

    asked: str
    status: int
    media_type: str
    body: bytes

    @property
    def name(self) -> str:
        """What was asked, without the host."""
        return self.asked.split("?", 1)[0]


@dataclass(frozen=True)
class _Against:
    """What an answer is held against."""

    ledger: Ledger
    loose: Numbers
    findings: Findings


def check(ledger: Ledger, answers: Iterable[Answer], loose: Numbers, findings: Findings) -> tuple[int, int]:
    """Hold all answers against the ledger; (how many answers, how many figures with their key)."""
    against, n_answers, n_held = _Against(ledger, loose, findings), 0, 0
    for answer in answers:
        n_answers += 1
        reader = next((read for kind, read in READERS.items() if answer.media_type.startswith(kind)), None)
        if reader is None or answer.status != 200:
            findings.add("unreadable_answer", answer.name)
            continue
        try:
            n_held += reader(against, answer)
        except (ValueError, KeyError, pl.exceptions.PolarsError):
            findings.add("unreadable_answer", answer.name)
    return n_answers, n_held


def _json(against: _Against, answer: Answer) -> int:
    """Rows of figures by key, a view of StatsWales as a table, all other numbers as in a record."""
    held, n_held = json.loads(answer.body), 0
    if isinstance(held, dict) and {"headers", "data"} <= held.keys():
        names = [one["name"] for one in held["headers"]]
        n_held += _view(against, answer, [tuple(row) for row in (names, *held.pop("data"))])
    for rows in _lists_of_rows(held):
        n_held += _frame(against, answer, pl.DataFrame(rows, infer_schema_length=None))
        rows.clear()
    for at, found in texts.records(held):
        parts = set(texts.PATH.split(at))
        if isinstance(found, str) and not CODES & parts:
            texts.words(against.ledger, found, (answer.name, at), against.loose, against.findings)
        elif not (OF_ANSWERS | CODES) & parts and found not in against.loose | against.ledger.anywhere:
            against.findings.add("number_not_in_ledger", answer.name, at)
    return n_held


def _lists_of_rows(held: Any) -> Iterator[list[Any]]:  # noqa: ANN401 (any JSON)
    """Lists in a document whose members are rows of figures."""
    if isinstance(held, dict):
        for value in held.values():
            yield from _lists_of_rows(value)
    elif isinstance(held, list) and held and isinstance(held[0], dict):
        if held[0].keys() >= set(ROWS):
            yield held
        else:
            for one in held:
                yield from _lists_of_rows(one)


def _csv(against: _Against, answer: Answer) -> int:
    rows = pl.read_csv(answer.body, infer_schema=False)
    return _frame(against, answer, rows if "measure_id" in rows.columns else _of_statswales(against.ledger, rows))


def _of_statswales(ledger: Ledger, rows: pl.DataFrame) -> pl.DataFrame:
    """The extended file of a dataset: value with its notes, then label and code of measure, period, area, category."""
    notes = pl.col("shown").str.extract_all(r"\[[a-z]+\]").list.join(",").str.replace_all(r"[\[\]]", "")
    names = dict(zip(("shown", "_m", "measure_id", "_p", "period_id", "_a", "area_code"), rows.columns, strict=False))
    code = pl.lit("T") if len(rows.columns) == len(names) else pl.col(rows.columns[-1])
    held = rows.select(*(pl.col(name).alias(ours) for ours, name in names.items()), breakdown_code=code)
    title = "" if len(rows.columns) == len(names) else rows.columns[-2]
    return held.select(
        *(c for c in held.columns if c in KEY),
        breakdown_id=pl.lit(ledger.breakdowns[plain(title)]),
        value=pl.col("shown").str.extract(r"^(-?[0-9.]+)"),
        status=notes,
    )


def _parquet(against: _Against, answer: Answer) -> int:
    return _frame(against, answer, pl.read_parquet(io.BytesIO(answer.body)))


def _arrow(against: _Against, answer: Answer) -> int:
    return _frame(against, answer, pl.read_ipc_stream(io.BytesIO(answer.body)))


def _frame(against: _Against, answer: Answer, rows: pl.DataFrame) -> int:
    renamed = rows.rename({k: v for k, v in OTHER_NAMES.items() if k in rows.columns and v not in rows.columns})
    known = {*tables.SHOWN_AS, *OF_ANSWERS}
    for column, kind in renamed.schema.items():
        if kind.is_numeric() and column not in known:
            against.findings.add("unregistered_column", answer.name, column)
    return tables.check_rows(against.ledger, renamed, (answer.name, "rows"), against.findings)


def _view(against: _Against, answer: Answer, rows: list[tuple[Cell, ...]]) -> int:
    """A page of a dataset as people see it: value, measure, period, area, and the category where there is one."""
    title = str(rows[0][4]) if len(rows[0]) > 4 else ""
    breakdown = against.ledger.breakdowns[plain(title)]
    table = next(name for name, (_, by) in against.ledger.tables.items() if by == breakdown)
    # a value such as 530 is an authority's code too: only the first row holds headers
    held = (rows[0], *((row[0], *(Code(str(cell)) for cell in row[1:])) for row in rows[1:]))
    return check_grid(against.ledger, Grid("rows", held, table=table), answer.name, against.findings)


def _page(against: _Against, answer: Answer) -> int:
    page = texts.Page()
    page.feed(answer.body.decode("utf-8"))
    texts.words(against.ledger, "\n".join(page.prose), (answer.name, "text"), against.loose, against.findings)
    grid = Grid("tables", tuple(page.rows), loose=against.loose)
    return check_grid(against.ledger, grid, answer.name, against.findings)


def _words(against: _Against, answer: Answer) -> int:
    texts.words(against.ledger, answer.body.decode("utf-8"), (answer.name, "text"), against.loose, against.findings)
    return 0


READERS: dict[str, Callable[[_Against, Answer], int]] = {
    "application/json": _json,
    "text/csv": _csv,
    "application/vnd.apache.parquet": _parquet,
    "application/vnd.apache.arrow.stream": _arrow,
    "text/html": _page,
    "application/xml": _words,
    "text/plain": _words,
}
