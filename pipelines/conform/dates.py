"""Text to days of the calendar: the ways in which people and systems write dates, and how each goes wrong.

Rules about what a date may be in a table (before birth, after the period) do not belong here.
"""

from __future__ import annotations

import polars as pl

from pipelines.conform.casting import Cast, Found, where

FIRST_YEAR, LAST_YEAR = 1900, 2099
_EXCEL_DAY_ZERO = pl.date(1899, 12, 30)
"""Day 0 of the serials of Excel for every day after February 1900 (Excel holds 1900 for a leap year)."""
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 60_000
"""1927 to 2064; smaller numbers are years, larger ones are dates without separators."""

_TIME = r"[t ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(z|[+-]\d{2}:?\d{2})?$"
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_WELSH_MONTHS = {
    "ionawr": "jan",
    "chwefror": "feb",
    "mawrth": "mar",
    "ebrill": "apr",
    "mai": "may",
    "mehefin": "jun",
    "gorffennaf": "jul",
    "awst": "aug",
    "medi": "sep",
    "hydref": "oct",
    "tachwedd": "nov",
    "rhagfyr": "dec",
}


def cast_dates(text: pl.Series) -> Cast:
    """Days, and what could not be read or was read with a doubt.

    Read: d/m/yyyy with any of `/ . -` or a space, yyyy-mm-dd, d-Mon-yyyy (English month names, Welsh in full), each
    with or without a time of day, and serials of Excel (told as TY05). Not read: two-digit years (TY02), months before
    days (TY03; the whole column where nothing in it speaks for days first), days that do not exist (TY04), years
    outside 1900 to 2099 (TY07), all else (TY01).
    """
    for form in ("%d/%m/%Y", "%Y-%m-%d"):  # nearly every column is written in one of them throughout
        days = text.str.to_date(form, strict=False)
        if days.null_count() == text.null_count() and is_in_range(days):
            return Cast(days)
    days = _strictly(text, "%d/%m/%Y")
    is_day_first = days.is_not_null()
    if (text.is_not_null() & days.is_null()).any():
        days = days.fill_null(_strictly(text, "%Y-%m-%d"))
    left = text.is_not_null() & days.is_null()
    found: list[Found] = []
    if left.any():
        rest = _read_other(text.filter(left))
        positions = left.arg_true()
        days = days.scatter(positions, rest["day"])
        is_day_first = is_day_first.scatter(positions, rest["shape"] == "dmy") & days.is_not_null()
        found = _told(rest, left)
        month_first = _whole_column_is_month_first(days, is_day_first, rest)
        if month_first is not None:
            days = where(days, ~month_first)
            found.append(Found("TY03", "month_first", month_first))
    is_odd = days.is_not_null() & ~days.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    if is_odd.any():
        days = where(days, ~is_odd)
        found.append(Found("TY07", "year_out_of_range", is_odd.fill_null(value=False)))
    return Cast(days, tuple(found))


def is_in_range(days: pl.Series) -> bool:
    """True where no day lies outside the years that are read."""
    first, last = days.min(), days.max()
    return first is None or (first.year >= FIRST_YEAR and last.year <= LAST_YEAR)  # type: ignore[union-attr]


def _strictly(text: pl.Series, form: str) -> pl.Series:
    """Days written in one form with a year of four digits (the parser would read 18 as the year 18)."""
    days = text.str.to_date(form, strict=False)
    return where(days, days.dt.year() >= 1000)


def _read_other(text: pl.Series) -> pl.DataFrame:
    """(plain, shape, day, cause) of texts that are not d/m/yyyy as they stand."""
    plain = pl.col("text").str.to_lowercase().str.replace(_TIME, "").str.replace_all(r"[.\-\s/]+", "/")
    welsh = plain.str.replace_many(list(_WELSH_MONTHS), list(_WELSH_MONTHS.values()))
    short = welsh.str.replace(rf"^(\d{{1,2}}/){_MONTH}/", "$1$2/").str.replace(r"^(\d/)", "0$1").alias("plain")
    frame = pl.DataFrame({"text": text}).with_columns(short)
    frame = frame.with_columns(_shape().alias("shape"))
    return frame.with_columns(_day().alias("day")).with_columns(_cause().alias("cause"))


