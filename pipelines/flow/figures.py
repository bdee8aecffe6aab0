"""The 63 figures that the source documents print or ask for, and how far an edition answers them.

Computing a figure does not belong here: answers are read from the published mart.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.core import duck
from pipelines.core.errors import MesurError
from pipelines.core.files import atomic_write
from pipelines.core.messages import say
from pipelines.flow.desk import Desk
from pipelines.flow.editions import shown_with_marks
from pipelines.serve import Published
from schemas.catalogue import WALES
from schemas.derived import SeedFigure, answering

ANSWERED, NO_DATA, NOT_MEASURABLE = "answered", "no_data", "not_measurable"
SHOWN = 6
"""Answers of one figure that are told; the view `figure_answers_en` holds all."""


@dataclass(frozen=True)
class Figure:
    """One figure: `answered`, `no_data` (it can be measured, this build holds nothing for it) or `not_measurable`."""

    id: str
    concept: str
    reference_date: str
    printed_value: str
    status: str
    measures: tuple[str, ...]
    tables: tuple[str, ...]
    answers: tuple[str, ...]
    why: str


def figures(desk: Desk, publication_id: str, language: str = "en") -> list[Figure]:
    """Every figure of the list with what answers it, and the newest value for Wales (or whom it is about)."""
    answers, named = _answers(desk, publication_id), answering(desk.catalogue)
    return [_figure(f, named[f.id], answers, language) for f in desk.catalogue.deriving.figures.values()]


def keep(found: list[Figure], out: Path) -> None:
    """Write id, status and answers as CSV: what the documentation shows of the bundled sample."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "status", "answer"))
    writer.writerows((f.id, f.status, " | ".join(f.answers)) for f in found)
    atomic_write(out, text.getvalue(), is_public=True)


def _figure(f: SeedFigure, held: tuple[str, ...], answers: Answers, language: str) -> Figure:
    absent = say("figures.no_data", language)
    told = tuple(f"{one}: {answers.newest.get(one, absent)}" for one in held)
    rows = tuple(f"{table}: {answers.of_query.get(query, absent)}" for table, query in f.tables.items())
    is_told = any(one in answers.newest for one in held) or any(q in answers.of_query for q in f.tables.values())
    status = ANSWERED if is_told else NO_DATA if held or f.tables else NOT_MEASURABLE
    why = f.why[language] if f.why and status == NOT_MEASURABLE else ""
    concept = f.concept[language]
    said = told + rows if is_told else ()
    return Figure(f.id, concept, f.reference_date, f.printed_value, status, held, tuple(f.tables), said, why)


@dataclass(frozen=True)
class Answers:
    """What an edition says: of each measure and comparison the newest value with its period, of each query its rows."""

    newest: Mapping[str, str]
    of_query: Mapping[str, str]


def _answers(desk: Desk, publication_id: str) -> Answers:
    try:
        folder = Published(desk.settings.paths.published).edition(publication_id).folder / "parquet"
    except MesurError:
        if publication_id not in desk.catalogue.publications:
            raise
        return Answers({}, {})
    values = pl.read_parquet(folder / "fct_measure_value.parquet").with_columns(statistic=pl.lit("value"))
    found = _last(values.rename({"measure_id": "answer_id"}))
    derived = folder / "fct_derived_value.parquet"
    if derived.exists():
        found |= _last(pl.read_parquet(derived).rename({"derived_id": "answer_id"}))
    queries = [q for f in desk.catalogue.deriving.figures.values() for q in f.tables.values()]
    with duck.in_memory(desk.settings) as connection:
        for path in sorted(folder.glob("*.parquet")):
            connection.execute(f"create view {path.stem} as select * from {duck.quoted(path)}")
        rows = {q: [str(row[0]) for row in connection.execute(q).fetchall() if row[0]] for q in queries}
    return Answers(found, {q: _listed(told) for q, told in rows.items() if told})


def _last(rows: pl.DataFrame) -> dict[str, str]:
    """The newest period of each answer: for Wales where there is such a value, else the areas; one text each."""
    shown = rows.filter(pl.col("value").is_not_null())
    of_wales = shown.filter(pl.col("area_code") == WALES)
    elsewhere = shown.join(of_wales.select("answer_id").unique(), on="answer_id", how="anti")
    held = pl.concat([of_wales, elsewhere], how="diagonal")
    totals = held.filter(pl.col("breakdown_id") == "total")
    split = held.join(totals.select("answer_id").unique(), on="answer_id", how="anti")
    told = pl.concat([totals, split], how="diagonal")
    newest = told.filter(pl.col("period_id") == pl.col("period_id").max().over("answer_id"))
    ordered = newest.sort("answer_id", "area_code", "breakdown_code", "statistic")
    return {str(key[0]): _text(group) for key, group in ordered.group_by("answer_id", maintain_order=True)}


def _text(rows: pl.DataFrame) -> str:
    return f"{_listed([_part(r) for r in rows.iter_rows(named=True)])} ({rows['period_id'][0]})"


def _listed(parts: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = [f"+ {len(parts) - SHOWN}"] if len(parts) > SHOWN else []
    return "; ".join([*parts[:SHOWN], *more])


def _part(row: Mapping[str, object]) -> str:
    value = row["value"]
    shown = shown_with_marks(value if isinstance(value, float) else None, str(row["status"] or ""))
    names = [str(row["area_code"])] if row["area_code"] != WALES else []
    names += [str(row["breakdown_code"])] if row["breakdown_code"] != "T" else []
    names += [str(row["statistic"])] if row["statistic"] != "value" else []
    return " ".join([*names, shown])
