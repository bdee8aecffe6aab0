"""Tables that name their figures by key (CSV, Parquet, DuckDB): each figure must be the ledger's, to the digit.

Tables laid out for people belong to `grids.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipelines.audit.reading import keyed
from pipelines.audit.verifier import following
from pipelines.audit.verifier.grids import Code, Grid
from pipelines.audit.verifier.grids import check as check_grid
from pipelines.audit.verifier.ledger import FIGURES, KEY, Ledger
from pipelines.audit.verifier.records import Findings, Subject

SHOWN_AS = {**{name: name for name in FIGURES}, "new_value": "value", "edition_value": "value"}
"""Columns that show a figure of the ledger."""
COMPARED = {
    "fct_change": {"value": "period_id", "previous_value": "previous_period_id"},
    "fct_definition": {"value": "period_id"},
    "fct_forecast": {"from_value": "from_period_id"},
}
"""Tables that set figures of totals side by side: columns that show one, with the column of its period."""
CODES = re.compile(r"(code|refcode|hierarchy|measure|_id|area|period|^lang|^type|^format)$", re.IGNORECASE)
"""Columns of codes, by their names."""
OPEN = frozenset({"sort", "decimal", "notecodes", "status", "note", "description"})
"""Columns that hold no figures; a note code `t` is no label of a total."""
WITHHOLDING = ("c", "x", "z")
HISTORY, SINCE = "fct_vintage", "from_edition_id"
"""The table of every value ever published, and its column that says in which edition a value was new."""
STATUS_CODES = frozenset("abcefkprtuwxz") | {"ns", "s", "ss", "sss"}


def check_file(subject: Subject, ledger: Ledger, path: Path, findings: Findings) -> int:
    """Every table of a file; gives how many figures were held against the ledger."""
    file, n_held = path.relative_to(subject.folder).as_posix(), 0
    for name, table in keyed.tables(path, _has_figures):
        n_held += _check_compared(ledger, table, (file, name), findings)
        for column, wrong in following.check(ledger, name, table).items():
            _tell("not_from_published", wrong, (file, f"{name}.{column}"), findings)
        is_view = name.startswith(keyed.VIEW)
        if path.suffix in (".duckdb", ".parquet") and name not in subject.declared and not is_view:
            findings.add("unregistered_table", file, name)
        renamed = table.rename(
            {k: v for k, v in keyed.OTHER_NAMES.items() if k in table.columns and v not in table.columns}
        )
        if SINCE in renamed.columns:
            renamed = _not_told_before(subject, renamed)
        if set(KEY) <= set(renamed.columns):
            n_held += check_rows(ledger, renamed, (file, name), findings)
        n_held += _check_rest(subject, ledger, renamed, (path, name), findings)
    return n_held


def _has_figures(name: str, columns: Sequence[str]) -> bool:
    """Whether rows of a table are held against the ledger; of others only the columns count here."""
    return (
        name in {**COMPARED, **following.WORKED_OUT}
        or SINCE in columns
        or {keyed.OTHER_NAMES.get(c, c) for c in columns} >= set(KEY)
    )


def _check_compared(ledger: Ledger, table: pl.DataFrame, place: tuple[str, str], findings: Findings) -> int:
    """Figures of totals in a table without categories; gives how many were held against the ledger."""
    file, name = place
    if name not in COMPARED:
        return 0
    totals = ledger.frame.filter(pl.col("breakdown_id") == "total").select(*KEY[:3], known="value")
    n_held = 0
    for column, period in COMPARED[name].items():
        if not {*KEY[:2], period, column} <= set(table.columns):
            continue
        shown = table.select(*KEY[:2], pl.col(period).alias(KEY[2]), shown=number(column)).drop_nulls("shown")
        differs = shown.join(totals, on=list(KEY[:3]), how="left").filter(pl.col("shown").ne_missing(pl.col("known")))
        _tell("value_differs", differs.select(KEY[:3]), (file, f"{name}.{column}"), findings)
        n_held += shown.height
    return n_held


def _tell(check: str, rows: pl.DataFrame, place: tuple[str, str], findings: Findings) -> None:
    file, name = place
    for key in rows.head(5).iter_rows():
        findings.add(check, file, f"{name}: {';'.join(map(str, key))}")
    if rows.height > 5:
        findings.add(check, file, n=rows.height - 5)


def _not_told_before(subject: Subject, table: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table of all editions that are new in this one; what an earlier edition told, to the digit, it may
    tell again, and a row that is no longer there tells nothing."""
    if "is_withdrawn" in table.columns:
        is_withdrawn = pl.col("is_withdrawn").cast(pl.String) == "true"
        table = table.filter(~is_withdrawn | pl.col("value").is_not_null())
    path = subject.earlier / "parquet" / f"{HISTORY}.parquet" if subject.earlier else None
    if path is None or not path.is_file():
        return table
    row = [*KEY, SINCE, "value", "status"]
    table = table.with_columns(number("value"))
    return table.join(pl.read_parquet(path, columns=row), on=row, how="anti", nulls_equal=True)


