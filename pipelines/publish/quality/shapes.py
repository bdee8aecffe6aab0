"""The shape of the tables that let readers compare: terms, breaks, bridges, comparators, change and funnels.

Filling them does not belong here; the tables of the star itself stand in `pipelines/publish/layout.py`.
"""

from __future__ import annotations

from pipelines.publish.layout import CELL, EDITION, SORT, Column, MartTable, bilingual

_MEASURE, _AREA, _PERIOD = CELL[:3]
_KEY = ("measure_id", "area_code", "period_id")

DIM_TERM = MartTable(
    "dim_term",
    "Words that stand as codes in other tables, in both languages",
    ("term_set", "term_code"),
    (
        Column("term_set", "varchar", "Which column the word stands in"),
        Column("term_code", "varchar", "The code as it stands there"),
        *bilingual("term_label", "What it means"),
        SORT,
    ),
)
DIM_BREAK = MartTable(
    "dim_break",
    "Breaks in series: no change is computed and no line is drawn across one",
    ("break_id",),
    (
        Column("break_id", "varchar", "Permanent id of the break"),
        Column("from_period_id", "varchar", "First financial year of the series after the break"),
        Column("measures", "varchar", "Ids of the measures concerned, separated by blanks"),
        Column("breakdowns", "varchar", "Ids of the breakdowns concerned, separated by blanks"),
        *bilingual("break_title", "What changed"),
        Column("source", "varchar", "Source"),
        Column("certainty", "varchar", "sourced, derived, unverified or provisional"),
    ),
)
BRIDGE_FRAMEWORK_CONCEPT = MartTable(
    "bridge_framework_concept",
    "One idea under the ids of each performance framework, by year, and whether the frameworks' figures compare",
    ("concept_id", "framework_id", "framework_measure_id"),
    (
        Column("concept_id", "varchar", "Permanent id of the concept"),
        *bilingual("concept_title", "Title of the concept"),
        Column("framework_id", "varchar", "Performance framework"),
        *bilingual("framework_title", "Title of the framework"),
        Column("framework_measure_id", "varchar", "Id in the framework"),
        Column("since", "varchar", "First financial year of the id"),
        Column("until", "varchar", "Last financial year of the id; empty where in force"),
        Column("compared_with", "varchar", "Earlier framework the verdict speaks of"),
        Column("comparability", "varchar", "same, approximate or break"),
        *bilingual("comparability_reason", "Why"),
        Column("measures", "varchar", "Ids of our measures that answer to it, separated by blanks"),
        Column("source", "varchar", "Source"),
        Column("certainty", "varchar", "sourced, derived, unverified or provisional"),
    ),
)
DIM_COVARIATE = MartTable(
    "dim_covariate",
    "Published numbers of each authority by which similar authorities are chosen",
    ("area_code", "covariate_id"),
    (
        _AREA,
        Column("covariate_id", "varchar", "Permanent id of the covariate"),
        *bilingual("covariate_title", "Title"),
        Column("value", "double", "Value on the scale that is compared"),
        Column("source", "varchar", "Source and vintage"),
    ),
)
DIM_COMPARATOR = MartTable(
    "dim_comparator",
    "With whom an authority is compared: Wales, its region and the most similar authorities",
    ("area_code", "comparator_code"),
    (
        _AREA,
        Column("comparator_code", "varchar", "Area to compare with (dim_authority)"),
        Column("comparator_kind", "varchar", "wales, region or similar"),
        Column("rank", "integer", "1 for the most similar; empty for Wales and the region"),
        Column("distance", "double", "Distance in the space of the covariates"),
        *bilingual("method", "How similar authorities are chosen"),
        Column("vintage", "varchar", "Vintage of the covariates"),
    ),
)
FCT_CHANGE = MartTable(
    "fct_change",
    "Each published total beside that of the year before, with a test; from published rounded figures only",
    _KEY,
    (
        EDITION,
        _MEASURE,
        _AREA,
        _PERIOD,
        Column("previous_period_id", "varchar", "The same period of the year before"),
        Column("previous_value", "double", "Published value then", "value"),
        Column("value", "double", "Published value now", "value"),
        Column("difference", "double", "Change in the unit of the measure, from the published counts", "value"),
        Column("lower", "double", "Lower 95 % limit of the difference", "value"),
        Column("upper", "double", "Upper 95 % limit of the difference", "value"),
        Column("test", "varchar", "newcombe (shares) or poisson (counts and rates); empty where not tested"),
        Column("p_value", "double", "p of the score test", "value"),
        Column("p_adjusted", "double", "p after Benjamini and Hochberg, over the areas of one kind", "value"),
        Column("n_tests", "integer", "How many tests were corrected together"),
        Column("change", "varchar", "higher, lower, no_clear_change or not_tested (dim_term)"),
        Column("not_tested_because", "varchar", "break, withheld, partial or average (dim_term)"),
    ),
)
FCT_FUNNEL = MartTable(
    "fct_funnel",
    "Each authority beside the figure of Wales with the limits of chance; from published rounded figures only",
    _KEY,
    (
        EDITION,
        _MEASURE,
        _AREA,
        _PERIOD,
        Column("value", "double", "Value from the published counts, in the unit of the measure", "value"),
        Column("size", "double", "Denominator: children, or population of a rate", "denominator"),
        Column("target", "double", "Figure of Wales, from its published counts", "value"),
        Column("lower_95", "double", "Lower 95 % limit of chance", "value"),
        Column("upper_95", "double", "Upper 95 % limit of chance", "value"),
        Column("lower_998", "double", "Lower 99.8 % limit of chance", "value"),
        Column("upper_998", "double", "Upper 99.8 % limit of chance", "value"),
        Column("position", "varchar", "Where the value lies (dim_term)"),
        Column("overdispersion", "double", "phi: mean squared score of the authorities, winsorised at 10 %", "value"),
        Column("is_overdispersed", "boolean", "Whether phi is more than chance (chi-square, 5 %)"),
        Column("adjusted_lower_95", "double", "Lower 95 % limit, inflated for overdispersion", "value"),
        Column("adjusted_upper_95", "double", "Upper 95 % limit, inflated for overdispersion", "value"),
        Column("adjusted_lower_998", "double", "Lower 99.8 % limit, inflated for overdispersion", "value"),
        Column("adjusted_upper_998", "double", "Upper 99.8 % limit, inflated for overdispersion", "value"),
        Column("adjusted_position", "varchar", "Where the value lies between the inflated limits (dim_term)"),
        Column("n_authorities", "integer", "Authorities in the funnel"),
    ),
)
FCT_DEFINITION = MartTable(
    "fct_definition",
    "How much the definition alone moves a figure: the same records counted in two ways, both as published",
    ("definition_id", "area_code", "period_id"),
    (
        EDITION,
        Column("definition_id", "varchar", "Permanent id of the pair of definitions"),
        _MEASURE,
        Column("alternative", "varchar", "The other definition: a measure, or counts added and taken away"),
        _AREA,
        _PERIOD,
        *bilingual("definition_title", "How the two definitions differ"),
        Column("value", "double", "Published value", "value"),
        Column("alternative_value", "double", "The same records under the other definition, as published", "value"),
        Column("difference", "double", "alternative_value less value", "value"),
        Column("difference_percent", "double", "difference as a percentage of value", "value"),
        Column("rounding_margin", "double", "How much of the difference rounding may make, up or down", "value"),
        Column("status", "varchar", "Marks of the figures it rests on (dim_status); empty where none"),
    ),
)

