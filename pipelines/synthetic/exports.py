"""Quarterly exports of case-management systems, in the columns and words of an export profile.

Annual returns do not belong here (see `writers.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pipelines.synthetic.containers import Cell, Sheet, csv_bytes, workbook_bytes, zip_bytes
from pipelines.synthetic.life import CONTINUES, Child, Episode
from pipelines.synthetic.records import Step
from pipelines.synthetic.tables import Holdings, Record, Tables, child_record, episode_record
from pipelines.synthetic.writers import CSV_DATES, WRITES_WELSH

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import ExportProfile

MAIN_TABLES = ("child", "episode")
STATUS_CHANGE, SNAPSHOT = "status_change", "snapshot"
Row = dict[tuple[str, str], Cell]
"""(table, item) -> value of one row of an export."""


MOVED = ("W06000019", "2024-25Q3", date(2024, 11, 8))
"""An authority that leaves its system in the middle of a quarter: from there on it sends the report of the new one,
and of that quarter only what it held on the day of the move."""
PENDING = ("W06000009", "2024-25Q3")
"""An authority whose export of the latest quarter is still awaited."""
REPORT_ONLY = {"csv": "2024-25Q1"}
"""Authorities that send a single file have no room for further tables; after this quarter they send an archive."""
FURTHER_SINCE = "2024-25Q1"


def profile_for(catalogue: Catalogue, authority: str, quarter: str) -> ExportProfile | None:
    """The profile of an authority's system: one half of Wales uses one system, the other half the other."""
    order = sorted(catalogue.authorities)
    has_first = (order.index(authority) % 2 == 0) != (authority == MOVED[0] and quarter >= MOVED[1])
    shape = STATUS_CHANGE if has_first else SNAPSHOT
    fitting = sorted((p for p in catalogue.export_profiles.values() if p.shape == shape), key=lambda p: p.id)
    return fitting[0] if fitting else None


def container_of(catalogue: Catalogue, authority: str, quarter: str) -> str:
    """How an authority sends its export: plain CSV (while that was enough), CSV in an archive, or a workbook."""
    place = sorted(catalogue.authorities).index(authority)
    held = {0: "csv", 1: "xlsx", 3: "csv", 5: "xlsx", 7: "csv"}.get(place % 8, "zip")
    return "zip" if held == "csv" and quarter != REPORT_ONLY["csv"] else held


def known_until(authority: str, quarter: Step) -> Step:
    """The span that an export covers: the quarter, or a part of it where the authority moved to another system."""
    if (authority, quarter.period) != MOVED[:2]:
        return quarter
    return replace(quarter, end=MOVED[2], quiet=(MOVED[2],))


def has_further(catalogue: Catalogue, authority: str, quarter: str) -> bool:
    """Whether an authority sends the further tables of a quarter beside its report."""
    is_alone = container_of(catalogue, authority, quarter) == "csv"
    return quarter >= FURTHER_SINCE and not is_alone and (authority, quarter) != MOVED[:2]


def sheet(catalogue: Catalogue, profile: ExportProfile, holdings: Holdings, period: Step) -> Sheet:
    """The export of one authority and quarter."""
    rows_of: Callable[[Child, Step, ExportProfile], list[Row]] = (
        _changes if profile.shape == STATUS_CHANGE else _snapshot
    )
    name = catalogue.authorities[holdings.authority].name.en
    columns = _columns(profile)
    rows = [
        _cells(profile, row, columns, (holdings.authority, period, name))
        for child in holdings.known_in(period)
        for row in rows_of(child, period, profile)
    ]
    return Sheet("Export", tuple(columns), rows)


def further_sheets(catalogue: Catalogue, profile: ExportProfile, tables: Tables, authority: str) -> list[Sheet]:
    """The further tables of an export, each a sheet in the profile's columns and words."""
    held = catalogue.returns["quarterly_export"]
    in_welsh = authority in WRITES_WELSH and profile.shape == SNAPSHOT
    found = []
    for table, records in tables.items():
        columns = [c for c in profile.columns if c.table == table]
        words = {c.item: c.values for c in columns}
        rows: list[list[Cell]] = [
            [_worded(r.get(c.item), words[c.item], profile.date_formats[0], in_welsh=in_welsh) or None for c in columns]
            for r in records
        ]
        found.append(Sheet(held.source_names[table][0], tuple(c.column for c in columns), rows))
    return found


def _columns(profile: ExportProfile) -> list[str]:
    """Authority and date of the snapshot first, then the profile's own columns, each once."""
    first = [c for c in (profile.authority_column, profile.snapshot_date_column) if c]
    return list(dict.fromkeys([*first, *(c.column for c in profile.columns if c.table in MAIN_TABLES)]))


def _changes(child: Child, period: Step, profile: ExportProfile) -> list[Row]:
    """A row for each episode of the quarter, and one for the end of care where the profile has no end date."""
    has_end = any(c.item == "episode_end_date" for c in profile.columns)
    rows = []
    for held in child.episodes_in(period.start, period.end):
        rows.append(_row(child, held, period))
        is_over = held.end is not None and held.end <= period.end and held.end_reason != CONTINUES
        if is_over and not has_end:
            rows.append(
                _of("child", child_record(child, period))
                | {("episode", "child_id"): child.id, ("episode", "episode_start_date"): held.end}
                | {("episode", "end_reason_code"): held.end_reason}
            )
    return rows


def _snapshot(child: Child, period: Step, profile: ExportProfile) -> list[Row]:
    """The child's open episode on the last day of the quarter."""
    held = child.episode_on(period.end)
    return [_row(child, held, period)] if held else []


def _row(child: Child, held: Episode, period: Step) -> Row:
    return _of("child", child_record(child, period)) | _of("episode", episode_record(child, held, period))


def _of(table: str, record: Record) -> Row:
    return {(table, item): value for item, value in record.items()}


def _cells(profile: ExportProfile, row: Row, columns: Sequence[str], about: tuple[str, Step, str]) -> list[Cell]:
    """One row in the profile's columns: labels for codes, dates in the profile's first form."""
    authority, period, name = about
    in_welsh = authority in WRITES_WELSH
    cells: dict[str, Cell] = {}
    if profile.authority_column:
        cells[profile.authority_column] = name
    if profile.snapshot_date_column:
        cells[profile.snapshot_date_column] = period.end.strftime(profile.date_formats[0])
    for column in profile.columns:
        if column.table not in MAIN_TABLES:
            continue
        value = row.get((column.table, column.item))
        if value is not None and column.column not in cells:
            cells[column.column] = _worded(value, column.values, profile.date_formats[0], in_welsh=in_welsh)
    return [cells.get(c) for c in columns]


def _worded(value: Cell, values: dict[str, str], date_format: str, *, in_welsh: bool = False) -> str:
    """The system's own word for a code (the last of several in Welsh authorities); dates and other values as text."""
    if value is None or isinstance(value, str):
        words = [text for text, code in values.items() if code == value]
        word = words[-1 if in_welsh else 0] if words else None
        return (word[:1].upper() + word[1:]) if word else (value or "")
    return value.strftime(date_format)


def to_bytes(sheets: Sequence[Sheet], container: str) -> bytes:
    """The export as a workbook, as CSV (its report alone), or as CSV in an archive."""
    if container == "xlsx":
        return workbook_bytes(sheets, {"title": "Synthetic export"})
    if container == "csv":
        return csv_bytes(sheets[0], CSV_DATES)
    return zip_bytes({f"{sheet.name}.csv": csv_bytes(sheet, CSV_DATES) for sheet in sheets})