def check_rows(ledger: Ledger, table: pl.DataFrame, place: tuple[str, str], findings: Findings) -> int:
    """Rows of figures with their key: each figure must be the ledger's, each gap must say why.

    Args:
        place: the file and the table in it.
    """
    file, name = place
    shown = [c for c in SHOWN_AS if c in table.columns]
    held = table.with_columns(*(pl.col(c).cast(pl.String) for c in KEY), *(number(c) for c in shown))
    known = ledger.frame.filter(pl.col("breakdown_id").is_in(held["breakdown_id"].unique().implode()))
    held = held.join(known.with_columns(known=True), on=list(KEY), how="left", suffix="_ledger")
    checks = _checks_of_figures(shown, held.columns) | (_checks_of_codes(table) if "value" in shown else {})
    told = held.select(**{check: condition.sum() for check, condition in checks.items()}).row(0, named=True)
    for check in (check for check, n in told.items() if n):
        for key in held.filter(checks[check]).select(KEY).head(5).iter_rows():
            findings.add(check, file, f"{name}: {';'.join(map(str, key))}")
        if told[check] > 5:
            findings.add(check, file, n=told[check] - 5)
    if name.startswith(("fct_measure_value", "observations")) and table.select(KEY).is_duplicated().any():
        findings.add("cell_twice", file, name)
    return int(held.select(pl.sum_horizontal(pl.col(c).is_not_null().sum() for c in shown)).item()) if shown else 0


def number(column: str) -> pl.Expr:
    """A column that shows figures; words in it are a number that no cell has."""
    number = pl.col(column).cast(pl.Float64, strict=False)
    return pl.when(number.is_null() & pl.col(column).is_not_null()).then(float("nan")).otherwise(number).alias(column)


def _checks_of_figures(shown: Sequence[str], columns: Sequence[str]) -> dict[str, pl.Expr]:
    """Rows of cells that the ledger does not have, and such as show something else than it has."""
    source = {c: f"{SHOWN_AS[c]}_ledger" if f"{SHOWN_AS[c]}_ledger" in columns else SHOWN_AS[c] for c in shown}
    differs = [pl.col(c).ne_missing(pl.col(source[c])) for c in shown]
    return {
        "unknown_cell": pl.col("known").is_null(),
        "value_differs": pl.col("known") & pl.any_horizontal(pl.lit(value=False), *differs),
    }


def _checks_of_codes(table: pl.DataFrame) -> dict[str, pl.Expr]:
    """Rows whose codes do not go with what they show; there are few sets of codes, so each is looked at once."""
    if "status" not in table.columns:
        return {}
    status = pl.col("status").cast(pl.String).fill_null("")
    sets = {text: set(text.split(",")) for text in table.select(status.unique()).to_series()}
    is_withheld = status.is_in([text for text, codes in sets.items() if codes & set(WITHHOLDING)])
    return {
        "blank_without_code": pl.col("value").is_null() & ~is_withheld,
        "value_beside_code": pl.col("value").is_not_null() & is_withheld,
        "strange_code": status.is_in([text for text, codes in sets.items() if codes - STATUS_CODES - {""}]),
    }


def _check_rest(
    subject: Subject, ledger: Ledger, table: pl.DataFrame, place: tuple[Path, str], findings: Findings
) -> int:
    """Columns that no declaration names: their numbers must be the ledger's for the labels of their row."""
    path, name = place
    file = path.relative_to(subject.folder).as_posix()
    is_declared = name in subject.declared
    known = set(subject.declared[name]) if is_declared else set().union(*subject.declared.values(), SHOWN_AS)
    strange = [c for c in table.columns if c not in known and c not in keyed.OTHER_NAMES.values()]
    if is_declared:
        for column in strange:
            findings.add("unregistered_column", file, f"{name}.{column}")
        return 0
    if not strange or path.suffix != ".csv":
        return 0
    return _check_codes(ledger, path, (file, strange), findings)


def _check_codes(ledger: Ledger, path: Path, place: tuple[str, list[str]], findings: Findings) -> int:
    """A CSV of another shape: columns of codes name cells, every other number must be one of theirs."""
    (file, strange), rows = place, pl.read_csv(path, infer_schema=False)
    if not any(CODES.search(c) for c in rows.columns):
        return 0  # words, which `room.py` reads as such
    codes = [c for c in rows.columns if CODES.search(c)]
    numbers = [c for c in strange if c not in codes and c.casefold() not in OPEN]
    if not numbers:
        return 0
    table = next((part for part in reversed(path.parent.parts) if part in ledger.tables), None)
    if table and len(numbers) == 1 and (keyed_rows := _by_codes(ledger, rows, table, numbers[0])) is not None:
        return check_rows(ledger, keyed_rows, (file, path.stem), findings)
    named, counted = rows.select(codes).iter_rows(), rows.select(numbers).iter_rows()
    held = tuple((*map(Code, filter(None, n)), *c) for n, c in zip(named, counted, strict=True))
    grid = Grid(path.stem, held, table=table)
    return check_grid(ledger, grid, file, findings)


def _by_codes(ledger: Ledger, rows: pl.DataFrame, table: str, number: str) -> pl.DataFrame | None:
    """Rows of a table of the publication with the key that their codes name; None where they name no whole key."""
    breakdown = ledger.tables[table][1]
    own = ledger.ids.get(breakdown, frozenset())
    ids = {part: ledger.ids[part] for part in KEY[:3]} | {KEY[4]: own | {"T"}}
    if breakdown == "total":
        ids.pop(KEY[4])
    words = {c: set(rows[c].unique()) for c in rows.columns if c != number and c.casefold() not in OPEN}
    named = {part: [c for c, held in words.items() if held <= known] for part, known in ids.items()}
    if any(len(columns) != 1 for columns in named.values()):
        return None
    code = pl.col(named[KEY[4]][0]) if KEY[4] in named else pl.lit("T")
    by = pl.lit(breakdown) if "T" in own else pl.when(code == "T").then(pl.lit("total")).otherwise(pl.lit(breakdown))
    notes = next((pl.col(c) for c in rows.columns if c.casefold() == "notecodes"), pl.lit(None))
    parts = {part: pl.col(named[part][0]) for part in KEY[:3]}
    return rows.select(**parts, breakdown_id=by, breakdown_code=code, value=pl.col(number), status=notes)
