"""What stands beside the figures of a bulletin or note: how much a definition moves them, what 31 March may bring.

Working any of it out does not belong here (see `pipelines/publish/quality`).
"""

from __future__ import annotations

import polars as pl

from pipelines.core.messages import say
from pipelines.core.periods import Period
from pipelines.publish.bulletin.findings import places_of
from pipelines.publish.bulletin.records import Block, Prose, Table
from pipelines.publish.star import Star
from pipelines.publish.workbook.wording import day_in_words, figure
from schemas.catalogue import WALES


def definitions(star: Star, lang: str) -> list[Block]:
    """For Wales, of each pair of definitions the newest financial year in which both are shown; nothing where none."""
    years = star["dim_period"].filter(pl.col("period_type") == "year").select("period_id", "sort_order")
    held = star["fct_definition"].filter(pl.col("area_code") == WALES).join(years, on="period_id", how="inner")
    newest = held.sort("definition_id", "sort_order").group_by("definition_id", maintain_order=True).last()
    if newest.is_empty():
        return []
    heads = tuple(say(f"publish.head.{h}", lang) for h in ("definitions", "period", "value", "otherwise", "difference"))
    rows = tuple(_definition(star, row, lang) for row in newest.iter_rows(named=True))
    return [
        Prose((say("publish.bulletin.about_definitions", lang),)),
        Table(say("publish.bulletin.definitions", lang), heads, rows),
    ]


def _definition(star: Star, row: dict[str, object], lang: str) -> tuple[str, ...]:
    places = places_of(star, str(row["measure_id"]))
    shown = (figure(float(str(row[c])), str(row["status"] or ""), places) for c in ("value", "alternative_value"))
    moved = float(str(row["difference"]))
    sign = "+" if moved > 0 else "−" if moved < 0 else ""
    return str(row[f"definition_title_{lang}"]), str(row["period_id"]), *shown, f"{sign}{abs(moved):,.{places}f}"


def forecasts(star: Star, lang: str) -> list[str]:
    """A sentence for each forecast of Wales, with how often limits made in the same way held."""
    titles = dict(star["dim_measure"].select("measure_id", f"measure_title_{lang}").iter_rows())
    labels = dict(star["dim_period"].select("period_id", f"period_label_{lang}").iter_rows())
    return [_forecast(row, titles, labels, lang) for row in _of_wales(star).iter_rows(named=True)]


def _of_wales(star: Star) -> pl.DataFrame:
    return star["fct_forecast"].filter(pl.col("area_code") == WALES)


def _forecast(row: dict[str, object], titles: dict[str, str], labels: dict[str, str], lang: str) -> str:
    counts = {name: f"{row[name]:,.0f}" for name in ("forecast", "lower", "upper")}
    tried, within = int(str(row["n_pooled"])), int(str(row["n_pooled_within"]))
    return say(
        "publish.note.forecast" if tried else "publish.note.forecast_untried",
        lang,
        title=titles[str(row["measure_id"])],
        day=day_in_words(Period(str(row["period_id"])).end, lang),
        start=labels[str(row["from_period_id"])],
        within=within,
        tried=tried,
        share=f"{100 * within / tried:.0f}" if tried else "",
        **counts,
    )
