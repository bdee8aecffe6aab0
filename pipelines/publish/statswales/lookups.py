"""The dry run's rules on lookups: headings, languages, descriptions, hierarchies, codes, and what measures are.

Rules on data tables do not belong here (see `rules.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from pipelines.publish.statswales import records
from pipelines.publish.statswales.reading import SINGLE, Upload, one_per_language
from pipelines.publish.statswales.records import DATA, DIMENSION, GEOGRAPHY, MEASURE, Failure

_NAMED = 8
_TWO_ROW = ({"refcode", "description", "lang"}, {"hierarchy", "sort", "note"})
_ONE_ROW = ({"refcode", *SINGLE}, {"hierarchy", "sort", "note_en", "note_cy"})
_OF_MEASURES = {"type", "format", "decimal"}
_STANDARD = r"^[EJKLMNSW]\d{8}$"


def parents(lookup: pl.DataFrame) -> set[str]:
    """The codes that others stand below."""
    return set(lookup["hierarchy"].drop_nulls()) if "hierarchy" in lookup.columns else set()


def _said(upload: Upload, rule: str, column: str, odd: list[str]) -> Iterator[Failure]:
    if odd:
        shown = ", ".join(sorted(odd)[:_NAMED])
        yield Failure(rule, upload.dataset, upload.names.get(column, "data.csv"), len(odd), (), shown)


def _headings(upload: Upload) -> Iterator[Failure]:
    """The very headings that StatsWales asks for, in one of its two forms."""
    for column, lookup in upload.lookups.items():
        yield from _said(upload, "lookup_headings", column, _odd_headings(lookup, upload.roles.get(column, "")))


def _odd_headings(lookup: pl.DataFrame, role: str) -> list[str]:
    held = set(lookup.columns)
    needed, optional = _ONE_ROW if held & set(SINGLE) else _TWO_ROW
    if role == MEASURE:
        needed, optional = needed | {"type", "format"}, optional | {"decimal"}
    return [*(needed - held), *(held - needed - optional)]


def _well_headed(upload: Upload) -> dict[str, pl.DataFrame]:
    return {c: lk for c, lk in upload.lookups.items() if not _odd_headings(lk, upload.roles.get(c, ""))}


def _languages(upload: Upload) -> Iterator[Failure]:
    """Every code once in English and once in Welsh."""
    for column, lookup in _well_headed(upload).items():
        counted = one_per_language(lookup).group_by("refcode").agg(pl.col("lang").sort())
        odd = counted.filter(pl.col("lang").list.join(",") != "cy,en")["refcode"].fill_null("").to_list()
        yield from _said(upload, "lookup_languages", column, odd)


def _descriptions(upload: Upload) -> Iterator[Failure]:
    """A description for every code, and different ones within a language."""
    for column, lookup in _well_headed(upload).items():
        rows = one_per_language(lookup)
        blank = rows.filter(pl.col("description").is_null())["refcode"].fill_null("").to_list()
        yield from _said(upload, "description_blank", column, blank)
        twice = rows.filter(pl.struct("lang", "description").is_duplicated() & pl.col("description").is_not_null())
        yield from _said(upload, "description_twice", column, twice["refcode"].fill_null("").unique().to_list())


def _codes(upload: Upload) -> Iterator[Failure]:
    """Every code of a dimension in its lookup; without a lookup only standard codes of geography."""
    for column in upload.of(DIMENSION, GEOGRAPHY, MEASURE):
        used = set(upload.data[column].drop_nulls())
        lookup = upload.lookups.get(column)
        if lookup is None and upload.roles[column] == GEOGRAPHY:
            odd = upload.data.filter(~pl.col(column).str.contains(_STANDARD))[column].unique().to_list()
            yield from _said(upload, "geography_code", column, odd)
        elif lookup is None:
            yield Failure("lookup_missing", upload.dataset, "data.csv", 1, (), column)
        elif "refcode" in lookup.columns:
            yield from _said(upload, "code_unknown", column, sorted(used - set(lookup["refcode"].drop_nulls())))


def _hierarchies(upload: Upload) -> Iterator[Failure]:
    """A code above is in the lookup, a code has one code above it, and nothing stands above itself."""
    for column, lookup in _well_headed(upload).items():
        above: dict[str, set[str]] = {}
        for code, parent in one_per_language(lookup).select("refcode", "hierarchy").drop_nulls().iter_rows():
            above.setdefault(code, set()).add(parent)
        known = set(lookup["refcode"].drop_nulls())
        odd = [code for code, held in above.items() if len(held) > 1 or not held <= known or _circles(code, above)]
        yield from _said(upload, "hierarchy", column, odd)


def _circles(code: str, above: dict[str, set[str]]) -> bool:
    seen, at = set[str](), code
    while at in above and at not in seen:
        seen.add(at)
        at = next(iter(above[at]))
    return at in seen


def _measures(upload: Upload) -> Iterator[Failure]:
    """Known types and formats, and no value with more decimal places than its measure says."""
    (column,) = upload.of(MEASURE)
    lookup = upload.lookups.get(column)
    if lookup is None or column not in _well_headed(upload):
        return
    rows = lookup.with_columns(pl.lit(None, dtype=pl.String).alias(c) for c in _OF_MEASURES - set(lookup.columns))
    known = pl.col("type").is_in(sorted(records.TYPES)) & pl.col("format").is_in(sorted(records.FORMATS))
    decimal = pl.col("decimal").str.contains(r"^\d+$").fill_null(value=True)
    odd = rows.filter(~(known & decimal).fill_null(value=False))["refcode"].unique().to_list()
    yield from _said(upload, "measure_type", column, odd)
    (value,) = upload.of(DATA)
    places = pl.when(pl.col("format") == "decimal").then(pl.col("decimal").cast(pl.Int32, strict=False).fill_null(0))
    whole = places.when(pl.col("format").is_in(["integer", "long"])).then(0).otherwise(99).alias("_places")
    held = upload.data.join(rows.select("refcode", whole).unique("refcode"), left_on=column, right_on="refcode")
    digits = pl.col(value).str.extract(r"\.(\d+)$").str.len_chars().fill_null(0)
    yield from _said(upload, "decimals", column, held.filter(digits > pl.col("_places"))[column].unique().to_list())


LOOKUP_RULES: tuple[Callable[[Upload], Iterator[Failure]], ...] = (
    _headings, _languages, _descriptions, _codes, _hierarchies, _measures,
)  # fmt: skip
