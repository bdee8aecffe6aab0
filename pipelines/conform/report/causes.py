"""Faults to causes: what one act puts right is one cause, with everything that follows from it.

A cause is one of four things, looked for in this order:
- a column that is missing, with every fault of its cells;
- a row whose cells have moved, with every other fault of the row;
- one kind of fault in one column (a code is told by its value), with the faults of rules that read those very cells: a
  date that could not be read makes the rules on order fail too;
- a child in whom several rules fail, each of them at least half of all times in this child: then it is the child, and
  not the rule, that has to be looked at.

What a cause is called, what it moves and its place in the order do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.faultlog import READER
from pipelines.conform.report.faults import Located
from schemas.model import SEVERITIES

if TYPE_CHECKING:
    from pipelines.conform.report.book import Book

LISTED = ("not_in_list", "unmapped_label")
"""First words of cause groups that are told by the value."""
MAX_VALUES = 12
"""Different codes of one column that are told apart; the rest is one cause."""
KNOT_SHARE = 0.5
_UNREADABLE, _FORM, _LOGIC, _ASIDE = range(4)
"""How near to the cause a fault is: the cell could not be read; it is blank, unlisted or doubled (stage 1); rows or
dates do not fit (stage 2); it was mended and concerns no other rule."""


def grouped(held: Located, book: Book) -> pl.DataFrame:
    """The faults (`faults.LOCATED`) with `group` (a number per cause), `follows` and `is_knot`, in the same order.

    `follows`: told by another rule than the cause, and likely to go with it; `is_knot`: several rules in one child.
    """
    kinds = ranked(held.kinds, book)
    faults = held.faults.with_row_index("fault").join(
        kinds.select("kind", "rank", "place", "table_id"), on="kind", maintain_order="left"
    )
    faults = _based(faults, kinds).with_columns(pl.lit(None, pl.Int64).alias("parent"))
    faults = _under_columns(faults, kinds, book)
    faults = _under_rows(faults, kinds)
    for rank in (_UNREADABLE, _FORM):
        faults = _under_cells(faults, kinds, (book, rank))
    faults = faults.with_columns(
        pl.coalesce("parent", "base").alias("group"), pl.col("parent").is_not_null().alias("follows")
    )
    return _knots(faults).sort("fault").drop("fault", "base", "parent", "rank", "place", "table_id")


def ranked(kinds: pl.DataFrame, book: Book) -> pl.DataFrame:
    """The kinds with their rank, `place` and `table_id` (numbers of the column and the table), and whether the value
    tells the cause."""
    rows = []
    for code, severity, cause_group, item in kinds.select("rule_id", "severity", "cause_group", "item").iter_rows():
        rule = book.rules.get(code)
        is_reader = rule is not None and rule.check == READER
        if cause_group and severity in ("error", "reject"):
            rank = _UNREADABLE
        elif is_reader or severity == "note":
            rank = _ASIDE
        else:
            rank = _FORM if rule and rule.stage == 1 else _LOGIC
        is_code = cause_group.partition(":")[0] in LISTED or (
            not cause_group and rule is not None and rule.check == "in_code_list"
        )
        rows.append((rank, is_code and item is not None))
    found = pl.DataFrame(rows, schema={"rank": pl.Int32, "is_code": pl.Boolean}, orient="row")
    place = pl.struct("table", "item").rank("dense").cast(pl.Int32).alias("place")
    table = pl.col("table").fill_null("").rank("dense").cast(pl.Int32).alias("table_id")
    return pl.concat([kinds, found], how="horizontal").with_columns(place, table)


def _based(faults: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """The faults with `base`, a number per kind and, where the value tells the cause, per value of the commonest."""
    codes = kinds.filter("is_code")["kind"].to_list()
    text = pl.when(pl.col("kind").is_in(codes)).then(pl.col("found").fill_null("").str.strip_chars())
    held = faults.with_columns(text.alias("value"))
    counts = held.filter(pl.col("value").is_not_null()).group_by("kind", "value").len()
    counts = counts.sort("len", "value", descending=[True, False])
    common = counts.group_by("kind", maintain_order=True).head(MAX_VALUES)
    bases = pl.concat([common.select("kind", "value"), kinds.select("kind", pl.lit(None, pl.String).alias("value"))])
    bases = bases.sort("kind", "value", nulls_last=True).with_row_index("base").cast({"base": pl.Int64})
    plain = bases.filter(pl.col("value").is_null()).select("kind", pl.col("base").alias("plain"))
    held = held.join(bases, on=["kind", "value"], how="left", maintain_order="left")
    held = held.join(plain, on="kind", how="left", maintain_order="left")
    return held.with_columns(pl.coalesce("base", "plain").alias("base")).drop("plain", "value")


def _under_columns(faults: pl.DataFrame, kinds: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Faults of the cells of a column that was not sent, and of rules that name it, under the missing column."""
    about = kinds.filter(pl.col("item").is_not_null() & (pl.col("severity") != "note"))
    missing = faults.filter(pl.col("row_number").is_null()).join(about, on="kind").select("table", "item", "base")
    at = {(table, item): base for table, item, base in missing.sort("base", descending=True).iter_rows()}
    rows = [
        (kind, min(at[p] for p in places))
        for kind, code, table, item in kinds.select("kind", "rule_id", "table", "item").iter_rows()
        if at and item is not None and (places := book.concerned(code, (table, item)) & set(at))
    ]
    parents = pl.DataFrame(rows, schema={"kind": pl.Int32, "found_parent": pl.Int64}, orient="row")
    found = faults.join(parents, on="kind", how="left", maintain_order="left")
    return _adopted(found, pl.col("row_number").is_not_null())


