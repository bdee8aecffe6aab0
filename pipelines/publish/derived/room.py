"""All tables of comparisons of one edition, from its published values, open series and the specification.

How an operation works does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl

from pipelines.publish.derived import shapes
from pipelines.publish.derived.operands import Shelves
from pipelines.publish.derived.operations import worked_out
from pipelines.publish.dimensions import filled
from pipelines.publish.layout import MartTable
from schemas.catalogue import Catalogue
from schemas.derived import Derived, SeedFigure, answering
from schemas.model import Publication, Text

Tables = dict[str, pl.DataFrame]
Row = tuple[object, ...]
_NOTHING = Text("", "")


def compared(catalogue: Catalogue, publication: Publication, given: tuple[pl.DataFrame, Tables, Path | None]) -> Tables:
    """Table name -> rows, in official order.

    Args:
        given: values of the edition, its dimensions, and the file of open series (None: none are held).
    """
    values, dims, path = given
    areas = dims["dim_authority"]
    series = open_series(path)
    known = set(publication_measures(publication))
    held = [d for d in catalogue.deriving.derived.values() if _is_published(d, known)]
    kinds = dict(areas.select("area_code", "area_type").rows())
    la3 = {code: area for area, code in areas.select("area_code", "la3").drop_nulls().rows()}
    shelves = Shelves(values, series, kinds, la3)
    answers = answering(catalogue)
    rows = {
        shapes.DIM_DERIVED: _described(held),
        shapes.DIM_FIGURE: _figures(catalogue.deriving.figures.values()),
        shapes.BRIDGE_FIGURE: _bridge(catalogue, answers, known | {d.id for d in held}),
    }
    found = {table.name: filled(table, list(made)) for table, made in rows.items()}
    return found | {"fct_open_series": series, "fct_derived_value": _values(held, shelves, areas)}


def publication_measures(publication: Publication) -> Iterator[str]:
    """Ids of the measures that a publication shows."""
    return (m for table in publication.tables for m in table.measures)


def _is_published(d: Derived, known: set[str]) -> bool:
    return all(side.dataset or side.measure in known for side in (d.left, d.right) if side)


def open_series(path: Path | None) -> pl.DataFrame:
    """The open series of a file, in the shape of the mart; none where there is no file."""
    table = shapes.FCT_OPEN_SERIES
    if path is None or not path.exists():
        return filled(table, [])
    held = pl.read_parquet(path).with_columns(pl.lit(None, pl.String).alias("edition_id"))
    return _in_shape(held, table).sort(table.key)


def _in_shape(frame: pl.DataFrame, table: MartTable) -> pl.DataFrame:
    return frame.select(table.polars_schema.keys()).cast(table.polars_schema)


def _values(held: Sequence[Derived], shelves: Shelves, areas: pl.DataFrame) -> pl.DataFrame:
    table = shapes.FCT_DERIVED_VALUE
    made = [
        worked_out(d, shelves).with_columns(
            pl.lit(d.id).alias("derived_id"), pl.lit(None, pl.String).alias("edition_id")
        )
        for d in held
    ]
    if not made:
        return filled(table, [])
    order = pl.DataFrame({"derived_id": [d.id for d in held]}).with_row_index("d")
    places = areas.select("area_code", pl.col("sort_order").alias("a"))
    joined = _in_shape(pl.concat(made), table).join(order, on="derived_id").join(places, on="area_code")
    return joined.sort("d", "period_id", "a", *table.key[3:]).select(table.polars_schema.keys())


def _described(held: Sequence[Derived]) -> Iterator[Row]:
    for order, d in enumerate(held, 1):
        caveat = d.caveats or _NOTHING
        yield (
            *(d.id, d.title.en, d.title.cy, d.definition.en, d.definition.cy, d.operation, d.left.text),
            *(d.right.text if d.right else "", d.unit, caveat.en, caveat.cy, d.source, d.certainty, order),
        )


def _figures(held: Iterable[SeedFigure]) -> Iterator[Row]:
    for order, f in enumerate(held, 1):
        why = f.why or _NOTHING
        yield (
            *(f.id, f.concept.en, f.concept.cy, f.document, f.where, f.reference_date, f.printed_value),
            *(why.en, why.cy, order),
        )


def _bridge(catalogue: Catalogue, answers: dict[str, tuple[str, ...]], known: set[str]) -> Iterator[Row]:
    for f in catalogue.deriving.figures.values():
        for one in answers[f.id]:
            if one in known:
                yield f.id, "measure" if one in catalogue.measures else "derived", one
        yield from ((f.id, "table", name) for name in f.tables)
