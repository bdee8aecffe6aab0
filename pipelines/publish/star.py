"""The whole mart in memory: the opened rows, the specification and the context become the tables of the star.

Writing any of it does not belong here; `edition_id` is filled in once the edition has its name.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipelines.publish import facts, revisions, standing, vintages
from pipelines.publish.derived.room import compared
from pipelines.publish.dimensions import dimensions, filled
from pipelines.publish.layout import DIM_EDITION, MartTable
from pipelines.publish.quality import breaks
from pipelines.publish.quality.room import comparison
from pipelines.publish.records import Edition, PublishContext
from pipelines.publish.tables import opened_tables
from schemas.catalogue import Catalogue
from schemas.model import Publication, Text

_PER_EDITION = ("dim_edition", "fct_revision", "fct_vintage")
"""Tables that say how an edition stands to others: no part of its own content."""


@dataclass(frozen=True)
class Star:
    """The tables of one edition, by name, with their declared shape."""

    layout: tuple[MartTable, ...]
    tables: dict[str, pl.DataFrame]

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name]

    def shape(self, name: str) -> MartTable:
        """The declared shape of a table."""
        return next(t for t in self.layout if t.name == name)


def content(frame: pl.DataFrame, catalogue: Catalogue, publication: Publication, context: PublishContext) -> Star:
    """The star without what depends on other editions."""
    shapes = opened_tables(publication.opened_columns)
    dims = dimensions(catalogue, publication, frame["period_id"].unique().to_list())
    value_shape = next(t for t in shapes if t.name == "fct_measure_value")
    order = [code.code for code in catalogue.code_lists["observation_status"].codes]
    broken = breaks.with_segments(frame, catalogue.comparing.all_breaks)
    marked = facts.with_provisional(broken, context.provisional).with_columns(breaks.in_order(order))
    values = facts.measure_values(marked, value_shape, dims)
    found = {
        **dims,
        "fct_measure_value": values,
        "fct_headline": facts.headlines(values, publication.headlines, dims),
        "fct_coverage": facts.coverage(context.coverage, dims),
        "fct_reconciliation": facts.reconciliation(context.reconciliation_path, values, dims),
        **comparison(catalogue, publication, values, (dims, context.coverage)),
        **compared(catalogue, publication, (values, dims, context.open_series_path)),
    }
    return Star(shapes, found)


def fingerprint(star: Star, publication: Publication, context: PublishContext) -> str:
    """sha256 over the sorted rows and what is said about them; no time stamp and no file format enters it."""
    digest = hashlib.sha256()
    for name in sorted(set(star.tables) - set(_PER_EDITION)):
        held = star[name].drop("edition_id", strict=False)
        digest.update(f"{name}:{','.join(held.columns)}\n".encode())
        digest.update(held.write_csv(include_header=False).encode())
    policy = context.policy or Text("", "")
    said = {
        "title": [publication.title.en, publication.title.cy],
        "summary": [publication.summary.en, publication.summary.cy],
        "tables": [[t.id, t.title.en, t.title.cy, *t.measures, t.breakdown] for t in publication.tables],
        "about": [
            publication.contact.en,
            publication.contact.cy,
            publication.licence,
            publication.next_update,
            *publication.formats,
        ],
        "release": [context.status, context.rule_pack, policy.en, policy.cy, context.major_version],
    }
    digest.update(json.dumps(said, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def of_edition(star: Star, publication: Publication, edition: Edition, past: pl.DataFrame | None) -> Star:
    """The complete star: every table with the edition's id, and the line of editions.

    Args:
        star: the content, with `fct_revision` filled in.
        publication: what is published.
        edition: the identity of the edition.
        past: `dim_edition` of the edition before it (None for the first).
    """
    row = _edition_row(publication, edition)
    line = row if past is None else pl.concat([past, row], how="diagonal")
    named = {name: _named(frame, edition) for name, frame in star.tables.items()} | {"dim_edition": line}
    named["fct_vintage"] = vintages.named(star["fct_vintage"], edition)
    shaped = {t.name: named[t.name].select(t.polars_schema.keys()).cast(t.polars_schema) for t in star.layout}
    return replace(star, tables=shaped)


def with_revisions(star: Star, before: Path | None, context: PublishContext) -> Star:
    """The star with the rows that differ from the previous edition (its folder), all vintages, and `r` where due."""
    held = vintages.grown(vintages.held_before(before), star["fct_measure_value"])
    order = star["dim_status"]["status_code"].to_list()
    values = vintages.with_revised(star["fct_measure_value"], held).with_columns(breaks.in_order(order))
    found = revisions.revisions(revisions.previous_values(before), values, context, star.tables)
    stands = standing.with_standing(star["fct_coverage"], values)
    told = {"fct_measure_value": values, "fct_coverage": stands, "fct_revision": found, "fct_vintage": held}
    return replace(star, tables={**star.tables, **told})


def _named(frame: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    ids = {"edition_id": edition.id, "previous_edition_id": edition.previous_id}
    return frame.with_columns(pl.lit(said, dtype=pl.String).alias(c) for c, said in ids.items() if c in frame.columns)


def _edition_row(publication: Publication, edition: Edition) -> pl.DataFrame:
    row = (
        *(edition.id, publication.id, publication.title.en, publication.title.cy, edition.sequence),
        *(edition.previous_id, edition.status, edition.day, edition.major_version, edition.rule_pack),
        *(edition.fingerprint, publication.licence),
    )
    return filled(DIM_EDITION, [row])
