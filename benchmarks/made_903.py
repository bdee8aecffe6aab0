"""Returns in the public interchange columns, for measuring: at random, without a fault, or with a fault in every cell.

Children who could exist do not belong here (see `pipelines/synthetic`): these only have the shape and the size.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

COLUMNS = {
    "header": "CHILD SEX DOB ETHNIC UPN MOTHER MC_DOB",
    "episodes": "CHILD DECOM RNE LS CIN PLACE PLACE_PROVIDER DEC REC REASON_PLACE_CHANGE HOME_POST PL_POST URN",
    "reviews": "CHILD DOB REVIEW REVIEW_CODE",
    "uasc": "CHILD SEX DOB DUC",
    "oc3": "CHILD DOB IN_TOUCH ACTIV ACCOM",
    "ad1": "CHILD DOB DATE_INT DATE_MATCH FOSTER_CARE NB_ADOPTR SEX_ADOPTR LS_ADOPTR",
    "placed_for_adoption": "CHILD DOB DATE_PLACED DATE_PLACED_CEASED REASON_PLACED_CEASED",
    "missing": "CHILD DOB MISSING MIS_START MIS_END",
}
"""Columns of the public validator, in the files of both programs (domain reference, section 3)."""
WELSH = ["PL_LA", "PL_LOCATION"]
"""Columns of the Welsh return that the public validator refuses; files without a fault have them."""
RANDOM, CLEAN, BAD = "random", "clean", "bad"
_CODES = {
    "RNE": "S P L T U B",
    "LS": "C1 C2 E1 V2 V3 V4 J1 L1 L2",
    "CIN": "N1 N2 N3 N4 N5 N6 N8",
    "PLACE": "A3 A5 H5 K1 K2 P1 P2 R1 R2 S1 T0 T1 U1 U2 U3 U4 U5 U6 Z1",
    "PLACE_PROVIDER": "PR0 PR1 PR2 PR3 PR4 PR5",
    "REC": "X1 E11 E12 E2 E3 E4A E4B E5 E6 E7 E8 E9",
    "REASON_PLACE_CHANGE": "CARPL CLOSE ALLEG STAND LAREQ PLACE OTHER",
    "ETHNIC": "WBRI WIRI WOTH MWBC MWBA AIND APKN BCRB BAFR OOTH REFU NOBT",
    "REVIEW_CODE": "PN0 PN1 PN2 PN3 PN4 PN5 PN6 PN7",
    "IN_TOUCH": "YES NO DIED REFU NREQ RHOM",
    "ACTIV": "F1 P1 F2 P2 F4 P4 F5 P5 G4 G5 G6",
    "ACCOM": "B1 B2 C1 C2 D1 D2 E1 E2 G1 G2 H1 H2",
    "SEX_ADOPTR": "M1 F1 MM FF MF",
    "LS_ADOPTR": "L0 L11 L12 L2 L3 L4",
    "REASON_PLACED_CEASED": "RD1 RD2 RD3 RD4",
    "MISSING": "M A",
    "SEX": "1 2",
}
CODES = {name: codes.split() for name, codes in _CODES.items()}
NONSENSE = "31/02/20233"
Row = dict[str, str]


def write(folder: Path, n_children: int, kind: str = RANDOM) -> tuple[Path, Path, int]:
    """(this year's folder, last year's folder, rows of both). The same arguments give the same files."""
    made = []
    for year in (2023, 2022):
        target = folder / str(year)
        target.mkdir(parents=True, exist_ok=True)
        made.append((target, _write_year(target, year, n_children, kind)))
    (this, n_this), (last, n_last) = made
    return this, last, n_this + n_last


def _write_year(folder: Path, year: int, n_children: int, kind: str) -> int:
    files = {name: (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") for name in COLUMNS}
    columns = {name: held.split() for name, held in COLUMNS.items()}
    columns["episodes"] += [] if kind == RANDOM else WELSH
    writers = {name: csv.DictWriter(files[name], columns[name], restval="") for name in COLUMNS}
    for writer in writers.values():
        writer.writeheader()
    n_rows, chance = 0, random.Random(year)
    for number in range(n_children):
        for name, row in _rows(chance, year, number, kind):
            held = dict.fromkeys(columns[name], NONSENSE) | {"CHILD": row["CHILD"]} if kind == BAD else row
            writers[name].writerow(held)
            n_rows += 1
    for file in files.values():
        file.close()
    return n_rows


def _rows(chance: random.Random, year: int, number: int, kind: str) -> Iterator[tuple[str, Row]]:
    who = {"CHILD": f"B{number:07d}", "DOB": _text(date(2008, 1, 1) + timedelta(days=number % 3000))}
    header = {
        **who,
        "SEX": CODES["SEX"][number % 2],
        "ETHNIC": CODES["ETHNIC"][number % 12],
        "UPN": "UN1",
        "MOTHER": "",
    }
    yield "header", header
    if kind == RANDOM:
        yield from _any(chance, year, header)
        return
    started = date(year, 5, 1) + timedelta(days=number % 100)
    changed, ended = started + timedelta(days=30), started + timedelta(days=90)
    own = {"CHILD": who["CHILD"], "LS": "C2", "CIN": "N1", "PL_POST": "LL77 7AA", "HOME_POST": "LL59 5BY"}
    own |= {"PL_LA": "512", "PL_LOCATION": "1"}
    yield "episodes", {**own, "DECOM": _text(started), "RNE": "S", "PLACE": "F2", "DEC": _text(changed), "REC": "X1"}
    yield "episodes", {**own, "DECOM": _text(changed), "RNE": "P", "PLACE": "F1", "DEC": _text(ended), "REC": "E4"}
    yield "reviews", {**who, "REVIEW": _text(started + timedelta(days=20)), "REVIEW_CODE": "PN1"}


def _any(chance: random.Random, year: int, header: Row) -> Iterator[tuple[str, Row]]:
    """About eleven rows of a child with codes and dates drawn without regard to each other."""
    who, first = {"CHILD": header["CHILD"], "DOB": header["DOB"]}, date(year, 4, 1)

    def day() -> str:
        return _text(first + timedelta(days=chance.randrange(365)))

    def codes(*names: str) -> Row:
        return {name: chance.choice(CODES[name]) for name in names}

    starts = sorted(first + timedelta(days=chance.randrange(365)) for _ in range(5))
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        given = codes("RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "REASON_PLACE_CHANGE")
        ended = {"DEC": _text(end), **codes("REC")} if end else {}
        places = {"HOME_POST": "LL59 5BY", "PL_POST": "LL77 7AA", "URN": "1234567"}
        yield "episodes", {"CHILD": who["CHILD"], "DECOM": _text(start), **given, **ended, **places}
    for _ in range(3):
        yield "reviews", {**who, "REVIEW": day(), **codes("REVIEW_CODE")}
    yield "missing", {**who, "MIS_START": day(), "MIS_END": day(), **codes("MISSING")}
    if chance.random() < 0.1:
        yield "uasc", {**who, "SEX": header["SEX"], "DUC": day()}
    if chance.random() < 0.4:
        yield "oc3", {**who, **codes("IN_TOUCH", "ACTIV", "ACCOM")}
    if chance.random() < 0.3:
        adopters = {"FOSTER_CARE": "0", "NB_ADOPTR": "1", **codes("SEX_ADOPTR", "LS_ADOPTR")}
        yield "ad1", {**who, "DATE_INT": day(), "DATE_MATCH": day(), **adopters}
        yield "placed_for_adoption", {**who, "DATE_PLACED": day(), **codes("REASON_PLACED_CEASED")}


def _text(day: date) -> str:
    return day.strftime("%d/%m/%Y")
