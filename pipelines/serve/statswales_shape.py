"""An edition as the datasets of the new StatsWales service, version 1: one dataset for each breakdown.

Routes do not belong here. The shapes are those of that service's public description; what a label of a column is called
there is not public for every view, so ours are the ones seen on its pages.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.core.errors import UsageError
from pipelines.core.messages import say
from pipelines.serve.querying import Limits
from pipelines.serve.store import ORDER, OpenEdition

if TYPE_CHECKING:
    import pyarrow as pa

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:mesur:statswales")
LIMITS = Limits(rows=200_000, seconds=10)


@dataclass(frozen=True)
class Dataset:
    """One dataset: a breakdown of a publication. Its id depends on nothing else, so it is permanent."""

    publication_id: str
    breakdown_id: str
    title: Mapping[str, str]
    dimension: Mapping[str, str]
    """Title of the breakdown; empty where the dataset holds totals alone."""

    @property
    def id(self) -> str:
        return dataset_id(self.publication_id, self.breakdown_id)


@dataclass(frozen=True)
class Column:
    """A column of a view: the name people see, its kind there, and where it is found in the observations."""

    name: str
    source_type: str
    shown: str
    reference: str = ""
    order: str = ""


@dataclass(frozen=True)
class Ask:
    """Which rows: filters (column -> values, by label or code), order (column, is descending), and the page."""

    filters: Mapping[str, Sequence[str]]
    order: Sequence[tuple[str, bool]] = ()
    offset: int = 0
    limit: int = LIMITS.rows


def dataset_id(publication_id: str, breakdown_id: str) -> str:
    """The permanent id (UUID) of a dataset."""
    return str(uuid.uuid5(_NAMESPACE, f"{publication_id}/{breakdown_id}"))


def datasets(held: OpenEdition) -> tuple[Dataset, ...]:
    """Every dataset of an edition, totals first."""
    return held.once("statswales", lambda: _datasets(held))


def _datasets(held: OpenEdition) -> tuple[Dataset, ...]:
    found = held.rows(
        "SELECT breakdown_id, any_value(breakdown_title_en) AS en, any_value(breakdown_title_cy) AS cy "
        "FROM dim_breakdown GROUP BY breakdown_id ORDER BY min(sort_order)"
    ).to_pylist()
    about = held.rows(
        "SELECT publication_title_en AS en, publication_title_cy AS cy FROM dim_edition "
        "ORDER BY edition_sequence DESC LIMIT 1"
    ).to_pylist()[0]
    return tuple(_dataset(held.edition.publication_id, one, about) for one in found)


def _dataset(publication_id: str, row: Mapping[str, str], about: Mapping[str, str]) -> Dataset:
    is_total = row["breakdown_id"] == "total"
    titles = {
        lang: about[lang] if is_total else say("serve.sw.by", lang, title=about[lang], breakdown=row[lang])
        for lang in ("en", "cy")
    }
    dimension = {lang: "" if is_total else row[lang] for lang in ("en", "cy")}
    return Dataset(publication_id, row["breakdown_id"], titles, dimension)


def columns(dataset: Dataset, lang: str) -> tuple[Column, ...]:
    """The columns of the formatted view, in order."""
    found = [
        Column(say("serve.sw.values", lang), "data_values", "value"),
        Column(say("serve.sw.description", lang), "measure", "measure_title", "measure_id", "measure_order"),
        Column(say("serve.sw.period", lang), "time", "period_label", "period_id", "period_order"),
        Column(say("serve.sw.area", lang), "dimension", "area_name", "area_code", "area_order"),
    ]
    if dataset.dimension[lang]:
        found.append(Column(dataset.dimension[lang], "dimension", "category_label", "category_code", "category_order"))
    return tuple(found)


def headings(dataset: Dataset, lang: str, view: str) -> list[tuple[str, str]]:
    """(name, kind) of each column of a view; extended ones have the code beside the label, raw ones the note codes."""
    found: list[tuple[str, str]] = []
    for column in columns(dataset, lang):
        found.append((column.name, column.source_type))
        if column.source_type == "data_values" and view.startswith("raw"):
            found.append((say("serve.sw.notes", lang), "note_codes"))
        elif column.reference and view.endswith("extended"):
            found.append((say("serve.sw.reference", lang, name=column.name), column.source_type))
    return found


def count(held: OpenEdition, dataset: Dataset, lang: str, ask: Ask) -> int:
    """How many rows the filters find."""
    where, bound = _where(dataset, lang, ask)
    return int(held.rows(f"SELECT count(*) AS n FROM observations_{lang} {where}", bound, LIMITS)["n"][0].as_py())


def rows(held: OpenEdition, dataset: Dataset, lang: str, ask: Ask) -> pa.Table:
    """The observations of a page, with every column a view may show.

    Raises:
        UsageError: for a column that the dataset does not have.
    """
    where, bound = _where(dataset, lang, ask)
    order = [f"{_known(dataset, lang, name).order or 'value'} {'DESC' if down else 'ASC'}" for name, down in ask.order]
    by = f"ORDER BY {', '.join(order)}, {ORDER.removeprefix('ORDER BY ')}" if order else ORDER
    sql = f"SELECT * FROM observations_{lang} {where} {by} LIMIT {ask.limit:d} OFFSET {ask.offset:d}"
    return held.rows(sql, bound, LIMITS)


def cells(table: pa.Table, dataset: Dataset, lang: str, view: str) -> Iterator[list[str]]:
    """The rows of a view as text."""
    held = columns(dataset, lang)
    for row in table.to_pylist():
        found: list[str] = []
        for column in held:
            if column.source_type == "data_values":
                found += [_plain(row), row["status"] or ""] if view.startswith("raw") else [_annotated(row)]
            else:
                found += [row[column.shown], row[column.reference]][: 2 if view.endswith("extended") else 1]
        yield found


def filters(held: OpenEdition, dataset: Dataset, lang: str) -> list[dict[str, object]]:
    """What a view can be filtered by, as that service lists it."""
    found: list[dict[str, object]] = []
    for column in columns(dataset, lang)[1:]:
        values = held.rows(
            f"SELECT {column.reference} AS reference, any_value({column.shown}) AS description "
            f"FROM observations_{lang} WHERE breakdown_id = ? GROUP BY 1 ORDER BY min({column.order})",
            [dataset.breakdown_id],
        )
        found.append({"factTableColumn": column.reference, "columnName": column.name, "values": values.to_pylist()})
    return found


def _where(dataset: Dataset, lang: str, ask: Ask) -> tuple[str, list[object]]:
    terms, bound = ["breakdown_id = ?"], list[object]([dataset.breakdown_id])
    for name, values in ask.filters.items():
        column = _known(dataset, lang, name)
        holes = ", ".join("?" * len(values)) or "NULL"
        terms.append(f"({column.shown} IN ({holes}) OR {column.reference} IN ({holes}))")
        bound += [*values, *values]
    return f"WHERE {' AND '.join(terms)}", bound


def _known(dataset: Dataset, lang: str, name: str) -> Column:
    held = [c for c in columns(dataset, lang) if name in (c.name, c.reference)]
    if not held or (not held[0].reference and name != held[0].name):
        allowed = ", ".join(c.name for c in columns(dataset, lang)[1:])
        raise UsageError("serve.sw.column_unknown", given=name[:40], allowed=allowed)
    return held[0]


def _plain(row: Mapping[str, object]) -> str:
    value = row["value"]
    return "" if value is None else f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def _annotated(row: Mapping[str, object]) -> str:
    notes = (f"[{code}]" for code in str(row["status"] or "").split(",") if code)
    return " ".join([*([_plain(row)] if row["value"] is not None else []), *notes])
