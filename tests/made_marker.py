"""Submissions with a mark planted in every kind of cell, for the tests that look for it where it must not be.

Searching does not belong here (see tests/contract/test_planted_marker.py).
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from made_submissions import COLUMNS, Tables, blank, child, cover_csv, csv_text, write_xlsx, xml_text

from pipelines.core.settings import PROJECT
from schemas import Catalogue

N_SUBMISSIONS = 4
MARK = "QXZMARK"
"""Stands in identifiers, dates, codes, postcodes, names of columns and names of sheets."""
UPN, POSTCODE, BORN = "H980200007713", "ZE3 9QX", "29/02/2012"
"""A well-formed UPN, postcode and date of birth that no other test data have."""
SECRETS = (MARK, UPN, POSTCODE, POSTCODE.replace(" ", ""), BORN)
PERIOD, CSV_AT, WORKBOOK_AT, XML_AT = "2017-18", "W06000024", "W06000023", "W06000022"
QUARTER, EXPORT_AT = "2024-25Q2", "W06000001"
"""Periods for which no figure of a single authority is published: nothing can differ from one."""


def lay(inbox: Path, catalogue: Catalogue) -> None:
    """One planted census as CSV, one as a workbook, one as XML, and one planted export, as an inbox has them."""
    folder = inbox / "returns" / PERIOD
    folder.mkdir(parents=True, exist_ok=True)
    _zipped(folder / f"{CSV_AT}.zip", catalogue)
    _workbook(folder / f"{WORKBOOK_AT}.xlsx", catalogue)
    _xml(folder / f"{XML_AT}.xml", catalogue)
    _export(inbox / "exports" / QUARTER / f"{EXPORT_AT}.csv")


def planted() -> Tables:
    """For every column of every table a child whose record has the mark in that column and is whole otherwise."""
    found: Tables = {name: [] for name in COLUMNS}
    for name, columns in COLUMNS.items():
        for column in columns.split():
            whole = _child(len(found["Header"]))
            row = whole.setdefault(name, [blank(name, CHILD=whole["Header"][0]["CHILD"], DOB=BORN)])[0]
            row[column] = f"{MARK} {column}"
            for table, rows in whole.items():
                found[table] += rows
    return found


def _child(number: int) -> Tables:
    """A child whose identifier is the mark, with a well-formed UPN (the first one), postcode and date of birth."""
    whole = child(number)
    for rows in whole.values():
        for row in rows:
            told = {"CHILD": f"{MARK}{number}", "DOB": BORN, "HOME_POST": POSTCODE, "PL_POST": POSTCODE}
            row.update({column: value for column, value in told.items() if column in row})
            row.update({column: value.replace("/2018", "/2017") for column, value in row.items()})
    whole["Header"][0]["UPN"] = UPN if number == 0 else "UN1"
    return whole


def _cover(authority: str, catalogue: Catalogue) -> dict[str, str]:
    code = catalogue.authorities[authority].la3
    return {"Collection": "LAC", "Year": PERIOD, "Authority": code, MARK: f"{MARK} cover"}


def _zipped(path: Path, catalogue: Catalogue) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Return.csv", cover_csv(_cover(CSV_AT, catalogue)))
        for name, rows in planted().items():
            lines = csv_text(name, rows).splitlines()
            wider = [f"{line},{MARK} {n}" for n, line in enumerate(lines)]
            archive.writestr(f"{name}.csv", "\r\n".join(wider))
        # A table that nobody knows, and one without a header: what stands for names there is content.
        archive.writestr("Strange.csv", f"{MARK}A,{MARK}B\r\n{MARK} 1,{POSTCODE}\r\n")
        archive.writestr("Loose.csv", f"{MARK}1,{BORN},M,01/05/2018,\r\n{MARK}2,{BORN},M,02/05/2018,\r\n")


def _workbook(path: Path, catalogue: Catalogue) -> None:
    from openpyxl import load_workbook

    write_xlsx(path, planted(), _cover(WORKBOOK_AT, catalogue))
    book = load_workbook(path)
    sheet = book.create_sheet(f"{MARK} sheet")
    sheet.append([f"{MARK}A", f"{MARK}B"])
    sheet.append([f"{MARK} 1", f'=HYPERLINK("{MARK}")'])
    book.save(path)


def _xml(path: Path, catalogue: Catalogue) -> None:
    text = xml_text(planted(), {k: v for k, v in _cover(XML_AT, catalogue).items() if k != MARK})
    path.write_text(text.replace("</Message>", f"<{MARK}><a>{MARK}</a></{MARK}></Message>"), encoding="utf-8")


def _export(path: Path) -> None:
    """The bundled export of an authority with the mark in one cell of each column, row by row."""
    with zipfile.ZipFile(PROJECT / "data" / "sample" / "exports" / QUARTER / f"{path.stem}.zip") as held:
        head, *rows = (line.split(",") for line in held.read("Export.csv").decode("utf-8-sig").splitlines())
    plain = [row for row in rows if len(row) == len(head)]
    for n in range(1, len(head)):  # the first column names the authority: with the mark there it is another's
        plain[n][n] = f"{MARK} {head[n]}"
    plain[0][1] = f"{MARK}0"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(",".join(row) for row in [[*head, MARK], *([*r, MARK] for r in plain)]), "utf-8")
