"""The explorer: one measure as a table of areas or categories by period, chosen with plain form fields.

Routes and the API do not belong here; every value shown is an observation of the edition with its shorthand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from pipelines.core.errors import UsageError
from pipelines.core.messages import say
from pipelines.serve.reply import Asked
from pipelines.serve.templates import figure, page

ALL = "all"
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Choice:
    """A field of the form: its options (id, label) and the one chosen."""

    name: str
    options: Options
    chosen: str


@dataclass(frozen=True)
class Shown:
    """What the template needs."""

    publication: str
    title: str
    question: str
    choices: tuple[Choice, ...]
    measure: str
    definition: str
    caveat: str
    caption: str
    stub: str
    periods: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    shorthand: str
    csv: str


def explore(asked: Asked, lang: str, said: Mapping[str, str]) -> bytes:
    """The page for what was chosen; what is not chosen takes the first there is.

    Raises:
        UsageError: for an id that the edition does not hold.
    """
    measures = _options(asked, f"SELECT measure_id, measure_title_{lang} FROM dim_measure ORDER BY sort_order")
    measure = _chosen("measure", measures, said)
    held = f"FROM observations_{lang} WHERE measure_id = ?"
    breakdowns = _options(
        asked,
        f"SELECT breakdown_id, any_value(breakdown_title) {held} GROUP BY 1 ORDER BY min(category_order)",
        measure.chosen,
    )
    breakdown = _chosen("breakdown", breakdowns, said)
    areas = _options(asked, f"SELECT area_code, any_value(area_name) {held} GROUP BY 1 ORDER BY min(area_order)",
                     measure.chosen)  # fmt: skip
    every = ((ALL, say("serve.all_areas", lang)),) if breakdown.chosen == "total" else ()
    area = _chosen("area", (*every, *areas), said)
    return page("explore.html", lang, shown=_shown(asked, lang, (measure, breakdown, area)))


def _options(asked: Asked, sql: str, *bound: str) -> Options:
    table = asked.held.rows(sql, bound)
    return tuple(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _chosen(name: str, options: Options, said: Mapping[str, str]) -> Choice:
    wanted = said.get(name) or options[0][0]
    if wanted not in dict(options):
        if name == "measure" or wanted != ALL:
            raise UsageError("serve.id_unknown", filter=name, given=wanted[:40])
        wanted = options[0][0]
    return Choice(name, options, wanted)


def _shown(asked: Asked, lang: str, chosen: tuple[Choice, Choice, Choice]) -> Shown:
    measure, breakdown, area = chosen
    about = asked.held.rows(
        f"SELECT measure_title_{lang} AS title, definition_{lang} AS definition, caveat_{lang} AS caveat, "
        f"unit_label_{lang} AS unit FROM dim_measure WHERE measure_id = ?",
        [measure.chosen],
    ).to_pylist()[0]
    is_all = area.chosen == ALL
    periods, rows = _table(asked, lang, chosen)
    ids = {"measure": measure.chosen, "breakdown": breakdown.chosen, "area": area.chosen}
    filters = {k: v for k, v in ids.items() if v != ALL} | {"lang": lang}
    api = f"/v1/publications/{asked.edition.publication_id}/editions/{asked.edition.id}/observations.csv"
    named = dict(area.options)[area.chosen]
    return Shown(
        publication=asked.edition.publication_id,
        title=about["title"],
        question=urlencode(ids),
        choices=chosen,
        measure=about["title"],
        definition=about["definition"],
        caveat=about["caveat"] or "",
        caption=f"{about['title']} ({about['unit']}), {named}, {dict(breakdown.options)[breakdown.chosen]}",
        stub=say("serve.area" if is_all else "serve.category", lang),
        periods=periods,
        rows=rows,
        shorthand=_shorthand(asked, lang),
        csv=f"{api}?{urlencode(filters)}",
    )


def _table(
    asked: Asked, lang: str, chosen: tuple[Choice, Choice, Choice]
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """(labels of the periods, rows of label and cells); a cell that does not exist is said to be so."""
    measure, breakdown, area = chosen
    is_all = area.chosen == ALL
    label = "area_name" if is_all else "category_label"
    where = "" if is_all else "AND area_code = ?"
    table = asked.held.rows(
        f"SELECT {label} AS label, period_label AS period, period_order, value, status FROM observations_{lang} "
        f"WHERE measure_id = ? AND breakdown_id = ? {where} ORDER BY area_order, category_order, period_order",
        [measure.chosen, breakdown.chosen, *([] if is_all else [area.chosen])],
    ).to_pylist()
    order = dict(sorted({r["period_order"]: r["period"] for r in table}.items()))
    found: dict[str, dict[int, str]] = {}
    for r in table:
        found.setdefault(r["label"], {})[r["period_order"]] = figure(r["value"], r["status"])
    return tuple(order.values()), tuple(
        (name, tuple(held.get(p, "[z]") for p in order)) for name, held in found.items()
    )


def _shorthand(asked: Asked, lang: str) -> str:
    rows = asked.held.rows(
        f"SELECT status_code AS code, status_label_{lang} AS label FROM dim_status ORDER BY sort_order"
    ).to_pylist()
    return "; ".join(f"[{r['code']}] {r['label']}" for r in rows)
