"""What the service answers about an edition: every figure of every answer is held against the ledger.

Asking does not belong here; an answer comes as the bytes that a reader would get.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
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
EDITION, N_ASKED = "mesur_edition_sums", "mesur_n_asked"
"""What a file of answers says of itself: the fingerprint of the edition's list of fingerprints, and how many it has."""
TOGETHER = 8
"""Answers that are unpacked at a time, and so stand in one part of the file: some have megabytes."""


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
    clean: list[pl.DataFrame] = field(default_factory=list)
    """Rows of figures in which nothing was found, without their labels: other forms and the other language have the
    same."""
    known: dict[bytes, int] = field(default_factory=dict)
    """Such rows as JSON has them, without their brackets: how many figures each has."""
    said: set[str] = field(default_factory=set)
    """Pieces of words in which nothing was found: most pages have most of them in common."""


def kept(path: Path, sums: Path, findings: Findings) -> Iterator[Answer]:
    """The answers of a file, as they were given; one of another edition's, or with some missing, is a finding."""
    try:
        told = pl.read_parquet_metadata(path)
        is_ours = sums.is_file() and told.get(EDITION) == hashlib.sha256(sums.read_bytes()).hexdigest()
        n_held = pl.scan_parquet(path).select(pl.len()).collect().item()
        if not is_ours or told.get(N_ASKED) != str(n_held) or not n_held:
            findings.add("answers_of_another", path.name)
        held = pl.scan_parquet(path).select("asked", "status", "media_type", "body")
        for at in range(0, n_held, TOGETHER):
            yield from (Answer(*row) for row in held.slice(at, TOGETHER).collect().iter_rows())
    except (OSError, pl.exceptions.PolarsError):
        findings.add("unreadable_answer", path.name)


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
    body, n_held = _unknown_rows(against, answer.body)
    held = json.loads(body)
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


def _unknown_rows(against: _Against, body: bytes) -> tuple[bytes, int]:
    """A document without the rows that are, byte for byte, those of an answer by columns that was found to be right;
    and how many figures these have. What is left is the same document with fewer rows, and is read in full."""
    start, end = body.find(b"[{"), body.rfind(b"}]")
    if not against.known or not 0 <= start < end:
        return body, 0
    rows = body[start + 2 : end].split(b"},{")
    left = [row for row in rows if row not in against.known]
    n_held = sum(against.known.get(row, 0) for row in rows)
    if len(left) == len(rows):
        return body, 0
    inner = b"{" + b"},{".join(left) + b"}" if left else b""
    return body[: start + 1] + inner + body[end + 1 :], n_held


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
    rows = pl.read_ipc_stream(io.BytesIO(answer.body))
    before = against.findings.n
    n_held = _frame(against, answer, rows)
    if against.findings.n == before:
        _remember(against, rows)
    return n_held


def _remember(against: _Against, rows: pl.DataFrame) -> None:
    """Right rows as a program that writes JSON by columns has them."""
    shown = [pl.col(c).is_not_null() for c in tables.SHOWN_AS if c in rows.columns]
    written = io.BytesIO()
    rows.write_ndjson(written)
    lines = (line[1:-1] for line in written.getvalue().splitlines())
    counts = rows.select(pl.sum_horizontal(pl.lit(0), *shown)).to_series()
    against.known.update(zip(lines, counts, strict=True))


def _frame(against: _Against, answer: Answer, rows: pl.DataFrame) -> int:
    renamed = rows.rename({k: v for k, v in OTHER_NAMES.items() if k in rows.columns and v not in rows.columns})
    known = {*tables.SHOWN_AS, *OF_ANSWERS}
    for column, kind in renamed.schema.items():
        if kind.is_numeric() and column not in known:
            against.findings.add("unregistered_column", answer.name, column)
    figures = [c for c in tables.SHOWN_AS if c in renamed.columns]
    status = [pl.col("status").cast(pl.String).fill_null("")] if "status" in renamed.columns else []
    keys = (pl.col(c).cast(pl.String) for c in KEY)
    bare = renamed.select(*keys, *(tables.number(c) for c in figures), *status)
    if any(bare.equals(clean) for clean in against.clean):
        return int(bare.select(pl.sum_horizontal(pl.lit(0), pl.col(figures).is_not_null()).sum()).item())
    before = against.findings.n
    n_held = tables.check_rows(against.ledger, bare, (answer.name, "rows"), against.findings)
    if against.findings.n == before:
        against.clean.append(bare)
    return n_held


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
    _say(against, answer, page.prose)
    grid = Grid("tables", tuple(page.rows), loose=against.loose)
    return check_grid(against.ledger, grid, answer.name, against.findings)


def _words(against: _Against, answer: Answer) -> int:
    _say(against, answer, answer.body.decode("utf-8").splitlines())
    return 0


def _say(against: _Against, answer: Answer, pieces: Iterable[str]) -> None:
    """Words that were not found to be right before."""
    new, before = set(pieces) - against.said, against.findings.n
    texts.words(against.ledger, "\n".join(sorted(new)), (answer.name, "text"), against.loose, against.findings)
    if against.findings.n == before:
        against.said.update(new)


READERS: dict[str, Callable[[_Against, Answer], int]] = {
    "application/json": _json,
    "text/csv": _csv,
    "application/vnd.apache.parquet": _parquet,
    "application/vnd.apache.arrow.stream": _arrow,
    "text/html": _page,
    "application/xml": _words,
    "text/plain": _words,
}
