"""The files that StatsWales takes: a dataset per table of the publication, with lookups and metadata in two languages.

Judging them does not belong here (see `rules.py`): the writer never says itself that what it wrote is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.core.messages import say
from pipelines.publish.metadata import write_json
from pipelines.publish.star import Star
from pipelines.publish.statswales import records
from pipelines.publish.statswales.updates import NOTES, VALUE, Update, updated
from pipelines.publish.workbook.wording import decimals
from schemas.model import Publication, PublicationTable

FOLDER, MANIFEST = "statswales", "pack.json"
_TYPES = {"count": "count", "percent": "percentage", "rate_per_10000": "rate", "mean": "mean", "median": "median"}
_DATE, _AREA, _MEASURE = "YearCode", "AreaCode", "Measure"


@dataclass(frozen=True)
class Dataset:
    """One table of the publication as StatsWales would hold it."""

    table: PublicationTable
    rows: pl.DataFrame
    """Text only, in the order of the edition."""

    @property
    def breakdown(self) -> str | None:
        """Heading of the dimension that the table is broken down by, e.g. `AgeBandCode`."""
        name = self.table.breakdown
        return None if name == "total" else "".join(w.title() for w in name.split("_")) + "Code"

    @property
    def key(self) -> list[str]:
        return [_DATE, _AREA, *([self.breakdown] if self.breakdown else []), _MEASURE]

    @property
    def roles(self) -> dict[str, str]:
        """Heading -> what the column is, in the order of the file."""
        middle = {self.breakdown: records.DIMENSION} if self.breakdown else {}
        last = {_MEASURE: records.MEASURE, VALUE: records.DATA, NOTES: records.NOTES}
        return {_DATE: records.DATE, _AREA: records.GEOGRAPHY, **middle, **last}


def write_pack(folder: Path, star: Star, publication: Publication, before: Path | None) -> None:
    """Write `statswales/` into the folder of an edition.

    Args:
        folder: the edition in the making.
        star: its tables.
        publication: whose tables become datasets.
        before: the folder of the edition before it; what is added or revised is found against the pack in it.
    """
    told = []
    for table in publication.tables:
        dataset = _dataset(star, table)
        if not dataset.rows.is_empty():
            old = before / FOLDER / table.id / "data.csv" if before else None
            held = pl.read_csv(old, infer_schema=False).fill_null("") if old and old.is_file() else None
            held = held.with_columns(pl.col(VALUE).replace("", None)) if held is not None else None
            update = updated(held, dataset.rows, dataset.key)
            told.append(_write(folder / FOLDER / table.id, star, dataset, update, publication))
    edition = star["dim_edition"].row(-1, named=True)
    manifest = {"publication": publication.id, "edition": edition["edition_id"], "datasets": told}
    write_json(folder / FOLDER / MANIFEST, manifest)


def _dataset(star: Star, table: PublicationTable) -> Dataset:
    """The figures of a table; a table with a breakdown has the total of its measures beside the categories."""
    wanted = {"total", table.breakdown}
    values = star["fct_measure_value"].filter(
        pl.col("measure_id").is_in(table.measures), pl.col("breakdown_id").is_in(wanted)
    )
    kinds = star["dim_authority"].select("area_code", "area_type")
    held = values.join(kinds, on="area_code", how="left", maintain_order="left")
    is_total = (pl.col("area_type") != "authority") | (
        (pl.col("breakdown_id") == "total") & (table.breakdown != "total")
    )
    has_mark = pl.col("status").fill_null("").str.split(",").list.eval(pl.element().is_in(records.TOTALS)).list.any()
    notes = pl.when(is_total & ~has_mark).then(pl.concat_str("status", pl.lit(",t"))).otherwise("status")
    empty = Dataset(table, values)
    named = {
        _DATE: pl.col("period_id"),
        _AREA: pl.col("area_code"),
        **({empty.breakdown: pl.col("breakdown_code")} if empty.breakdown else {}),
        _MEASURE: pl.col("measure_id"),
        VALUE: pl.col("value").cast(pl.String).str.strip_suffix(".0"),
        NOTES: notes.str.strip_chars(","),
    }
    filled = held.with_columns(pl.col("status").fill_null(""))
    return Dataset(table, filled.select(found.alias(name) for name, found in named.items()))


def _write(folder: Path, star: Star, dataset: Dataset, update: Update, publication: Publication) -> dict[str, object]:
    """The files of one dataset; gives its entry in the manifest."""
    folder.mkdir(parents=True)
    files = {"data.csv": update.data, "lookup-measure.csv": _measures(star, dataset)}
    files |= _lookups(star, dataset, update.data)
    files["metadata.csv"] = _metadata(star, dataset, publication)
    if update.action not in (records.NEW, records.NOTHING):
        files["update.csv"] = update.update
    for name, held in files.items():
        held.write_csv(folder / name)
    lookups = {_AREA: "lookup-area.csv", _MEASURE: "lookup-measure.csv"}
    if dataset.breakdown:
        lookups[dataset.breakdown] = "lookup-category.csv"
    return {
        "id": dataset.table.id,
        "title": {"en": dataset.table.title.en, "cy": dataset.table.title.cy},
        "action": update.action,
        "rows": update.data.height,
        "added": update.n_added,
        "revised": update.n_revised,
        "removed": update.n_removed,
        "files": sorted(files),
        "columns": dataset.roles,
        "lookups": lookups,
        "year_type": "financial",
    }


def _measures(star: Star, dataset: Dataset) -> pl.DataFrame:
    of_dataset = star["fct_measure_value"].filter(pl.col("measure_id").is_in(dataset.table.measures))
    values = of_dataset.drop_nulls("value").group_by("measure_id").agg(pl.col("value").unique())
    places = {m: decimals(found) for m, found in values.iter_rows()}
    rows = star["dim_measure"].filter(pl.col("measure_id").is_in(dataset.table.measures))
    told = []
    for row in rows.iter_rows(named=True):
        shown = places.get(row["measure_id"], 0)
        shape = {
            "type": _TYPES.get(row["unit"], "mean"),
            "format": "decimal" if shown else "integer",
            "decimal": str(shown) if shown else None,
        }
        told += [
            {
                "refcode": row["measure_id"],
                "description": f"{row[f'measure_title_{lang}']} ({row[f'unit_label_{lang}']})",
                "lang": lang,
                "sort": row["sort_order"],
                "note": row[f"definition_{lang}"],
                **shape,
            }
            for lang in ("en", "cy")
        ]
    return pl.DataFrame(told)


def _lookups(star: Star, dataset: Dataset, data: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Lookups of the codes that stand in the data; areas with their hierarchy."""
    areas = star["dim_authority"].filter(pl.col("area_code").is_in(data[_AREA].implode()))
    wales = areas.filter(pl.col("area_type") == "wales")["area_code"]
    top = pl.when(pl.col("area_type") != "wales").then(pl.lit(wales[0] if len(wales) else None))
    above = pl.when(pl.col("region_code").is_in(areas["area_code"].implode())).then("region_code").otherwise(top)
    found = {"lookup-area.csv": _two_rows(areas, "area_code", "area_name", above)}
    if dataset.breakdown:
        codes = pl.col("breakdown_code").is_in(data[dataset.breakdown].implode())
        of_it = pl.col("breakdown_id").is_in(("total", dataset.table.breakdown))
        above = pl.when(pl.col("breakdown_id") != "total").then(pl.lit("T" if "T" in data[dataset.breakdown] else None))
        categories = star["dim_breakdown"].filter(codes & of_it)
        found["lookup-category.csv"] = _two_rows(categories, "breakdown_code", "category_label", above)
    return found


