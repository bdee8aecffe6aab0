"""Counts of many submissions of one period, by which the plausibility of each is judged.

What is far from usual (the SQL files of the rules say it) and where submissions are kept do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from pipelines.conform.rules import relations
from pipelines.conform.rules.compile import CHILD, WORD, placed
from pipelines.conform.rules.engine import setting_of
from pipelines.conform.rules.packs import PackKey
from pipelines.conform.rules.relations import Inputs
from schemas.rule_terms import quantities_sql

if TYPE_CHECKING:
    from schemas.catalogue import Catalogue

Submissions = Mapping[str, Mapping[str, pl.DataFrame]]
"""authority (GSS code) -> its typed tables."""
SCHEMA = {"authority_code": pl.String, "quantity": pl.String, "numerator": pl.Int64, "denominator": pl.Int64}


def quantities(catalogue: Catalogue, key: PackKey, submissions: Submissions) -> pl.DataFrame:
    """authority_code (three digits), quantity, numerator, denominator (null for a plain number), per authority.

    A quantity of which an authority has nothing to count (no child in care at all) has no row.
    """
    own = {gss: setting_of(catalogue, key, gss).authority_code for gss in submissions}
    jobs = [Inputs(tables, {}, {}, {}, own[gss]) for gss, tables in submissions.items()]
    if not jobs:
        return pl.DataFrame(schema=SCHEMA)
    counted = _counted(catalogue, key, jobs)
    codes = pl.DataFrame({"job": range(len(jobs)), "authority_code": list(own.values())})
    found = counted.join(codes.cast({"job": pl.Int32}), on="job").cast({"numerator": pl.Int64, "denominator": pl.Int64})
    return found.select(*SCHEMA).sort("authority_code", "quantity")


def _counted(catalogue: Catalogue, key: PackKey, jobs: Sequence[Inputs]) -> pl.DataFrame:
    sql = placed(quantities_sql())
    con = relations.open_connection(setting_of(catalogue, key, None))
    try:
        held = relations.relations_of(relations.layout_of(catalogue), {*WORD.findall(sql), CHILD})
        relations.create(con, held)
        relations.fill(con, held, jobs)
        schema = {"job": pl.Int32, "quantity": pl.String, "numerator": pl.Int64, "denominator": pl.Int64}
        return pl.DataFrame(con.execute(sql).fetchall(), schema=schema, orient="row")
    finally:
        con.close()
