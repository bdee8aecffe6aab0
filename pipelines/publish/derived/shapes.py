"""The shape of the tables of comparisons and seed figures.

Filling them does not belong here.
"""

from __future__ import annotations

from pipelines.publish.layout import EDITION, SORT, Column, MartTable, bilingual

DIM_DERIVED = MartTable(
    "dim_derived",
    "Comparisons worked out from published figures, with their definitions",
    ("derived_id",),
    (
        Column("derived_id", "varchar", "Permanent id of the comparison"),
        *bilingual("derived_title", "Title"),
        *bilingual("definition", "Definition"),
        Column(
            "operation", "varchar", "change, percent_change, difference, sum, ratio, share, rank, extremes, fit, ..."
        ),
        Column("left_operand", "varchar", "Measure or open series it starts from"),
        Column("right_operand", "varchar", "Measure or open series it is compared with; empty where none"),
        Column("unit", "varchar", "Unit of the value"),
        *bilingual("caveat", "What to bear in mind"),
        Column("source", "varchar", "Source of the definition"),
        Column("certainty", "varchar", "How sure the definition is"),
        SORT,
    ),
)
FCT_DERIVED_VALUE = MartTable(
    "fct_derived_value",
    "Values of comparisons; an absent value always has a status",
    ("derived_id", "area_code", "period_id", "breakdown_id", "breakdown_code", "statistic"),
    (
        EDITION,
        Column("derived_id", "varchar", "Comparison (dim_derived)"),
        Column("area_code", "varchar", "Area (dim_authority)"),
        Column("period_id", "varchar", "Period of the figure it starts from"),
        Column("breakdown_id", "varchar", "Breakdown, total for none"),
        Column("breakdown_code", "varchar", "Category, T for total"),
        Column("statistic", "varchar", "value, minimum, maximum, slope, intercept, correlation or n_areas"),
        Column("value", "double", "The value"),
        Column(
            "status",
            "varchar",
            "c: a figure it needs is withheld; x: one is absent or across a break; else the marks of the figures",
        ),
        Column("compared_period_id", "varchar", "Period of the figure compared with, where another"),
        Column("related_area_code", "varchar", "The area of an extreme; empty elsewhere"),
    ),
)
FCT_OPEN_SERIES = MartTable(
    "fct_open_series",
    "Open data sets that comparisons use, as they were published or, where so said, made up",
    ("dataset_id", "series_id", "area_code", "period_id", "category_code"),
    (
        EDITION,
        Column("dataset_id", "varchar", "Data set (its card says whose and how sure)"),
        Column("series_id", "varchar", "Series within the data set"),
        Column("series_label", "varchar", "Its label as received"),
        Column("area_code", "varchar", "Area (dim_authority)"),
        Column("period_id", "varchar", "Financial year"),
        Column("category_code", "varchar", "Category, T for none"),
        Column("category_label", "varchar", "Its label as received"),
        Column("value", "double", "Value"),
        Column("status", "varchar", "Status codes, empty where none"),
        Column("vintage", "varchar", "Release the figure is from"),
        Column("certainty", "varchar", "How sure the data set is; provisional ones are made up"),
    ),
)
DIM_FIGURE = MartTable(
    "dim_figure",
    "The 63 figures that the source documents print or ask for",
    ("figure_id",),
    (
        Column("figure_id", "varchar", "S01 to S63"),
        *bilingual("concept", "What the document prints or asks for"),
        Column("document", "integer", "Source document, 1 to 5"),
        Column("place", "varchar", "Where in the document"),
        Column("reference_date", "varchar", "Date of the printed figure"),
        Column("printed_value", "varchar", "What the document prints"),
        *bilingual("why_not", "Why it cannot be measured; empty where it can"),
        SORT,
    ),
)
BRIDGE_FIGURE = MartTable(
    "bridge_figure",
    "Which measures, comparisons and tables answer a figure of the source documents",
    ("figure_id", "answer_kind", "answer_id"),
    (
        Column("figure_id", "varchar", "Figure (dim_figure)"),
        Column("answer_kind", "varchar", "measure, derived or table"),
        Column("answer_id", "varchar", "Id of the measure or comparison, or name of the table of the mart"),
    ),
)
DERIVED = (DIM_DERIVED, FCT_DERIVED_VALUE, FCT_OPEN_SERIES, DIM_FIGURE, BRIDGE_FIGURE)
