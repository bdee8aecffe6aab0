"""Each fault beside its child, its line in the file and what stands there; what kinds of fault there are.

Which faults belong together, and what they move, do not belong here. The frame holds values of the submission: it is
for the authority's own report and is never kept with the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pipelines.conform.records import Examination, SourceNote
    from pipelines.conform.report.book import Book

KIND = ("rule_id", "severity", "table", "item", "cause_group")
"""What faults of one kind have in common. Work goes by kinds, of which there are few however many faults there are."""
LOCATED = {
    "kind": pl.Int32,
    "row_number": pl.Int32,
    "line": pl.Int32,
    "child": pl.String,
    "found": pl.String,
    "child_key": pl.Int64,
    "is_latest": pl.Boolean,
}
"""`line`: 1-based line of the file or row of the sheet; `child`: the authority's own identifier; `found`: the text as
received (`COLUMN text; COLUMN text` where a rule compares several); `child_key`: a number per child, negative for a row
without an identifier, null for a fault of a whole table or file; `is_latest`: the child's last row of its table."""

CHILD = "child_id"
_TABLE = 1_000_000_000
"""Keeps rows without an identifier apart, table by table."""
_FEW = 500_000
"""Faults up to which parts of a report are made side by side."""
MAX_FOUND = 200
"""Characters of a cell that a report repeats."""


@dataclass(frozen=True, eq=False)
class Located:
    """`kinds`: one row per kind, `kind` (its number) and `KIND`, in a stable order; `faults`: one row per fault, under
    `LOCATED`, in the order of the examination."""

    kinds: pl.DataFrame
    faults: pl.DataFrame

    def whole(self) -> pl.DataFrame:
        """The faults with the columns of their kinds."""
        return self.faults.join(self.kinds, on="kind", how="left", maintain_order="left")

    def with_faults(self, faults: pl.DataFrame) -> Located:
        """The same kinds with other faults."""
        return replace(self, faults=faults)


def side_by_side(n_faults: int) -> ThreadPoolExecutor:
    """Hands for parts of a report that need nothing of each other: two, or one where the faults are so many that what
    both hold at a time would tell."""
    return ThreadPoolExecutor(2 if n_faults <= _FEW else 1)


def located(examination: Examination, book: Book, latest_by: Mapping[str, str]) -> Located:
    """The faults of an examination by kind and place; `latest_by`: table -> date that tells the order of its rows."""
    kinds, faults = _by_kind(examination.faults)
    keys = _child_keys(examination.tables)
    is_placed = pl.col("row_number").is_not_null() & pl.col("table").is_in(list(examination.raw))
    placed = faults.with_columns(is_placed.alias("is_placed"))

    def in_table(number: int, table: str) -> pl.DataFrame | None:
        own = placed.filter("is_placed", pl.col("table") == table)
        if not own.height:
            return None
        raw = examination.raw[table]
        rows = _rows(examination.tables[table], raw, keys, latest_by.get(table))
        nameless = pl.col("child_key") - number * _TABLE
        rows = rows.with_columns(pl.when(pl.col("child_key") < 0).then(nameless).otherwise("child_key"))
        beside = own.join(rows, on="row_number", how="left", maintain_order="left")
        own_kinds = kinds.filter(pl.col("table") == table)
        return _with_text(beside, raw, book, own_kinds).select("fault", *LOCATED)

    with side_by_side(faults.height) as pool:
        found = pool.map(in_table, range(len(examination.raw)), examination.raw)
        parts = [_unplaced(placed.filter(~pl.col("is_placed"))), *(part for part in found if part is not None)]
    return Located(kinds, pl.concat(parts).sort("fault").select(*LOCATED))


