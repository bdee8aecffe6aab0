"""All tables of comparison of one edition, from its published values and the specification.

How any one of them is worked out does not belong here.
"""

from __future__ import annotations

import polars as pl

from pipelines.publish.dimensions import filled
from pipelines.publish.quality import change, definitions, extent, fixed, forecast, funnel, shapes
from pipelines.publish.records import CoverageRow
from schemas.catalogue import Catalogue
from schemas.model import Publication

Tables = dict[str, pl.DataFrame]


def comparison(
    catalogue: Catalogue, publication: Publication, values: pl.DataFrame, held: tuple[Tables, tuple[CoverageRow, ...]]
) -> Tables:
    """Table name -> rows, in official order; `held` are the dimensions and what the flow counted of coverage."""
    dims, coverage = held
    members = {code: catalogue.members(code) for _, code in catalogue.areas()}
    units = {m.id: m.unit for m in catalogue.measures.values()}
    typed = values.join(dims["dim_authority"].select("area_code", "area_type"), on="area_code", maintain_order="left")
    rows = {
        shapes.DIM_TERM: fixed.terms(),
        shapes.DIM_BREAK: fixed.breaks(catalogue, publication),
        shapes.BRIDGE_FRAMEWORK_CONCEPT: fixed.bridges(catalogue),
        shapes.DIM_COVARIATE: fixed.covariates(catalogue),
        shapes.DIM_COMPARATOR: fixed.comparators(catalogue),
    }
    found = {table.name: filled(table, list(held)) for table, held in rows.items()}
    return found | {
        "fct_change": change.changes(typed, units),
        "fct_funnel": funnel.funnels(typed, units),
        "fct_extent": extent.extents(values, units, extent.reach_of(members, coverage)),
        "fct_forecast": forecast.forecasts(values, catalogue.comparing.forecasts),
        "fct_definition": definitions.definitions(values, catalogue.comparing.alternatives, units),
    }
