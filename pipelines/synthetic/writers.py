"""Annual submissions as authorities send them: which container, which names, which cover.

The rows themselves (see `tables.py`) and the bytes (see `containers.py`) do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipelines.synthetic.containers import Cell, Sheet, csv_bytes, workbook_bytes, xml_bytes, zip_bytes
from pipelines.synthetic.tables import Tables, Value

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue
    from schemas.model import Return

CSV_SET, WORKBOOK, MESSAGE, ZIPPED_MESSAGE = "csv_set", "xlsx", "xml", "xml_zip"
SUFFIX = {CSV_SET: "zip", WORKBOOK: "xlsx", MESSAGE: "xml", ZIPPED_MESSAGE: "zip"}
CONTAINERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "W06000008": (("2016-17", MESSAGE),),
    "W06000001": (("2016-17", WORKBOOK), ("2020-21", ZIPPED_MESSAGE)),
    "W06000002": (("2016-17", WORKBOOK),),
    "W06000003": (("2016-17", WORKBOOK), ("2021-22", CSV_SET)),
    "W06000005": (("2016-17", WORKBOOK), ("2019-20", CSV_SET)),
    "W06000010": (("2016-17", WORKBOOK),),
    "W06000014": (("2016-17", ZIPPED_MESSAGE), ("2018-19", CSV_SET)),
    "W06000019": (("2016-17", WORKBOOK),),
    "W06000021": (("2016-17", CSV_SET), ("2022-23", WORKBOOK)),
    "W06000024": (("2016-17", WORKBOOK), ("2022-23", ZIPPED_MESSAGE)),
}
"""Container of an authority from a period on; all others send a zip of CSV files."""
WITH_BYTE_ORDER_MARK = ("W06000015", "W06000013")
WRITES_WELSH = ("W06000001", "W06000002", "W06000008", "W06000010")
"""Authorities whose cover is in Welsh."""
NOTE = "Synthetic data. No row describes a real child."
COVER = {"en": ("Note", "Collection", "Year", "Authority"), "cy": ("Nodyn", "Casgliad", "Blwyddyn", "Awdurdod")}
CSV_DATES, XML_TAG = "%d/%m/%Y", {"child": "Children"}


@dataclass(frozen=True)
class Submission:
    """One submission before it becomes bytes. `tables` names the canonical table of each sheet, in order."""

    return_id: str
    authority: str
    period: str
    container: str
    cover: Sheet
    tables: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    encoding: str = "utf-8"

    @property
    def file_name(self) -> str:
        return f"{self.authority}.{SUFFIX[self.container]}"

    def sheet(self, table: str) -> Sheet:
        return self.sheets[self.tables.index(table)]


def container_of(authority: str, period: str) -> str:
    """How an authority sends the return of a period."""
    held = [c for since, c in CONTAINERS.get(authority, ()) if since <= period]
    return held[-1] if held else CSV_SET


def submission(catalogue: Catalogue, held: Return, at: tuple[str, str], tables: Tables) -> Submission:
    """Lay the canonical rows out in the columns of the return for one authority and period."""
    authority, period = at
    container = container_of(authority, period)
    is_message = container in (MESSAGE, ZIPPED_MESSAGE)
    names, sheets = [], []
    for table in held.tables:
        columns = held.columns(table, period)
        if not columns:
            continue
        name = XML_TAG.get(table, held.source_names[table][0]) if is_message else held.source_names[table][0]
        names.append(table)
        sheets.append(Sheet(name, tuple(columns.values()), _rows(tables.get(table, []), columns)))
    encoding = "utf-8-sig" if authority in WITH_BYTE_ORDER_MARK else "utf-8"
    cover = _cover(catalogue, held, at)
    return Submission(held.id, authority, period, container, cover, tuple(names), tuple(sheets), encoding)


def _rows(records: Sequence[Mapping[str, Value]], columns: Mapping[str, str]) -> list[list[Cell]]:
    """Cells in the order of the columns; a pupil number that is not known gives way to its reason."""
    items = list(columns)
    rows: list[list[Cell]] = []
    for record in records:
        row = [record.get(item) for item in items]
        if "upn_id" in columns and "upn_unknown_code" not in columns and record.get("upn_id") is None:
            row[items.index("upn_id")] = record.get("upn_unknown_code")
        rows.append(row)
    return rows


def _cover(catalogue: Catalogue, held: Return, at: tuple[str, str]) -> Sheet:
    authority, period = at
    lang = "cy" if authority in WRITES_WELSH else "en"
    name = catalogue.authorities[authority].name[lang]
    title = held.title[lang] if lang == "cy" else held.collection_codes[0]
    return Sheet("Return", COVER[lang], [[NOTE, title, period, name]])


def to_bytes(given: Submission) -> bytes:
    """The submission as it is sent."""
    if given.container == WORKBOOK:
        return workbook_bytes([given.cover, *given.sheets], {"title": "Synthetic return", "comments": NOTE})
    if given.container in (MESSAGE, ZIPPED_MESSAGE):
        header = dict(zip(COVER["en"], (str(v) for v in given.cover.rows[0]), strict=True))
        message = xml_bytes(header, given.sheets)
        return message if given.container == MESSAGE else zip_bytes({"message.xml": message})
    members = {f"{s.name}.csv": csv_bytes(s, CSV_DATES, given.encoding) for s in given.sheets}
    members["Return.csv"] = csv_bytes(given.cover, CSV_DATES, given.encoding)
    return zip_bytes(members)


def as_text(value: Cell) -> str:
    """A cell as the text that a defect can be made in."""
    return "" if value is None else (value.strftime(CSV_DATES) if isinstance(value, date) else value)