def _two_rows(held: pl.DataFrame, code: str, label: str, above: pl.Expr) -> pl.DataFrame:
    """The form that StatsWales prefers: a row per code and language."""
    sides = [
        held.select(
            pl.col(code).alias("refcode"),
            pl.col(f"{label}_{lang}").alias("description"),
            pl.lit(lang).alias("lang"),
            above.alias("hierarchy"),
            pl.col("sort_order").alias("sort"),
        )
        for lang in ("en", "cy")
    ]
    return pl.concat(sides).sort("sort", pl.col("lang") == "cy", maintain_order=True)


def _metadata(star: Star, dataset: Dataset, publication: Publication) -> pl.DataFrame:
    """What StatsWales asks for about a dataset, field by field in both languages."""
    values = star["fct_measure_value"]
    base = max(values["rounding_base"].drop_nulls(), default=1) if "rounding_base" in values.columns else 1
    fields = {
        "title": lambda lang: dataset.table.title[lang],
        "summary": lambda lang: publication.summary[lang],
        "collection": lambda lang: say("publish.statswales.collection", lang),
        "quality": lambda lang: say("publish.notes.intervals", lang),
        "rounding": lambda lang: say("publish.notes.rounding", lang, base=base),
        "update": lambda lang: publication.next_update or say("publish.not_announced", lang),
        "designation": lambda lang: say("publish.statswales.designation_unset", lang),
    }
    rows = [(say(f"publish.statswales.field.{name}", "en"), said("en"), said("cy")) for name, said in fields.items()]
    return pl.DataFrame(rows, schema=["field", "english", "welsh"], orient="row")
