"""The dimension tables of the mart, made from the specification and the periods present.

Values, revisions and coverage do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.core.messages import say
from pipelines.core.periods import Period
from pipelines.publish import layout
from pipelines.publish.layout import MartTable
from schemas.catalogue import Catalogue
from schemas.model import Code, Measure, Publication, Text

Row = tuple[object, ...]

_NOTHING = Text("", "")


def dimensions(catalogue: Catalogue, publication: Publication, period_ids: list[str]) -> dict[str, pl.DataFrame]:
    """Table name -> rows in official order; ids come from the specification and are permanent."""
    rows = {
        layout.DIM_AUTHORITY: _areas(catalogue),
        layout.DIM_PERIOD: _periods(period_ids),
        layout.DIM_MEASURE: _measures(catalogue, publication),
        layout.DIM_BREAKDOWN: _breakdowns(catalogue, publication),
        layout.DIM_STATUS: _statuses(catalogue),
        layout.BRIDGE_MEASURE_FRAMEWORK: _frameworks(catalogue, publication),
        layout.BRIDGE_HEALTH_BOARD: _health_boards(catalogue),
    }
    return {table.name: filled(table, list(found)) for table, found in rows.items()}


def filled(table: MartTable, rows: list[Row]) -> pl.DataFrame:
    """Rows (in the order of the table's columns) as a frame of the table's types; empty text becomes null."""
    return pl.DataFrame(rows, schema=table.polars_schema, orient="row").with_columns(
        pl.col(pl.String).replace("", None)
    )


def published_measures(catalogue: Catalogue, publication: Publication) -> list[Measure]:
    """The measures of a publication, each once, in the order of its tables."""
    ids = dict.fromkeys(m for table in publication.tables for m in table.measures)
    return [catalogue.measures[m] for m in ids]


def _areas(catalogue: Catalogue) -> Iterator[Row]:
    for order, (kind, code) in enumerate(catalogue.areas(), 1):
        name, authority = catalogue.area_name(code), catalogue.authorities.get(code)
        region, la3 = (authority.region, authority.la3) if authority else ("", "")
        yield code, kind, name.en, name.cy, region, la3, order


def _periods(period_ids: list[str]) -> Iterator[Row]:
    for order, period in enumerate(sorted((Period(p) for p in period_ids), key=_period_order), 1):
        kind = "quarter" if period.is_quarter else "year"
        labels = (period_label(period, lang) for lang in ("en", "cy"))
        yield str(period), kind, str(period.year), period.start, period.end, *labels, order


def _period_order(period: Period) -> tuple[object, ...]:
    return period.end, period.is_quarter


def period_label(period: Period, lang: str) -> str:
    """A financial year as it is written; a quarter as its months."""
    if not period.is_quarter:
        return str(period)
    return say(f"publish.quarter.{period[-1]}", lang, year=period.start.year)


def _measures(catalogue: Catalogue, publication: Publication) -> Iterator[Row]:
    for order, m in enumerate(published_measures(catalogue, publication), 1):
        unit = [say(f"publish.unit.{m.unit}", lang) for lang in ("en", "cy")]
        caveat = m.caveats or _NOTHING
        yield (
            *(m.id, m.title.en, m.title.cy, m.definition.en, m.definition.cy, m.unit, *unit, m.population),
            *(m.polarity, m.interval, caveat.en, caveat.cy, m.id in publication.headlines, m.source, m.certainty),
            order,
        )


def _breakdowns(catalogue: Catalogue, publication: Publication) -> Iterator[Row]:
    total = [say("publish.total", lang) for lang in ("en", "cy")]
    yield "total", "T", *total, *total, 1
    used = dict.fromkeys(t.breakdown for t in publication.tables if t.breakdown != "total")
    order = 1
    for breakdown in (catalogue.breakdowns[b] for b in used):
        newest = {code.code: code for code in sorted(catalogue.code_lists[breakdown.code_list].codes, key=_since)}
        for code in dict.fromkeys(c.code for c in catalogue.code_lists[breakdown.code_list].codes):
            order, label = order + 1, newest[code].label
            yield breakdown.id, code, breakdown.title.en, breakdown.title.cy, label.en, label.cy, order


def _since(code: Code) -> tuple[bool, object]:
    return code.valid_from is not None, code.valid_from


def _statuses(catalogue: Catalogue) -> Iterator[Row]:
    for order, code in enumerate(catalogue.code_lists["observation_status"].codes, 1):
        yield code.code, code.label.en, code.label.cy, order


def _frameworks(catalogue: Catalogue, publication: Publication) -> Iterator[Row]:
    """Comparability is stated on the row of the later framework of each pair."""
    for m in published_measures(catalogue, publication):
        for held in sorted(m.framework_ids, key=lambda f: (f.since, f.framework)):
            title = catalogue.frameworks[held.framework].title
            pair = next((c for c in m.comparability if c.framework_to == held.framework), None)
            told = (pair.framework_from, pair.verdict, pair.reason.en, pair.reason.cy) if pair else ("", "", "", "")
            yield m.id, held.framework, title.en, title.cy, held.id, held.since, held.until, *told


def _health_boards(catalogue: Catalogue) -> Iterator[Row]:
    for m in catalogue.health.members:
        board = catalogue.health.boards[m.board]
        yield m.authority, board.code, board.gss, board.name.en, board.name.cy, m.valid_from, m.valid_to, board.source
