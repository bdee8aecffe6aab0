"""The figures of a bulletin: a chart of each headline over the years, one of the authorities, each with its finding.

Drawing belongs to `charts.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.core.messages import say
from pipelines.publish.bulletin.charts import Axes, Bar, bars
from pipelines.publish.bulletin.findings import Finding, sentence
from pipelines.publish.bulletin.records import Figure, Table
from pipelines.publish.star import Star
from pipelines.publish.workbook.wording import figure
from schemas.catalogue import WALES

_UNCERTAIN = ("u", "e")


@dataclass(frozen=True)
class Series:
    """The bars of one chart, and what they are of."""

    title: str
    heads: tuple[str, str]
    bars: tuple[Bar, ...]
    is_lying: bool = False


def figures(star: Star, found: tuple[Finding, ...], lang: str) -> Iterator[Figure]:
    """A figure per headline over the years, then one of the authorities for the first share or rate shown for them."""
    shown = [f for f in found if f.is_shown]
    held = [(_over_years(star, f, lang), sentence(f, lang)) for f in shown]
    if across := _by_authority(star, shown, lang):
        held.append((across, ""))
    for number, (series, says) in enumerate(held, 1):
        title = say("publish.bulletin.figure", lang, number=number, title=series.title)
        yield _figure(series, title, says, lang)


def _over_years(star: Star, f: Finding, lang: str) -> Series:
    years = star["dim_period"].filter(pl.col("period_type") == "year")
    values = _totals(star, f.measure_id).filter(pl.col("area_code") == WALES)
    rows = years.join(values, on="period_id", how="inner").sort("sort_order")
    span = rows[f"period_label_{lang}"]
    title = say("publish.bulletin.over_years", lang, title=f.title, first=span[0], last=span[-1])
    return Series(title, (say("publish.head.period", lang), f.unit), _bars(rows, span.to_list(), f.places))


def _by_authority(star: Star, shown: list[Finding], lang: str) -> Series | None:
    """The authorities in official order, never by size: this is no league table."""
    areas = star["dim_authority"].filter(pl.col("area_type") == "authority")
    ratios = set(star["dim_measure"].filter(pl.col("unit").is_in(["percent", "rate_per_10000"]))["measure_id"])
    newest = dict(star["fct_headline"].select("measure_id", "period_id").iter_rows())
    for f in (f for f in shown if f.measure_id in ratios):
        values = _totals(star, f.measure_id).filter(pl.col("period_id") == newest[f.measure_id])
        rows = areas.join(values, on="area_code", how="inner").sort("sort_order")
        if rows["value"].drop_nulls().len():
            title = say("publish.bulletin.by_authority", lang, title=f.title, period=f.period)
            labels = rows[f"area_name_{lang}"].to_list()
            return Series(title, (say("publish.head.area", lang), f.unit), _bars(rows, labels, f.places), is_lying=True)
    return None


def _totals(star: Star, measure_id: str) -> pl.DataFrame:
    values = star["fct_measure_value"].filter(
        (pl.col("measure_id") == measure_id) & (pl.col("breakdown_id") == "total")
    )
    return values.drop("edition_id", "sort_order", strict=False)


def _bars(rows: pl.DataFrame, labels: list[str], places: int) -> tuple[Bar, ...]:
    held = zip(labels, rows["value"], rows["status"].fill_null(""), strict=True)
    return tuple(
        Bar(
            label=label,
            value=value,
            shown=figure(value, status, places),
            is_uncertain=any(code in status.split(",") for code in _UNCERTAIN),
            begins_anew="b" in status.split(","),
        )
        for label, value, status in held
    )


def _figure(series: Series, title: str, says: str, lang: str) -> Figure:
    axes = Axes(series.heads[0], series.heads[1], series.is_lying)
    rows = tuple((b.label, b.shown) for b in series.bars)
    data = Table(say("publish.bulletin.data", lang, title=title), series.heads, rows)
    return Figure(title, _alternative(series, says, lang), bars(series.bars, axes), data)


def _alternative(series: Series, says: str, lang: str) -> str:
    """What the chart shows, for whoever does not see it: the finding, the highest, the lowest, and the gaps."""
    sure = [b for b in series.bars if b.value is not None and not b.is_uncertain]
    gaps = [b.label for b in series.bars if b.value is None]
    unsure = [b.label for b in series.bars if b.value is not None and b.is_uncertain]
    said = [says] if says else []
    if sure:
        high, low = max(sure, key=lambda b: b.value or 0), min(sure, key=lambda b: b.value or 0)
        ends = {"high": high.shown, "at_high": high.label, "low": low.shown, "at_low": low.label}
        said.append(say("publish.bulletin.ends", lang, **ends))
    told = {"gaps": gaps, "unsure": unsure, "anew": [b.label for b in series.bars if b.begins_anew]}
    said += [say(f"publish.bulletin.{name}", lang, names=", ".join(names)) for name, names in told.items() if names]
    return " ".join(said)
