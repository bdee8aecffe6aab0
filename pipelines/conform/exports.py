"""Quarterly exports of case-management systems: rows of one system's report to children and episodes.

What the columns and labels of a system are (the export profiles of the specification) does not belong here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform import columns, layout, sheets
from pipelines.conform.annual import Read
from pipelines.conform.casting import cast_days
from pipelines.conform.faultlog import FaultLog
from pipelines.conform.reading.names import fold_name
from pipelines.conform.records import Grid, SourceNote, TableLayout
from pipelines.conform.tables import Casting, CastTable, cast_frame
from pipelines.core.errors import Place

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import ExportProfile, Return

CONTINUES = "X1"
"""The reason of an episode that ends because the next one begins."""


@dataclass(frozen=True)
class Export:
    """What an export held beside its tables: names of authorities and the dates on which it was taken."""

    read: Read
    authorities: tuple[str, ...] = ()
    snapshot_dates: tuple[date, ...] = ()


@dataclass(frozen=True)
class Source:
    """One export laid out: texts under official columns, with row numbers and lines."""

    catalogue: Catalogue
    profile: ExportProfile
    held: Return
    rows: pl.DataFrame
    log: FaultLog


def read(grids: Sequence[Grid], profile: ExportProfile, context: tuple[Catalogue, Return, FaultLog]) -> Export:
    """Children and episodes of the grid that shows the profile's columns.

    `status_change`: a row opens an episode, which ends on the day of the child's next row; a row without legal status
    and placement only ends the one before. `snapshot`: a row is the child's open episode on a day; of one episode in
    several snapshots the newest row counts, and a later episode of the child ends it. Further tables of the profile
    lie in grids of their own (`sheets.py`).
    """
    catalogue, held, log = context
    known = columns.profile_columns(profile)
    headers = [(layout.header_row(grid, known), grid) for grid in grids]
    fits = [
        (layout.fit(layout.header_names(g, row), known), -i) for i, (row, g) in enumerate(headers) if row is not None
    ]
    log.judge(("LY11",), len(grids))
    if not fits:
        return Export(Read())
    chosen = -max(fits)[1]
    row, grid = headers[chosen]
    further = sheets.find([g for i, g in enumerate(grids) if i != chosen], profile, held)
    for _ in range(len(grids) - 1 - len(further)):
        log.add("LY11", "not_a_table_of_the_return")
    placed = layout.lay_out(grid, row or 0, _official(profile))
    cells, lines = layout.data_rows(grid, placed, log)
    source = Source(catalogue, profile, held, _rows(cells, lines, placed), log)
    note = SourceNote(grid.file, grid.names[0], None, int(grid.lines[row or 0]), placed.near, placed.unknown)
    export = _read(source, placed, note)
    for sheet in further:
        export.read.tables[sheet.official.table] = sheets.read(sheet, profile, context)
        export.read.notes.append(sheet.note)
    return export


def _read(source: Source, placed: TableLayout, note: SourceNote) -> Export:
    profile = source.profile
    _report(source, placed)
    days = _snapshot_days(source)
    children, episodes = _cast(source, "child"), _cast(source, "episode")
    episodes = _status_changes(episodes) if profile.shape == "status_change" else _snapshots(episodes, days)
    collected = columns.given(source.held, profile)
    found = Read({"child": children, "episode": episodes}, collected, [note])
    source.log.judge(("LY01", "LY14"), len(source.held.required_tables))
    if not episodes.typed.height:
        source.log.add("LY14", "table_empty:" + source.held.source_names["episode"][0], Place(table="episode"))
    names = source.rows[profile.authority_column] if profile.authority_column in source.rows.columns else None
    authorities = tuple(names.drop_nulls().unique().sort()) if names is not None else ()
    return Export(found, authorities, tuple(days.drop_nulls().unique().sort()))


def _official(profile: ExportProfile) -> columns.TableColumns:
    """The columns of a profile, each standing for itself: one of them may feed items of several tables."""
    named = columns.profile_names(profile)
    return columns.TableColumns("episode", {c: c for c in named}, {fold_name(c): c for c in named})


def _rows(cells: pl.DataFrame, lines: pl.Series, placed: TableLayout) -> pl.DataFrame:
    numbers = pl.Series("row_number", range(1, cells.height + 1), dtype=pl.Int32)
    held = [cells[f"c{i}"].alias(column) for column, i in placed.columns.items()]
    return pl.DataFrame([numbers, lines.alias("source_line"), *held])


def _report(source: Source, placed: TableLayout) -> None:
    log, profile = source.log, source.profile
    log.judge(("LY02", "LY03", "LY04", "LY05", "LY06", "LY07", "LY08", "LY16"), len(profile.columns))
    for c in profile.columns:
        table = source.catalogue.tables[c.table]
        if c.table not in columns.MAIN_TABLES or c.column in placed.columns or table.item(c.item) is None:
            continue
        log.add(layout.rule_of_absence(table, c.item), f"missing_column:{c.column}", Place(table=c.table, item=c.item))
    layout.report_names(placed, source.catalogue.tables[placed.table], _official(profile), log)


def _snapshot_days(source: Source) -> pl.Series:
    column = source.profile.snapshot_date_column
    if column is None or column not in source.rows.columns:
        return pl.Series([None] * source.rows.height, dtype=pl.Date)
    return cast_days(sheets.in_iso(source.rows[column], source.profile.date_formats)).values


def _cast(source: Source, table: str) -> CastTable:
    """One table of the export, cast; children once each (their newest row), episodes row by row."""
    mapped = [c for c in source.profile.columns if c.table == table and c.column in source.rows.columns]
    raw = source.rows.select("row_number", "source_line", *(pl.col(c.column).alias(c.item) for c in mapped))
    if table == "child" and "child_id" in raw.columns:
        raw = _one_row_each(raw, source.log)
    dates = {c.item for c in mapped if source.catalogue.items[c.item].kind == "date"}
    readable = sheets.readable(raw, dates, source.profile.date_formats)
    labels = {c.item: c.values for c in mapped if c.values}
    names = {c.item: c.column for c in mapped}
    held = source.catalogue.tables[table]
    casting = Casting(source.catalogue, held, names, source.held.jurisdiction, source.log, labels)
    return replace(cast_frame(readable, casting), raw=raw)


def _one_row_each(raw: pl.DataFrame, log: FaultLog) -> pl.DataFrame:
    """The newest row of each child; children whose details differ between rows are told (LY17)."""
    details = [c for c in raw.columns if c not in ("row_number", "source_line")]
    log.judge(("LY17",), raw["child_id"].n_unique())
    kept = raw.unique(subset=details, keep="last", maintain_order=True)
    last = kept.unique(subset="child_id", keep="last", maintain_order=True)
    differing = kept.filter(pl.col("child_id").is_duplicated() & pl.col("child_id").is_not_null())
    told = last.join(differing.select("child_id").unique(), on="child_id", how="semi")
    log.add_rows("LY17", ("child", "child_id"), told["row_number"], "details_differ")
    return last.filter(pl.col("child_id").is_not_null())


def _status_changes(cast: CastTable) -> CastTable:
    """Episodes from changes: each ends on the day of the child's next row."""
    order = ["child_id", "episode_start_date", "row_number"]
    rows = cast.typed.sort(order, nulls_last=True)
    follows = pl.col("child_id").shift(-1) == pl.col("child_id")
    is_end = (
        pl.col("legal_status_code").is_null()
        & pl.col("placement_code").is_null()
        & (pl.col("end_reason_code").is_not_null())
    )
    next_date = pl.when(follows).then(pl.col("episode_start_date").shift(-1))
    next_reason = pl.when(is_end.shift(-1)).then(pl.col("end_reason_code").shift(-1)).otherwise(pl.lit(CONTINUES))
    end = pl.coalesce("episode_end_date", next_date)
    reason = pl.coalesce("end_reason_code", pl.when(next_date.is_not_null()).then(next_reason))
    closed = rows.with_columns(
        end.alias("episode_end_date"), reason.alias("end_reason_code"), is_end.alias("is_end")
    ).filter(~pl.col("is_end"))
    return _kept(cast, closed.drop("is_end").sort("row_number"))


