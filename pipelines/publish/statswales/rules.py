"""A dry run of what StatsWales checks when a dataset is uploaded: all failures of all datasets at once.

Writing a pack does not belong here: nothing of the writer is used, only files are read. Rules on lookups stand in
`lookups.py`. Source: StatsWales' guidance for publishers (see `records.py`); what its service checks is not public.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from pipelines.publish.statswales import records
from pipelines.publish.statswales.lookups import LOOKUP_RULES, parents
from pipelines.publish.statswales.reading import Upload, uploads
from pipelines.publish.statswales.records import DATA, DATE, KEY_ROLES, MEASURE, NOTES, Failure

_NAMED = 8
_ROWS = 10
"""How many rows and codes a failure names."""
_YEARS = (r"\d{4}-\d{2}", r"\d{4}/\d{2}", r"\d{6}", r"\d{8}", r"\d{4}-\d{4}", r"\d{4}/\d{4}", r"\d{4}")
_WITHIN = r"(?:[_-]?Q?[1-4]|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|m?(?:0[1-9]|1[0-2]))?"
_DAYS = (r"\d{2}/\d{2}/\d{4}", r"\d{2}-\d{2}-\d{4}", r"\d{4}-\d{2}-\d{2}", r"\d{8}")

Rule = Callable[[Upload], Iterator[Failure]]


def check(folder: Path, manifest: str = "pack.json", before: Path | None = None) -> list[Failure]:
    """Every failure of a pack, by dataset.

    Args:
        folder: the folder of the pack.
        manifest: the file in it that says what each column is.
        before: the pack handed out before it, where there is one; then what is added and revised is judged too.

    Raises:
        UnreadableError: if there is no pack.
    """
    earlier = {u.dataset: u for u in uploads(before, manifest)} if before else {}
    found: list[Failure] = []
    for upload in uploads(folder, manifest):
        shape = [*upload.failures, *_columns(upload)]
        found += shape
        if not shape:
            for rule in (*RULES, *LOOKUP_RULES):
                found += rule(upload)
            if before and upload.dataset in earlier:
                found += _against(upload, earlier[upload.dataset])
    return found


def failing(upload: Upload, rule: str, is_bad: pl.Expr, what: str = "", *, file: str = "data.csv") -> Iterator[Failure]:
    """A failure of the rows of a table for which the expression is true (null is not)."""
    frame = upload.update if file == "update.csv" else upload.data
    if frame is not None:
        rows = frame.with_row_index("_row", 2).filter(is_bad.fill_null(value=False))["_row"]
        if len(rows):
            yield Failure(rule, upload.dataset, file, len(rows), tuple(rows[:_ROWS]), what)


def _columns(upload: Upload) -> Iterator[Failure]:
    """One column each for data, notes and measure, at least one dimension, headings that are there and differ."""
    for file, frame in (("data.csv", upload.data), ("update.csv", upload.update)):
        if frame is None:
            continue
        odd = sorted(set(frame.columns) ^ set(upload.roles))
        if odd or any("_duplicated_" in c or not c.strip() for c in frame.columns):
            yield Failure("columns", upload.dataset, file, max(1, len(odd)), (1,), ", ".join(odd[:_NAMED]))
    n_of = Counter(upload.roles.values())
    lacking = [role for role in (DATA, NOTES, MEASURE) if n_of[role] != 1]
    lacking += [] if n_of[DATE] or n_of[records.GEOGRAPHY] or n_of[records.DIMENSION] else [records.DIMENSION]
    if lacking:
        yield Failure("roles", upload.dataset, "data.csv", len(lacking), (1,), ", ".join(lacking))


def _numeric(upload: Upload) -> Iterator[Failure]:
    (value,) = upload.of(DATA)
    yield from failing(upload, "numeric", ~pl.col(value).str.contains(r"^-?\d+(\.\d+)?([eE][-+]?\d+)?$"), value)


def _codes(upload: Upload) -> pl.Expr:
    """The note codes of a row as a list; they are not case sensitive."""
    (notes,) = upload.of(NOTES)
    return pl.col(notes).fill_null("").str.to_lowercase().str.split(",").list.eval(pl.element().str.strip_chars())


def _has(upload: Upload, wanted: frozenset[str]) -> pl.Expr:
    return _codes(upload).list.eval(pl.element().is_in(sorted(wanted))).list.any()


def _value_or_reason(upload: Upload) -> Iterator[Failure]:
    """A value, or a blank with its reason; never both, never neither."""
    (value,) = upload.of(DATA)
    has_reason = _has(upload, records.REASONS - {"c"})
    yield from failing(upload, "blank_without_reason", pl.col(value).is_null() & ~_has(upload, records.REASONS))
    yield from failing(upload, "value_with_reason", pl.col(value).is_not_null() & has_reason)
    yield from failing(upload, "value_beside_c", pl.col(value).is_not_null() & _has(upload, frozenset("c")))


def _note_codes(upload: Upload) -> Iterator[Failure]:
    known = [*sorted(records.NOTE_CODES), ""]
    yield from failing(upload, "note_unknown", ~_codes(upload).list.eval(pl.element().is_in(known)).list.all())
    repeated = _codes(upload).list.n_unique() != _codes(upload).list.len()
    yield from failing(upload, "note_repeated", repeated)


def _totals(upload: Upload) -> Iterator[Failure]:
    """Rows of a code that others stand below are totals or averages, and say so."""
    has_mark = _has(upload, records.TOTALS)
    for column, lookup in upload.lookups.items():
        above = parents(lookup)
        if above and column in upload.data.columns:
            yield from failing(upload, "total_unmarked", pl.col(column).is_in(sorted(above)) & ~has_mark, column)


def _once(upload: Upload) -> Iterator[Failure]:
    key = upload.of(*KEY_ROLES)
    yield from failing(upload, "key_twice", pl.struct(key).is_duplicated(), ", ".join(key))
    yield from failing(upload, "key_blank", pl.any_horizontal(pl.col(key).is_null()), ", ".join(key))


def _dates(upload: Upload) -> Iterator[Failure]:
    """All dates of a column in one form; a year of two parts is followed by the next."""
    for column in upload.of(DATE):
        values = upload.data[column].drop_nulls().unique().to_list()
        form = next(
            (f for f in (*_DAYS, *(y + _WITHIN for y in _YEARS)) if all(re.fullmatch(f, v) for v in values)), None
        )
        if form is None:
            yield Failure("date_form", upload.dataset, "data.csv", len(values), (), column)
            continue
        odd = sorted(v for v in values if not _follows(v))
        if odd:
            yield Failure("date_years", upload.dataset, "data.csv", len(odd), (), ", ".join(odd[:_NAMED]))


def _follows(value: str) -> bool:
    """False for a span of years such as 2022-24."""
    held = re.match(r"(\d{4})([-/]?)(\d{4}|\d{2})(?!\d)", value)
    if not held or re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{6}(?:0[1-9]|[12]\d|3[01])", value):
        return True
    first, second = int(held[1]), int(held[3])
    return second in (first + 1, (first + 1) % 100)


def _update(upload: Upload) -> Iterator[Failure]:
    """The update table agrees with the action, and holds rows of the data table as they are."""
    needs = upload.action in (records.ADD, records.REVISE, records.BOTH)
    if needs != (upload.update is not None):
        yield Failure("update_file", upload.dataset, "update.csv", 1, (), upload.action)
    elif upload.update is not None:
        n_strange = upload.update.join(upload.data, on=list(upload.roles), how="anti", nulls_equal=True).height
        if n_strange or upload.update.is_empty():
            yield Failure("update_rows", upload.dataset, "update.csv", n_strange)


RULES: tuple[Rule, ...] = (_numeric, _value_or_reason, _note_codes, _totals, _once, _dates, _update)


def _against(upload: Upload, before: Upload) -> Iterator[Failure]:
    """Against the pack before: same columns, no row lost, what was there and differs carries `r`, the rest not anew."""
    if upload.data.columns != before.data.columns:
        yield Failure("columns_changed", upload.dataset, "data.csv", 1, (1,))
        return
    key, shown = upload.of(*KEY_ROLES), upload.of(DATA, NOTES)
    lost = before.data.join(upload.data, on=key, how="anti").height
    if lost:
        yield Failure("rows_lost", upload.dataset, "data.csv", lost)
    both = upload.data.with_columns(_r=_has(upload, frozenset("r"))).join(before.data, on=key, suffix="_before")
    differs = pl.any_horizontal(pl.col(c).ne_missing(pl.col(f"{c}_before")) for c in shown)
    unmarked = both.filter(differs & ~pl.col("_r")).height
    if unmarked:
        yield Failure("revision_unmarked", upload.dataset, "data.csv", unmarked)
    n_new = upload.data.join(before.data, on=key, how="anti").height
    n_other = both.filter(differs).height
    n_told = 0 if upload.update is None else upload.update.height
    if n_told != n_new + n_other:
        yield Failure("update_incomplete", upload.dataset, "update.csv", abs(n_new + n_other - n_told))