def _shape() -> pl.Expr:
    plain = pl.col("plain")
    serial = pl.col("text").str.extract(r"^(\d{5})(\.\d+)?$").cast(pl.Int32, strict=False)
    return (
        pl.when(serial.is_between(_FIRST_SERIAL, _LAST_SERIAL))
        .then(pl.lit("serial"))
        .when(plain.str.contains(r"^\d{1,2}/\d{1,2}/\d{4}$"))
        .then(pl.lit("dmy"))
        .when(plain.str.contains(r"^\d{4}/\d{1,2}/\d{1,2}$"))
        .then(pl.lit("ymd"))
        .when(plain.str.contains(rf"^\d{{1,2}}/{_MONTH}/\d{{4}}$"))
        .then(pl.lit("named"))
        .when(plain.str.contains(rf"^\d{{1,2}}/(\d{{1,2}}|{_MONTH})/\d{{2}}$"))
        .then(pl.lit("short"))
        .otherwise(pl.lit("other"))
    )


def _day() -> pl.Expr:
    plain, shape = pl.col("plain"), pl.col("shape")
    serial = pl.col("text").str.extract(r"^(\d{5})").cast(pl.Int32, strict=False)
    return (
        pl.when(shape == "dmy")
        .then(plain.str.to_date("%d/%m/%Y", strict=False))
        .when(shape == "ymd")
        .then(plain.str.to_date("%Y/%m/%d", strict=False))
        .when(shape == "named")
        .then(plain.str.to_date("%d/%b/%Y", strict=False))
        .when(shape == "serial")
        .then(_EXCEL_DAY_ZERO + pl.duration(days=serial))
    )


def _cause() -> pl.Expr:
    shape, is_read = pl.col("shape"), pl.col("day").is_not_null()
    is_month_first = pl.col("plain").str.to_date("%m/%d/%Y", strict=False).is_not_null() & (shape == "dmy")
    return (
        pl.when(shape == "serial")
        .then(pl.lit("excel_serial"))
        .when(is_read)
        .then(None)
        .when(shape == "short")
        .then(pl.lit("two_digit_year"))
        .when(is_month_first)
        .then(pl.lit("month_first"))
        .when(shape.is_in(["dmy", "ymd", "named"]))
        .then(pl.lit("impossible_date"))
        .otherwise(pl.lit("not_a_date"))
    )


_RULES = {
    "not_a_date": "TY01",
    "two_digit_year": "TY02",
    "month_first": "TY03",
    "impossible_date": "TY04",
    "excel_serial": "TY05",
}


def _told(rest: pl.DataFrame, left: pl.Series) -> list[Found]:
    found = []
    positions = left.arg_true()
    for cause, rule in _RULES.items():
        hit = (rest["cause"] == cause).fill_null(value=False)
        if hit.any():
            mask = pl.repeat(value=False, n=left.len(), dtype=pl.Boolean, eager=True).scatter(positions, hit)
            found.append(Found(rule, cause, mask))
    return found


def _whole_column_is_month_first(days: pl.Series, is_day_first: pl.Series, rest: pl.DataFrame) -> pl.Series | None:
    """Rows that read as day first only because both numbers are small, in a column that shows months first.

    One value with its month first and none with a day above 12: then every reading of the column is in doubt. None
    where the column gives no such sign.
    """
    if not (rest["cause"] == "month_first").any():
        return None
    says_day_first = is_day_first & (days.dt.day() > 12)
    if says_day_first.any():
        return None
    doubtful = is_day_first & (days.dt.day() != days.dt.month())
    return doubtful.fill_null(value=False)
