"""All tables of comparison of one edition, from its published values and the specification.

How any one of them is worked out does not belong here.
"""

from __future__ import annotations

import polars as pl

from pipelines.publish.dimensions import filled
from pipelines.publish.quality import change, definitions, fixed, funnel, shapes
from schemas.catalogue import Catalogue
from schemas.model import Publication

Tables = dict[str, pl.DataFrame]


def comparison(catalogue: Catalogue, publication: Publication, values: pl.DataFrame, dims: Tables) -> Tables:
    """Table name -> rows, in official order."""
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
        "fct_definition": definitions.definitions(values, catalogue.comparing.alternatives),
    }
