"""Named defects planted in a submission, each recorded with the check that is expected to find it.

Clean data and how it is written do not belong here. A planted defect is the ground truth of the tests of checking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from pipelines.synthetic.chance import chance
from pipelines.synthetic.containers import Cell, Sheet
from pipelines.synthetic.life import CONTINUES
from pipelines.synthetic.records import PlantedDefect, SampleSpec
from pipelines.synthetic.writers import CSV_SET, WORKBOOK, Submission, as_text

BUNDLED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("W06000006", "2018-19"): ("two_digit_year", "two_digit_year", "unknown_code", "blank_ethnicity"),
    ("W06000012", "2021-22"): ("end_before_start", "duplicate_child", "upn_twice"),
    ("W06000014", "2023-24"): ("missing_end", "swapped_date", "extra_space", "decimal_code"),
    ("W06000021", "2023-24"): ("end_reason_missing", "unknown_need"),
}
"""The few defects of the bundled sample: four submissions that are accepted with errors, none that is rejected."""


@dataclass
class Bench:
    """One submission under the knife: the rows of each table as lists that may be changed."""

    given: Submission
    rng: Random
    rows: dict[str, list[list[Cell]]]
    columns: dict[str, list[str]]
    touched: set[tuple[str, int]]

    @classmethod
    def of(cls, given: Submission, rng: Random) -> Bench:
        rows = {t: [list(r) for r in s.rows] for t, s in zip(given.tables, given.sheets, strict=True)}
        columns = {t: list(s.columns) for t, s in zip(given.tables, given.sheets, strict=True)}
        return cls(given, rng, rows, columns, set())

    def at(self, table: str, column: str) -> int | None:
        """Position of a column, None where the layout does not have it."""
        held = self.columns.get(table, [])
        return held.index(column) if column in held else None

    def pick(self, table: str, suits: Callable[[int], bool]) -> int | None:
        """A row that suits and has no defect yet (0-based)."""
        n = len(self.rows.get(table, []))
        for _ in range(200 if n else 0):
            y = self.rng.randrange(n)
            if (table, y) not in self.touched and suits(y):
                self.touched.add((table, y))
                return y
        return None

    def cell(self, table: str, y: int, column: str) -> Cell:
        x = self.at(table, column)
        return None if x is None else self.rows[table][y][x]

    def put(self, table: str, y: int, column: str, value: Cell) -> None:
        x = self.at(table, column)
        if x is not None:
            self.rows[table][y][x] = value

    def same_child(self, y: int, other: int) -> bool:
        """True when two episode rows are of one child."""
        rows = self.rows["episode"]
        return 0 <= other < len(rows) and rows[y][0] == rows[other][0]

    def result(self) -> Submission:
        sheets = tuple(
            Sheet(s.name, tuple(self.columns[t]), self.rows[t])
            for t, s in zip(self.given.tables, self.given.sheets, strict=True)
        )
        return replace(self.given, sheets=sheets)


UPN_LENGTH = 13
Found = tuple[str | None, int | None, str]
"""(table, 0-based row, rule that is expected to find it); an empty rule: read without a fault."""
Maker = Callable[[Bench], Found | None]


def spoil(clean: Submission, path: str, spec: SampleSpec) -> tuple[Submission, list[PlantedDefect]]:
    """The submission with its defects, and what was planted.

    A rate of 0 leaves it clean; None plants the documented defects of the bundled sample; a rate above 0 plants that
    share of the episode rows, at least one per submission, of every kind in turn.
    """
    kinds = _wanted(clean, spec)
    if not kinds:
        return clean, []
    bench = Bench.of(clean, chance(spec.seed, "defects", path))
    planted = []
    for kind in kinds:
        found = MAKERS[kind](bench)
        if found:
            table, row, rule = found
            planted.append(PlantedDefect(path, kind, table, None if row is None else row + 1, rule))
    return bench.result(), planted


def _wanted(clean: Submission, spec: SampleSpec) -> list[str]:
    if spec.defects is None:
        return list(BUNDLED.get((clean.authority, clean.period), ()))
    if spec.defects <= 0:
        return []
    n = max(1, round(spec.defects * len(clean.sheet("episode").rows)))
    rng = chance(spec.seed, "kinds", clean.authority, clean.period)
    kinds = rng.sample(sorted(MAKERS), len(MAKERS))
    held = [kinds[i % len(kinds)] for i in range(n)]
    # What changes positions or the whole file comes last, so that recorded rows stay true.
    return sorted(held, key=lambda k: (k in LAST, k == "missing_column"))


def _date_as(table: str, column: str, write: Callable[[date], str], rule: str) -> Maker:
    """A defect that writes one date in another way."""

    def make(bench: Bench) -> Found | None:
        y = bench.pick(table, lambda i: _is_telling(bench.cell(table, i, column)))
        value = None if y is None else bench.cell(table, y, column)
        if y is None or not isinstance(value, date):
            return None
        bench.put(table, y, column, write(value))
        return table, y, rule

    return make


def _is_telling(value: Cell) -> bool:
    """A date whose day cannot be read as a month."""
    return isinstance(value, date) and value.day > 12


def _code_as(table: str, column: str, write: Callable[[str], str], rule: str) -> Maker:
    """A defect that writes one code in another way."""

    def make(bench: Bench) -> Found | None:
        y = bench.pick(table, lambda i: bool(bench.cell(table, i, column)))
        if y is None:
            return None
        bench.put(table, y, column, write(as_text(bench.cell(table, y, column))))
        return table, y, rule

    return make


def _end_before_start(bench: Bench) -> Found | None:
    """An episode that ends five days before it starts."""
    y = bench.pick("episode", lambda i: isinstance(bench.cell("episode", i, "DEC"), date))
    start = None if y is None else bench.cell("episode", y, "DECOM")
    if y is None or not isinstance(start, date):
        return None
    bench.put("episode", y, "DEC", start - timedelta(days=5))
    return "episode", y, "356"


def _continues(bench: Bench, y: int) -> bool:
    return bench.cell("episode", y, "REC") == CONTINUES and bench.same_child(y, y + 1)


def _missing_end(bench: Bench) -> Found | None:
    """An episode without end and reason although the next one has begun."""
    y = bench.pick("episode", lambda i: _continues(bench, i))
    if y is None:
        return None
    bench.put("episode", y, "DEC", None)
    bench.put("episode", y, "REC", None)
    return "episode", y, "142"


def _overlap(bench: Bench) -> Found | None:
    """An episode that ends after the next one has begun; the next one is the row that is told."""
    y = bench.pick("episode", lambda i: _continues(bench, i) and _is_long(bench, i + 1))
    end = None if y is None else bench.cell("episode", y, "DEC")
    if y is None or not isinstance(end, date):
        return None
    bench.put("episode", y, "DEC", end + timedelta(days=2))
    return "episode", y + 1, "501"


def _is_long(bench: Bench, y: int) -> bool:
    start, end = bench.cell("episode", y, "DECOM"), bench.cell("episode", y, "DEC")
    return isinstance(start, date) and (not isinstance(end, date) or (end - start).days > 5)


def _end_reason_missing(bench: Bench) -> Found | None:
    """An end date without a reason."""
    y = bench.pick("episode", lambda i: _continues(bench, i))
    if y is None:
        return None
    bench.put("episode", y, "REC", None)
    return "episode", y, "148"


def _duplicate(table: str, rule: str) -> Maker:
    """The same row twice, the second at the end of the table."""

    def make(bench: Bench) -> Found | None:
        y = bench.pick(table, lambda _: True)
        if y is None:
            return None
        bench.rows[table].append(list(bench.rows[table][y]))
        last = len(bench.rows[table]) - 1
        bench.touched.add((table, last))
        return table, last, rule

    return make


def _upn_twice(bench: Bench) -> Found | None:
    """The pupil number of one child given to another."""

    def is_known(y: int) -> bool:
        return len(as_text(bench.cell("child", y, "UPN"))) == UPN_LENGTH

    one, other = bench.pick("child", is_known), bench.pick("child", is_known)
    if one is None or other is None:
        return None
    bench.put("child", other, "UPN", bench.cell("child", one, "UPN"))
    return "child", other, "444"


def _missing_column(bench: Bench) -> Found | None:
    """A column that may be absent is absent."""
    x = bench.at("episode", "PLACE_PROVIDER")
    if x is None or bench.given.container not in (CSV_SET, WORKBOOK):
        return None
    bench.columns["episode"].pop(x)
    for row in bench.rows["episode"]:
        row.pop(x)
    return "episode", None, "LY02"


def _wrong_encoding(bench: Bench) -> Found | None:
    """A CSV set saved in the code page of an old spreadsheet."""
    if bench.given.container != CSV_SET:
        return None
    bench.given = replace(bench.given, encoding="cp1252")
    return None, None, ""


MAKERS: Mapping[str, Maker] = {
    "two_digit_year": _date_as("episode", "DECOM", lambda d: d.strftime("%d/%m/%y"), "141"),
    "swapped_date": _date_as("episode", "DECOM", lambda d: d.strftime("%m/%d/%Y"), "141"),
    "lost_leading_zero": _date_as("review", "REVIEW", lambda d: f"{d.day}/{d.month}/{d.year}", ""),
    "wrong_year": _date_as(
        "episode", "DECOM", lambda d: d.replace(year=d.year + 200, day=min(d.day, 28)).strftime("%d/%m/%Y"), "141"
    ),
    "unknown_code": _code_as("episode", "PLACE", lambda _: "Q9", "146"),
    "unknown_need": _code_as("episode", "CIN", lambda _: "N0", "145"),
    "decimal_code": _code_as("child", "SEX", lambda v: f"{v}.0", "TY10"),
    "extra_space": _code_as("episode", "LS", lambda v: f" {v} ", ""),
    "blank_ethnicity": _code_as("child", "ETHNIC", lambda _: "", "103"),
    "end_before_start": _end_before_start,
    "missing_end": _missing_end,
    "overlapping_episodes": _overlap,
    "end_reason_missing": _end_reason_missing,
    "duplicate_child": _duplicate("child", "INT32"),
    "duplicate_episode": _duplicate("episode", "501"),
    "upn_twice": _upn_twice,
    "missing_column": _missing_column,
    "wrong_encoding": _wrong_encoding,
}
"""Every kind of defect by name."""
LAST = ("duplicate_child", "duplicate_episode", "missing_column", "wrong_encoding")