def _by_kind(faults: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(kinds, faults as fault, kind, table, row_number)."""
    held = faults.with_columns(pl.col(KIND).cast(pl.Categorical)).with_row_index("fault")
    kinds = held.select(KIND).unique().cast(pl.String).sort(KIND, nulls_last=True)
    kinds = kinds.with_row_index("kind").with_columns(pl.col("kind").cast(pl.Int32))
    numbered = held.join(
        kinds.with_columns(pl.col(KIND).cast(pl.Categorical)), on=KIND, nulls_equal=True, maintain_order="left"
    )
    return kinds.select("kind", *KIND), numbered.select("fault", "kind", "table", "row_number")


def _unplaced(faults: pl.DataFrame) -> pl.DataFrame:
    """Faults of a whole table, column or file: no child, nothing to show."""
    empty = (pl.lit(None, dtype).alias(name) for name, dtype in LOCATED.items() if name not in faults.columns)
    return faults.with_columns(*empty).with_columns(pl.lit(value=True).alias("is_latest")).select("fault", *LOCATED)


def _child_keys(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """token -> number, over all tables."""
    tokens = [frame[CHILD].drop_nulls().unique() for frame in tables.values() if CHILD in frame.columns]
    distinct = pl.concat(tokens).unique().sort() if tokens else pl.Series(CHILD, [], dtype=pl.String)
    return distinct.to_frame(CHILD).with_row_index("child_key").with_columns(pl.col("child_key").cast(pl.Int64))


def _rows(typed: pl.DataFrame, raw: pl.DataFrame, keys: pl.DataFrame, dated: str | None) -> pl.DataFrame:
    """row_number -> position in the frame of texts, line, own identifier, key of the child, whether it is its last."""
    if CHILD not in typed.columns:  # carers, notifications: a table about no child
        typed = typed.with_columns(pl.lit(None, pl.String).alias(CHILD))
    rows = typed.select("row_number", CHILD, *([dated] if dated else ())).join(
        keys, on=CHILD, how="left", maintain_order="left"
    )
    if dated:
        in_doubt = pl.col(dated).is_null().any().over("child_key") | pl.col("child_key").is_null()
        is_latest = in_doubt | (pl.col(dated) == pl.col(dated).max().over("child_key"))
    rows = rows.with_columns((is_latest if dated else pl.lit(value=True)).alias("is_latest"))
    own = raw[CHILD] if CHILD in raw.columns else pl.Series([None] * raw.height, dtype=pl.String)
    lines = pl.DataFrame([raw["row_number"], raw["source_line"].cast(pl.Int32).alias("line"), own.alias("child")])
    lines = lines.with_row_index("position").unique("row_number", keep="first", maintain_order=True)
    nameless = -1 - pl.col("row_number").cast(pl.Int64)
    return (
        rows.unique("row_number", keep="first", maintain_order=True)
        .join(lines, on="row_number", how="left")
        .select("row_number", "position", "line", "child", pl.col("child_key").fill_null(nameless), "is_latest")
    )


def _with_text(faults: pl.DataFrame, raw: pl.DataFrame, book: Book, kinds: pl.DataFrame) -> pl.DataFrame:
    """The faults of one table with what stands in the cells that their rules compare."""
    texts = {i: _cell(raw[i]) for i in raw.columns if i not in ("row_number", "source_line")}
    cells: dict[int, tuple[str, ...]] = {
        kind: tuple(i for i in _items(book, code, table, item) if i in texts)
        for kind, code, table, item in kinds.select("kind", "rule_id", "table", "item").iter_rows()
    }
    parts = []
    for items in sorted(set(cells.values())):
        own = faults.filter(pl.col("kind").is_in([k for k, held in cells.items() if held == items]))
        named = pl.DataFrame([texts[i].gather(own["position"]).alias(i) for i in items])
        table = str(kinds["table"][0])
        text = _listed(book, table, items) if len(items) > 1 else pl.col(*items) if items else None
        found = pl.Series([None] * own.height, dtype=pl.String) if text is None else named.select(text).to_series()
        parts.append(own.with_columns(found.alias("found")))
    return pl.concat(parts)


def _listed(book: Book, table: str, items: tuple[str, ...]) -> pl.Expr:
    """`COLUMN text; COLUMN text` of several cells of a row; a blank one is a dash."""
    return pl.concat_str(
        [pl.concat_str(pl.lit(f"{book.column(table, i)} "), pl.col(i).fill_null("–")) for i in items], separator="; "
    )


def _cell(texts: pl.Series) -> pl.Series:
    """Texts cut to what a report repeats, on one line."""
    return texts.str.slice(0, MAX_FOUND).str.replace_all(r"\s+", " ")


def _items(book: Book, code: str, table: str, item: str | None) -> tuple[str, ...]:
    """The cell that a fault names first, then the others of the row that its rule names."""
    if item is None:
        return ()
    others = sorted(i for t, i in book.concerned(code, (table, item)) if t == table and i not in (item, CHILD))
    return (item, *others)


def sources(notes: tuple[SourceNote, ...], tables: list[str]) -> dict[str, tuple[str, str]]:
    """Table -> (file, sheet) it was read from; an export has all its tables in one."""
    found = {n.table: (n.file, n.sheet) for n in notes if n.table}
    whole = next(((n.file, n.sheet) for n in notes), ("", ""))
    return {table: found.get(table, whole) for table in tables}
