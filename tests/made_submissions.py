"""A small made-up submission in every container, for the tests of this room.

Identifiers and dates here are invented; checks themselves do not belong here.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

import polars as pl

from pipelines.conform import Examination

Rows = Sequence[Mapping[str, str]]
Tables = dict[str, list[dict[str, str]]]

COLUMNS = {
    "Header": "CHILD SEX DOB ETHNIC UPN MOTHER MC_DOB",
    "Episodes": "CHILD DECOM RNE LS CIN PLACE PLACE_PROVIDER DEC REC HOME_POST PL_POST PL_LA PL_LOCATION",
    "UASC": "CHILD SEX DOB DUC",
    "Reviews": "CHILD DOB REVIEW REVIEW_CODE",
    "AD1": "CHILD DOB DATE_INT DATE_MATCH FOSTER_CARE NB_ADOPTR SEX_ADOPTR LS_ADOPTR",
    "PlacedAdoption": "CHILD DOB DATE_PLACED DATE_PLACED_CEASED REASON_PLACED_CEASED",
    "OC3": "CHILD DOB IN_TOUCH ACTIV ACCOM",
    "Missing": "CHILD DOB MISSING MIS_START MIS_END",
}
RECORDS = {"Episodes": "Episode", "Reviews": "Review"}
COVER = {"Collection": "LAC", "Year": "2018-19", "Authority": "512"}


class PlainTokeniser:
    """Tokens of the right form that a test can foresee; no secret."""

    def child(self, authority_code: str, raw: str) -> str:
        return _token(f"{authority_code}/{raw}")

    def upn(self, raw: str) -> str:
        return _token(f"upn/{raw}")


def _token(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:32]


def blank(name: str, **values: str) -> dict[str, str]:
    """One row of a table under its official columns."""
    return dict.fromkeys(COLUMNS[name].split(), "") | values


def child(number: int) -> Tables:
    """One child with two episodes and a review."""
    who = {"CHILD": f"T{number:05d}", "DOB": f"{number % 28 + 1:02d}/06/{2005 + number % 9}"}
    start, change = f"{number % 28 + 1:02d}/05/2018", f"{number % 28 + 1:02d}/09/2018"
    common = {"CHILD": who["CHILD"], "LS": "C2", "CIN": "N1", "PL_LA": "512", "PL_LOCATION": "1"}
    return {
        "Header": [blank("Header", **who, SEX=str(number % 2 + 1), ETHNIC="WBRI", UPN="UN1", MOTHER="0")],
        "Episodes": [
            blank("Episodes", **common, DECOM=start, RNE="S", PLACE="F2", DEC=change, REC="X1", PL_POST="LL77 7AA"),
            blank("Episodes", **common, DECOM=change, RNE="P", PLACE="F1"),
        ],
        "Reviews": [blank("Reviews", **who, REVIEW=f"{number % 28 + 1:02d}/11/2018", REVIEW_CODE="PN1")],
    }


def submission(n_children: int = 30) -> Tables:
    """All tables of the census; the ones nobody fills are empty."""
    found: Tables = {name: [] for name in COLUMNS}
    for number in range(n_children):
        for name, rows in child(number).items():
            found[name] += rows
    return found


def apart(tables: Tables) -> Tables:
    """The same with postcodes of home and placement that are known and apart, so that no query asks for them."""
    for row in tables["Episodes"]:
        row.update(HOME_POST="LL59 5BY", PL_POST="LL77 7AA")
    return tables


def csv_text(name: str, rows: Rows, delimiter: str = ",") -> str:
    """The table under its official columns; one with a column of its own is written with the columns that it has."""
    out, official = io.StringIO(newline=""), COLUMNS[name].split()
    is_own = bool(rows) and not set(rows[0]) <= set(official)
    columns = list(rows[0]) if is_own else official
    writer = csv.DictWriter(out, columns, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def cover_csv(cover: Mapping[str, str]) -> str:
    return ",".join(cover) + "\r\n" + ",".join(cover.values()) + "\r\n"


def write_csvs(folder: Path, tables: Tables, cover: Mapping[str, str] | None = COVER) -> Path:
    """A folder with one CSV file per table and the cover."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_bytes(csv_text(name, rows).encode())
    if cover:
        (folder / "Return.csv").write_bytes(cover_csv(cover).encode())
    return folder


def write_zip(path: Path, tables: Tables, cover: Mapping[str, str] = COVER) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Return.csv", cover_csv(cover))
        for name, rows in tables.items():
            archive.writestr(f"{name}.csv", csv_text(name, rows))
    return path


def write_xlsx(path: Path, tables: Tables, cover: Mapping[str, str] = COVER) -> Path:
    """A workbook with text cells, one sheet per table."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"in_memory": True})
    sheet = book.add_worksheet("Return")
    for n, (label, value) in enumerate(cover.items()):
        sheet.write_string(n, 0, label)
        sheet.write_string(n, 1, value)
    for name, rows in tables.items():
        sheet = book.add_worksheet(name)
        for x, column in enumerate(COLUMNS[name].split()):
            sheet.write_string(0, x, column)
            for y, row in enumerate(rows, 1):
                if row[column]:
                    sheet.write_string(y, x, row[column])
    book.close()
    return path


def xml_text(tables: Tables, cover: Mapping[str, str] = COVER) -> str:
    """Our nesting: a child's records stand inside it and leave out the identifier and the date of birth."""
    said = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in cover.items())
    inside: dict[str, list[str]] = {}
    for name, rows in tables.items():
        for row in rows if name != "Header" else ():
            inside.setdefault(row["CHILD"], []).append(_record(RECORDS.get(name, name), row, leave_out=("CHILD",)))
    children = [_record("Child", row, "".join(inside.get(row["CHILD"], ()))) for row in tables["Header"]]
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<Message><Header>{said}</Header>\n"
        + "\n".join(children)
        + "</Message>"
    )


def _record(tag: str, row: Mapping[str, str], inner: str = "", leave_out: Sequence[str] = ()) -> str:
    leaves = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in row.items() if k not in leave_out)
    return f"<{tag}>{leaves}{inner}</{tag}>"


def write_xml(path: Path, tables: Tables, cover: Mapping[str, str] = COVER) -> Path:
    path.write_text(xml_text(tables, cover), encoding="utf-8")
    return path


Look = Callable[..., Examination]
"""Examine files under a claim given by keywords."""


def causes(held: Examination, prefix: str = "") -> dict[str, int]:
    """Cause group -> how often, of faults whose rule begins with a prefix."""
    own = held.faults.filter(pl.col("rule_id").str.starts_with(prefix))
    return dict(own.group_by("cause_group").len().iter_rows())


def sizes(held: Examination) -> dict[str, int]:
    """Rows of the typed tables that have any."""
    return {t: f.height for t, f in held.tables.items() if f.height}


CLEAN = {"child": 24, "episode": 48, "review": 24}


def edited(folder: Path, name: str, change: Callable[[str], str]) -> None:
    """Change the text of one CSV file of a folder."""
    path = folder / f"{name}.csv"
    path.write_bytes(change(path.read_bytes().decode()).encode())


def first_line(old: str, new: str) -> Callable[[str], str]:
    """A change of the header."""

    def change(text: str) -> str:
        head, rest = text.split("\r\n", 1)
        assert old in head
        return head.replace(old, new, 1) + "\r\n" + rest

    return change
