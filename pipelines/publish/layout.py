"""The shape of the mart: tables, columns, types and comments, declared once.

Filling the tables or writing them does not belong here; the DDL, Parquet types, data package and the guard against
breaking changes all derive from these records.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.publish.records import EXPLANATIONS

REQUIRED = ("measure_id", "area_code", "period_id", "breakdown_id", "breakdown_code", "value", "status")
"""Columns of `disclosed` without which there is nothing to publish."""

KEY = REQUIRED[:5]

POLARS_TYPES: dict[str, pl.DataType] = {
    "varchar": pl.String(),
    "integer": pl.Int32(),
    "bigint": pl.Int64(),
    "double": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
}


@dataclass(frozen=True)
class Column:
    """A column of the mart; it exists only where the publication opened the `disclosed` column it shows."""

    name: str
    type: str
    comment: str
    shows: str | None = None


@dataclass(frozen=True)
class MartTable:
    """A table of the mart, its primary key (permanent ids) and its meaning."""

    name: str
    comment: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def polars_schema(self) -> pl.Schema:
        return pl.Schema({c.name: POLARS_TYPES[c.type] for c in self.columns})


def bilingual(stem: str, comment: str) -> tuple[Column, Column]:
    """A column in each language."""
    return (
        Column(f"{stem}_en", "varchar", f"{comment} (English)"),
        Column(f"{stem}_cy", "varchar", f"{comment} (Welsh)"),
    )


EDITION = Column("edition_id", "varchar", "Edition the row was published in")
SORT = Column("sort_order", "integer", "Official order for display, from 1")
CELL = (
    Column("measure_id", "varchar", "Permanent id of the measure (dim_measure)"),
    Column("area_code", "varchar", "Area (dim_authority)"),
    Column("period_id", "varchar", "Financial year 2018-19 or quarter 2024-25Q1 (dim_period)"),
    Column("breakdown_id", "varchar", "Breakdown, total for none (dim_breakdown)"),
    Column("breakdown_code", "varchar", "Category of the breakdown, T for total (dim_breakdown)"),
)

DIM_AUTHORITY = MartTable(
    "dim_authority",
    "Areas: Wales, the statistical regions and the 22 local authorities",
    ("area_code",),
    (
        Column("area_code", "varchar", "GSS code, or the id of a region"),
        Column("area_type", "varchar", "wales, region or authority"),
        *bilingual("area_name", "Name of the area"),
        Column("region_code", "varchar", "Region an authority lies in"),
        Column("la3", "varchar", "Three-digit code used in legacy tables"),
        SORT,
    ),
)
DIM_PERIOD = MartTable(
    "dim_period",
    "Reporting periods present in the edition",
    ("period_id",),
    (
        Column("period_id", "varchar", "Financial year 2018-19, or quarter 2024-25Q1 (Q1 is April to June)"),
        Column("period_type", "varchar", "year or quarter"),
        Column("financial_year", "varchar", "Financial year the period lies in"),
        Column("start_date", "date", "First day"),
        Column("end_date", "date", "Last day"),
        *bilingual("period_label", "Label of the period"),
        SORT,
    ),
)
DIM_MEASURE = MartTable(
    "dim_measure",
    "Measures of the publication with their definitions",
    ("measure_id",),
    (
        Column("measure_id", "varchar", "Permanent id of the measure"),
        *bilingual("measure_title", "Title"),
        *bilingual("definition", "Definition"),
        Column("unit", "varchar", "count, percent, rate_per_10000, mean, median or days"),
        *bilingual("unit_label", "Unit in words"),
        Column("population_band", "varchar", "Population band of a rate"),
        Column("polarity", "varchar", "higher_is_better, lower_is_better or neutral"),
        Column("interval_method", "varchar", "Method of the confidence limits: wilson, byar or none"),
        *bilingual("caveat", "What to bear in mind"),
        Column("is_headline", "boolean", "Whether the release note leads with it"),
        Column("source", "varchar", "Source of the definition"),
        Column("certainty", "varchar", "How sure the definition is: sourced, derived, unverified, provisional"),
        SORT,
    ),
)
DIM_BREAKDOWN = MartTable(
    "dim_breakdown",
    "Breakdowns and their categories; total has the one category T",
    ("breakdown_id", "breakdown_code"),
    (
        Column("breakdown_id", "varchar", "Permanent id of the breakdown"),
        Column("breakdown_code", "varchar", "Code of the category"),
        *bilingual("breakdown_title", "Title of the breakdown"),
        *bilingual("category_label", "Label of the category"),
        SORT,
    ),
)
DIM_STATUS = MartTable(
    "dim_status",
    "Codes used in status columns; several may stand in one cell, joined by commas",
    ("status_code",),
    (
        Column("status_code", "varchar", "Code of the Analysis Function and StatsWales shorthand"),
        *bilingual("status_label", "Meaning"),
        SORT,
    ),
)
DIM_EDITION = MartTable(
    "dim_edition",
    "This edition and those before it",
    ("edition_id",),
    (
        EDITION,
        Column("publication_id", "varchar", "Publication the edition belongs to"),
        *bilingual("publication_title", "Title of the publication"),
        Column("edition_sequence", "integer", "Order of the edition within the publication, from 1"),
        Column("previous_edition_id", "varchar", "Edition it follows and is compared with"),
        Column("edition_status", "varchar", "provisional, final or revised"),
        Column("edition_date", "date", "Date of the documents: newest receipt among the inputs, or the date given"),
        Column("mart_version", "integer", "Major version of the shape of this mart"),
        Column("rule_pack", "varchar", "Rule pack that judged the inputs"),
        Column("content_sha256", "varchar", "Fingerprint of the content, without time stamps"),
        Column("licence", "varchar", "Licence of the data"),
    ),
)
FCT_MEASURE_VALUE = MartTable(
    "fct_measure_value",
    "One published value per measure, area, period and category; an absent value always has a status",
    KEY,
    (
        EDITION,
        *CELL,
        Column("numerator", "bigint", "Published numerator", "numerator"),
        Column("denominator", "bigint", "Published denominator; empty for counts", "denominator"),
        Column("value", "double", "Published value in the unit of the measure", "value"),
        Column("lower", "double", "Lower 95 % confidence limit, from published figures", "lower"),
        Column("upper", "double", "Upper 95 % confidence limit, from published figures", "upper"),
        Column("status", "varchar", "Status codes joined by commas, empty where none (dim_status)", "status"),
        Column("reason", "varchar", "Key of the public wording for the status", "reason"),
        Column("rounding_base", "integer", "Counts are rounded to the nearest multiple of this", "rounding_base"),
        Column("coverage_status", "varchar", "complete, partial or missing data behind the value", "coverage_status"),
        Column("population_vintage", "varchar", "Vintage of the population behind a rate", "population_vintage"),
        Column("series_segment", "integer", "Which run of comparable periods the value belongs to, from 1 (dim_break)"),
    ),
)
FCT_HEADLINE = MartTable(
    "fct_headline",
    "The headline figures: of each headline measure the newest year shown for Wales; every page leads with these",
    ("measure_id",),
    (
        EDITION,
        CELL[0],
        CELL[1],
        CELL[2],
        SORT,
    ),
)
FCT_REVISION = MartTable(
    "fct_revision",
    "Rows that differ from the previous edition: changed, added or removed",
    KEY,
    (
        EDITION,
        Column("previous_edition_id", "varchar", "Edition compared with"),
        *CELL,
        Column("change", "varchar", "changed, added or removed"),
        Column("old_value", "double", "Value as published before", "value"),
        Column("new_value", "double", "Value as published now", "value"),
        Column("old_status", "varchar", "Status before", "status"),
        Column("new_status", "varchar", "Status now", "status"),
        Column("cause", "varchar", "Why: a word of dim_term; several where more than one input changed"),
        Column("causes", "varchar", "All causes that could be found, separated by blanks"),
    ),
)
FCT_VINTAGE = MartTable(
    "fct_vintage",
    "Every value ever published, once for each edition in which it was new (view values_by_edition)",
    (*KEY, "from_edition_id"),
    (
        *CELL,
        Column("from_edition_id", "varchar", "Edition in which the value was new (dim_edition)"),
        Column("from_sequence", "integer", "Order of that edition"),
        Column("value", "double", "Value as published then", "value"),
        Column("status", "varchar", "Status then, without the mark r"),
        Column("is_withdrawn", "boolean", "Whether the row is no longer there from that edition on"),
    ),
)
FCT_COVERAGE = MartTable(
    "fct_coverage",
    "How much of what was due is in the figures, by area, period and return",
    ("area_code", "period_id", "return_id"),
    (
        EDITION,
        CELL[1],
        CELL[2],
        Column("return_id", "varchar", "Return that feeds the figures"),
        Column("coverage_status", "varchar", "complete, partial or missing"),
        Column("n_expected", "integer", "Submissions due"),
        Column("n_received", "integer", "Submissions that count"),
        Column("reason", "varchar", "not_received, stops_early or system_changed (dim_term, set coverage_reason)"),
        Column("covered_to", "date", "Last day that a report which stops early reaches"),
        Column("standing", "varchar", "provisional, revised or final, by the figures' marks (dim_term, set standing)"),
    ),
)
FCT_RECONCILIATION = MartTable(
    "fct_reconciliation",
    "Values of this edition beside figures published elsewhere before",
    (*KEY, "publication_vintage"),
    (
        EDITION,
        *CELL,
        Column("publication_vintage", "varchar", "Source and vintage of the figure published before"),
        Column("published_value", "double", "Figure published before"),
        Column("edition_value", "double", "Value in this edition", "value"),
        Column("difference", "double", "edition_value less published_value", "value"),
        Column("explained_by", "varchar", f"One of {', '.join(EXPLANATIONS)}"),
    ),
)
BRIDGE_MEASURE_FRAMEWORK = MartTable(
    "bridge_measure_framework",
    "Ids a performance framework gave a measure, by period: ids moved between years",
    ("measure_id", "framework_id", "since"),
    (
        CELL[0],
        Column("framework_id", "varchar", "Performance framework"),
        *bilingual("framework_title", "Title of the framework"),
        Column("framework_measure_id", "varchar", "Id of the measure in the framework"),
        Column("since", "varchar", "First financial year of the id"),
        Column("until", "varchar", "Last financial year of the id; empty where in force"),
        Column("compared_with", "varchar", "Earlier framework the comparability speaks of"),
        Column("comparability", "varchar", "same, approximate or break"),
        *bilingual("comparability_reason", "Why"),
    ),
)
BRIDGE_HEALTH_BOARD = MartTable(
    "bridge_health_board",
    "The health board in which each authority lies, by day: borders moved. No figure is published for health boards",
    ("area_code", "health_board_code"),
    (
        Column("area_code", "varchar", "Authority (dim_authority)"),
        Column("health_board_code", "varchar", "Code of the health board in legacy tables"),
        Column("health_board_gss", "varchar", "GSS code of the health board"),
        *bilingual("health_board_name", "Name of the health board"),
        Column("valid_from", "date", "First day; empty where always"),
        Column("valid_to", "date", "Last day; empty where still"),
        Column("source", "varchar", "Source, and how sure the dates are"),
    ),
)

MART = (
    DIM_AUTHORITY,
    DIM_PERIOD,
    DIM_MEASURE,
    DIM_BREAKDOWN,
    DIM_STATUS,
    DIM_EDITION,
    FCT_MEASURE_VALUE,
    FCT_HEADLINE,
    FCT_REVISION,
    FCT_VINTAGE,
    FCT_COVERAGE,
    FCT_RECONCILIATION,
    BRIDGE_MEASURE_FRAMEWORK,
    BRIDGE_HEALTH_BOARD,
)