def _snapshots(cast: CastTable, days: pl.Series) -> CastTable:
    """Open episodes from snapshots: one row per child and start, ended by a later start of the same child."""
    rows = cast.typed.with_columns(days.alias("taken_on")).sort("taken_on", "row_number", nulls_last=True)
    newest = rows.unique(subset=["child_id", "episode_start_date"], keep="last", maintain_order=True)
    ordered = newest.sort("child_id", "episode_start_date", "row_number", nulls_last=True)
    follows = pl.col("child_id").shift(-1) == pl.col("child_id")
    next_start = pl.when(follows).then(pl.col("episode_start_date").shift(-1))
    ended = ordered.with_columns(
        pl.coalesce("episode_end_date", next_start).alias("episode_end_date"),
        pl.coalesce("end_reason_code", pl.when(next_start.is_not_null()).then(pl.lit(CONTINUES))).alias(
            "end_reason_code"
        ),
    )
    return _kept(cast, ended.drop("taken_on").sort("row_number"))


def _kept(cast: CastTable, typed: pl.DataFrame) -> CastTable:
    """The raw rows and marks that belong to the rows of a reshaped table, in its order."""
    at = typed["row_number"].cast(pl.UInt32) - 1
    raw = cast.raw[at] if typed.height else cast.raw.clear()
    unlisted = {item: mask.gather(at) for item, mask in cast.unlisted.items()}
    return CastTable(typed.select(cast.typed.columns), raw, unlisted)