def _under_rows(faults: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """Every other fault of a row whose cells stand beyond the header, under that."""
    wide = kinds.filter((pl.col("rank") == _UNREADABLE) & pl.col("item").is_null())["kind"].to_list()
    moved = faults.filter(pl.col("kind").is_in(wide) & pl.col("row_number").is_not_null())
    if moved.is_empty():
        return faults
    rows = moved.group_by("table_id", "row_number").agg(pl.col("base").min().alias("found_parent"))
    found = faults.join(rows, on=["table_id", "row_number"], how="left", maintain_order="left")
    return _adopted(found, pl.lit(value=True))


def _under_cells(faults: pl.DataFrame, kinds: pl.DataFrame, by: tuple[Book, int]) -> pl.DataFrame:
    """Faults of rules that read a cell which is at fault itself, in the same row or, for rules that look further, in
    the same child, under the fault of that cell. `by` is (book, rank of the faults looked for)."""
    book, rank = by
    is_root = (pl.col("rank") == rank) & pl.col("child_key").is_not_null()
    places = kinds.filter((pl.col("rank") == rank) & pl.col("item").is_not_null())
    waiting = kinds.filter((pl.col("rank") > rank) & (pl.col("rank") < _ASIDE))
    reads = _reads(book, waiting, places)
    if reads.is_empty():
        return faults
    group = pl.coalesce("parent", "base").alias("found_parent")
    roots = faults.filter(is_root & pl.col("place").is_in(reads["read_place"].unique().to_list()))
    roots = roots.select(pl.col("place").alias("read_place"), "row_number", "child_key", group)
    readers = faults.filter(pl.col("parent").is_null() & pl.col("kind").is_in(reads["kind"].unique().to_list()))
    near = readers.select("fault", "kind", "row_number", "child_key").join(reads, on="kind")
    parts = []
    for is_across, key in ((True, "child_key"), (False, "row_number")):
        found = roots.group_by("read_place", key).agg(pl.col("found_parent").min())
        own = near.filter(pl.col("is_across") == is_across)
        parts.append(own.join(found, on=["read_place", key]).select("fault", "found_parent"))
    parents = pl.concat(parts).group_by("fault").agg(pl.col("found_parent").min())
    return _adopted(faults.join(parents, on="fault", how="left", maintain_order="left"), pl.lit(value=True))


def _reads(book: Book, waiting: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """kind, read_place, is_across: what rules read among columns that are at fault; those that look at one row only
    read its table alone."""
    at = {(table, item): place for table, item, place in places.select("table", "item", "place").iter_rows()}
    rows = [
        (kind, at[place], held.is_across)
        for kind, code, table in waiting.select("kind", "rule_id", "table").iter_rows()
        for held in (book.reads(code),)
        for place in sorted(held.places & set(at))
        if held.is_across or place[0] == table
    ]
    schema = {"kind": pl.Int32, "read_place": pl.Int32, "is_across": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _adopted(found: pl.DataFrame, where: pl.Expr) -> pl.DataFrame:
    """Faults without a parent take the one that was found; no group is its own parent."""
    is_free = where & pl.col("parent").is_null() & (pl.col("found_parent") != pl.col("base"))
    taken = pl.when(is_free).then("found_parent").otherwise("parent").alias("parent")
    return found.with_columns(taken).drop("found_parent")


def _knots(faults: pl.DataFrame) -> pl.DataFrame:
    """One cause for a child in whom at least two groups have half of their faults or more."""
    parents = faults.filter("follows")["group"].unique().to_list()
    is_free = (
        ~pl.col("follows")
        & pl.col("rank").is_in([_FORM, _LOGIC])
        & (pl.col("child_key") >= 0)
        & ~pl.col("base").is_in(parents)
    )
    pairs = faults.filter(is_free).group_by("base", "child_key").len("n_here")
    own = pairs.filter(pl.col("n_here") >= KNOT_SHARE * pl.col("n_here").sum().over("base"))
    knotted = own.filter(pl.len().over("child_key") > 1).select("base", "child_key")
    beyond = 1 + int(str(faults["base"].max() or 0))
    knots = knotted.with_columns((pl.col("child_key") + beyond).alias("knot"))
    found = faults.join(knots, on=["base", "child_key"], how="left", maintain_order="left")
    is_knot = (is_free & pl.col("knot").is_not_null()).fill_null(value=False)
    return found.with_columns(
        pl.when(is_knot).then("knot").otherwise("group").alias("group"), is_knot.alias("is_knot")
    ).drop("knot")


def counted(faults: pl.DataFrame, kinds: pl.DataFrame, sizes: Mapping[str, int]) -> pl.DataFrame:
    """One row per group, in a stable order: its telling rule, place, extent and how much belongs to it.

    `faults` is the outcome of `grouped`; `sizes` the rows of each table. Place and extent are those of the faults that
    tell the cause, not of what follows from them.
    """
    parts = faults.group_by("group", "kind", "follows").len("n").join(kinds, on="kind")
    lead = _leads(parts)
    counts = parts.group_by("group").agg(
        pl.col("n").sum().alias("n_faults"),
        pl.col("n").filter("follows").sum().alias("n_following"),
        pl.col("rule_id").unique().sort().alias("rule_ids"),
    )
    told = faults.filter(~pl.col("follows"))
    children = told.group_by("group").agg(
        pl.col("child_key").drop_nulls().n_unique().alias("n_children"), pl.col("is_knot").any()
    )
    own = parts.join(lead.select("group", "table"), on=["group", "table"], nulls_equal=True)
    extent = told.join(own.filter(~pl.col("follows")).select("group", "kind"), on=["group", "kind"], how="semi")
    n_rows = pl.col("table").replace_strict(dict(sizes), default=None, return_dtype=pl.Int64).alias("n_rows")
    found = lead.join(counts, on="group").join(children, on="group").join(_extent(extent), on="group")
    return found.with_columns(n_rows).sort("group")


def _leads(parts: pl.DataFrame) -> pl.DataFrame:
    """The rule that speaks for each group: the gravest, then the one of the earliest stage, then by table and code."""
    order = {severity: n for n, severity in enumerate(SEVERITIES)}
    told = parts.filter(~pl.col("follows")).with_columns(
        pl.col("severity").replace_strict(order, return_dtype=pl.Int32).alias("gravity")
    )
    lead = told.sort("gravity", "rank", "table", "rule_id", "kind", nulls_last=True).group_by(
        "group", maintain_order=True
    )
    return lead.first().select("group", "rule_id", "severity", "table", "item", "cause_group")


def _extent(told: pl.DataFrame) -> pl.DataFrame:
    """Lines from the first to the last, how many, and the text of the cells where it is one and the same."""
    is_same = (pl.col("found").min() == pl.col("found").max()) & (pl.col("found").null_count() == 0)
    return told.group_by("group").agg(
        pl.col("row_number").is_null().any().alias("is_whole"),
        pl.col("line").min().alias("first_line"),
        pl.col("line").max().alias("last_line"),
        pl.col("line").drop_nulls().n_unique().alias("n_lines"),
        pl.when(is_same.fill_null(value=False)).then(pl.col("found").first()).alias("found"),
        pl.col("child").first().alias("child"),
    )
