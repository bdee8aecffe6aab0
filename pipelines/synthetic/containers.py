"""Bytes of a submission: a zip of CSV files, a workbook, an XML message, a single CSV. The same input, the same bytes.

What the tables hold does not belong here (see `writers.py`).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

FIXED_TIME = (2020, 1, 1, 0, 0, 0)
"""Time stamp of every archive member, so that a sample made twice is the same to the byte."""
Cell = str | date | None


@dataclass(frozen=True)
class Sheet:
    """One table as it is sent: its name, the names of its columns, its rows."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def csv_bytes(sheet: Sheet, date_format: str, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """One table as delimited text with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", delimiter=delimiter)
    writer.writerow(sheet.columns)
    writer.writerows([_text(v, date_format) for v in row] for row in sheet.rows)
    return text.getvalue().encode(encoding, errors="replace")


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """An archive in name order with fixed time stamps."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name], compresslevel=9)
    return held.getvalue()


def workbook_bytes(sheets: Sequence[Sheet], properties: Mapping[str, str]) -> bytes:
    """A workbook with one sheet per table; dates are real dates."""
    import xlsxwriter

    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        book.set_properties({**properties, "created": datetime(*FIXED_TIME, tzinfo=UTC).replace(tzinfo=None)})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        bold = book.add_format({"bold": True})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.write_row(0, 0, sheet.columns, bold)
            for y, row in enumerate(sheet.rows, start=1):
                for x, value in enumerate(row):
                    if isinstance(value, date):
                        page.write_datetime(y, x, value, day)
                    elif value is not None:
                        page.write_string(y, x, value)
    return held.getvalue()


def xml_bytes(header: Mapping[str, str], sheets: Sequence[Sheet]) -> bytes:
    """A message: a header, then one element per record with one element per column that is filled."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<Message>", "<Header>"]
    lines += [f"<{tag}>{escape(value)}</{tag}>" for tag, value in header.items()]
    lines.append("</Header>")
    for sheet in sheets:
        for row in sheet.rows:
            cells = "".join(
                f"<{tag}>{escape(_text(value, '%Y-%m-%d'))}</{tag}>"
                for tag, value in zip(sheet.columns, row, strict=True)
                if value is not None
            )
            lines.append(f"<{sheet.name}>{cells}</{sheet.name}>")
    lines.append("</Message>")
    return "\n".join(lines).encode("utf-8")


def _text(value: Cell, date_format: str) -> str:
    if value is None:
        return ""
    return value.strftime(date_format) if isinstance(value, date) else value
