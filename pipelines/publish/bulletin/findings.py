"""The headline figures of an edition with the word that the test of their change allows, and the sentence that says so.

Tests and their words are made elsewhere (`quality/change.py`); which figures are headlines stands in `fct_headline`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.core.messages import say
from pipelines.publish.star import Star
from pipelines.publish.workbook.wording import decimals, figure


@dataclass(frozen=True)
class Finding:
    """One headline figure in one language, as it is shown."""

    measure_id: str
    title: str
    unit: str
    period: str
    shown: str
    is_shown: bool
    change: str
    """higher, lower, no_clear_change, or not_tested."""
    because: str
    """Why it was not tested, in words; empty where it was."""
    before: str
    before_period: str
    difference: str
    interval: str
    places: int
    is_count: bool

    @property
    def amount(self) -> str:
        """The figure in a sentence: with its unit, unless it is a number of children."""
        return self.shown if self.is_count else f"{self.shown} ({self.unit})"


def findings(star: Star, lang: str) -> tuple[Finding, ...]:
    """The headlines of an edition in official order."""
    key = ["measure_id", "area_code", "period_id"]
    totals = star["fct_measure_value"].filter(pl.col("breakdown_id") == "total")
    measures = star["dim_measure"].select("measure_id", "unit", f"measure_title_{lang}", f"unit_label_{lang}")
    held = star["fct_headline"].select(*key)
    for table in (totals.select(*key, "value", "status"), star["fct_change"].drop("edition_id", "value", strict=False)):
        held = held.join(table, on=key, how="left", maintain_order="left")
    held = held.join(measures, on="measure_id", how="left", maintain_order="left")
    labels = dict(star["dim_period"].select("period_id", f"period_label_{lang}").iter_rows())
    reasons = star["dim_term"].filter(pl.col("term_set") == "not_tested_because")
    words = dict(reasons.select("term_code", f"term_label_{lang}").iter_rows())
    return tuple(_finding(star, row, labels, words, lang) for row in held.iter_rows(named=True))


def _finding(star: Star, row: dict[str, object], labels: dict[str, str], words: dict[str, str], lang: str) -> Finding:
    places = places_of(star, str(row["measure_id"]))
    value, before, difference = (_number(row.get(name)) for name in ("value", "previous_value", "difference"))
    low, high = _number(row.get("lower")), _number(row.get("upper"))
    change = str(row.get("change") or "not_tested")
    because = words.get(str(row.get("not_tested_because")), say("publish.bulletin.no_year_before", lang))
    limits = {"low": _signed(low, places), "high": _signed(high, places)} if None not in (low, high) else None
    return Finding(
        measure_id=str(row["measure_id"]),
        title=str(row[f"measure_title_{lang}"]),
        unit=str(row[f"unit_label_{lang}"]),
        period=labels[str(row["period_id"])],
        shown=figure(value, str(row["status"] or ""), places),
        is_shown=value is not None,
        change=change,
        because=because if change == "not_tested" else "",
        before=figure(before, "", places) if before is not None else "",
        before_period=labels.get(str(row.get("previous_period_id")), ""),
        difference=_signed(difference, places) if difference is not None else "",
        interval=say("publish.bulletin.interval", lang, **limits) if limits else "",
        places=places,
        is_count=row["unit"] == "count",
    )


def sentence(found: Finding, lang: str) -> str:
    """A headline in words: the word for the change is the one that the test gave."""
    said = {"title": found.title, "shown": found.amount, "period": found.period}
    if not found.is_shown:
        return say("publish.bulletin.says.none", lang, **said)
    if found.change == "not_tested":
        return say("publish.bulletin.says.not_tested", lang, **said, because=found.because)
    earlier = {"before": found.before, "before_period": found.before_period}
    return say(f"publish.bulletin.says.{found.change}", lang, **said, **earlier)


def places_of(star: Star, measure_id: str) -> int:
    """The decimal places that show every total of a measure as it was published."""
    totals = star["fct_measure_value"].filter(
        (pl.col("measure_id") == measure_id) & (pl.col("breakdown_id") == "total")
    )
    return decimals(totals["value"].drop_nulls().unique())


def _signed(value: float | None, places: int) -> str:
    """A difference with its sign, to the places of the figures it lies between."""
    if value is None:
        return ""
    rounded = round(value, places) + 0.0
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded):,.{places}f}"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