FCT_EXTENT = MartTable(
    "fct_extent",
    "How much of what a figure should hold is in it, and between which bounds an incomplete total lies",
    _KEY,
    (
        EDITION,
        _MEASURE,
        _AREA,
        _PERIOD,
        Column("coverage_status", "varchar", "complete, partial or missing"),
        Column("reason", "varchar", "not_received, stops_early or no_population (dim_term, set coverage_reason)"),
        Column("covered_to", "date", "Day up to which the shortest report reaches, where one stops early"),
        Column("n_expected", "integer", "Authorities that make up the area"),
        Column("n_received", "integer", "Those of them whose report counts"),
        Column(
            "low",
            "double",
            "Least that the whole total can be, from each absent authority's own history, down to a multiple of 5",
            "value",
        ),
        Column(
            "high",
            "double",
            "Most that it can be, up to a multiple of 5; empty where an absent authority has no history",
            "value",
        ),
    ),
)
FCT_FORECAST = MartTable(
    "fct_forecast",
    "31 March from the newest quarter and the mean yearly change, with limits widened until they hold past years",
    _KEY,
    (
        EDITION,
        _MEASURE,
        _AREA,
        Column("period_id", "varchar", "Financial year whose last day is forecast"),
        Column("from_period_id", "varchar", "Quarter it starts from (dim_period)"),
        Column("from_value", "double", "Published value of the quarter", "value"),
        Column("forecast", "double", "Forecast, rounded to 5", "value"),
        Column("lower", "double", "Lower limit, meant to hold 95 %, rounded to 5", "value"),
        Column("upper", "double", "Upper limit, meant to hold 95 %, rounded to 5", "value"),
        Column("mean_yearly_change", "double", "Mean of the yearly changes looked back on", "value"),
        Column("n_changes", "integer", "How many yearly changes"),
        Column("n_backtested", "integer", "Past years forecast in the same way from the 31 March before them"),
        Column("backtest_mean_error", "double", "Mean absolute error of those forecasts", "value"),
        Column("n_backtested_within", "integer", "Those whose figure lay within limits widened as the others ask"),
        Column("widening", "double", "How many times wider the limits are, from past years of the other areas"),
        Column("n_pooled", "integer", "Past years of all areas of the measure that were forecast so"),
        Column("n_pooled_within", "integer", "Those whose figure lay within limits made without their own area"),
    ),
)

QUALITY = (
    DIM_TERM,
    DIM_BREAK,
    BRIDGE_FRAMEWORK_CONCEPT,
    DIM_COVARIATE,
    DIM_COMPARATOR,
    FCT_CHANGE,
    FCT_FUNNEL,
    FCT_DEFINITION,
    FCT_EXTENT,
    FCT_FORECAST,
)
